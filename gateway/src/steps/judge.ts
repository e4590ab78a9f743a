import type { ApiRules } from '@tollgate/model/definition/api-rules'
import { type SlotJudge, slotOf } from '@tollgate/model/features/index'
import { refusal } from '../pipeline/answer.ts'
import type { StepFactory } from '../pipeline/step.ts'

/** The step of a feature that only judges: what it compiled to says whether a request may go on. */
export function judgeStep({
  name,
  level,
  slot,
  judge,
}: SlotJudge): StepFactory<{ readonly rules: ApiRules }> {
  return {
    name,
    create({ rules }, version) {
      if (judge === undefined || !version.inUse.has(name)) return undefined
      const fixed = level === 'operation' ? undefined : slotOf(level === 'api' ? rules : version, slot)
      return {
        name,
        onRequest(context) {
          const endpoint = context.version?.endpoint
          const compiled = level === 'operation' ? endpoint && slotOf(endpoint, slot) : fixed
          if (compiled === undefined) return undefined
          const why = judge(compiled, context, context.nowMs, rules)
          return why && refusal(why.code, why.decided)
        },
      }
    },
  }
}
