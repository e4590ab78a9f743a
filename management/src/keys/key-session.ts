import { applyPolicies } from '@tollgate/model/access/apply-policies'
import type { ApiLimit, Session } from '@tollgate/model/access/session'
import { type KeyTerms, policiesOf } from './key-terms.ts'

/**
 * What the server sets in a session that is stored (gateway contract, sections 1.1 and 1.2). Everything else stays as it
 * was sent, unknown fields included. All functions are pure; times are milliseconds since 1970.
 */

/** The session of a new key, or of one that is written anew under its old id. */
export function sessionOfNewKey(sent: Session, orgId: string, terms: KeyTerms, nowMs: number): Session {
  const now = seconds(nowMs)
  const isSetOnCreate = (apiId: string) => terms.apis.get(apiId)?.quotaSetOnCreate !== false
  return {
    ...sent,
    org_id: orgId,
    date_created: new Date(nowMs).toISOString(),
    last_updated: String(now),
    expires: expiryOfNewKey(sent, terms, now),
    ...quotaRenewal(sent, terms, now, isSetOnCreate),
    ...hmacSecret(sent),
  }
}

/**
 * Whether an expiry lies in the past, so that a key that had it would open nothing. Less than 1 means never; 1 is how
 * clients of this wire end a key on purpose.
 */
export function isPastExpiry(expires: number | undefined, nowMs: number): boolean {
  return expires !== undefined && expires > 1 && expires < seconds(nowMs)
}

/**
 * The session that replaces a stored one. The creation date stays. With
 * `keepQuota` the running quota periods and `last_updated` stay too.
 */
export function sessionOfUpdatedKey(sent: Session, stored: Session, facts: UpdateFacts): Session {
  const { terms, keepQuota, nowMs } = facts
  const now = seconds(nowMs)
  const renewal = keepQuota ? storedRenewal(sent, stored) : quotaRenewal(sent, terms, now)
  return {
    ...sent,
    org_id: stored.org_id,
    date_created: stored.date_created,
    last_updated: keepQuota ? stored.last_updated : String(now),
    ...ownInactiveFlag(sent, stored, terms),
    ...renewal,
    ...hmacSecret(sent),
  }
}

/**
 * A read shows a key as inactive while a policy makes it so. Who sends back what was read must not switch the key itself
 * off: it would stay off when the policy is active again.
 */
function ownInactiveFlag(sent: Session, stored: Session, terms: KeyTerms): Pick<Session, 'is_inactive'> {
  const byPolicy = policiesOf(terms).some((policy) => policy.is_inactive === true)
  return sent.is_inactive === true && byPolicy ? { is_inactive: stored.is_inactive } : {}
}

type UpdateFacts = { readonly terms: KeyTerms; readonly keepQuota: boolean; readonly nowMs: number }

function seconds(ms: number): number {
  return Math.floor(ms / 1000)
}

/** When a period that begins now ends, unix seconds; what is longer than any number can tell ends with the last that can. */
function after(now: number, period: number): number {
  return Math.min(now + period, Number.MAX_SAFE_INTEGER)
}

/** A policy's `key_expires_in` ends new keys, of several the shortest; a key that was asked to end before that does. */
function expiryOfNewKey(sent: Session, terms: KeyTerms, now: number): number | undefined {
  const lifetimes = policiesOf(terms).flatMap(({ key_expires_in }) =>
    key_expires_in ? [key_expires_in] : [],
  )
  const shortest = Math.min(...lifetimes.filter((lifetime) => lifetime > 0))
  const { expires } = sent
  if (!Number.isFinite(shortest)) return expires
  const end = after(now, Math.floor(shortest))
  return expires !== undefined && expires >= 1 ? Math.min(expires, end) : end
}

/** Quota periods start now, in the session and in each right that has a limit of its own. */
function quotaRenewal(sent: Session, terms: KeyTerms, now: number, isStarted = (_apiId: string) => true) {
  // The period may be a policy's.
  const { quota_renewal_rate: period = 0 } = applyPolicies(sent, terms.findPolicy).session
  return {
    quota_renews: after(now, period),
    ...withLimits(sent, (apiId, limit) =>
      isStarted(apiId) ? { ...limit, quota_renews: after(now, limit.quota_renewal_rate ?? 0) } : limit,
    ),
  }
}

function storedRenewal(sent: Session, stored: Session) {
  return {
    quota_renews: stored.quota_renews,
    ...withLimits(sent, (apiId, limit) => {
      const renews = stored.access_rights?.[apiId]?.limit?.quota_renews
      return renews === undefined ? limit : { ...limit, quota_renews: renews }
    }),
  }
}

/** The rights with each limit that has a quota changed; nothing when there is none to change. */
function withLimits(
  sent: Session,
  change: (apiId: string, limit: ApiLimit) => ApiLimit,
): Pick<Session, 'access_rights'> {
  const rights = Object.entries(sent.access_rights ?? {})
  if (!rights.some(([, right]) => hasQuota(right.limit))) return {}
  const changed = rights.map(([apiId, right]) => {
    const { limit } = right
    return [
      apiId,
      limit != null && hasQuota(limit) ? { ...right, limit: change(apiId, limit) } : right,
    ] as const
  })
  return { access_rights: Object.fromEntries(changed) }
}

/** A limit of zeros means that the session's own counts: a renewal time in it would make it count. */
function hasQuota(limit: ApiLimit | null | undefined): boolean {
  return (limit?.quota_max ?? 0) !== 0
}

function hmacSecret(sent: Session): Pick<Session, 'hmac_string'> {
  if (sent.hmac_enabled !== true || (sent.hmac_string ?? '') !== '') return {}
  return { hmac_string: Buffer.from(crypto.randomUUID().replaceAll('-', '')).toString('base64') }
}
