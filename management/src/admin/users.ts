import type { Permissions } from '@tollgate/model/people/permissions'
import type { UserRecord } from '@tollgate/storage/records/users'
import { unseal } from '@tollgate/storage/secrets'
import type { AdminCaller } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { Done, envelopeOf, ok } from '../envelopes.ts'
import { Problem, type ProblemSpec } from '../errors.ts'
import { type Route, route } from '../route.ts'
import { changeUser } from '../users/change-user.ts'
import { createUser } from '../users/create-user.ts'
import { resetFactors } from '../users/reset-factors.ts'
import { AdminChangedUser, NewUser, ShownUser, shownUser } from '../users/user-document.ts'
import { userProblems } from '../users/user-problems.ts'

const UserInMeta = envelopeOf(ShownUser)
const administrator: Permissions = { IsAdmin: 'admin', ResetPassword: 'admin' }
const invalid = userProblems.user_invalid.message

/** /admin/users: users of every organisation, and super users of none (dashboard contract, section 1.7). */
export const adminUserRoutes = (deps: Dependencies): Route[] => [
  route({
    method: 'POST',
    path: '/admin/users',
    permission: 'admin-secret',
    summary: 'Create a user; without permissions an administrator, without organisation a super user',
    invalid,
    body: NewUser,
    answer: UserInMeta,
    async handle({ caller, body }) {
      const sent = { ...body, user_permissions: permissionsFor(body) }
      const { record, accessKey } = await createUser(
        deps,
        caller,
        body.org_id ?? '',
        sent,
        async () => undefined,
      )
      return ok(accessKey, shownUser(record, deps.pepper, true))
    },
  }),
  route({
    method: 'GET',
    path: '/admin/users/:id',
    permission: 'admin-secret',
    summary: 'Read a user of any organisation',
    answer: ShownUser,
    async handle({ params: { id = '' } }) {
      return shownUser(await readUser(deps, id, userProblems.user_not_readable), deps.pepper, true)
    },
  }),
  route({
    method: 'PUT',
    path: '/admin/users/:id',
    permission: 'admin-secret',
    summary: 'Change a user of any organisation; a password may come along',
    invalid,
    body: AdminChangedUser,
    answer: UserInMeta,
    async handle({ caller, params: { id = '' }, body }) {
      const before = await readUser(deps, id, userProblems.user_unknown)
      const record = await changeUser(deps, caller, before, body, async () => undefined)
      const { accessKeySealed: sealed } = record
      return ok(sealed === '' ? '' : unseal(deps.pepper, sealed), shownUser(record, deps.pepper, true))
    },
  }),
  route({
    method: 'PUT',
    path: '/admin/users/:id/actions/factors/reset',
    permission: 'admin-secret',
    summary: 'Take all second factors of a user away, such as of an administrator who lost them',
    answer: Done,
    async handle({ caller, params: { id = '' } }) {
      await resetFactors(deps, caller, await readUser(deps, id, userProblems.user_not_readable))
      return ok('Second factors removed')
    },
  }),
  route({
    method: 'PUT',
    path: '/admin/users/:id/actions/allow_reset_passwords',
    permission: 'admin-secret',
    summary: 'Let a user set the passwords of others',
    answer: UserInMeta,
    handle: ({ caller, params: { id = '' } }) => setResetPassword(deps, caller, id, 'admin'),
  }),
  route({
    method: 'PUT',
    path: '/admin/users/:id/actions/disallow_reset_passwords',
    permission: 'admin-secret',
    summary: 'Let a user no longer set the passwords of others',
    answer: UserInMeta,
    handle: ({ caller, params: { id = '' } }) => setResetPassword(deps, caller, id, 'deny'),
  }),
]

/** Who is made here without permissions, and without a group that would give some, is an administrator. */
function permissionsFor({ user_permissions: given, group_id: groupId = '' }: NewUser): Permissions {
  if (given && Object.keys(given).length > 0) return given
  return groupId === '' ? administrator : {}
}

/** Adding a name to an empty object would turn an administrator into nobody, removing the last one the reverse. */
async function setResetPassword(
  deps: Dependencies,
  caller: AdminCaller,
  id: string,
  level: 'admin' | 'deny',
) {
  const before = await readUser(deps, id, userProblems.user_not_readable)
  const given = before.user.user_permissions ?? {}
  const own: Permissions = Object.keys(given).length === 0 ? { IsAdmin: 'admin' } : given
  const sent = { user_permissions: { ...own, ResetPassword: level } }
  const record = await changeUser(deps, caller, before, sent, async () => undefined)
  return ok('User updated', shownUser(record, deps.pepper, true))
}

async function readUser({ storage }: Dependencies, id: string, unknown: ProblemSpec): Promise<UserRecord> {
  const record = await storage.users.byId(undefined, id)
  if (record === undefined) throw new Problem(unknown)
  return record
}
