import { headerLines } from '../pipeline/header-edits.ts'
import { defineMiddleware } from '../pipeline/middleware.ts'

/** Removes and adds the headers that a version changes in every request. */
export const globalHeaders = defineMiddleware({
  name: 'global-headers',

  enabled: ({ rules }) => rules.versions.values().some((version) => version.globalHeaders !== undefined),

  create({ rules }) {
    const changes = new Map(
      rules.versions.values().flatMap((version) => {
        return version.globalHeaders === undefined
          ? []
          : [[version, headerLines(version.globalHeaders)] as const]
      }),
    )
    return function globalHeaders(context, next) {
      const change = context.version && changes.get(context.version.version)
      if (change !== undefined) context.editHeaders().apply(change)
      return next(context)
    }
  },
})
