import { isLoopback } from '@tollgate/model/people/identity-provider'
import type { IdentityProviderRecord } from '@tollgate/storage/records/identity-providers'
import { unseal } from '@tollgate/storage/secrets'
import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  type ClientAuth,
  ClientSecretBasic,
  ClientSecretPost,
  Configuration,
  type CustomFetch,
  calculatePKCECodeChallenge,
  customFetch,
  discovery,
  fetchUserInfo,
  None,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
} from 'openid-client'
import type { Dependencies } from '../dependencies.ts'
import { boundedFetch } from './bounded-fetch.ts'

/** How long what a provider says of itself is believed, milliseconds. */
const discoveredMs = 10 * 60_000
/** Providers whose description is remembered; all are forgotten when there are more. */
const maxDiscovered = 200
/** Longest wait for a provider, seconds. */
const timeoutS = 10

/** What a sign-in is checked against when the browser comes back. */
export type PendingSignOn = {
  readonly providerId: string
  readonly state: string
  readonly nonce: string
  readonly verifier: string
}

/** What a provider says about a user. */
export type Claims = Readonly<Record<string, unknown>> & { readonly sub: string }

/** Speaks OpenID Connect with the providers of organisations. */
export type OpenId = {
  /** Reads what the provider says of itself; rejects when it cannot be used. */
  readonly discover: (record: IdentityProviderRecord) => Promise<Configuration>
  /** Where the browser is to be sent, and what to remember until it is back. */
  readonly begin: (record: IdentityProviderRecord) => Promise<{ url: string; pending: PendingSignOn }>
  /** Who has signed in. Rejects when the answer is not the provider's, or not to this sign-in. */
  readonly finish: (
    record: IdentityProviderRecord,
    pending: PendingSignOn,
    query: Readonly<Record<string, string | undefined>>,
  ) => Promise<Claims>
}

/** The address to which providers send browsers back. */
export function redirectUri({ dashboardUrl }: Pick<Dependencies, 'dashboardUrl'>): string {
  return `${dashboardUrl}/sso/callback`
}

/** Authorization code flow with PKCE, state and nonce (OpenID Connect Core 1.0, 3.1; RFC 9700). */
export function openId(deps: Pick<Dependencies, 'dashboardUrl' | 'pepper' | 'now'>): OpenId {
  const discovered = new Map<string, { atMs: number; configuration: Promise<Configuration> }>()

  function discover(record: IdentityProviderRecord): Promise<Configuration> {
    const { issuer, client_id: clientId } = record.provider
    const name = JSON.stringify([record.id, issuer, clientId, record.secretSealed])
    const known = discovered.get(name)
    if (known !== undefined && deps.now() - known.atMs < discoveredMs) return known.configuration
    if (discovered.size >= maxDiscovered) discovered.clear()
    const configuration = configurationOf(record, deps.pepper)
    discovered.set(name, { atMs: deps.now(), configuration })
    // A failure is not remembered: the next sign-in asks again.
    configuration.catch(() => discovered.delete(name))
    return configuration
  }

  return {
    discover,
    async begin(record) {
      const configuration = await discover(record)
      const pending = {
        providerId: record.id,
        state: randomState(),
        nonce: randomNonce(),
        verifier: randomPKCECodeVerifier(),
      }
      const url = buildAuthorizationUrl(configuration, {
        redirect_uri: redirectUri(deps),
        scope: [...new Set(['openid', ...record.provider.scopes])].join(' '),
        state: pending.state,
        nonce: pending.nonce,
        code_challenge: await calculatePKCECodeChallenge(pending.verifier),
        code_challenge_method: 'S256',
      })
      return { url: url.href, pending }
    },
    async finish(record, pending, query) {
      const configuration = await discover(record)
      const url = new URL(redirectUri(deps))
      for (const [name, value] of Object.entries(query)) {
        if (value !== undefined) url.searchParams.set(name, value)
      }
      const tokens = await authorizationCodeGrant(configuration, url, {
        expectedState: pending.state,
        expectedNonce: pending.nonce,
        pkceCodeVerifier: pending.verifier,
        idTokenExpected: true,
      })
      const claims = tokens.claims()
      if (claims === undefined) throw new TypeError('the provider sent no ID token')
      const wanted = ['email', 'email_verified', record.provider.group_claim].filter((name) => name !== '')
      const isWhole = wanted.every((name) => claims[name] !== undefined)
      if (isWhole || configuration.serverMetadata().userinfo_endpoint === undefined) return { ...claims }
      return { ...(await fetchUserInfo(configuration, tokens.access_token, claims.sub)), ...claims }
    },
  }
}

async function configurationOf(record: IdentityProviderRecord, pepper: string): Promise<Configuration> {
  const { issuer, client_id: clientId } = record.provider
  const secret = record.secretSealed === '' ? undefined : unseal(pepper, record.secretSealed)
  const server = new URL(issuer)
  const isPlain = server.protocol === 'http:' && isLoopback(server.hostname)
  const found = await discovery(server, clientId, undefined, None(), {
    [customFetch]: fetchBounded,
    timeout: timeoutS,
    ...(isPlain && { execute: [allowInsecureRequests] }),
  })
  const metadata = found.serverMetadata()
  const configuration = new Configuration(
    metadata,
    clientId,
    undefined,
    authenticationOf(secret, metadata.token_endpoint_auth_methods_supported),
  )
  configuration[customFetch] = fetchBounded
  configuration.timeout = timeoutS
  if (isPlain) allowInsecureRequests(configuration)
  return configuration
}

/** Basic is what a provider has to understand that says nothing (OpenID Connect Discovery 1.0, 3). */
function authenticationOf(secret: string | undefined, supported: readonly string[] | undefined): ClientAuth {
  if (secret === undefined) return None()
  const isPost = supported !== undefined && !supported.includes('client_secret_basic')
  return isPost ? ClientSecretPost(secret) : ClientSecretBasic(secret)
}

const fetchBounded: CustomFetch = (url, { method, headers, body }) =>
  boundedFetch(url, { method, headers, body })
