import { defineMiddleware } from '../pipeline/middleware.ts'

/** Removes and adds the headers that a version changes in requests to certain paths. */
export const transformHeaders = defineMiddleware({
  name: 'request-headers',

  enabled: ({ isUsed }) => isUsed('request-headers'),

  create() {
    return function transformHeaders(context, next) {
      const change = context.version?.endpoint.requestHeaders
      if (change !== undefined) context.editHeaders().apply(change)
      return next(context)
    }
  },
})
