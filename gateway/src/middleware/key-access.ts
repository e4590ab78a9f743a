import { judgeKey } from '@tollgate/model/judge-key'
import { defineMiddleware, judged, refusal } from '../middleware.ts'
import { rateLines } from '../rate-lines.ts'

const UNJUDGED = refusal('key_unknown', { step: 'credential', detail: 'no key was looked for' })

/**
 * Judges the key that was found: inactive, expired, rights by API, version and URL, then its limits and the API's, all
 * checked before any is counted. Tells the quota in the answer.
 */
export const keyAccess = defineMiddleware({
  name: 'key-access',

  enabled: ({ rules }) => !rules.keyless && rules.unsupportedAuth.length === 0,

  create({ rules, counters }) {
    return function keyAccess(visit, next) {
      if (visit.ignored) return next(visit)
      const { access, version } = visit
      // The steps before have set both; if ever one did not, nothing may pass.
      if (version === undefined || access === undefined) return UNJUDGED
      const judgement = judgeKey(rules, version, access, visit, counters, visit.nowMs)
      if (judgement.outcome === 'refuse') return judged(judgement)
      visit.rightsRung = judgement.rung
      visit.rateLines = rateLines(judgement)
      return next(visit)
    }
  },
})
