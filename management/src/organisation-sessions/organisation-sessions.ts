import type { Session } from '@tollgate/model/access/session'
import { wireSession } from '@tollgate/model/access/wire-session'
import { organisationLimits } from '@tollgate/model/limits/organisation-limits'
import type { Actor } from '@tollgate/storage/changes/changes'
import type { OrganisationSessionRecord } from '@tollgate/storage/records/organisation-sessions'
import type { Dependencies } from '../dependencies.ts'
import { Problem } from '../errors.ts'
import { isPastExpiry } from '../keys/key-session.ts'
import { type Adopting, requireOrganisation } from '../organisation/adopt-organisation.ts'
import { organisationSessionProblems as problems } from './organisation-session-problems.ts'

/** What is needed to store an organisation's own limits. */
export type OrganisationSessionOrder = {
  readonly actor: Actor
  readonly orgId: string
  readonly session: Session
  /** What was consumed is forgotten, and the quota's period starts anew. */
  readonly reset: boolean
}

/**
 * Stores the limits that hold for an organisation as a whole (gateway contract, sections 3 and 4.4), in place of those
 * it had. Rights and policies in the session mean nothing. Throws `organisation_session_unknown`, `organisation_session_expiry_past`.
 */
export async function saveOrganisationSession(
  deps: Dependencies & Adopting,
  order: OrganisationSessionOrder,
): Promise<OrganisationSessionRecord> {
  const { orgId, actor } = order
  const nowMs = deps.now()
  const now = Math.floor(nowMs / 1000)
  const record = await deps.storage.write(actor, async (stores) => {
    const { organisations, organisationSessions } = stores
    if (deps.adopts !== true && (await organisations.byId(orgId)) === undefined)
      throw new Problem(problems.organisation_session_unknown)
    await requireOrganisation(stores, deps, orgId)
    const found = await organisationSessions.byOrganisation(orgId)
    // An organisation does not expire: `is_inactive` ends it. A moment that has passed cannot be meant otherwise.
    if (order.session.expires !== found?.session.expires && isPastExpiry(order.session.expires, nowMs))
      throw new Problem(problems.organisation_session_expiry_past)
    const at = new Date(nowMs).toISOString()
    const session = {
      ...order.session,
      org_id: orgId,
      date_created: found?.session.date_created ?? at,
      last_updated: String(now),
      quota_renews:
        found === undefined || order.reset
          ? Math.min(now + (order.session.quota_renewal_rate ?? 0), Number.MAX_SAFE_INTEGER)
          : (found.session.quota_renews ?? 0),
    }
    const after = { orgId, session, createdAt: found?.createdAt ?? at, updatedAt: at }
    await (found === undefined ? organisationSessions.insert(after) : organisationSessions.update(after))
    return after
  })
  if (order.reset) await resetOrganisationCounters(deps, record)
  return record
}

/** Ends an organisation's own limits; their counters go with them. Throws `organisation_session_unknown`. */
export async function removeOrganisationSession(
  deps: Dependencies,
  actor: Actor,
  orgId: string,
): Promise<void> {
  const record = await deps.storage.write(actor, async ({ organisationSessions }) => {
    const found = await organisationSessions.byOrganisation(orgId)
    if (found === undefined) throw new Problem(problems.organisation_session_unknown)
    await organisationSessions.remove(orgId)
    return found
  })
  await resetOrganisationCounters(deps, record)
}

/** Throws `organisation_session_unknown`. */
export async function readOrganisationSession(
  { storage }: Dependencies,
  orgId: string,
): Promise<OrganisationSessionRecord> {
  const record = await storage.organisationSessions.byOrganisation(orgId)
  if (record === undefined) throw new Problem(problems.organisation_session_unknown)
  return record
}

/** The session as both surfaces show it: what is left of the quota as the counters have it now. */
export async function shownOrganisationSession(
  { quotas }: Dependencies,
  { orgId, session }: OrganisationSessionRecord,
): Promise<Record<string, unknown>> {
  const { quota } = organisationLimits(orgId, session)
  if (quota === undefined) return wireSession({ ...session, quota_remaining: session.quota_max ?? 0 })
  const { used = 0, resetsAtMs = 0 } = (await quotas.use([quota])).get(quota.name) ?? {}
  return wireSession({
    ...session,
    quota_remaining: Math.max(0, quota.max - used),
    quota_renews: resetsAtMs > 0 ? Math.ceil(resetsAtMs / 1000) : (session.quota_renews ?? 0),
  })
}

async function resetOrganisationCounters(
  { counters, quotas }: Dependencies,
  { orgId, session }: OrganisationSessionRecord,
): Promise<void> {
  // What is under way stays counted: it is released when it ends, and others may not take its place before.
  const limits = organisationLimits(orgId, session).limits.filter(
    ({ algorithm }) => algorithm !== 'concurrency',
  )
  for (const { cell } of limits) counters.reset(cell)
  await quotas.reset(limits)
}
