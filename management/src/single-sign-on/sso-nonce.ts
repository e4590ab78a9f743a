import type { UserRecord } from '@tollgate/storage/records/users'
import { secretHash } from '@tollgate/storage/secrets'
import { z } from 'zod'
import { beginSession, sessionCookies } from '../authentication/begin-session.ts'
import { accessDenied } from '../authentication/dashboard-surface.ts'
import { actorOf, type Caller } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { Done, envelopeOf, ok } from '../envelopes.ts'
import { Problem } from '../errors.ts'
import { type HttpFacts, Reply, type Route, route } from '../route.ts'
import { createUser } from '../users/create-user.ts'
import { NewUser } from '../users/user-document.ts'
import { signOnProblems } from './sign-on-problems.ts'

/** A nonce opens the dashboard once, within this time (dashboard contract, section 1.7). */
const nonceMs = 60_000
const anyone = { kind: 'anyone' } as const

const optionalText = z.string().max(320).nullish()

const NonceRequest = z.looseObject({
  ForSection: optionalText,
  OrgID: optionalText,
  EmailAddress: optionalText,
  GroupID: optionalText,
  DisplayName: optionalText,
  /** Who has no account gets none. */
  SSOOnlyForRegisteredUsers: z.boolean().nullish(),
})
type NonceRequest = z.output<typeof NonceRequest>

/** What is kept with a nonce. */
const Kept = z.object({
  orgId: z.string(),
  email: z.string(),
  groupId: z.string(),
  name: z.string(),
  registeredOnly: z.boolean(),
})

const SsoNonce = envelopeOf(z.string())

/** /admin/sso, /api/sso and /tap: a program that has authenticated a user itself hands the browser in. */
export const nonceRoutes = (deps: Dependencies): Route[] => [
  route({
    method: 'POST',
    path: '/admin/sso',
    permission: 'admin-secret',
    summary: 'Make a nonce that signs a browser in once, within 60 seconds, at /tap?nonce=…',
    invalid: signOnProblems.nonce_invalid.message,
    body: NonceRequest,
    answer: SsoNonce,
    handle: ({ caller, body }) => newNonce(deps, caller, body.OrgID ?? '', body),
  }),
  route({
    method: 'POST',
    path: '/api/sso',
    permission: 'any-user',
    summary: 'The same within the own organisation; for administrators',
    invalid: signOnProblems.nonce_invalid.message,
    body: NonceRequest,
    answer: SsoNonce,
    async handle({ caller, body }) {
      if (!caller.isAdmin) throw accessDenied('/api/sso')
      return newNonce(deps, caller, caller.orgId === '' ? (body.OrgID ?? '') : caller.orgId, body)
    },
  }),
  route({
    method: 'GET',
    path: '/tap',
    permission: 'public',
    summary: 'Sign a browser in with a nonce, then go to the start page',
    query: z.object({ nonce: z.string().max(1024).optional() }),
    answer: Done,
    async handle({ query, http }) {
      const user = await userOf(deps, query.nonce ?? '')
      if (user === undefined) return to('/?sign-in=expired')
      return signedIn(deps, http, user)
    },
  }),
]

async function newNonce(deps: Dependencies, caller: Caller, orgId: string, sent: NonceRequest) {
  const email = (sent.EmailAddress ?? '').trim().toLowerCase()
  const section = sent.ForSection ?? 'dashboard'
  if (section !== 'dashboard') throw invalid('there is no section but dashboard')
  if (!NewUser.safeParse({ email_address: email }).success) throw invalid('EmailAddress is no e-mail address')
  const nonce = Buffer.from(crypto.getRandomValues(new Uint8Array(36))).toString('base64url')
  const groupId = sent.GroupID ?? ''
  const kept: z.input<typeof Kept> = {
    orgId,
    email,
    groupId,
    name: sent.DisplayName ?? '',
    registeredOnly: sent.SSOOnlyForRegisteredUsers === true,
  }
  await deps.storage.write(actorOf(caller), async (stores) => {
    if ((await stores.organisations.byId(orgId)) === undefined) throw invalid(`Org id not found ('${orgId}')`)
    if (groupId !== '' && (await stores.userGroups.byId(orgId, groupId)) === undefined) {
      throw invalid(`Group id not found ('${groupId}')`)
    }
    await stores.oneTimeTokens.removeExpired(deps.now())
    await stores.oneTimeTokens.insert(hashOf(deps, nonce), JSON.stringify(kept), deps.now() + nonceMs)
  })
  return ok('SSO Nonce created', nonce)
}

function invalid(reason: string): Problem {
  return new Problem(signOnProblems.nonce_invalid, reason)
}

/** Who a nonce is for; the account is made where there is none, as an administrator unless a group is named. */
async function userOf(deps: Dependencies, nonce: string): Promise<UserRecord | undefined> {
  if (nonce === '') return undefined
  const document = await deps.storage.write({ kind: 'system', id: 'sso' }, ({ oneTimeTokens }) =>
    oneTimeTokens.take(hashOf(deps, nonce), deps.now()),
  )
  if (document === undefined) return undefined
  const kept = Kept.parse(JSON.parse(document))
  const found = (await deps.storage.users.byEmail(kept.email)).find(({ orgId }) => orgId === kept.orgId)
  if (found !== undefined) return found.user.active === true ? found : undefined
  if (kept.registeredOnly) return undefined
  const sent = NewUser.parse({
    email_address: kept.email,
    first_name: kept.name,
    active: true,
    ...(kept.groupId === '' ? { user_permissions: { IsAdmin: 'admin' } } : { group_id: kept.groupId }),
  })
  return (await createUser(deps, anyone, kept.orgId, sent, async () => undefined)).record
}

async function signedIn(deps: Dependencies, http: HttpFacts, user: UserRecord) {
  const begun = await beginSession(deps, http, user, 'single-sign-on')
  return to('/?signed-in', sessionCookies(deps, http, user.id, begun))
}

function hashOf({ pepper }: Dependencies, nonce: string): string {
  return secretHash(pepper, `sso nonce ${nonce}`)
}

function to(location: string, cookies: string[] = []): Reply<z.input<typeof Done>> {
  const headers = { location, ...(cookies.length > 0 && { 'set-cookie': cookies }) }
  return new Reply(ok('Go on there'), 302, headers)
}
