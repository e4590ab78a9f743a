import type { ApiRules } from '@tollgate/model/definition/api-rules'
import type { Subject } from '@tollgate/model/features/feature'
import { type SlotJudge, slotOf } from '@tollgate/model/features/index'
import type { Why } from '@tollgate/model/judge/refused'
import type { OrganisationLimits } from '@tollgate/model/limits/organisation-limits'
import { type Refusal, refusal } from '../pipeline/answer.ts'
import type { RequestContext } from '../pipeline/request-context.ts'
import type { StepFactory } from '../pipeline/step.ts'

type Plan = {
  readonly rules: ApiRules
  /** Its limits come and go while the API stays as it is. */
  readonly organisation: { readonly limits: OrganisationLimits | undefined }
}

/** The step of a behaviour that only judges: the feature's own function decides, as it does in a dry run. */
export function judgeStep({ name, level, slot, judge }: SlotJudge): StepFactory<Plan> {
  return {
    name,
    create({ rules, organisation }, version) {
      if (judge === undefined || !version.inUse.has(name)) return undefined
      const subject: Subject = {
        name: rules.name,
        get organisation() {
          return organisation.limits
        },
      }
      if (level === 'operation') return { name, onRequest: judgeEndpoint }
      const compiled = slotOf(level === 'api' ? rules : version, slot)
      return {
        name,
        onRequest: (context) => refusalFor(judge(compiled, context, context.nowMs, subject)),
      }

      function judgeEndpoint(context: RequestContext): Refusal | undefined {
        const setting = context.version && slotOf(context.version.endpoint, slot)
        if (setting === undefined) return undefined
        return refusalFor(judge?.(setting, context, context.nowMs, subject))
      }
    },
  }
}

function refusalFor(why: Why | undefined): Refusal | undefined {
  return why && refusal(why.code, why.decided)
}
