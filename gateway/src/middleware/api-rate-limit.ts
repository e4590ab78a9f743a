import { judgeOpen } from '@tollgate/model/judge-key'
import { defineMiddleware, judged } from '../middleware.ts'
import { rateLines } from '../rate-lines.ts'

/**
 * The limits for all callers together, for requests that need no key: those of a keyless API and on ignored paths. With
 * a key they are judged along with its own, so that a request refused by one limit consumes none.
 */
export const apiRateLimit = defineMiddleware({
  name: 'api-rate-limit',

  enabled: ({ rules }) =>
    rules.keyless ||
    rules.versions.values().some(({ listed }) => listed.some(({ value }) => value.list === 'ignored')),

  create({ rules, counters }) {
    return function apiRateLimit(visit, next) {
      const { version } = visit
      if (version === undefined || visit.access !== undefined) return next(visit)
      const judgement = judgeOpen(rules, version, visit, counters, visit.nowMs)
      if (judgement.outcome === 'refuse') return judged(judgement)
      visit.rightsRung = visit.ignored ? rules.rungs.ignored : rules.rungs.keyless
      visit.rateLines = rateLines(judgement)
      return next(visit)
    }
  },
})
