import { pathSetting } from '@tollgate/model/definition/version-rules'
import { pathAfterVersion } from '@tollgate/model/judge/judge-version'
import { defineMiddleware } from '../pipeline/middleware.ts'

/** Gives the upstream the time that the path says, instead of the default. */
export const hardTimeout = defineMiddleware({
  name: 'hard-timeout',

  enabled: ({ rules }) => rules.versions.values().some(({ hardTimeouts }) => hardTimeouts.length > 0),

  create() {
    return function hardTimeout(visit, next) {
      const passed = visit.version
      if (passed === undefined) return next(visit)
      const { hardTimeouts } = passed.version
      const rule = pathSetting(hardTimeouts, visit.method, pathAfterVersion(visit, passed), visit.fullPath)
      if (rule !== undefined) visit.timeoutMs = rule.value
      return next(visit)
    }
  },
})
