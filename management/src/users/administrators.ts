import { isAdmin } from '@tollgate/model/people/permissions'
import type { UserRecord } from '@tollgate/storage/records/users'
import type { Stores } from '@tollgate/storage/storage'
import { covers, rightsOf } from '../authentication/user-rights.ts'
import type { UserCaller } from '../caller.ts'
import { Problem } from '../errors.ts'
import { userProblems } from './user-problems.ts'

/** Throws unless everything that the user may do, the caller may do too. */
export async function refuseOutranked(stores: Stores, caller: UserCaller, record: UserRecord): Promise<void> {
  if (caller.userId === record.id) return
  if (!covers(caller.permissions, await rightsOf(stores, record))) {
    throw new Problem(userProblems.user_outranks_caller)
  }
}

/** Throws unless the caller may give the user the permissions that the user has now; nobody promotes himself. */
export async function refuseGrant(stores: Stores, caller: UserCaller, record: UserRecord): Promise<void> {
  if (!covers(caller.permissions, await rightsOf(stores, record))) {
    throw new Problem(userProblems.user_outranks_caller)
  }
}

/** Whether the user is an administrator who can come in. */
export async function isActiveAdministrator(stores: Stores, record: UserRecord): Promise<boolean> {
  return record.user.active === true && isAdmin(await rightsOf(stores, record))
}

/**
 * Throws when an organisation has no administrator who can come in. Called inside the transaction that took rights
 * away from one, so that an organisation cannot lock itself out; the admin surface may do as it likes.
 */
export async function refuseWithoutAdministrator(stores: Stores, orgId: string): Promise<void> {
  if (orgId === '') return
  const { rows } = await stores.users.list(orgId, '', { page: 0, size: 1 })
  for (const record of rows) if (await isActiveAdministrator(stores, record)) return
  throw new Problem(userProblems.last_administrator)
}
