import { judgeOpen } from '@tollgate/model/judge/judge-key'
import { refused } from '@tollgate/model/judge/refused'
import { admit, type Judge } from '../admission/admission.ts'
import { defineMiddleware } from '../pipeline/middleware.ts'

const UNJUDGED = refused('internal', [], { step: 'version', code: 'version_unchosen' })

/**
 * The limits for all callers together, and the organisation's, for requests that need no key: those of a keyless API and
 * on ignored paths. With a key they are judged along with its own, so that a request refused by one limit consumes none.
 */
export const apiRateLimit = defineMiddleware({
  name: 'limits',

  enabled: ({ rules, isUsed }) => rules.keyless || isUsed('ignored-path'),

  create({ rules, organisation, admission }) {
    const { counters } = admission

    const judge: Judge = (context, nowMs) => {
      const { version } = context
      if (version === undefined) return UNJUDGED
      const judgement = judgeOpen(rules, version, context, counters, nowMs, organisation.limits)
      if (judgement.outcome === 'pass')
        context.rightsStep = context.ignored ? rules.traceSteps.ignored : rules.traceSteps.keyless
      return judgement
    }

    return function apiRateLimit(context, next) {
      return context.access === undefined ? admit(context, judge, admission, next) : next(context)
    }
  },
})
