import { ipAllowList as feature } from '@tollgate/model/features/ip-lists'
import { defineMiddleware, refusal } from '../pipeline/middleware.ts'

/** Lets only listed addresses through; refuses the rest with 403. */
export const ipAllowList = defineMiddleware({
  name: 'ip-allow-list',

  enabled: ({ rules }) => rules.allowedIps !== undefined,

  create({ rules }) {
    const { allowedIps } = rules
    return function ipAllowList(context, next) {
      const why = feature.judge?.(allowedIps, context, context.nowMs, rules)
      return why === undefined ? next(context) : refusal(why.code, why.decided)
    }
  },
})
