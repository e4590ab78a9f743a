import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { makeCertificate } from './certificates.ts'
import { adminOf, type Client, dashboardAs } from './client.ts'
import { arrayOf, objectOf, type Reply } from './http.ts'
import type { Server } from './server.ts'

/** An organisation with an admin user of its own. */
export type Organisation = {
  readonly server: Server
  readonly id: string
  readonly name: string
  readonly userId: string
  readonly email: string
  readonly accessKey: string
  readonly api: Client
}

/** A word no other fixture of this run has. */
export const unique = (prefix: string): string => `${prefix}-${randomBytes(6).toString('hex')}`

/** The reply, when its status is the expected one; the whole reply is in the failure. */
export function expectStatus(reply: Reply, status = 200): Reply {
  assert.equal(reply.status, status, `${reply.status} ${reply.text.slice(0, 600)}`)
  return reply
}

/** Creates an organisation and its admin user through the admin surface. */
export async function newOrganisation(server: Server, name = unique('org')): Promise<Organisation> {
  const admin = adminOf(server)
  const created = expectStatus(
    await admin.post('/admin/organisations', { owner_name: name, owner_slug: name }),
  )
  const id = created.textAt('Meta')
  const email = `${unique('admin')}@example.com`
  const user = expectStatus(
    await admin.post('/admin/users', {
      org_id: id,
      first_name: 'Ada',
      last_name: 'Admin',
      email_address: email,
      active: true,
      password: 'correct horse',
    }),
  )
  const accessKey = user.textAt('Message')
  return {
    server,
    id,
    name,
    email,
    userId: user.textAt('Meta', 'id'),
    accessKey,
    api: dashboardAs(server, accessKey),
  }
}

/** A user of the organisation with exactly these permissions. */
export async function newUser(
  org: Organisation,
  permissions: Readonly<Record<string, string>>,
): Promise<{
  readonly id: string
  readonly email: string
  readonly accessKey: string
  readonly api: Client
}> {
  const email = `${unique('user')}@example.com`
  const created = expectStatus(
    await org.api.post('/api/users', {
      first_name: 'Uma',
      last_name: 'User',
      email_address: email,
      active: true,
      user_permissions: permissions,
    }),
  )
  const id = created.textAt('Meta')
  const accessKey = expectStatus(await org.api.get(`/api/users/${id}`)).textAt('access_key')
  return { id, email, accessKey, api: dashboardAs(org.server, accessKey) }
}

/** An API as the gateway serves it. */
export type Api = {
  readonly id: string
  readonly dbId: string
  readonly name: string
  /** With leading and trailing slash. */
  readonly listenPath: string
}

/** The body of an API creation; `overrides` replace whole top-level fields of the definition. */
export function apiBody(
  targetUrl: string,
  overrides: Readonly<Record<string, unknown>> = {},
): { api_definition: Record<string, unknown> } {
  const slug = unique('api')
  return {
    api_definition: {
      name: slug,
      slug,
      active: true,
      auth: { auth_header_name: 'authorization' },
      definition: { location: 'header', key: '' },
      version_data: {
        not_versioned: true,
        versions: { Default: { name: 'Default', use_extended_paths: true } },
      },
      proxy: { listen_path: `/${slug}/`, target_url: targetUrl, strip_listen_path: true },
      ...overrides,
    },
  }
}

/** Creates an API through the Dashboard API. */
export async function newApi(
  org: Organisation,
  targetUrl: string,
  overrides: Readonly<Record<string, unknown>> = {},
): Promise<Api> {
  const body = apiBody(targetUrl, overrides)
  const created = expectStatus(await org.api.post('/api/apis', body))
  const proxy = objectOf(body.api_definition.proxy)
  const id = created.textAt('ID')
  return {
    id,
    dbId: created.textAt('Meta'),
    name: String(body.api_definition.name),
    listenPath: typeof proxy.listen_path === 'string' ? proxy.listen_path : `/${id}/`,
  }
}

/** The rights entry of one API. */
export const rightsTo = (
  api: Pick<Api, 'id' | 'name'>,
  more: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> => ({
  [api.id]: { api_id: api.id, api_name: api.name, versions: ['Default'], ...more },
})

/** A session that lets everything through to the API. */
export const sessionFor = (
  api: Pick<Api, 'id' | 'name'>,
  overrides: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> => ({
  allowance: 1000,
  rate: 1000,
  per: 1,
  expires: -1,
  quota_max: -1,
  quota_renews: 1449051461,
  quota_remaining: -1,
  quota_renewal_rate: 60,
  access_rights: rightsTo(api),
  meta_data: {},
  ...overrides,
})

/** Adds a certificate to the organisation's store, with its key; answers its id. */
export async function newCertificate(
  org: Organisation,
  made = makeCertificate({ name: unique('cn') }),
): Promise<string> {
  const added = expectStatus(await org.api.post('/api/certs', made.certificate + made.key))
  return added.textAt('id')
}

/** Creates a webhook; answers its id. */
export async function newWebhook(org: Organisation, targetUrl: string): Promise<string> {
  const name = unique('hook')
  expectStatus(await org.api.post('/api/hooks', { name, method: 'POST', target_path: targetUrl }))
  const hooks = arrayOf((await org.api.get('/api/hooks?p=-1')).at('hooks')).map(objectOf)
  return String(hooks.find((hook) => hook.name === name)?.id)
}

/** A key as the client that made it knows it. */
export type Key = { readonly secret: string; readonly hash: string; readonly created: Reply }

/** Creates a key through the Dashboard API. */
export async function newKey(
  org: Organisation,
  api: Pick<Api, 'id' | 'name'>,
  overrides: Readonly<Record<string, unknown>> = {},
): Promise<Key> {
  const created = expectStatus(await org.api.post('/api/keys', sessionFor(api, overrides)))
  return { secret: created.textAt('key_id'), hash: created.textAt('key_hash'), created }
}

/** Creates a policy through the Dashboard API; answers its id. */
export async function newPolicy(
  org: Organisation,
  overrides: Readonly<Record<string, unknown>>,
): Promise<string> {
  const created = expectStatus(
    await org.api.post('/api/portal/policies', {
      name: unique('policy'),
      active: true,
      rate: 1000,
      per: 60,
      quota_max: -1,
      quota_renewal_rate: 3600,
      ...overrides,
    }),
  )
  return created.textAt('Message')
}
