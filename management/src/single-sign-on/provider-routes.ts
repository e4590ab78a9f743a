import { objectId } from '@tollgate/model/ids'
import { IdentityProvider } from '@tollgate/model/people/identity-provider'
import type { IdentityProviderRecord } from '@tollgate/storage/records/identity-providers'
import { seal } from '@tollgate/storage/secrets'
import type { Stores } from '@tollgate/storage/storage'
import { z } from 'zod'
import { accessDenied } from '../authentication/dashboard-surface.ts'
import { actorOf, type UserCaller } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { CreatedInMeta, Done, ok } from '../envelopes.ts'
import { Problem } from '../errors.ts'
import { type Route, route } from '../route.ts'
import { openId, redirectUri } from './openid.ts'
import { signOnProblems } from './sign-on-problems.ts'

const path = '/api/identity-providers'
const maxProviders = 20

/** A provider as it is sent. */
const SentProvider = IdentityProvider.extend({
  /** Kept sealed and never shown; not sent = as it was; empty = a client without a secret. */
  client_secret: z.string().max(1024).optional(),
})

/** A provider as it is shown. */
const ShownProvider = IdentityProvider.extend({
  id: z.string(),
  has_client_secret: z.boolean(),
  /** To be entered at the provider. */
  redirect_uri: z.string(),
  /** A link that begins the sign-in. */
  start_url: z.string(),
})

/** /api/identity-providers: who signs users of the organisation in; for administrators. */
export const providerRoutes = (deps: Dependencies): Route[] => {
  const { discover } = openId(deps)
  return [
    route({
      method: 'GET',
      path,
      permission: 'any-user',
      summary: 'List the identity providers of the organisation; for administrators',
      answer: z.object({
        providers: z.array(ShownProvider),
        redirect_uri: z.string(),
        sign_in_url: z.string(),
      }),
      async handle({ caller }) {
        const orgId = administeredOrganisation(caller, path)
        const records = await deps.storage.identityProviders.list(orgId)
        return {
          providers: records.map((record) => shown(deps, record)),
          redirect_uri: redirectUri(deps),
          sign_in_url: `${deps.dashboardUrl}/?organisation=${orgId}`,
        }
      },
    }),
    route({
      method: 'POST',
      path,
      permission: 'any-user',
      summary: 'Add an identity provider (OpenID Connect); for administrators',
      invalid: 'Identity provider validation failed',
      body: SentProvider,
      answer: CreatedInMeta,
      async handle({ caller, body }) {
        const orgId = administeredOrganisation(caller, path)
        const record = recordOf(deps, objectId(), orgId, body, '')
        await deps.storage.write(actorOf(caller), async (stores) => {
          if ((await stores.identityProviders.list(orgId)).length >= maxProviders) {
            throw new Problem(signOnProblems.providers_too_many)
          }
          await refuseUnknownGroups(stores, record)
          await stores.identityProviders.insert(record)
        })
        return ok('Identity provider created', record.id)
      },
    }),
    route({
      method: 'GET',
      path: `${path}/:providerId`,
      permission: 'any-user',
      summary: 'Read an identity provider; for administrators',
      answer: ShownProvider,
      handle: async ({ caller, params }) => shown(deps, await ownProvider(deps, caller, params.providerId)),
    }),
    route({
      method: 'PUT',
      path: `${path}/:providerId`,
      permission: 'any-user',
      summary: 'Replace an identity provider; for administrators',
      invalid: 'Identity provider validation failed',
      body: SentProvider,
      answer: Done,
      async handle({ caller, params, body }) {
        const before = await ownProvider(deps, caller, params.providerId)
        // Another issuer must not be handed the secret that was meant for this one.
        const isSameIssuer = before.provider.issuer === body.issuer
        const kept = isSameIssuer ? before.secretSealed : ''
        const record = recordOf(deps, before.id, before.orgId, body, kept)
        await deps.storage.write(actorOf(caller), async (stores) => {
          await refuseUnknownGroups(stores, record)
          await stores.identityProviders.update(record)
          await refuseWithoutProvider(stores, record.orgId)
        })
        return ok('Identity provider updated')
      },
    }),
    route({
      method: 'DELETE',
      path: `${path}/:providerId`,
      permission: 'any-user',
      summary: 'Remove an identity provider; accounts stay; for administrators',
      answer: Done,
      async handle({ caller, params }) {
        const record = await ownProvider(deps, caller, params.providerId)
        await deps.storage.write(actorOf(caller), async (stores) => {
          await stores.identityProviders.remove(record)
          await refuseWithoutProvider(stores, record.orgId)
        })
        return ok('Identity provider deleted')
      },
    }),
    route({
      method: 'POST',
      path: `${path}/:providerId/check`,
      permission: 'any-user',
      summary: 'Ask an identity provider what it says of itself; for administrators',
      answer: z.object({ issuer: z.string(), authorization_endpoint: z.string() }),
      async handle({ caller, params }) {
        const record = await ownProvider(deps, caller, params.providerId)
        const configuration = await discover(record).catch((error: unknown) => {
          throw new Problem(signOnProblems.provider_unreachable, reasonOf(error))
        })
        const { issuer, authorization_endpoint: endpoint = '' } = configuration.serverMetadata()
        return { issuer, authorization_endpoint: endpoint }
      },
    }),
  ]
}

/** The organisation whose sign-in an administrator may shape. */
export function administeredOrganisation(caller: UserCaller, asked: string): string {
  if (!caller.isAdmin) throw accessDenied(asked)
  if (caller.orgId === '') throw new Problem(signOnProblems.organisation_required_for_rules)
  return caller.orgId
}

async function ownProvider(
  { storage }: Dependencies,
  caller: UserCaller,
  id = '',
): Promise<IdentityProviderRecord> {
  const orgId = administeredOrganisation(caller, `${path}/${id}`)
  const record = await storage.identityProviders.byId(orgId, id)
  if (record === undefined) throw new Problem(signOnProblems.provider_unknown)
  return record
}

function recordOf(
  { pepper }: Dependencies,
  id: string,
  orgId: string,
  { client_secret: secret, ...sent }: z.output<typeof SentProvider>,
  keptSecret: string,
): IdentityProviderRecord {
  const given = secret === '' ? '' : seal(pepper, secret ?? '')
  return { id, orgId, provider: { ...sent, id }, secretSealed: secret === undefined ? keptSecret : given }
}

async function refuseUnknownGroups(
  stores: Stores,
  { orgId, provider }: IdentityProviderRecord,
): Promise<void> {
  const named = [provider.default_group_id, ...provider.groups.map(({ group_id: groupId }) => groupId)]
  for (const groupId of new Set(named.filter((one) => one !== ''))) {
    if ((await stores.userGroups.byId(orgId, groupId)) === undefined) {
      throw new Problem(signOnProblems.provider_group_unknown, groupId)
    }
  }
}

/** Where nothing else signs in, one provider has to be left. */
async function refuseWithoutProvider(stores: Stores, orgId: string): Promise<void> {
  const rules = await stores.signInRules.of(orgId)
  const providers = await stores.identityProviders.list(orgId)
  if (rules.single_sign_on_only && !providers.some(({ provider }) => provider.active)) {
    throw new Problem(signOnProblems.provider_last)
  }
}

function shown(deps: Dependencies, record: IdentityProviderRecord): z.input<typeof ShownProvider> {
  return {
    ...record.provider,
    id: record.id,
    has_client_secret: record.secretSealed !== '',
    redirect_uri: redirectUri(deps),
    start_url: `${deps.dashboardUrl}/sso/start/${record.id}`,
  }
}

/** What an administrator can do something about: the innermost reason. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? reasonOf(error.cause) : error.message
}
