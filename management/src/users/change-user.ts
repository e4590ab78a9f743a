import { isDeepStrictEqual } from 'node:util'
import type { UserRecord } from '@tollgate/storage/records/users'
import type { Stores } from '@tollgate/storage/storage'
import { actorOf, type Caller } from '../caller.ts'
import { Problem } from '../errors.ts'
import { refuseTakenEmail, refuseUnknownGroup, type UserContext } from './create-user.ts'
import { imposedPassword } from './passwords.ts'
import { type AdminChangedUser, mergedUser } from './user-document.ts'
import { userProblems } from './user-problems.ts'

/** Judges a change of a user inside its transaction, after the store has it; a throw undoes it. */
export type CheckChange = (stores: Stores, before: UserRecord, after: UserRecord) => Promise<void>

/**
 * Replaces the fields that were sent; ids and the moments the server keeps stay. A user that is no longer active, or
 * got another password, is signed out everywhere.
 */
export async function changeUser(
  context: UserContext,
  caller: Caller,
  before: UserRecord,
  sent: AdminChangedUser,
  check: CheckChange,
): Promise<UserRecord> {
  const { storage, now } = context
  const at = new Date(now()).toISOString()
  const password = sent.password ? await imposedPassword(before, sent.password) : undefined
  const { id, orgId, createdAt } = before
  const kept = {
    id,
    org_id: orgId,
    password_updated: password ? at : before.user.password_updated,
    last_login_date: before.user.last_login_date,
    created_at: createdAt,
  }
  const after: UserRecord = {
    ...before,
    ...password,
    email: sent.email_address ?? before.email,
    user: { ...mergedUser(before.user, sent), ...kept },
    updatedAt: at,
  }
  await storeUser(context, caller, before, after, check)
  if (password || after.user.active !== true) await storage.signIns.removeOfUser(id)
  return after
}

/** Stores a changed user, if it is still the one that was read. */
export async function storeUser(
  { storage }: UserContext,
  caller: Caller,
  before: UserRecord,
  after: UserRecord,
  check: CheckChange,
): Promise<void> {
  await storage.write(actorOf(caller), async (stores) => {
    const current = await stores.users.byId(undefined, before.id)
    // Passwords are hashed before the transaction; what another request changed meanwhile must not be undone.
    if (!isDeepStrictEqual(current, before)) throw new Problem(userProblems.user_changed_meanwhile)
    await refuseTakenEmail(stores, after)
    await refuseUnknownGroup(stores, after)
    await stores.users.update(after)
    await check(stores, before, after)
  })
}
