import { effectiveAccess } from '@tollgate/model/access/effective-access'
import type { Session } from '@tollgate/model/access/session'
import type { Actor } from '@tollgate/storage/changes/changes'
import type { KeyRecord } from '@tollgate/storage/keys/keys'
import { Problem } from '../errors.ts'
import { accessOf, refuseUnusable, resetCounters } from './key-access.ts'
import { withCertificates } from './key-certificate.ts'
import type { KeyContext } from './key-context.ts'
import { keyProblems } from './key-problems.ts'
import { isPastExpiry, sessionOfUpdatedKey } from './key-session.ts'
import { resolveTerms } from './key-terms.ts'
import { keepPassword, withHashedPassword } from './passwords.ts'

/** What is needed to replace a key's session. */
export type KeyUpdate = {
  readonly actor: Actor
  readonly found: KeyRecord
  readonly session: Session
  /** `suppress_reset`: running quota periods and their counters go on. */
  readonly keepQuota: boolean
}

/**
 * Replaces a key's session, keeping what gateway contract 1.2 says is kept, and starts its counters anew unless told
 * not to. Throws the problems of `resolveTerms`, `key_password_short`, `key_expiry_past`, and `key_not_found` when the key went meanwhile.
 */
export async function updateKey(context: KeyContext, update: KeyUpdate): Promise<KeyRecord> {
  const { found, keepQuota, session } = update
  const nowMs = context.now()
  // Saving without a change is always possible.
  if (session.expires !== found.session.expires && isPastExpiry(session.expires, nowMs))
    throw new Problem(keyProblems.key_expiry_past)
  const terms = await resolveTerms(context, found.orgId, session, found.session)
  const bound = await withCertificates(context.storage, found.orgId, session, found.session)
  const hashed = await withHashedPassword(bound, found.session)
  const wasUnusable = (await accessOf(context, found)).unusable !== undefined

  const { before, after } = await context.storage.write(update.actor, async (stores) => {
    const before = await stores.keys.byId(found.orgId, found.id)
    if (before === undefined) throw new Problem(keyProblems.key_not_found)
    const kept = keepPassword(hashed, before.session)
    const next = sessionOfUpdatedKey(kept, before.session, { terms, keepQuota, nowMs })
    const after = { ...before, session: next, updatedAt: new Date(nowMs).toISOString() }
    // A key that its deleted policies left without rights may still be edited; an update does not leave it so.
    if (!wasUnusable) refuseUnusable(effectiveAccess(after, terms.findPolicy))
    await stores.keys.update(after)
    return { before, after }
  })

  if (!keepQuota) await resetCounters(context, [before, after])
  return after
}
