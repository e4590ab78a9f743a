import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import Provider from 'oidc-provider'

/** Who signs in at the provider, and what it says of this user. */
export type Person = {
  readonly sub: string
  readonly email: string
  readonly emailVerified?: boolean
  readonly groups?: readonly string[]
}

/** A real OpenID Connect provider, on this machine, in which whoever comes is already known. */
export type IdentityProvider = {
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
  /** Who is in front of the browser from now on; undefined = who declines. */
  person: Person | undefined
  close(): Promise<void>
}

/** Starts a provider with one client, to whom it sends browsers back at `redirectUri`. */
export async function startIdentityProvider(redirectUri: string): Promise<IdentityProvider> {
  const server = http.createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  // A server that listens on TCP has an address of this form.
  const { port } = server.address() as AddressInfo
  const issuer = `http://127.0.0.1:${port}`
  const [clientId, clientSecret] = ['dashboard', 'secret-of-the-dashboard']
  const state: { person: Person | undefined } = { person: undefined }
  const known = new Map<string, Person>()
  const provider = new Provider(issuer, {
    clients: [{ client_id: clientId, client_secret: clientSecret, redirect_uris: [redirectUri] }],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], groups: ['groups'], profile: ['name'] },
    scopes: ['openid', 'email', 'profile', 'groups'],
    cookies: { keys: ['key-of-the-test'] },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_context, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (_context, sub) => ({
      accountId: sub,
      claims: async () => claimsOf(known.get(sub), sub),
    }),
  })
  const handle = provider.callback()
  server.on('request', (request, response) => {
    if (!request.url?.startsWith('/interaction/')) void handle(request, response)
    else void answerInteraction(provider, state.person, known, request, response)
  })
  return {
    issuer,
    clientId,
    clientSecret,
    get person() {
      return state.person
    },
    set person(person) {
      state.person = person
    },
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function claimsOf(person: Person | undefined, sub: string) {
  return {
    sub,
    email: person?.email,
    email_verified: person?.emailVerified ?? true,
    groups: person?.groups ?? [],
    name: 'Grace Hopper',
  }
}

/** Signs the person in and grants what was asked for, or declines. */
async function answerInteraction(
  provider: Provider,
  person: Person | undefined,
  known: Map<string, Person>,
  request: http.IncomingMessage,
  response: http.ServerResponse,
): Promise<void> {
  const { prompt, params, session } = await provider.interactionDetails(request, response)
  if (person === undefined) {
    await provider.interactionFinished(request, response, { error: 'access_denied' })
    return
  }
  known.set(person.sub, person)
  if (prompt.name === 'login') {
    const result = { login: { accountId: person.sub, remember: false } }
    await provider.interactionFinished(request, response, result)
    return
  }
  const grant = new provider.Grant({
    accountId: session?.accountId ?? '',
    clientId: String(params.client_id),
  })
  grant.addOIDCScope(String(params.scope))
  await provider.interactionFinished(request, response, { consent: { grantId: await grant.save() } })
}
