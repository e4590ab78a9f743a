import type { ApiRules } from '@tollgate/model/definition/api-rules'
import { judgeKey, judgeOpen } from '@tollgate/model/judge/judge-key'
import { refused } from '@tollgate/model/judge/refused'
import type { OrganisationLimits } from '@tollgate/model/limits/organisation-limits'
import { type Admission, admit, type Judge, release } from '../admission/admission.ts'
import type { StepFactory } from '../pipeline/step.ts'

type Plan = {
  readonly rules: ApiRules
  readonly organisation: { readonly limits: OrganisationLimits | undefined }
  readonly admission: Admission
}

const NO_VERSION = refused('internal', [], { step: 'version', code: 'version_unchosen' })
const NO_KEY = refused('key_unknown', [], { step: 'credential', code: 'key_not_looked_for' })

/**
 * Judges what a request may do and counts it: the key's state and rights, then its limits, the API's and the
 * organisation's together, so that a request refused by one limit consumes none. Without a key (a keyless API, an
 * ignored path) only the limits for all callers and the organisation's count. Gives back at the end what is held.
 */
export const limits: StepFactory<Plan> = {
  name: 'limits',

  create({ rules, organisation, admission }) {
    const { counters } = admission

    const withKey: Judge = (context, nowMs) => {
      const { identity, version } = context
      // The steps before have set both; if ever one did not, nothing may pass.
      if (version === undefined || identity === undefined) return NO_KEY
      const { access } = identity
      const judgement = judgeKey(rules, version, access, context, counters, nowMs, organisation.limits)
      if (judgement.outcome === 'pass') context.record.rightsStep = judgement.traceStep
      return judgement
    }

    const open: Judge = (context, nowMs) => {
      const { version } = context
      if (version === undefined) return NO_VERSION
      const judgement = judgeOpen(rules, version, context, counters, nowMs, organisation.limits)
      if (judgement.outcome === 'pass')
        context.record.rightsStep = version.ignored ? rules.traceSteps.ignored : rules.traceSteps.keyless
      return judgement
    }

    return {
      name: 'limits',
      onRequest(context) {
        const needsKey = !rules.keyless && context.version?.ignored !== true
        return admit(context, needsKey ? withKey : open, admission)
      },
      onEnd: (context) => release(context, counters),
    }
  },
}
