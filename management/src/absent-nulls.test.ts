import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ApiDefinition } from '@tollgate/model/definition/api-definition'
import { z } from 'zod'
import { withoutNulls } from './absent-nulls.ts'
import { testDashboard } from './test-dashboard.ts'
import { type Answer, makeApi, session, smallWorld } from './test-world.ts'

type Path = readonly string[]

/** Where every member of a document stands; elements of lists are looked into, not replaced. */
function pathsOf(value: unknown, at: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, member]) => {
    const path = [...at, name]
    return [...(Array.isArray(value) ? [] : [path]), ...pathsOf(member, path)]
  })
}

function withNull(value: unknown, [name, ...rest]: Path): unknown {
  if (name === undefined) return null
  if (Array.isArray(value))
    return value.map((member, index) => (String(index) === name ? withNull(member, rest) : member))
  assert.ok(typeof value === 'object' && value !== null)
  const members = new Map(Object.entries(value))
  members.set(name, withNull(members.get(name), rest))
  return Object.fromEntries(members)
}

/** Sends the document with null in each of its places but those that cannot be left out. */
async function eachNull(document: unknown, required: RegExp, send: (body: unknown) => Promise<Answer>) {
  for (const path of pathsOf(document)) {
    const where = path.join('.')
    const { status, text } = await send(withNull(document, path))
    assert.equal(status, required.test(where) ? 400 : 200, `${where}: ${text}`)
  }
}

const limit = {
  rate: 5,
  per: 1,
  quota_max: 9,
  quota_renewal_rate: 60,
  smoothing: { enabled: false, threshold: 1 },
}

test('V1: null in any place of a key counts as absent, on create and on update', async () => {
  const { ask, apiId } = await smallWorld()
  const other = await makeApi(ask, 'other')
  const rich = {
    ...session(apiId, other),
    throttle_interval: 1,
    throttle_retry_limit: 1,
    max_query_depth: -1,
    date_created: '2026-01-01T00:00:00Z',
    org_id: '',
    oauth_client_id: '',
    oauth_keys: { a: 'b' },
    certificate: '',
    mtls_static_certificate_bindings: [],
    basic_auth_data: { password: '', hash_type: '', user: '' },
    jwt_data: { secret: '' },
    hmac_enabled: false,
    hmac_string: '',
    is_inactive: false,
    apply_policy_id: '',
    apply_policies: [],
    data_expires: 0,
    monitor: { trigger_limits: [80] },
    enable_detailed_recording: false,
    tags: ['a'],
    alias: 'a',
    owner: 'o',
    last_updated: '1',
    session_lifetime: 0,
    smoothing: { enabled: false, threshold: 1, trigger: 1, step: 1, delay: 1 },
    rate_algorithm: '',
    max_concurrency: 0,
    limits_shared_by: '',
    quota_calendar: '',
    quota_time_zone: '',
    post_expiry_action: '',
    access_rights: {
      ...session(other).access_rights,
      [apiId]: {
        api_id: apiId,
        api_name: 'orders',
        versions: ['Default'],
        allowed_urls: [{ url: '/x', methods: ['GET'] }],
        limit,
        allowance_scope: '',
        disable_introspection: false,
        endpoints: [{ path: '/x', methods: [{ name: 'GET', limit: { rate: 1, per: 1 } }] }],
      },
    },
  }
  const required = /^access_rights$|\.url$|endpoints\.0\.path$|methods\.0\.name$/
  await eachNull(rich, required, (body) => ask('POST', '/api/keys', body))
  const { body: made } = await ask('POST', '/api/keys', rich)
  await eachNull(rich, required, (body) => ask('PUT', `/api/keys/${made.key_hash}`, body))
})

test('V1: null in any place of a policy counts as absent, on create and on update', async () => {
  const { ask, apiId } = await smallWorld()
  let count = 0
  const rich = {
    _id: '',
    id: '',
    name: 'gold',
    org_id: '',
    ...limit,
    throttle_interval: 1,
    throttle_retry_limit: 1,
    max_query_depth: 1,
    access_rights: {
      ...session(apiId).access_rights,
      ghost: { api_id: 'ghost', versions: ['Default'], limit },
    },
    auth_type: '',
    auth_types: ['authToken'],
    hmac_enabled: false,
    active: true,
    is_inactive: false,
    state: 'active',
    tags: ['a'],
    key_expires_in: 60,
    partitions: { quota: false, rate_limit: true, complexity: false, acl: false, per_api: false },
    date_created: '2026-01-01T00:00:00Z',
    last_updated: '1',
    meta_data: { a: 1 },
  }
  await eachNull(rich, /^$/, (body) => {
    assert.ok(typeof body === 'object' && body !== null && 'name' in body)
    count += 1
    return ask('POST', '/api/portal/policies', { ...body, name: body.name && `gold ${count}` })
  })
  const { body: made } = await ask('POST', '/api/portal/policies', rich)
  await eachNull(rich, /^$/, (body) => ask('PUT', `/api/portal/policies/${made.Message}`, body))
})

test('V1: null in any place of an API counts as absent', async () => {
  const { ask, apiId } = await smallWorld()
  const rich = {
    api_definition: {
      name: 'orders',
      slug: 'orders',
      active: true,
      internal: false,
      use_keyless: true,
      auth: { auth_header_name: 'x', use_param: false, param_name: '' },
      auth_configs: { authToken: { auth_header_name: 'x' } },
      proxy: { listen_path: '/orders/', target_url: 'http://127.0.0.1:1/', strip_listen_path: true },
      version_data: {
        not_versioned: true,
        default_version: '',
        versions: {
          Default: {
            name: 'Default',
            expires: '',
            use_extended_paths: true,
            global_headers: { a: 'b' },
            global_size_limit: 0,
            override_target: '',
            extended_paths: {
              ignored: [{ path: '/free', method: 'GET', disabled: false, ignore_case: false }],
              hard_timeouts: [{ path: '/x', method: 'GET', timeout: 1 }],
            },
          },
        },
      },
      definition: { location: 'header', key: 'x', strip_path: false },
      global_rate_limit: { rate: 1, per: 1, disabled: true },
      domain: '',
      session_lifetime: 0,
      expiration: '',
      protocol: '',
      listen_port: 0,
    },
    hook_references: [],
    user_owners: [],
  }
  const required = /^api_definition$|definition\.name$|api_definition\.proxy$|target_url$|\.path$/
  await eachNull(rich, required, (body) => ask('PUT', `/api/apis/${apiId}`, body))
})

test('V1: null in any place of a user, a group, a webhook or an organisation counts as absent', async () => {
  const { admin, member } = await testDashboard()
  const { ask, orgId } = await member()
  const user = {
    first_name: 'A',
    last_name: 'B',
    email_address: 'a@example.org',
    org_id: '',
    active: true,
    user_permissions: { apis: 'read', keys: 'write' },
    group_id: '',
    password_max_days: 0,
    id: '',
  }
  const userId = (await ask('POST', '/api/users', user)).body.Meta
  await eachNull(user, /^$/, (body) => ask('PUT', `/api/users/${userId}`, body))
  const group = {
    name: 'g',
    description: '',
    active: true,
    password_max_days: 0,
    id: '',
    user_permissions: {},
  }
  await eachNull(group, /^name$/, (body) => ask('POST', '/api/usergroups', body))
  const hook = {
    id: '',
    org_id: '',
    name: 'h',
    method: 'POST',
    target_path: 'http://127.0.0.1:1/',
    template_path: '',
    header_map: { a: 'b' },
    event_timeout: 0,
    webhook_id: '',
  }
  await eachNull(hook, /^method$|^target_path$/, (body) => ask('POST', '/api/hooks', body))
  const organisation = {
    id: orgId,
    owner_name: 'o',
    owner_slug: 'o',
    cname: '',
    cname_enabled: false,
    apis: [{ api_human_name: '', api_id: '' }],
    developer_quota: 0,
    event_options: { key_event: { webhook: '' } },
    hybrid_enabled: false,
  }
  await eachNull(organisation, /^$/, (body) => admin('PUT', `/admin/organisations/${orgId}`, body))
  await eachNull({ ...organisation, id: '' }, /^$/, (body) => admin('POST', '/admin/organisations', body))
})

test('V1: null in any place of an order that is no document counts as absent too', async () => {
  const { ask, apiId } = await smallWorld()
  const { body: key } = await ask('POST', '/api/keys', session(apiId))
  await eachNull(
    { action: 'extend', ids: [key.key_hash], seconds: 60, expires: null },
    /^action$|^ids$|^seconds$/,
    (body) => ask('POST', '/api/keys/bulk', body),
  )
  await eachNull({ q: '', api_id: '', status: '', sort: '', p: 1, page_size: 5 }, /^$/, (body) =>
    ask('POST', '/api/keys/search', body),
  )
})

test('V1: a field that is not known keeps its nulls, a known one that takes null does too', () => {
  const sent = { name: 'a', config_data: { x: null }, own: { y: null, z: [null] }, domain: null, tags: null }
  assert.deepEqual(withoutNulls(ApiDefinition, sent), {
    name: 'a',
    config_data: { x: null },
    own: { y: null, z: [null] },
    tags: null,
  })
})

test('V1: null in a list counts as absent, but a list of nothing else does not become one that allows all', async () => {
  const { ask, apiId } = await smallWorld()
  const with_ = (more: object) => ({ ...session(apiId), ...more })
  const rights = (more: object) => with_({ access_rights: { [apiId]: { api_id: apiId, ...more } } })
  const url = { url: '/x', methods: ['GET'] }
  for (const body of [
    with_({ tags: [null] }),
    with_({ tags: ['a', null] }),
    rights({ allowed_urls: [url, null] }),
  ])
    assert.equal((await ask('POST', '/api/keys', body)).status, 200, JSON.stringify(body))
  for (const body of [
    rights({ allowed_urls: [null] }),
    rights({ allowed_urls: [{ url: '/x', methods: [null] }] }),
    with_({ mtls_static_certificate_bindings: [null] }),
    with_({ access_rights: { [apiId]: null } }),
  ])
    assert.equal((await ask('POST', '/api/keys', body)).status, 400, JSON.stringify(body))
})

test('V1: permissions that are all null make nobody an administrator', () => {
  const Sent = z.object({ user_permissions: z.record(z.string(), z.string()).nullish() })
  assert.deepEqual(withoutNulls(Sent, { user_permissions: { apis: null } }), {
    user_permissions: { apis: null },
  })
  assert.deepEqual(withoutNulls(Sent, { user_permissions: { apis: 'read', keys: null } }), {
    user_permissions: { apis: 'read' },
  })
})
