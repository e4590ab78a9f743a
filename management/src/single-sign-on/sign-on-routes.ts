import type { IdentityProviderRecord } from '@tollgate/storage/records/identity-providers'
import { z } from 'zod'
import { beginSession, sessionCookies } from '../authentication/begin-session.ts'
import { endSealedCookie, openSealedCookies, sealedCookie } from '../authentication/sealed-cookies.ts'
import type { Dependencies } from '../dependencies.ts'
import { Done, ok } from '../envelopes.ts'
import { Problem } from '../errors.ts'
import { type HttpFacts, Reply, type Route, route } from '../route.ts'
import { accountOf } from './account-of.ts'
import { openId, type PendingSignOn } from './openid.ts'
import { SignOnFailure } from './sign-on-failure.ts'

const cookieName = 'tollgate-sso'
const cookiePath = '/sso'
/** How long a user may take at the provider. */
const pendingMs = 15 * 60_000

const Pending = z.object({
  providerId: z.string(),
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
})

/** /sso: signing in with an identity provider. Browsers navigate here, so that every answer leads to a page. */
export const singleSignOnRoutes = (deps: Dependencies): Route[] => {
  const provider = openId(deps)
  return [
    route({
      method: 'GET',
      path: '/sso/start/:providerId',
      permission: 'public',
      summary: 'Begin to sign in with an identity provider: leads the browser there',
      query: z.object({ moved: z.string().optional() }),
      answer: Done,
      handle: ({ params: { providerId = '' }, query, http }) =>
        leading(async () => {
          const elsewhere = elsewhereThan(deps, http)
          if (elsewhere !== undefined && query.moved === undefined) {
            return to(`${elsewhere}/sso/start/${encodeURIComponent(providerId)}?moved=1`)
          }
          const record = await activeProvider(deps, providerId)
          const { url, pending } = await reaching(deps, record, () => provider.begin(record))
          return to(url, [sealedCookie(deps, http, cookieName, cookiePath, pending, pendingMs)])
        }),
    }),
    route({
      method: 'GET',
      path: '/sso/callback',
      permission: 'public',
      summary:
        'Where an identity provider sends the browser back: signs the user in, then goes to the start page',
      answer: Done,
      handle: ({ query, http }) =>
        leading(async () => {
          const pending = pendingOf(deps, http, query.state)
          const record = await activeProvider(deps, pending.providerId)
          if (query.error !== undefined) throw new SignOnFailure('refused')
          const claims = await reaching(deps, record, () => provider.finish(record, pending, query))
          const user = await accountOf(deps, record, claims)
          const begun = await beginSession(deps, http, user, 'single-sign-on')
          const cookies = sessionCookies(deps, http, user.id, begun)
          return to('/?signed-in', [...cookies, endSealedCookie(deps, http, cookieName, cookiePath)])
        }),
    }),
  ]
}

/** Runs a step of a sign-in; what goes wrong leads to the sign-in page, which says so. */
async function leading(step: () => Promise<Reply<z.input<typeof Done>>>) {
  try {
    return await step()
  } catch (error) {
    if (error instanceof SignOnFailure) return to(`/?sign-in=${error.code}`)
    if (error instanceof Problem && error.status < 500) return to('/?sign-in=inactive')
    throw error
  }
}

/** Asks a provider; the log has why it failed. */
async function reaching<T>(
  { logError }: Dependencies,
  { id, provider }: IdentityProviderRecord,
  ask: () => Promise<T>,
): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    logError('an identity provider failed', { provider: id, issuer: provider.issuer, cause: causeOf(error) })
    throw new SignOnFailure(isAnswer(error) ? 'invalid' : 'unreachable')
  }
}

/** What went wrong, without what was sent: codes and tokens are secrets. */
function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const inner = error.cause instanceof Error ? `: ${error.cause.message}` : ''
  return `${error.name}: ${error.message}${inner}`
}

/** The provider answered, and what it said is not to be believed or was a refusal. */
function isAnswer(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error)) return false
  return /^OAUTH_(?!TIMEOUT|ABORT)/.test(String(error.code))
}

async function activeProvider({ storage }: Dependencies, id: string): Promise<IdentityProviderRecord> {
  const record = await storage.identityProviders.byId(undefined, id)
  if (record?.provider.active !== true) throw new SignOnFailure('unknown_provider')
  return record
}

/** The sign-in of this browser that a provider answers. */
function pendingOf(deps: Dependencies, http: HttpFacts, state: string | undefined): PendingSignOn {
  for (const opened of openSealedCookies(deps, http, cookieName)) {
    const pending = Pending.safeParse(opened)
    if (pending.success && pending.data.state === state) return pending.data
  }
  throw new SignOnFailure('expired')
}

/** The provider sends browsers back to the configured address: they have to begin there, or their cookie is elsewhere. */
function elsewhereThan({ dashboardUrl }: Dependencies, { headers }: HttpFacts): string | undefined {
  return headers.host === new URL(dashboardUrl).host ? undefined : dashboardUrl
}

function to(location: string, cookies: string[] = []): Reply<z.input<typeof Done>> {
  const headers = { location, ...(cookies.length > 0 && { 'set-cookie': cookies }) }
  return new Reply(ok('Go on there'), 302, headers)
}
