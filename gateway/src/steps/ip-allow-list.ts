import { cidrSet } from '../edge/cidr-set.ts'
import { defineMiddleware, refusal } from '../pipeline/middleware.ts'

/** Lets only listed addresses through; refuses the rest with 403. */
export const ipAllowList = defineMiddleware({
  name: 'ip-allow-list',

  // An empty list that is switched on admits everyone, as the contract's gateway does.
  enabled: ({ definition }) =>
    definition.enable_ip_whitelisting === true && (definition.allowed_ips?.length ?? 0) > 0,

  create({ definition }) {
    const allowed = cidrSet(definition.allowed_ips ?? [])
    return function ipAllowList(context, next) {
      if (allowed.has(context.clientIp)) return next(context)
      return refusal('ip_not_allowed', {
        step: 'address',
        code: 'address_not_allowed',
        args: { address: context.clientIp },
      })
    }
  },
})
