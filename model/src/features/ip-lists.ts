import { type CidrSet, cidrSet } from '../definition/cidr-set.ts'
import type { Path } from '../definition/problem.ts'
import type { RequestFacts } from '../judge/request-facts.ts'
import { apiFeature } from './feature.ts'
import { flag, strings } from './field-types.ts'

/** Lets only listed addresses through. An empty list that is switched on admits everyone, as the contract's gateway does. */
export const ipAllowList = apiFeature({
  name: 'ip-allow-list',
  label: 'allowed addresses',
  slot: 'allowedIps',
  fields: { api: { enable_ip_whitelisting: flag, allowed_ips: strings } },
  compile: ({ enable_ip_whitelisting: isOn, allowed_ips: listed }, { report }) =>
    // What cannot be read lets nobody in.
    addressSet('allowed_ips', isOn, listed, (path, message) => report.warning(path, 'malformed', message)),
  judge: (allowed, { clientIp }) =>
    allowed === undefined || clientIp === undefined || allowed.has(clientIp)
      ? undefined
      : {
          code: 'ip_not_allowed',
          decided: { step: 'address', code: 'address_not_allowed', args: { address: clientIp } },
        },
  notJudged: whenUnknown,
})

/** Refuses listed addresses. */
export const ipBlockList = apiFeature({
  name: 'ip-block-list',
  label: 'blocked addresses',
  slot: 'blockedIps',
  fields: { api: { enable_ip_blacklisting: flag, blacklisted_ips: strings } },
  compile: ({ enable_ip_blacklisting: isOn, blacklisted_ips: listed }, { report }) =>
    // What cannot be read would let through whom it was meant for.
    addressSet('blacklisted_ips', isOn, listed, (path, message) =>
      report.problem(path, 'malformed', message),
    ),
  judge: (blocked, { clientIp }) =>
    blocked !== undefined && clientIp !== undefined && blocked.has(clientIp)
      ? {
          code: 'ip_not_allowed',
          decided: { step: 'address', code: 'address_blocked', args: { address: clientIp } },
        }
      : undefined,
  notJudged: whenUnknown,
})

function addressSet(
  field: string,
  isOn: boolean | undefined,
  listed: readonly string[] | null | undefined,
  tell: (path: Path, message: string) => void,
): CidrSet | undefined {
  if (isOn !== true || listed === null || listed === undefined || listed.length === 0) return undefined
  const set = cidrSet(listed)
  for (const entry of set.invalid) {
    const message = `has "${entry.slice(0, 80)}", which is neither an address nor a network`
    tell([field, listed.indexOf(entry)], message)
  }
  return set
}

function whenUnknown(set: CidrSet | undefined, { clientIp }: RequestFacts): string | undefined {
  return set !== undefined && clientIp === undefined ? 'the address of the client' : undefined
}
