import { isAdmin, mayAccess } from '@tollgate/model/people/permissions'
import type { UserRecord } from '@tollgate/storage/records/users'
import type { Storage } from '@tollgate/storage/storage'
import type { UserCaller } from '../caller.ts'
import { rightsOf } from './user-rights.ts'

/** Callers remembered at once; all are forgotten when there are more. */
const maxRemembered = 1_000

/** Users as callers, by what they present. */
export type KnownCallers = {
  /** By the hash of an access key; undefined for an unknown one and for an inactive user. */
  readonly byAccessKeyHash: (hash: string) => Promise<UserCaller | undefined>
  readonly byUserId: (id: string) => Promise<UserCaller | undefined>
}

/**
 * Reads callers from the records and remembers those of access keys until any user, group or organisation changes, so
 * that a script which creates keys by the thousand costs no query per request to know it. A change forgets them before
 * it is answered.
 */
export function knownCallers(storage: Storage): KnownCallers {
  const remembered = new Map<string, UserCaller>()
  let generation = 0
  storage.subscribe(async (changes) => {
    if (!changes.some(({ kind }) => kind === 'user' || kind === 'user-group' || kind === 'organisation'))
      return
    generation++
    remembered.clear()
  })
  return {
    async byAccessKeyHash(hash) {
      const known = remembered.get(hash)
      if (known !== undefined) return known
      const before = generation
      const caller = await callerOf(storage, await storage.users.byAccessKeyHash(hash))
      // What was on its way while something changed is not remembered.
      if (caller === undefined || before !== generation) return caller
      if (remembered.size >= maxRemembered) remembered.clear()
      remembered.set(hash, caller)
      return caller
    },
    byUserId: async (id) => callerOf(storage, await storage.users.byId(undefined, id)),
  }
}

/** The caller that a stored user is, now. */
async function callerOf(storage: Storage, record: UserRecord | undefined): Promise<UserCaller | undefined> {
  if (record === undefined || record.user.active !== true) return undefined
  const permissions = await rightsOf(storage, record)
  return {
    kind: 'user',
    userId: record.id,
    orgId: record.orgId,
    scope: record.orgId === '' ? undefined : record.orgId,
    permissions,
    may: (permission, level) => mayAccess(permissions, permission, level),
    isAdmin: isAdmin(permissions),
  }
}
