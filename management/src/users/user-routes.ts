import { hex32 } from '@tollgate/model/ids'
import type { UserRecord } from '@tollgate/storage/records/users'
import type { z } from 'zod'
import { accessKeyOf } from '../authentication/authenticate.ts'
import { accessDenied } from '../authentication/dashboard-surface.ts'
import type { PasswordGate } from '../authentication/password-gate.ts'
import { isConfirmed, sessionOf } from '../authentication/sign-ins.ts'
import { actorOf, organisationFor, type UserCaller } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { CreatedInMeta, Done, ok } from '../envelopes.ts'
import { Problem, type ProblemSpec } from '../errors.ts'
import { type HttpFacts, type Route, route } from '../route.ts'
import {
  isActiveAdministrator,
  refuseGrant,
  refuseOutranked,
  refuseWithoutAdministrator,
} from './administrators.ts'
import { type CheckChange, changeUser, storeUser } from './change-user.ts'
import { accessKeyFields, createUser } from './create-user.ts'
import { resetFactors } from './reset-factors.ts'
import { ResetPassword, resetPassword } from './reset-password.ts'
import { ChangedUser, NewUser, ShownUser, shownUser } from './user-document.ts'
import { userProblems } from './user-problems.ts'

/** /api/users: the users of the caller's organisation (dashboard contract, section 1.5). */
export const userRoutes = (deps: Dependencies, gate: PasswordGate): Route[] => [
  route({
    method: 'POST',
    path: '/api/users',
    permission: 'users:write',
    summary: 'Create a user',
    invalid: userProblems.user_invalid.message,
    body: NewUser,
    answer: CreatedInMeta,
    async handle({ caller, body }) {
      const orgId = organisationFor(caller, body.org_id)
      const { record } = await createUser(deps, caller, orgId, body, async (stores, created) => {
        refuseWithoutPermissions(created)
        await refuseGrant(stores, caller, created)
      })
      return ok('User and session have been created', record.id)
    },
  }),
  route({
    method: 'GET',
    path: '/api/users/me',
    permission: 'any-user',
    summary: 'Read the user who is asking',
    answer: ShownUser,
    handle: async ({ caller, http }) => {
      const record = await readUser(deps, caller, caller.userId, userProblems.user_not_readable)
      return shownUser(record, deps.pepper, await opensAccessKeys(deps, http))
    },
  }),
  route({
    method: 'GET',
    path: '/api/users/:id',
    permission: 'users:read',
    ownParam: 'id',
    summary: 'Read a user',
    answer: ShownUser,
    async handle({ caller, params: { id = '' }, http }) {
      const record = await readUser(deps, caller, id, userProblems.user_not_readable)
      return shownTo(deps, caller, record, await opensAccessKeys(deps, http))
    },
  }),
  route({
    method: 'PUT',
    path: '/api/users/:id',
    permission: 'users:write',
    summary: 'Change a user; what is not sent stays',
    invalid: userProblems.user_invalid.message,
    body: ChangedUser,
    answer: Done,
    async handle({ caller, params: { id = '' }, body }) {
      const before = await readUser(deps, caller, id, userProblems.user_not_updatable)
      await refuseOutranked(deps.storage, caller, before)
      await changeUser(deps, caller, before, { ...body, password: undefined }, checkedBy(caller))
      return ok('User updated')
    },
  }),
  route({
    method: 'DELETE',
    path: '/api/users/:id',
    permission: 'users:write',
    summary: 'Delete a user',
    answer: Done,
    async handle({ caller, params: { id = '' } }) {
      const record = await readUser(deps, caller, id, userProblems.user_not_deletable)
      await deps.storage.write(actorOf(caller), async (stores) => {
        await refuseOutranked(stores, caller, record)
        const wasAdministrator = await isActiveAdministrator(stores, record)
        await stores.users.remove(record)
        if (wasAdministrator) await refuseWithoutAdministrator(stores, record.orgId)
      })
      await deps.storage.signIns.removeOfUser(record.id)
      return ok('User deleted')
    },
  }),
  route({
    method: 'POST',
    path: '/api/users/:id/actions/reset',
    permission: 'any-user',
    summary: 'Set the own password, or with the permission ResetPassword that of another',
    body: ResetPassword,
    answer: Done,
    async handle({ caller, params: { id = '' }, body, http }) {
      const path = `/api/users/${id}/actions/reset`
      if (id !== caller.userId && !mayResetOthers(caller)) throw accessDenied(path)
      const record = await readUser(deps, caller, id, userProblems.user_not_readable)
      await refuseOutranked(deps.storage, caller, record)
      const signIn = accessKeyOf(http) === '' ? await sessionOf(deps, http) : undefined
      const guesser = { address: http.address, device: signIn && `session ${signIn.id}` }
      await resetPassword(deps, gate, caller, record, body, guesser, signIn?.tokenHash ?? '')
      return ok('User password updated')
    },
  }),
  route({
    method: 'PUT',
    path: '/api/users/:id/actions/key/reset',
    permission: 'users:write',
    ownParam: 'id',
    summary: 'Renew the access key of a user; the old one ends at once',
    answer: Done,
    async handle({ caller, params: { id = '' } }) {
      const before = await readUser(deps, caller, id, userProblems.user_not_readable)
      await refuseOutranked(deps.storage, caller, before)
      const updatedAt = new Date(deps.now()).toISOString()
      const after = { ...before, ...accessKeyFields(deps.pepper, hex32()), updatedAt }
      await storeUser(deps, caller, before, after, async () => undefined)
      return ok('User session renewed')
    },
  }),
  route({
    method: 'PUT',
    path: '/api/users/:id/actions/revoke',
    permission: 'users:write',
    summary: 'Shut a user out: inactive, access key and sessions ended',
    answer: Done,
    async handle({ caller, params: { id = '' } }) {
      const before = await readUser(deps, caller, id, userProblems.user_not_readable)
      await refuseOutranked(deps.storage, caller, before)
      const after: UserRecord = {
        ...before,
        user: { ...before.user, active: false },
        accessKeyHash: '',
        accessKeySealed: '',
        updatedAt: new Date(deps.now()).toISOString(),
      }
      await storeUser(deps, caller, before, after, checkedBy(caller))
      await deps.storage.signIns.removeOfUser(before.id)
      return ok('User revoked')
    },
  }),
  route({
    method: 'PUT',
    path: '/api/users/:id/actions/factors/reset',
    permission: 'any-user',
    summary: 'Take all second factors of another away; with the permission ResetPassword',
    answer: Done,
    async handle({ caller, params: { id = '' } }) {
      // Without this the own factors would go without being shown once more.
      if (id === caller.userId || !mayResetOthers(caller)) {
        throw accessDenied(`/api/users/${id}/actions/factors/reset`)
      }
      const record = await readUser(deps, caller, id, userProblems.user_not_readable)
      await refuseOutranked(deps.storage, caller, record)
      await resetFactors(deps, caller, record)
      return ok('Second factors removed')
    },
  }),
]

/** The user, if the caller may know of it. */
async function readUser(
  { storage }: Dependencies,
  caller: UserCaller,
  id: string,
  unknown: ProblemSpec,
): Promise<UserRecord> {
  const record = await storage.users.byId(caller.scope, id)
  if (record === undefined) throw new Problem(unknown)
  return record
}

/**
 * Whether a request may see access keys at all: who comes with one may; a browser's session has to have shown lately who
 * it is, so that a stolen cookie does not become a key that outlives it.
 */
export async function opensAccessKeys(deps: Dependencies, http: HttpFacts): Promise<boolean> {
  if (accessKeyOf(http) !== '') return true
  const signIn = await sessionOf(deps, http)
  return signIn !== undefined && isConfirmed(signIn, deps.now())
}

/** A user as this caller sees it: an access key acts in its owner's name, so it is for the owner and administrators. */
export function shownTo(
  deps: Dependencies,
  caller: UserCaller,
  record: UserRecord,
  opens: boolean,
): z.input<typeof ShownUser> {
  return shownUser(record, deps.pepper, opens && (caller.isAdmin || record.id === caller.userId))
}

function mayResetOthers(caller: UserCaller): boolean {
  return caller.permissions.ResetPassword === 'admin' || (caller.orgId === '' && caller.isAdmin)
}

/** On this surface a user has a permission or a group; an empty object would make an administrator by oversight. */
function refuseWithoutPermissions(record: UserRecord): void {
  if (isWithoutPermissions(record)) throw new Problem(userProblems.user_without_permissions)
}

function isWithoutPermissions({ user }: UserRecord): boolean {
  const { user_permissions: permissions, group_id: groupId = '' } = user
  return groupId === '' && Object.keys(permissions ?? {}).length === 0
}

/** What a caller may make of a user: not more than the caller is, and not the last administrator's end. */
function checkedBy(caller: UserCaller): CheckChange {
  return async (stores, before, after) => {
    if (!isWithoutPermissions(before)) refuseWithoutPermissions(after)
    await refuseGrant(stores, caller, after)
    const wasAdministrator = await isActiveAdministrator(stores, before)
    if (wasAdministrator && !(await isActiveAdministrator(stores, after))) {
      await refuseWithoutAdministrator(stores, after.orgId)
    }
  }
}
