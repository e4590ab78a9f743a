import { judgeKey } from '@tollgate/model/judge/judge-key'
import { refused } from '@tollgate/model/judge/refused'
import { admit, type Judge } from '../admission/admission.ts'
import { defineMiddleware } from '../pipeline/middleware.ts'

const UNJUDGED = refused('key_unknown', [], { step: 'credential', code: 'key_not_looked_for' })

/**
 * Judges the key that was found: inactive, expired, rights by API, version and URL, then its limits, the API's and the
 * organisation's, all checked before any is counted.
 */
export const keyAccess = defineMiddleware({
  name: 'limits',

  enabled: ({ rules }) => !rules.keyless && rules.unsupportedAuth.length === 0,

  create({ rules, organisation, admission }) {
    const { counters } = admission

    const judge: Judge = (context, nowMs) => {
      const { access, version } = context
      // The steps before have set both; if ever one did not, nothing may pass.
      if (version === undefined || access === undefined) return UNJUDGED
      const judgement = judgeKey(rules, version, access, context, counters, nowMs, organisation.limits)
      if (judgement.outcome === 'pass') context.rightsStep = judgement.traceStep
      return judgement
    }

    return function keyAccess(context, next) {
      return context.ignored ? next(context) : admit(context, judge, admission, next)
    }
  },
})
