import { z } from 'zod'

/**
 * The permission model of the management surface (dashboard contract, section 1.6). Pure: whose permissions count (the
 * group's or the user's own), whether the user is active and what everyone may do to himself is for the caller.
 */

/** Permissions as stored: name -> `read` | `write` | `admin` | `deny`. Names we do not know are kept. */
export const Permissions = z.record(z.string(), z.string())
export type Permissions = z.infer<typeof Permissions>

/** The known permissions, in the order a table of them is shown. `readOnly`: write means nothing for it. */
export const knownPermissions = [
  { name: 'analytics', label: 'Analytics', readOnly: true },
  { name: 'owned_analytics', label: 'Owned analytics', readOnly: false },
  { name: 'users', label: 'Users', readOnly: false },
  { name: 'user_groups', label: 'User groups', readOnly: false },
  { name: 'keys', label: 'Keys / Tokens', readOnly: false },
  { name: 'oauth', label: 'OAuth', readOnly: false },
  { name: 'apis', label: 'APIs', readOnly: false },
  { name: 'api_assets', label: 'API assets', readOnly: false },
  { name: 'certs', label: 'Certificates', readOnly: false },
  { name: 'log', label: 'Logs', readOnly: true },
  { name: 'audit_logs', label: 'Audit logs', readOnly: false },
  { name: 'idm', label: 'Identity Management', readOnly: false },
  { name: 'policies', label: 'Policies', readOnly: false },
  { name: 'hooks', label: 'Hooks', readOnly: false },
  { name: 'portal', label: 'Portal', readOnly: false },
  { name: 'websockets', label: 'Real-time notifications', readOnly: true },
  { name: 'system', label: 'System', readOnly: false },
] as const

/** A name of the table above. */
export type Permission = (typeof knownPermissions)[number]['name']

/** What is asked for: `read` for GET and HEAD, `write` for everything else. */
export type AccessLevel = 'read' | 'write'

/** Whether these are an administrator's permissions: none at all, or `IsAdmin` with the value `admin`. */
export function isAdmin(permissions: Permissions | null | undefined): boolean {
  return isEmpty(permissions) || own(permissions, 'IsAdmin') === 'admin'
}

/**
 * Whether the permissions allow this. An empty object is an administrator's; one key makes it an allow-list, in which a
 * missing name is denied. An administrator may everything that is not denied by name. `write` and `admin` imply `read`.
 */
export function mayAccess(
  permissions: Permissions | null | undefined,
  permission: Permission,
  level: AccessLevel,
): boolean {
  const value = own(permissions, permission)
  if (value === 'deny') return false
  if (isAdmin(permissions)) return true
  if (value === 'write' || value === 'admin') return level === 'read' || !readOnlyNames.has(permission)
  return value === 'read' && level === 'read'
}

/** Whether the permissions allow resetting the passwords of others: `ResetPassword` with the value `admin`. */
export function mayResetPasswords(permissions: Permissions | null | undefined): boolean {
  return own(permissions, 'ResetPassword') === 'admin'
}

const readOnlyNames: ReadonlySet<string> = new Set(
  knownPermissions.filter((known) => known.readOnly).map((known) => known.name),
)

function isEmpty(permissions: Permissions | null | undefined): boolean {
  return permissions === null || permissions === undefined || Object.keys(permissions).length === 0
}

/** Reads an own property, so that a name such as `constructor` finds nothing. */
function own(permissions: Permissions | null | undefined, name: string): string | undefined {
  return permissions && Object.hasOwn(permissions, name) ? permissions[name] : undefined
}
