import { knownPermissions, mayResetPasswords, Permissions } from '@tollgate/model/people/permissions'
import type { SignIn } from '@tollgate/storage/records/sign-ins'
import { z } from 'zod'
import { accessKeyOf } from '../authentication/authenticate.ts'
import { endCookies } from '../authentication/session-cookie.ts'
import { isInForce, sessionOf } from '../authentication/sign-ins.ts'
import type { UserCaller } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { Done, envelopeOf, ok } from '../envelopes.ts'
import { defineProblems, Problem } from '../errors.ts'
import { type HttpFacts, Reply, type Route, route } from '../route.ts'
import { userProblems } from '../users/user-problems.ts'

export const sessionProblems = defineProblems({
  session_unknown: { status: 404, message: 'Could not retrieve session' },
})

const Caller = z.object({
  user: z.object({
    id: z.string(),
    first_name: z.string(),
    last_name: z.string(),
    email_address: z.string(),
    group_id: z.string(),
  }),
  via: z.enum(['cookie', 'access_key']),
  /** Somebody else chose the password. */
  password_provisional: z.boolean(),
  is_admin: z.boolean(),
  may_reset_passwords: z.boolean(),
  /** What counts: the group's permissions, or the own. */
  permissions: Permissions,
  /** The same, worked out for every permission. */
  may: z.record(z.string(), z.object({ read: z.boolean(), write: z.boolean() })),
  /** Null for a super user. */
  organisation: z.object({ id: z.string(), name: z.string() }).nullable(),
  /** Fewest characters of a new password. */
  min_password_length: z.int(),
  version: z.string(),
  gateway_url: z.string(),
})

const ShownSession = z.object({
  id: z.string(),
  created_at: z.string(),
  last_seen_at: z.string(),
  expires_at: z.string(),
  address: z.string(),
  user_agent: z.string(),
  method: z.enum(['password', 'passkey', 'single-sign-on']),
  current: z.boolean(),
})

/** Who is asking, what this user may do, and where else this user is signed in. */
export const sessionRoutes = (deps: Dependencies): Route[] => [
  route({
    method: 'GET',
    path: '/api/session',
    permission: 'any-user',
    summary: 'Who is asking, and what this user may do',
    answer: Caller,
    handle: ({ caller, http }) => describeCaller(deps, caller, http),
  }),
  route({
    method: 'GET',
    path: '/api/permissions',
    permission: 'any-user',
    summary: 'The permissions there are, in the order of a table of them',
    answer: z.object({
      permissions: z.array(z.object({ name: z.string(), label: z.string(), read_only: z.boolean() })),
    }),
    handle: () => ({
      permissions: knownPermissions.map(({ name, label, readOnly }) => ({
        name,
        label,
        read_only: readOnly,
      })),
    }),
  }),
  route({
    method: 'GET',
    path: '/api/sessions',
    permission: 'any-user',
    summary: 'Where the user who is asking is signed in, the last seen first',
    answer: z.object({ sessions: z.array(ShownSession) }),
    handle: async ({ caller, http }) => {
      const current = await currentHash(deps, http)
      return { sessions: (await ownSessions(deps, caller)).map((signIn) => shownSession(signIn, current)) }
    },
  }),
  route({
    method: 'DELETE',
    path: '/api/sessions/:sessionId',
    permission: 'any-user',
    summary: 'End one of the own browser sessions',
    answer: Done,
    handle: async ({ caller, params, http }) => {
      const signIn = (await ownSessions(deps, caller)).find(({ id }) => id === params.sessionId)
      if (signIn === undefined) throw new Problem(sessionProblems.session_unknown)
      const isCurrent = signIn.tokenHash === (await currentHash(deps, http))
      await deps.storage.signIns.remove(signIn.tokenHash)
      if (!isCurrent) return new Reply(ok('Session ended'), 200)
      return new Reply(ok('Session ended'), 200, { 'set-cookie': endCookies(http, deps.dashboardUrl) })
    },
  }),
  route({
    method: 'DELETE',
    path: '/api/sessions',
    permission: 'any-user',
    summary: 'End all own browser sessions but the current one',
    answer: envelopeOf(z.object({ ended: z.int() })),
    handle: async ({ caller, http }) => {
      const current = await currentHash(deps, http)
      const others = (await ownSessions(deps, caller)).filter(({ tokenHash }) => tokenHash !== current)
      await deps.storage.signIns.removeOthers(caller.userId, current)
      return ok('Other sessions ended', { ended: others.length })
    },
  }),
]

async function describeCaller(
  deps: Dependencies,
  caller: UserCaller,
  http: HttpFacts,
): Promise<z.input<typeof Caller>> {
  const record = await deps.storage.users.byId(caller.scope, caller.userId)
  if (record === undefined) throw new Problem(userProblems.user_not_readable)
  const organisation = caller.orgId === '' ? undefined : await deps.storage.organisations.byId(caller.orgId)
  const { first_name = '', last_name = '', group_id } = record.user
  const may = knownPermissions.map(
    ({ name }) => [name, { read: caller.may(name, 'read'), write: caller.may(name, 'write') }] as const,
  )
  return {
    user: {
      id: record.id,
      first_name,
      last_name,
      email_address: record.email,
      group_id: group_id ?? '',
    },
    via: accessKeyOf(http) === '' ? 'cookie' : 'access_key',
    password_provisional: record.passwordProvisional,
    is_admin: caller.isAdmin,
    may_reset_passwords: mayResetPasswords(caller.permissions) || (caller.orgId === '' && caller.isAdmin),
    permissions: caller.permissions,
    may: Object.fromEntries(may),
    organisation: organisation
      ? { id: organisation.id, name: organisation.organisation.owner_name ?? '' }
      : null,
    min_password_length: deps.minPasswordLength,
    version: deps.version,
    gateway_url: deps.gatewayUrl,
  }
}

async function ownSessions({ storage, now }: Dependencies, caller: UserCaller): Promise<SignIn[]> {
  const signIns = await storage.signIns.ofUser(caller.userId)
  return signIns.filter((signIn) => signIn.stage === 'full' && isInForce(signIn, now()))
}

/** Empty for who came by an access key. */
async function currentHash(deps: Dependencies, http: HttpFacts): Promise<string> {
  const signIn = accessKeyOf(http) === '' ? await sessionOf(deps, http) : undefined
  return signIn?.tokenHash ?? ''
}

function shownSession(signIn: SignIn, currentTokenHash: string): z.input<typeof ShownSession> {
  const at = (ms: number) => new Date(ms).toISOString()
  return {
    id: signIn.id,
    created_at: at(signIn.createdAtMs),
    last_seen_at: at(signIn.lastSeenAtMs),
    expires_at: at(signIn.expiresAtMs),
    address: signIn.address,
    user_agent: signIn.userAgent,
    method: signIn.method,
    current: signIn.tokenHash === currentTokenHash,
  }
}
