import {
  isAdmin,
  knownPermissions,
  mayAccess,
  mayResetPasswords,
  type Permissions,
} from '@tollgate/model/people/permissions'
import type { UserRecord } from '@tollgate/storage/records/users'
import type { Stores } from '@tollgate/storage/storage'

/** Opens nothing; an empty object would be an administrator's. */
const nothing: Permissions = { IsAdmin: 'deny' }

/**
 * The permissions that count for a user: the group's where there is one, else the own. A group that is gone, inactive
 * or without permissions opens nothing: losing it must not make its members administrators.
 */
export async function rightsOf(stores: Pick<Stores, 'userGroups'>, record: UserRecord): Promise<Permissions> {
  const { group_id: groupId = '', user_permissions: own } = record.user
  if (groupId === '') return own ?? {}
  const found = await stores.userGroups.byId(record.orgId === '' ? undefined : record.orgId, groupId)
  const permissions = found?.group.user_permissions ?? {}
  if (found?.group.active === false || Object.keys(permissions).length === 0) return nothing
  return permissions
}

/**
 * Whether who has `own` may give `wanted` away, or have power over who has it: everything that `wanted` opens, `own`
 * opens too. Without this rule, `users:write` alone would be as good as an administrator.
 */
export function covers(own: Permissions, wanted: Permissions): boolean {
  if (isAdmin(wanted) && !isAdmin(own)) return false
  if (mayResetPasswords(wanted) && !mayResetPasswords(own) && !isAdmin(own)) return false
  const exceeds = knownPermissions.some(({ name }) =>
    (['read', 'write'] as const).some(
      (level) => mayAccess(wanted, name, level) && !mayAccess(own, name, level),
    ),
  )
  return (
    !exceeds &&
    Object.keys(wanted).every((name) => isAdmin(own) || known.has(name) || own[name] === wanted[name])
  )
}

const known: ReadonlySet<string> = new Set([
  ...knownPermissions.map(({ name }) => name),
  'IsAdmin',
  'ResetPassword',
])
