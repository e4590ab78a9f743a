import { defineMiddleware } from '../pipeline/middleware.ts'

/** Gives the upstream the time that the path says, instead of the default. */
export const hardTimeout = defineMiddleware({
  name: 'hard-timeout',

  enabled: ({ isUsed }) => isUsed('hard-timeout'),

  create() {
    return function hardTimeout(context, next) {
      const timeoutMs = context.version?.endpoint.hardTimeoutMs
      if (timeoutMs !== undefined) context.timeoutMs = timeoutMs
      return next(context)
    }
  },
})
