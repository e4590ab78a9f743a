import { pathSetting } from '@tollgate/model/definition/version-rules'
import { pathAfterVersion } from '@tollgate/model/judge/judge-version'
import { defineMiddleware } from '../pipeline/middleware.ts'

/** Gives the upstream the time that the path says, instead of the default. */
export const hardTimeout = defineMiddleware({
  name: 'hard-timeout',

  enabled: ({ rules }) => rules.versions.values().some(({ hardTimeouts }) => hardTimeouts.length > 0),

  create() {
    return function hardTimeout(context, next) {
      const passed = context.version
      if (passed === undefined) return next(context)
      const { hardTimeouts } = passed.version
      const rule = pathSetting(
        hardTimeouts,
        context.method,
        pathAfterVersion(context, passed),
        context.fullPath,
      )
      if (rule !== undefined) context.timeoutMs = rule.value
      return next(context)
    }
  },
})
