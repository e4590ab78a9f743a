import type { QuotaUse } from '@tollgate/limits/quotas'
import type { EffectiveAccess } from '@tollgate/model/access/effective-access'
import { isEmptyLimit } from '@tollgate/model/access/merge-limits'
import type { ApiLimit, Session } from '@tollgate/model/access/session'
import type { Limit } from '@tollgate/model/limits/counters'

/** The use of quotas by the names of their limits. */
type Uses = ReadonlyMap<string, QuotaUse>
type Quota = Pick<ApiLimit, 'quota_max' | 'quota_remaining' | 'quota_renews'>

/**
 * The session with its policies applied and its quotas as they stand now: `quota_remaining` is what is left
 * unless `quota_max` is -1, `quota_renews` the end of the running period (gateway contract, section 1.1).
 */
export function sessionWithLiveQuotas(access: EffectiveAccess, uses: Uses): Session {
  const { session } = access
  const live = (quota: Quota, limit: Limit | undefined) => liveQuota(quota, limit, uses)
  const rights = Object.entries(session.access_rights ?? {})
  const shown = { ...session, ...live(session, rootQuota(access)) }
  if (rights.every(([, right]) => isEmptyLimit(right.limit))) return shown
  const shownRights = rights.map(([apiId, right]) => {
    if (!right.limit || isEmptyLimit(right.limit)) return [apiId, right] as const
    const limit = { ...right.limit, ...live(right.limit, access.apis.get(apiId)?.quota) }
    return [apiId, { ...right, limit }] as const
  })
  return { ...shown, access_rights: Object.fromEntries(shownRights) }
}

function liveQuota(quota: Quota, limit: Limit | undefined, uses: Uses): Quota {
  const { quota_max: max = 0, quota_remaining = 0, quota_renews = 0 } = quota
  if (max === -1) return { quota_remaining, quota_renews }
  if (limit === undefined) return { quota_remaining: Math.max(0, max), quota_renews }
  const { used = 0, resetsAtMs = 0 } = uses.get(limit.name) ?? {}
  const renews =
    resetsAtMs > 0 ? Math.min(Math.ceil(resetsAtMs / 1000), Number.MAX_SAFE_INTEGER) : quota_renews
  return { quota_remaining: Math.max(0, max - used), quota_renews: renews }
}

/** The quota that the session's own numbers speak of: the one shared by its APIs, or that of the only API, mirrored. */
function rootQuota({ apis, master, session }: EffectiveAccess): Limit | undefined {
  if (master !== undefined) return master.quota
  const rights = session.access_rights ?? {}
  for (const api of apis.values()) if (!rights[api.apiId]?.allowance_scope) return api.quota
  const [only] = apis.values()
  return apis.size === 1 && only?.quotaMax === session.quota_max ? only?.quota : undefined
}
