import { defineMiddleware } from '../pipeline/middleware.ts'

/** Removes and adds the headers that a version changes in every request. */
export const globalHeaders = defineMiddleware({
  name: 'global-headers',

  enabled: ({ isUsed }) => isUsed('global-headers'),

  create() {
    return function globalHeaders(context, next) {
      const change = context.version?.version.globalHeaders
      if (change !== undefined) context.editHeaders().apply(change)
      return next(context)
    }
  },
})
