import type { ApiDefinition } from '@tollgate/model/definition/api-definition'
import { refusal } from '../pipeline/answer.ts'
import { cidrSet } from '../pipeline/cidr-set.ts'
import { CompileError } from '../pipeline/compile-error.ts'
import type { StepFactory } from '../pipeline/step.ts'

/** Refuses listed addresses with 403. */
export const ipBlockList: StepFactory<{ readonly definition: ApiDefinition }> = {
  name: 'ip-block-list',

  create({ definition }) {
    const listed = definition.blacklisted_ips ?? []
    if (definition.enable_ip_blacklisting !== true || listed.length === 0) return undefined
    const blocked = cidrSet(listed)
    // An entry that cannot be read would let through whom it was meant for.
    if (blocked.invalid.length > 0) {
      throw new CompileError(`blacklisted_ips: "${blocked.invalid[0]}" is neither an address nor a network`)
    }
    return {
      name: 'ip-block-list',
      onRequest({ clientIp }) {
        if (!blocked.has(clientIp)) return undefined
        return refusal('ip_not_allowed', {
          step: 'address',
          code: 'address_blocked',
          args: { address: clientIp },
        })
      },
    }
  },
}
