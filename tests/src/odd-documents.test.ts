import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { through } from '../support/client.ts'
import { type Api, apiBody, newApi, newKey, newPolicy, rightsTo, sessionFor } from '../support/fixtures.ts'
import { objectOf, type Reply } from '../support/http.ts'
import { org, server, upstream, useWorld } from '../support/world.ts'

/**
 * Documents with one odd value somewhere inside: each is either refused with a reason or taken, and what was taken
 * neither fails the gateway nor opens it.
 */

let api: Api

useWorld(async () => {
  api = await newApi(org, upstream.url)
})

const oddValue = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    0,
    -1,
    1e15,
    2 ** 31,
    0.5,
    '',
    ' ',
    '/',
    '*',
    '(',
    '[a-',
    '(a+)+$',
    '{id',
    '\r\nx: y',
    '\u0000',
    '../..',
    '://',
    'http://',
    [],
    {},
    [[]],
    [null],
    [{}],
    { '': {} },
  ),
  fc.jsonValue({ maxDepth: 3 }),
)

type Path = readonly (string | number)[]

/** Where every value of a document stands, inner nodes included. */
function pathsOf(value: unknown, at: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [at]
  const inner = Object.entries(value).flatMap(([key, child]) => pathsOf(child, [...at, key]))
  return at.length === 0 ? inner : [at, ...inner]
}

function withValue(document: unknown, [head, ...rest]: Path, value: unknown): unknown {
  if (head === undefined) return value
  if (Array.isArray(document)) {
    return document.map((entry: unknown, index) =>
      index === Number(head) ? withValue(entry, rest, value) : entry,
    )
  }
  const object = objectOf(document)
  return { ...object, [head]: withValue(object[head], rest, value) }
}

const variantOf = (document: unknown): fc.Arbitrary<{ at: Path; value: unknown; document: unknown }> =>
  fc
    .tuple(fc.constantFrom(...pathsOf(document)), oddValue)
    .map(([at, value]) => ({ at, value, document: withValue(document, at, value) }))

/** Refused with a reason, or taken. */
function assertSettled(reply: Reply, what: string): boolean {
  assert.ok(
    reply.status === 200 || (reply.status >= 400 && reply.status < 500),
    `${what}: ${reply.status} ${reply.text}`,
  )
  return reply.status === 200
}

function assertGateStands(): void {
  assert.doesNotMatch(server.output(), /worker died|uncaught|TypeError|RangeError/i)
}

const actions = (code: number) => ({ GET: { action: 'no_action', code, data: '', headers: { 'x-a': 'b' } } })

const richDefinition = () => ({
  ...apiBody(upstream.url).api_definition,
  domain: '',
  strip_auth_data: true,
  expiration: '2999-01-01 00:00',
  global_rate_limit: { rate: 1000, per: 1, disabled: false },
  enable_ip_whitelisting: true,
  allowed_ips: ['127.0.0.1', '10.0.0.0/8'],
  enable_ip_blacklisting: true,
  blacklisted_ips: ['192.0.2.1'],
  auth: {
    auth_header_name: 'x-key',
    use_param: true,
    param_name: 'key',
    use_cookie: true,
    cookie_name: 'key',
  },
  auth_configs: { authToken: { auth_header_name: 'x-key' } },
  definition: { location: 'header', key: 'x-version', strip_path: true },
  version_data: {
    not_versioned: false,
    default_version: 'v1',
    versions: {
      v1: {
        name: 'v1',
        expires: '2999-01-01 00:00',
        use_extended_paths: true,
        global_headers: { 'x-a': 'b' },
        global_headers_remove: ['x-c'],
        global_response_headers: { 'x-d': 'e' },
        global_size_limit: 1000,
        paths: { ignored: [], white_list: [], black_list: ['/black'] },
        extended_paths: {
          ignored: [{ path: '/free', method_actions: actions(200) }],
          white_list: [],
          black_list: [{ path: '/black/{id}', method_actions: actions(200) }],
          transform_headers: [
            { path: '/x', method: 'GET', delete_headers: ['x-y'], add_headers: { 'x-z': '1' } },
          ],
          size_limits: [{ path: '/x', method: 'POST', size_limit: 10 }],
          hard_timeouts: [{ path: '/x', method: 'GET', timeout: 1 }],
        },
      },
    },
  },
})

test('an API definition with an odd value is refused with a reason, or served without harm', async () => {
  await fc.assert(
    fc.asyncProperty(variantOf(richDefinition()), async ({ at, value, document }) => {
      const what = `${at.join('.')} = ${JSON.stringify(value)}`
      const definition = withValue(document, ['slug'], undefined)
      const reply = await org.api.post('/api/apis', { api_definition: definition })
      if (!assertSettled(reply, what)) return
      const id = reply.textAt('ID')
      try {
        for (const path of ['x', 'free', 'black/1', '']) {
          const call = await through(server, `/${encodeURIComponent(id)}/${path}`, undefined, {
            timeoutMs: 5000,
          })
          // Without a key nothing may pass but what the definition itself leaves open.
          const open = path === 'free' || at.includes('ignored')
          assert.ok(call.status >= 200 && call.status <= 504, `${what} at ${path}: ${call.status}`)
          assert.ok(open || call.status !== 200, `${what} lets anyone in at ${path}`)
        }
      } finally {
        assert.equal((await org.api.delete(`/api/apis/${encodeURIComponent(id)}`)).status, 200, what)
      }
    }),
    { numRuns: 250 },
  )
  assertGateStands()
})

const richSession = () =>
  sessionFor(api, {
    access_rights: rightsTo(api, {
      allowed_urls: [{ url: '/x', methods: ['GET'] }],
      limit: { rate: 100, per: 1, quota_max: 100, quota_renewal_rate: 60 },
      endpoints: [{ path: '/x', methods: [{ name: 'GET', limit: { rate: 5, per: 1 } }] }],
      allowance_scope: '',
    }),
    apply_policies: [],
    tags: ['a'],
    monitor: { trigger_limits: [80] },
    basic_auth_data: { password: '', hash_type: '' },
    jwt_data: { secret: '' },
    oauth_keys: {},
    is_inactive: false,
    last_updated: '1',
    date_created: '2026-01-01T00:00:00Z',
  })

test('a key with an odd value is refused with a reason, or judged without harm', async () => {
  await fc.assert(
    fc.asyncProperty(variantOf(richSession()), async ({ at, value, document }) => {
      const what = `${at.join('.')} = ${JSON.stringify(value)}`
      const reply = await org.api.post('/api/keys', document)
      if (!assertSettled(reply, what)) return
      const secret = reply.textAt('key_id')
      const call = await through(server, `${api.listenPath}x`, secret)
      assert.ok([200, 401, 403, 429].includes(call.status), `${what}: ${call.status} ${call.text}`)
      const read = await org.api.get(`/api/keys/${secret}`)
      assert.equal(read.status, 200, `${what}: ${read.text}`)
      const saved = await org.api.put(`/api/keys/${secret}`, read.at('data'))
      assert.equal(saved.status, 200, `what was read is not accepted again, ${what}: ${saved.text}`)
      assert.equal((await org.api.delete(`/api/keys/${secret}`)).status, 200, what)
    }),
    { numRuns: 250 },
  )
  assertGateStands()
})

test('a policy with an odd value is refused with a reason, or applied without harm', async () => {
  const id = await newPolicy(org, { access_rights: rightsTo(api), rate: -1 })
  const key = (await org.api.post('/api/keys', { apply_policies: [id] })).textAt('key_id')
  const rich = {
    name: 'odd policy',
    active: true,
    rate: 100,
    per: 1,
    quota_max: 100,
    quota_renewal_rate: 60,
    access_rights: rightsTo(api, {
      limit: { rate: 1, per: 1 },
      allowed_urls: [{ url: '/x', methods: ['GET'] }],
    }),
    partitions: { quota: false, rate_limit: false, complexity: false, acl: false, per_api: false },
    tags: ['a'],
    meta_data: { a: 'b' },
    key_expires_in: 10,
    state: 'active',
    is_inactive: false,
  }
  await fc.assert(
    fc.asyncProperty(variantOf(rich), async ({ at, value, document }) => {
      const what = `${at.join('.')} = ${JSON.stringify(value)}`
      const reply = await org.api.put(`/api/portal/policies/${id}`, document)
      if (!assertSettled(reply, what)) return
      const call = await through(server, `${api.listenPath}x`, key)
      assert.ok([200, 401, 403, 429].includes(call.status), `${what}: ${call.status} ${call.text}`)
      const read = await org.api.get(`/api/keys/${key}`)
      assert.ok(read.status === 200, `the key is unreadable with ${what}: ${read.status} ${read.text}`)
    }),
    { numRuns: 250 },
  )
  assertGateStands()
})

test('a pattern that backtracks without end holds up nobody', async () => {
  const patterns = ['/(a+)+$', '/(a|a)*$', '/([a-z]+)*z', '^(([a-z])+.)+[A-Z]([a-z])+$']
  const long = 'a'.repeat(60)
  const { secret: other } = await newKey(org, api)
  for (const url of patterns) {
    const session = sessionFor(api, {
      access_rights: rightsTo(api, { allowed_urls: [{ url, methods: ['GET'] }] }),
    })
    const made = await org.api.post('/api/keys', session)
    if (!assertSettled(made, url)) continue
    const slow = through(server, `${api.listenPath}${long}!`, made.textAt('key_id'), { timeoutMs: 5000 })
    const others = Array.from({ length: 8 }, () =>
      through(server, api.listenPath, other, { timeoutMs: 5000 }),
    )
    for (const reply of await Promise.all(others)) assert.equal(reply.status, 200, url)
    assert.ok([200, 403].includes((await slow).status), url)
  }
})

test('after all of this the gate still knows its keys', async () => {
  const { secret } = await newKey(org, api)
  assert.equal((await through(server, api.listenPath, secret)).status, 200)
})
