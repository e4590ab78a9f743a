import { ipBlockList as feature } from '@tollgate/model/features/ip-lists'
import { defineMiddleware, refusal } from '../pipeline/middleware.ts'

/** Refuses listed addresses with 403. */
export const ipBlockList = defineMiddleware({
  name: 'ip-block-list',

  enabled: ({ rules }) => rules.blockedIps !== undefined,

  create({ rules }) {
    const { blockedIps } = rules
    return function ipBlockList(context, next) {
      const why = feature.judge?.(blockedIps, context, context.nowMs, rules)
      return why === undefined ? next(context) : refusal(why.code, why.decided)
    }
  },
})
