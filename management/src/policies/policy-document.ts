import { isDeepStrictEqual } from 'node:util'
import type { Policy } from '@tollgate/model/access/policy'
import type { AccessDefinition } from '@tollgate/model/access/session'
import type { PolicyRecord } from '@tollgate/storage/records/policies'

type Rights = Readonly<Record<string, AccessDefinition>>

/** What readers of 2018 index without checking; the order is the contract's. */
const ZEROS = {
  _id: '',
  id: '',
  name: '',
  org_id: '',
  rate: 0,
  per: 0,
  quota_max: 0,
  quota_renewal_rate: 0,
  throttle_interval: 0,
  throttle_retry_limit: 0,
  max_query_depth: 0,
  access_rights: {},
  hmac_enabled: false,
  active: true,
  is_inactive: false,
  tags: [],
  key_expires_in: 0,
  partitions: { quota: false, rate_limit: false, complexity: false, acl: false, per_api: false },
  last_updated: '',
  meta_data: {},
} satisfies Policy

/** A policy as both surfaces show it: zero values for what was not sent, and its rights as a map and as a list. */
export function shownPolicy(record: PolicyRecord): Record<string, unknown> {
  const { policy } = record
  return { ...ZEROS, ...policy, access_rights_array: Object.values(policy.access_rights ?? {}) }
}

/**
 * The rights that a body grants: the map, or else the list; entries may spell their ids as in 2015 (`apiid`,
 * `apiname`). A body that changes only the list of what it had read means the list.
 */
export function rightsOf(sent: Policy, stored?: Policy): Rights {
  const map = byApiId(Object.entries(sent.access_rights ?? {}))
  const list = byApiId((sent.access_rights_array ?? []).map((right) => ['', right]))
  if (Object.keys(list).length === 0) return map
  const mapIsUntouched = stored !== undefined && isDeepStrictEqual(map, stored.access_rights)
  return Object.keys(map).length === 0 || mapIsUntouched ? list : map
}

function byApiId(entries: readonly (readonly [string, AccessDefinition])[]): Rights {
  const rights = entries.map(([key, right]) => {
    const modern = withModernIds(key, right)
    return [key === '' ? (modern.api_id ?? '') : key, modern] as const
  })
  return Object.fromEntries(rights.filter(([apiId]) => apiId !== ''))
}

function withModernIds(key: string, right: AccessDefinition): AccessDefinition {
  const { apiid, apiname } = right
  const apiId = right.api_id || (typeof apiid === 'string' ? apiid : '') || key
  const apiName = right.api_name ?? (typeof apiname === 'string' ? apiname : undefined)
  return { ...right, api_id: apiId, ...(apiName !== undefined && { api_name: apiName }) }
}
