import { z } from 'zod'
import type { Dependencies } from '../dependencies.ts'
import { Done, ok } from '../envelopes.ts'
import { Problem, problems } from '../errors.ts'
import { type HttpFacts, Reply, type Route, route } from '../route.ts'
import { confirmRoutes } from '../second-factor/confirm-routes.ts'
import { factorRoutes } from '../second-factor/factor-routes.ts'
import { factorSignInRoutes } from '../second-factor/factor-sign-in.ts'
import { passkeyRoutes } from '../second-factor/passkey-routes.ts'
import { passkeySignInRoutes } from '../second-factor/passkey-sign-in.ts'
import { providerRoutes } from '../single-sign-on/provider-routes.ts'
import { signInRulesRoutes } from '../single-sign-on/rules-routes.ts'
import { singleSignOnRoutes } from '../single-sign-on/sign-on-routes.ts'
import { nonceRoutes } from '../single-sign-on/sso-nonce.ts'
import { beginSession, loginProblems, SignedIn, signedInReply } from './begin-session.ts'
import { knownDevice } from './known-devices.ts'
import { isFromOwnPages } from './origin.ts'
import type { PasswordGate } from './password-gate.ts'
import { endCookies } from './session-cookie.ts'
import { signInOptionRoutes } from './sign-in-options.ts'
import { endSessions } from './sign-ins.ts'

/** One e-mail may be at home in several organisations; so many of them are tried. */
const maxAccounts = 8

const Credentials = z.object({
  username: z.string().trim().toLowerCase().max(320),
  password: z.string().max(1024),
  /** Which of several organisations, where one e-mail and password fit more than one. */
  org_id: z.string().max(64).optional(),
})

/** Every way in and out of the dashboard, and what users and organisations set for it. */
export const loginRoutes = (deps: Dependencies, gate: PasswordGate): Route[] => [
  ...passwordRoutes(deps, gate),
  ...signInOptionRoutes(deps),
  ...factorSignInRoutes(deps, gate),
  ...passkeySignInRoutes(deps),
  ...singleSignOnRoutes(deps),
  ...nonceRoutes(deps),
  ...confirmRoutes(deps, gate),
  ...factorRoutes(deps, gate),
  ...passkeyRoutes(deps),
  ...providerRoutes(deps),
  ...signInRulesRoutes(deps),
]

/** /login and /logout: the browser's way in by password, and out (dashboard contract, section 5). */
const passwordRoutes = (deps: Dependencies, gate: PasswordGate): Route[] => [
  route({
    method: 'POST',
    path: '/login',
    permission: 'public',
    summary: 'Sign in: starts a browser session; `Meta.next` says when a second step is outstanding',
    invalid: 'Sign-in request invalid',
    form: true,
    body: Credentials,
    answer: SignedIn,
    async handle({ body, http }) {
      if (!isFromOwnPages(http)) throw new Problem(problems.foreign_origin)
      const reply = await signIn(deps, gate, body, http)
      return http.isForm ? new Reply(reply.body, 302, { ...reply.headers, location: '/' }) : reply
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
) {
  const found = await deps.storage.users.byEmail(username)
  const accounts = found
    .filter((account) => account.user.active === true && (orgId === undefined || account.orgId === orgId))
    .slice(0, maxAccounts)
  const hashes = accounts.map((account) => account.passwordHash)
  const ids = accounts.map(({ id }) => id)
  const guesser = {
    account: username,
    address: http.address,
    device: knownDevice(deps, http, ids),
  }
  const user = accounts[await gate.match(guesser, password, hashes)]
  if (user === undefined) throw new Problem(loginProblems.credentials_incorrect)
  return signedInReply(deps, http, user.id, await beginSession(deps, http, user, 'password'))
}

async function signedOut(deps: Dependencies, http: HttpFacts, status: 200 | 302) {
  await endSessions(deps, http)
  const headers = { 'set-cookie': endCookies(http, deps.dashboardUrl) }
  return new Reply(ok('Signed out'), status, status === 302 ? { ...headers, location: '/' } : headers)
}

/** Browsers without Sec-Fetch-Site, which they leave away on plain HTTP, tell of the page that led here by Referer alone. */
function isLedByOther({ headers }: HttpFacts): boolean {
  const { referer } = headers
  if (headers['sec-fetch-site'] !== undefined || typeof referer !== 'string') return false
  return !URL.canParse(referer) || new URL(referer).host !== headers.host
}
