import { cidrSet } from '../edge/cidr-set.ts'
import { CompileError } from '../pipeline/compile-error.ts'
import { defineMiddleware, refusal } from '../pipeline/middleware.ts'

/** Refuses listed addresses with 403. */
export const ipBlockList = defineMiddleware({
  name: 'ip-block-list',

  enabled: ({ definition }) =>
    definition.enable_ip_blacklisting === true && (definition.blacklisted_ips?.length ?? 0) > 0,

  create({ definition }) {
    const blocked = cidrSet(definition.blacklisted_ips ?? [])
    // An entry that cannot be read would let through whom it was meant for.
    if (blocked.invalid.length > 0) {
      throw new CompileError(`blacklisted_ips: "${blocked.invalid[0]}" is neither an address nor a network`)
    }
    return function ipBlockList(context, next) {
      if (!blocked.has(context.clientIp)) return next(context)
      return refusal('ip_not_allowed', {
        step: 'address',
        code: 'address_blocked',
        args: { address: context.clientIp },
      })
    }
  },
})
