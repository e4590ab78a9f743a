import type { ApiDefinition } from '@tollgate/model/definition/api-definition'
import { refusal } from '../pipeline/answer.ts'
import { cidrSet } from '../pipeline/cidr-set.ts'
import type { StepFactory } from '../pipeline/step.ts'

/** Lets only listed addresses through; refuses the rest with 403. */
export const ipAllowList: StepFactory<{ readonly definition: ApiDefinition }> = {
  name: 'ip-allow-list',

  create({ definition }) {
    const listed = definition.allowed_ips ?? []
    // An empty list that is switched on admits everyone, as the contract's gateway does.
    if (definition.enable_ip_whitelisting !== true || listed.length === 0) return undefined
    const allowed = cidrSet(listed)
    return {
      name: 'ip-allow-list',
      onRequest({ clientIp }) {
        if (allowed.has(clientIp)) return undefined
        return refusal('ip_not_allowed', {
          step: 'address',
          code: 'address_not_allowed',
          args: { address: clientIp },
        })
      },
    }
  },
}
