import {
  isAdmin,
  knownPermissions,
  mayAccess,
  mayResetPasswords,
  type Permission,
  type Permissions,
} from '@tollgate/model/people/permissions'

/** What a table of permissions shows for one of them. */
export type Level = 'deny' | 'read' | 'write'

/** A row of the table. */
export type PermissionRow = {
  readonly name: string
  readonly label: string
  readonly isReadOnly: boolean
  readonly level: Level
}

/** Who gives permissions away: nobody gives more than they have. */
export type Giver = {
  (permission: Permission, level: 'read' | 'write'): boolean
  readonly isAdmin: boolean
  readonly resetPasswords: boolean
}

const special = new Set(['IsAdmin', 'ResetPassword'])
const known: ReadonlyMap<string, (typeof knownPermissions)[number]> = new Map(
  knownPermissions.map((permission) => [permission.name, permission]),
)

/** The rows of the table: the known permissions in their order, then names of somebody's own. */
export function permissionRows(permissions: Permissions): readonly PermissionRow[] {
  const others = Object.keys(permissions).filter((name) => !known.has(name) && !special.has(name))
  return [
    ...knownPermissions.map(({ name, label, readOnly }) => ({
      name,
      label,
      isReadOnly: readOnly,
      level: levelOf(permissions, name),
    })),
    ...others.map((name) => ({ name, label: name, isReadOnly: false, level: levelOf(permissions, name) })),
  ]
}

function levelOf(permissions: Permissions, name: string): Level {
  const value = Object.hasOwn(permissions, name) ? permissions[name] : undefined
  if (value === 'deny') return 'deny'
  if (isAdmin(permissions)) return known.get(name)?.readOnly ? 'read' : 'write'
  return value === 'write' || value === 'admin' ? 'write' : value === 'read' ? 'read' : 'deny'
}

/**
 * The permissions after one was set. What is not granted is left out, but never the last one: an empty object would
 * make an administrator. What an administrator lacks has to be denied by name.
 */
export function withLevel(permissions: Permissions, name: string, level: Level): Permissions {
  const { [name]: _, ...others } = permissions
  if (isAdmin(permissions)) {
    const named = Object.keys(permissions).length === 0 ? { IsAdmin: 'admin' } : others
    return level === 'deny' ? { ...named, [name]: 'deny' } : named
  }
  if (level !== 'deny') return { ...permissions, [name]: level }
  return Object.keys(others).length === 0 ? { ...permissions, [name]: 'deny' } : others
}

/** The permissions of an administrator, or of somebody who is none. */
export function withAdmin(permissions: Permissions, isOn: boolean): Permissions {
  const { IsAdmin: _, ...others } = permissions
  if (isOn) return { IsAdmin: 'admin', ...others }
  return Object.keys(others).length === 0 ? { IsAdmin: 'deny' } : others
}

/** Whether nothing at all is granted: neither a permission nor everything. */
export function grantsNothing(permissions: Permissions): boolean {
  return (
    !isAdmin(permissions) &&
    !mayResetPasswords(permissions) &&
    permissionRows(permissions).every(({ level }) => level === 'deny')
  )
}

/** Whether the giver has everything that these permissions grant; the server refuses the others. */
export function mayGive(giver: Giver, permissions: Permissions): boolean {
  if (giver.isAdmin) return true
  if (isAdmin(permissions)) return false
  if (mayResetPasswords(permissions) && !giver.resetPasswords) return false
  return knownPermissions.every(({ name }) =>
    (['read', 'write'] as const).every((level) => !mayAccess(permissions, name, level) || giver(name, level)),
  )
}

/** Whether the giver may set one row to this level. */
export function mayGiveLevel(giver: Giver, name: string, level: Level): boolean {
  if (level === 'deny' || giver.isAdmin) return true
  const permission = known.get(name)
  return permission !== undefined && giver(permission.name, level)
}

/** Permissions in a few words: "Administrator", "Keys / Tokens: write, APIs: read". */
export function permissionsInWords(permissions: Permissions): string {
  if (isAdmin(permissions)) {
    const denied = permissionRows(permissions).filter(({ level }) => level === 'deny')
    return denied.length === 0
      ? 'Administrator'
      : `Administrator, without ${denied.map(({ label }) => label).join(', ')}`
  }
  const granted = permissionRows(permissions).filter(({ level }) => level !== 'deny')
  return granted.length === 0 ? 'Nothing' : granted.map(({ label, level }) => `${label}: ${level}`).join(', ')
}
