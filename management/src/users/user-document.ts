import { Permissions } from '@tollgate/model/people/permissions'
import { User } from '@tollgate/model/people/user'
import type { UserRecord } from '@tollgate/storage/records/users'
import { unseal } from '@tollgate/storage/secrets'
import { z } from 'zod'

/** Longest password, characters: hashing takes time by its length. */
const maxPasswordLength = 1024
/** Longest e-mail address (RFC 5321). */
const maxEmailLength = 320

export const Password = z.string().max(maxPasswordLength)

const Email = z
  .string()
  .trim()
  .toLowerCase()
  .max(maxEmailLength)
  .regex(/^[^\s@\p{Cc}]+@[^\s@\p{Cc}]+$/u, 'expected an e-mail address')

const levels = new Set(['read', 'write', 'admin', 'deny'])
/** Permissions as they are sent: each with a level that exists. Null is none sent, not an empty set of them. */
export const GivenPermissions = Permissions.refine(
  (given) => Object.values(given).every((level) => levels.has(level)),
  {
    message: 'expected read, write, admin or deny',
  },
).optional()

/** A user as it is sent to be changed; what is not sent stays as it is. */
export const ChangedUser = User.extend({
  email_address: Email.optional(),
  user_permissions: GivenPermissions,
})
export type ChangedUser = z.output<typeof ChangedUser>

/** A user as the admin surface changes it: a password may come along. */
export const AdminChangedUser = ChangedUser.extend({ password: Password.optional() })
export type AdminChangedUser = z.output<typeof AdminChangedUser>

/** A user as it is sent to be created. */
export const NewUser = AdminChangedUser.extend({ email_address: Email })
export type NewUser = z.output<typeof NewUser>

/** A user as it is shown; the order of the fields is the contract's. Fields of ours that it does not know follow. */
export const ShownUser = z.looseObject({
  api_model: z.object({}),
  first_name: z.string(),
  last_name: z.string(),
  email_address: z.string(),
  org_id: z.string(),
  active: z.boolean(),
  id: z.string(),
  access_key: z.string(),
  user_permissions: Permissions,
  group_id: z.string(),
  password_max_days: z.number(),
  password_updated: z.string(),
  last_login_date: z.string(),
  created_at: z.string(),
})
export type ShownUser = z.input<typeof ShownUser>

/**
 * Fields of a body that are never kept in the document: secrets, what the server says itself, and names that could be
 * taken for rights or ownership, although nothing reads them.
 */
const notKept = [
  'password',
  'new_password',
  'current_password',
  'access_key',
  'api_model',
  'PWHistory',
  'is_admin',
  'isAdmin',
  'orgId',
  'OrgID',
]

/** The document of a user: what is kept, over what was sent now. */
export function mergedUser(kept: User, sent: ChangedUser): User {
  const merged = { ...kept, ...sent }
  return Object.fromEntries(Object.entries(merged).filter(([name]) => !notKept.includes(name)))
}

const never = '0001-01-01T00:00:00Z'

/** The user as an answer shows it. The access key is blank for those who may not act in the user's name. */
export function shownUser(record: UserRecord, pepper: string, withAccessKey: boolean): ShownUser {
  const { first_name, last_name, group_id, user_permissions, ...rest } = record.user
  const { password_max_days, password_updated, last_login_date, ...others } = rest
  return {
    api_model: {},
    first_name: first_name ?? '',
    last_name: last_name ?? '',
    email_address: record.email,
    org_id: record.orgId,
    active: record.user.active === true,
    id: record.id,
    access_key: withAccessKey && record.accessKeySealed !== '' ? unseal(pepper, record.accessKeySealed) : '',
    user_permissions: user_permissions ?? {},
    group_id: group_id ?? '',
    password_max_days: password_max_days ?? 0,
    password_updated: password_updated ?? never,
    last_login_date: last_login_date ?? never,
    created_at: record.createdAt,
    ...withoutKnown(others),
  }
}

/** The fields that `shownUser` does not set itself. */
function withoutKnown(document: User): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(document).filter(
      ([name]) => !Object.hasOwn(ShownUser.shape, name) && !notKept.includes(name),
    ),
  )
}
