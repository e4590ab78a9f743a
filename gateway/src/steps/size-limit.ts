import { judgeSize } from '@tollgate/model/features/size-limit'
import { defineMiddleware, refusal } from '../pipeline/middleware.ts'

/** Refuses request bodies larger than the version or the path allows, by the length that they state. */
export const sizeLimit = defineMiddleware({
  name: 'size-limit',

  enabled: ({ isUsed }) => isUsed('size-limit') || isUsed('path-size-limit'),

  create() {
    return function sizeLimit(context, next) {
      const { version } = context
      if (version === undefined) return next(context)
      const why =
        judgeSize(version.version.sizeLimit, context) ?? judgeSize(version.endpoint.sizeLimit ?? 0, context)
      return why === undefined ? next(context) : refusal(why.code, why.decided)
    }
  },
})
