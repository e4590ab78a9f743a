import type { UserRecord } from '@tollgate/storage/records/users'
import { z } from 'zod'
import type { Dependencies } from '../dependencies.ts'
import { Done, ok } from '../envelopes.ts'
import { defineProblems, Problem, problems } from '../errors.ts'
import { type HttpFacts, Reply, type Route, route } from '../route.ts'
import { isFromOwnPages } from './origin.ts'
import type { PasswordGate } from './password-gate.ts'
import { endCookie, sessionToken, startCookie } from './session-cookie.ts'
import { endSession, sessionLifeMs, startSession } from './sign-ins.ts'

/** One e-mail may be at home in several organisations; so many of them are tried. */
const maxAccounts = 8

export const loginProblems = defineProblems({
  credentials_incorrect: { status: 401, message: 'Credentials are incorrect, please try again' },
})

const Credentials = z.object({
  username: z.string().trim().toLowerCase().max(320),
  password: z.string().max(1024),
  /** Which of several organisations, where one e-mail and password fit more than one. */
  org_id: z.string().max(64).optional(),
})

/** /login and /logout: the browser's way in and out (dashboard contract, section 5). */
export const loginRoutes = (deps: Dependencies, gate: PasswordGate): Route[] => [
  route({
    method: 'POST',
    path: '/login',
    permission: 'public',
    summary: 'Sign in: starts a browser session',
    invalid: 'Sign-in request invalid',
    form: true,
    body: Credentials,
    answer: Done,
    async handle({ body, http }) {
      if (!isFromOwnPages(http)) throw new Problem(problems.foreign_origin)
      const token = await signIn(deps, gate, body, http)
      await endSession(deps, sessionToken(http))
      const headers = { 'set-cookie': startCookie(http, token, sessionLifeMs) }
      return new Reply(
        ok('Signed in'),
        http.isForm ? 302 : 200,
        http.isForm ? { ...headers, location: '/' } : headers,
      )
    },
  }),
  route({
    method: 'POST',
    path: '/logout',
    permission: 'public',
    summary: 'Sign out: ends the browser session',
    answer: Done,
    handle: async ({ http }) => {
      // The answer takes the cookie away also from a browser that did not send it.
      if (!isFromOwnPages(http)) throw new Problem(problems.foreign_origin)
      return signedOut(deps, http, 200)
    },
  }),
  route({
    method: 'GET',
    path: '/logout',
    permission: 'public',
    summary: 'Sign out by following a link of our own pages, then go to the start page',
    answer: Done,
    // A link or an image of another site must not sign anybody out.
    handle: async ({ http }) =>
      isFromOwnPages(http) && !isLedByOther(http)
        ? signedOut(deps, http, 302)
        : new Reply(ok('Not signed out'), 302, { location: '/' }),
  }),
]

async function signIn(
  deps: Dependencies,
  gate: PasswordGate,
  { username, password, org_id: orgId }: z.output<typeof Credentials>,
  http: HttpFacts,
): Promise<string> {
  const found = await deps.storage.users.byEmail(username)
  const accounts = found
    .filter((account) => account.user.active === true && (orgId === undefined || account.orgId === orgId))
    .slice(0, maxAccounts)
  const hashes = accounts.map((account) => account.passwordHash)
  const user = accounts[await gate.match(username, http.address, password, hashes)]
  if (user === undefined) throw new Problem(loginProblems.credentials_incorrect)
  return newSession(deps, user, http)
}

/**
 * Starts the session and notes the sign-in on the user, in one transaction: a password change or a revocation comes
 * before it and is seen, or after it and ends the session.
 */
async function newSession(
  deps: Dependencies,
  user: UserRecord,
  { address, headers }: HttpFacts,
): Promise<string> {
  const userAgent = typeof headers['user-agent'] === 'string' ? headers['user-agent'].toWellFormed() : ''
  const at = new Date(deps.now()).toISOString()
  return deps.storage.write({ kind: 'user', id: user.id }, async (stores) => {
    const current = await stores.users.byId(undefined, user.id)
    if (current?.passwordHash !== user.passwordHash || current.user.active !== true) {
      throw new Problem(loginProblems.credentials_incorrect)
    }
    await stores.users.update({ ...current, user: { ...current.user, last_login_date: at } })
    return startSession(stores.signIns, deps, user.id, { address, userAgent })
  })
}

async function signedOut(deps: Dependencies, http: HttpFacts, status: 200 | 302) {
  await endSession(deps, sessionToken(http))
  const headers = { 'set-cookie': endCookie(http) }
  return new Reply(ok('Signed out'), status, status === 302 ? { ...headers, location: '/' } : headers)
}

/** Browsers without Sec-Fetch-Site, which they leave away on plain HTTP, tell of the page that led here by Referer alone. */
function isLedByOther({ headers }: HttpFacts): boolean {
  const { referer } = headers
  if (headers['sec-fetch-site'] !== undefined || typeof referer !== 'string') return false
  return !URL.canParse(referer) || new URL(referer).host !== headers.host
}
