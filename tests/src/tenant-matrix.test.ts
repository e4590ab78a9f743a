import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { adminOf, type Client, controlOf, dashboardAs, through } from '../support/client.ts'
import {
  type Api,
  expectStatus,
  type Key,
  newApi,
  newCertificate,
  newKey,
  newOrganisation,
  newPolicy,
  newWebhook,
  type Organisation,
  rightsTo,
  sessionFor,
  unique,
} from '../support/fixtures.ts'
import { objectOf, type Reply, send } from '../support/http.ts'
import { filled, type Operation, operationsOf, parametersOf } from '../support/openapi.ts'
import { type Server, startServer } from '../support/server.ts'
import { startUpstream, type Upstream } from '../support/upstream.ts'

/** Everything an organisation has, one of each. */
type Tenant = {
  readonly org: Organisation
  readonly api: Api
  readonly policyId: string
  readonly key: Key
  readonly customKey: string
  readonly basicUser: string
  readonly userId: string
  readonly groupId: string
  readonly certificateId: string
  readonly hookId: string
  readonly providerId: string
  /** A browser session of the organisation's administrator. */
  readonly sessionId: string
  /** Request id of a call to the API that the gateway refused. */
  readonly refusedId: string
}

let server: Server
let upstream: Upstream
let a: Tenant
let b: Tenant
let operations: Operation[]

before(async () => {
  server = await startServer()
  upstream = await startUpstream()
  a = await newTenant()
  b = await newTenant()
  operations = (await operationsOf(server)).filter(({ path }) => path.startsWith('/api/'))
})
after(async () => {
  await server?.dispose()
  await upstream?.close()
})

async function newTenant(): Promise<Tenant> {
  const org = await newOrganisation(server)
  const api = await newApi(org, upstream.url)
  const policyId = await newPolicy(org, { access_rights: rightsTo(api) })
  const key = await newKey(org, api, { alias: unique('alias'), meta_data: { note: unique('note') } })
  const customKey = unique('custom')
  expectStatus(await org.api.post(`/api/keys/${customKey}`, { apply_policies: [policyId] }))
  const basicUser = unique('basic')
  expectStatus(
    await org.api.post(
      `/api/apis/keys/basic/${basicUser}`,
      sessionFor(api, { basic_auth_data: { password: 'long enough' } }),
    ),
  )
  const groupId = expectStatus(
    await org.api.post('/api/usergroups', {
      name: unique('group'),
      active: true,
      user_permissions: { keys: 'read' },
    }),
  ).textAt('Meta')
  const userId = expectStatus(
    await org.api.post('/api/users', {
      first_name: unique('first'),
      last_name: unique('last'),
      email_address: `${unique('user')}@example.com`,
      active: true,
      user_permissions: { keys: 'write' },
    }),
  ).textAt('Meta')
  const certificateId = await newCertificate(org)
  const hookId = await newWebhook(org, upstream.url)
  const providerId = expectStatus(await org.api.post('/api/identity-providers', identityProvider())).textAt(
    'Meta',
  )
  expectStatus(
    await send(server.dashboard, {
      method: 'POST',
      path: '/login',
      body: { username: org.email, password: 'correct horse' },
    }),
  )
  const sessionId = expectStatus(await org.api.get('/api/sessions')).textAt('sessions', '0', 'id')
  const refused = await through(server, api.listenPath)
  assert.equal(refused.status, 401)
  const refusedId = String(refused.headers['x-request-id'])
  return {
    org,
    api,
    policyId,
    key,
    customKey,
    basicUser,
    userId,
    groupId,
    certificateId,
    hookId,
    providerId,
    sessionId,
    refusedId,
  }
}

/** An identity provider that nobody asks. */
const identityProvider = () => ({
  name: unique('provider'),
  issuer: 'http://127.0.0.1:1',
  client_id: 'client',
})

/** Ids of a tenant that a parameter behind the given segment may take, each beside an id of that look nothing has. */
function idsFor(tenant: Tenant, after: string, path: string): { own: string; unknown: string }[] {
  const hex = (length: number) => 'e'.repeat(length)
  switch (after) {
    case 'apis':
      return [
        { own: tenant.api.id, unknown: hex(32) },
        { own: tenant.api.dbId, unknown: hex(24) },
      ]
    case 'keys':
      return [
        { own: tenant.key.secret, unknown: `${tenant.org.id}${hex(32)}` },
        { own: tenant.key.hash, unknown: hex(32) },
        { own: tenant.customKey, unknown: unique('custom') },
        { own: tenant.basicUser, unknown: unique('basic') },
      ]
    case 'basic':
      return [{ own: tenant.basicUser, unknown: unique('basic') }]
    case 'policies':
      return [{ own: tenant.policyId, unknown: hex(24) }]
    case 'users':
      return [
        { own: tenant.userId, unknown: hex(24) },
        { own: tenant.org.userId, unknown: hex(24) },
      ]
    case 'certs':
    case 'dependencies':
      return [{ own: tenant.certificateId, unknown: `${tenant.org.id}${hex(64)}` }]
    case 'hooks':
      return [{ own: tenant.hookId, unknown: hex(24) }]
    case 'identity-providers':
      return [{ own: tenant.providerId, unknown: hex(24) }]
    case 'passkeys':
      // An access key opens nothing there; users of browsers have them, not organisations.
      return [{ own: tenant.userId, unknown: hex(24) }]
    case 'sessions':
      return [{ own: tenant.sessionId, unknown: hex(32) }]
    case 'requests':
      return [{ own: tenant.refusedId, unknown: '0123456789ab-1-zz' }]
    case 'usergroups':
      return [{ own: tenant.groupId, unknown: hex(24) }]
    default:
      throw new Error(`${path}: tell the tenant matrix what stands behind /${after}/`)
  }
}

/** The answer without what differs by the id asked for. */
const shapeOf = (reply: Reply, ids: readonly string[]): string =>
  ids.reduce((text, id) => text.replaceAll(id, '<id>').replaceAll(encodeURIComponent(id), '<id>'), reply.text)

/** Everything of a tenant that must never appear in another's answers. */
const marksOf = (tenant: Tenant): string[] => [
  tenant.org.name,
  tenant.org.email,
  tenant.org.accessKey,
  tenant.org.userId,
  tenant.api.id,
  tenant.api.dbId,
  tenant.api.name,
  tenant.policyId,
  tenant.key.secret,
  tenant.key.hash,
  tenant.key.created.textAt('data', 'alias'),
  tenant.customKey,
  tenant.userId,
  tenant.groupId,
  tenant.certificateId,
  tenant.hookId,
  tenant.providerId,
  tenant.sessionId,
]

function assertNothingOf(tenant: Tenant, reply: Reply, sent: string, what: string): void {
  for (const mark of marksOf(tenant)) {
    if (sent.includes(mark)) continue
    assert.ok(!reply.text.includes(mark), `${what} shows ${mark}: ${reply.text.slice(0, 300)}`)
  }
}

async function everythingOf(tenant: Tenant): Promise<unknown> {
  const { api } = tenant.org
  const paths = [
    '/api/apis?p=-1',
    `/api/apis/${tenant.api.id}`,
    `/api/apis/${tenant.api.id}/access`,
    '/api/portal/policies?p=-1',
    `/api/portal/policies/${tenant.policyId}`,
    '/api/users?p=-1',
    '/api/usergroups?p=-1',
    '/api/certs?p=-1',
    '/api/hooks?p=-1',
    '/api/identity-providers',
    '/api/organisation/sign-in',
    `/api/certs/dependencies/${tenant.certificateId}`,
    '/api/apis/keys?p=-1',
    '/api/keys/detailed?p=-1',
    `/api/keys/${tenant.key.secret}`,
    `/api/keys/${tenant.customKey}`,
    `/api/keys/${tenant.basicUser}?username=true`,
  ]
  const replies = await Promise.all(paths.map((path) => api.get(path)))
  return Object.fromEntries(
    replies.map((reply, index) => [paths[index], withoutMoments(expectStatus(reply).json)]),
  )
}

/** Leaves out what reading itself may move: the moments of the last use. */
function withoutMoments(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutMoments)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => name !== 'last_login_date' && name !== 'quota_renews')
      .map(([name, inner]) => [name, withoutMoments(inner)]),
  )
}

const combinations = (
  lists: readonly { own: string; unknown: string }[][],
): { own: string; unknown: string }[][] =>
  lists.reduce<{ own: string; unknown: string }[][]>(
    (rows, list) => rows.flatMap((row) => list.map((entry) => [...row, entry])),
    [[]],
  )

const queriesFor = (path: string): string[] =>
  path.includes('/keys/{') ? ['', '?hashed=1', '?auto_guess=true', '?username=true'] : ['']

/** A body that fits the route, made of the caller's own things. */
function bodyFor(tenant: Tenant, path: string): unknown {
  if (path.endsWith('/try')) return { method: 'GET', path: '/', key_hash: tenant.key.hash }
  if (path.includes('/keys')) {
    return sessionFor(tenant.api, { basic_auth_data: { password: 'quite long', user: unique('basic') } })
  }
  if (path.startsWith('/api/portal/policies')) {
    return { name: unique('policy'), active: true, rate: 1, per: 1, access_rights: rightsTo(tenant.api) }
  }
  if (path.startsWith('/api/identity-providers')) return identityProvider()
  if (path.endsWith('/access')) return { userIds: [tenant.userId], userGroupIds: [] }
  if (path.startsWith('/api/apis'))
    return { api_definition: { name: unique('api'), proxy: { target_url: upstream.url } } }
  if (path.startsWith('/api/hooks'))
    return { name: unique('hook'), method: 'POST', target_path: upstream.url }
  if (path.endsWith('/reset')) return { new_password: 'another password' }
  if (path.startsWith('/api/usergroups')) return { name: unique('group'), user_permissions: { keys: 'read' } }
  return {
    first_name: 'F',
    last_name: 'L',
    email_address: `${unique('user')}@example.com`,
    active: true,
    user_permissions: { keys: 'read' },
  }
}

test('every route answers the ids of another organisation as it answers ids that nothing has', async (t) => {
  const before = await everythingOf(a)
  const paths = new Map<string, Operation[]>()
  for (const operation of operations) {
    paths.set(operation.path, [...(paths.get(operation.path) ?? []), operation])
  }
  for (const path of [...paths.keys()].filter((candidate) => candidate.includes('{'))) {
    await t.test(path, async () => {
      const lists = parametersOf(path).map(({ after }) => idsFor(a, after, path))
      for (const row of combinations(lists)) {
        for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']) {
          for (const query of queriesFor(path)) await compare(method, path, row, query)
        }
      }
    })
  }
  assert.deepEqual(await everythingOf(a), before)
})

async function compare(
  method: string,
  path: string,
  row: readonly { own: string; unknown: string }[],
  query: string,
): Promise<void> {
  const body = method === 'GET' || method === 'HEAD' || method === 'DELETE' ? {} : { body: bodyFor(b, path) }
  const ask = (ids: readonly string[]) =>
    b.org.api.send({ method, path: `${filled(path, ids)}${query}`, ...body })
  const foreign = row.map(({ own }) => own)
  const unknown = row.map((entry) => entry.unknown)
  const answers = { foreign: await ask(foreign), unknown: await ask(unknown) }
  const what = `${method} ${path}${query} with ${foreign.join(', ')}: ${answers.foreign.text.slice(0, 200)} | ${answers.unknown.text.slice(0, 200)}`
  assertNothingOf(a, answers.foreign, foreign.join(' '), what)
  assert.ok(answers.foreign.status < 500, what)
  assert.equal(answers.foreign.status, answers.unknown.status, what)
  if (answers.foreign.status !== 200) {
    assert.equal(shapeOf(answers.foreign, foreign), shapeOf(answers.unknown, unknown), what)
  }
}

test('an API of the caller with a key of another organisation, and the reverse, shows nothing', async () => {
  const before = await everythingOf(a)
  const data = sessionFor(b.api)
  const unknown = 'e'.repeat(32)
  for (const query of ['', '?hashed=1', '?auto_guess=true']) {
    for (const { own: key, unknown: otherKey } of idsFor(a, 'keys', '')) {
      for (const api of [b.api.id, a.api.id, '-']) {
        const path = `/api/apis/${api}/keys/${key}${query}`
        const other = `/api/apis/${api === a.api.id ? unknown : api}/keys/${otherKey}${query}`
        for (const [method, body] of [['GET'], ['PUT', data], ['DELETE']] as const) {
          const reply = await b.org.api.send({ method, path, ...(body && { body }) })
          const expected = await b.org.api.send({ method, path: other, ...(body && { body }) })
          assert.ok(reply.status === 404 || reply.status === 400, `${method} ${path}: ${reply.status}`)
          assert.deepEqual([reply.status, reply.text], [expected.status, expected.text], `${method} ${path}`)
        }
      }
    }
  }
  const lists = await b.org.api.get(`/api/apis/${a.api.id}/keys?p=-1`)
  assertNothingOf(a, lists, a.api.id, 'the keys of a foreign API')
  assert.deepEqual(await everythingOf(a), before)
})

test('no list, search or read of one organisation contains anything of another', async () => {
  for (const operation of operations.filter(({ method, path }) => method === 'GET' && !path.includes('{'))) {
    for (const query of ['?p=-1', '?p=1', '?q=', `?q=${a.api.name}&p=-1`, `?api_id=${a.api.id}`]) {
      const reply = await b.org.api.get(`${operation.path}${query}`)
      assert.ok(reply.status < 500, `${operation.path}${query}: ${reply.text}`)
      assertNothingOf(a, reply, query, `GET ${operation.path}${query}`)
    }
  }
  const found = await b.org.api.post('/api/users/search', { filters: { query: a.org.email } })
  assertNothingOf(a, found, a.org.email, 'POST /api/users/search')
})

test('ids of another organisation inside a body open nothing and change nothing', async () => {
  const before = await everythingOf(a)
  const api = b.org.api
  const foreignKey = await api.post('/api/keys', sessionFor(a.api))
  const foreignPolicy = await api.post('/api/keys', { rate: 1, per: 1, apply_policies: [a.policyId] })
  const preview = await api.post('/api/keys/preview', sessionFor(a.api))
  const policy = await api.post('/api/portal/policies', {
    name: unique('policy'),
    active: true,
    org_id: a.org.id,
    rate: 1,
    per: 1,
    access_rights: rightsTo(a.api),
  })
  for (const reply of [foreignKey, foreignPolicy, preview, policy]) {
    assert.ok(reply.status >= 400 && reply.status < 500, `${reply.status} ${reply.text}`)
    assertNothingOf(a, reply, `${a.api.id} ${a.policyId} ${a.api.name}`, 'a refusal')
  }
  const forcedKey = expectStatus(await api.post('/api/keys', sessionFor(b.api, { org_id: a.org.id })))
  assert.equal(forcedKey.at('data', 'org_id'), b.org.id)
  const forcedUser = await api.post('/api/users', {
    first_name: 'F',
    last_name: 'L',
    email_address: `${unique('forced')}@example.com`,
    org_id: a.org.id,
    active: true,
    user_permissions: { keys: 'read' },
    group_id: a.groupId,
  })
  assert.ok(forcedUser.status < 500, forcedUser.text)
  assertNothingOf(a, await api.get('/api/users?p=-1'), a.groupId, 'the users of the caller')
  const forcedApi = expectStatus(
    await api.post('/api/apis', {
      api_definition: { name: unique('api'), org_id: a.org.id, proxy: { target_url: upstream.url } },
    }),
  )
  assert.equal(
    (await api.get(`/api/apis/${forcedApi.textAt('ID')}`)).at('api_definition', 'org_id'),
    b.org.id,
  )
  assert.deepEqual(await everythingOf(a), before)
})

test('an API cannot be moved to another organisation or given the ids of its API by an update', async () => {
  const before = await everythingOf(a)
  const own = objectOf(expectStatus(await b.org.api.get(`/api/apis/${b.api.id}`)).json)
  const definition = objectOf(own.api_definition)

  for (const change of [{ org_id: a.org.id }, { api_id: a.api.id }, { id: a.api.dbId }]) {
    const reply = await b.org.api.put(`/api/apis/${b.api.id}`, {
      ...own,
      api_definition: { ...definition, ...change },
    })
    assert.ok(reply.status < 500, reply.text)
  }

  const after = expectStatus(await b.org.api.get(`/api/apis/${b.api.id}`))
  assert.equal(after.at('api_definition', 'org_id'), b.org.id)
  assert.equal(after.at('api_definition', 'id'), b.api.dbId)
  assert.deepEqual(await everythingOf(a), before)
})

test('the gateway lets a key of one organisation into no API of another', async () => {
  const calls: [Api, string, number][] = [
    [a.api, a.key.secret, 200],
    [b.api, b.key.secret, 200],
    [a.api, b.key.secret, 403],
    [b.api, a.key.secret, 403],
    [a.api, b.customKey, 403],
    [b.api, a.customKey, 403],
    [b.api, `${b.org.id}${a.customKey}`, 403],
  ]
  for (const [api, secret, status] of calls) {
    const reply = await through(server, api.listenPath, secret)
    assert.equal(reply.status, status, `${secret} at ${api.name}: ${reply.text}`)
  }
})

test('a custom name taken in one organisation is free in another and opens its own APIs only', async () => {
  const name = unique('shared')
  expectStatus(await a.org.api.post(`/api/keys/${name}`, sessionFor(a.api, { alias: 'of A' })))
  expectStatus(await b.org.api.post(`/api/keys/${name}`, sessionFor(b.api, { alias: 'of B' })))

  assert.equal((await a.org.api.get(`/api/keys/${name}`)).at('data', 'alias'), 'of A')
  assert.equal((await b.org.api.get(`/api/keys/${name}`)).at('data', 'alias'), 'of B')
  assert.equal((await through(server, a.api.listenPath, name)).status, 200)
  assert.equal((await through(server, b.api.listenPath, name)).status, 200)
  expectStatus(await a.org.api.delete(`/api/keys/${name}`))
  assert.equal((await through(server, a.api.listenPath, name)).status, 403)
  assert.equal((await through(server, b.api.listenPath, name)).status, 200)
})

test('credentials of a user open neither the admin surface nor the control API', async () => {
  const asUser = (path: string): Promise<Reply> => dashboardAs(server, b.org.accessKey).get(path)
  assert.equal((await asUser('/admin/organisations')).status, 401)
  assert.equal((await asUser(`/admin/organisations/${b.org.id}`)).status, 401)
  const everyone: Client[] = [adminOf(server), controlOf(server)]
  const [admin, control] = everyone
  assert.equal((await admin?.get(`/admin/organisations/${a.org.id}`))?.status, 200)
  assert.equal((await control?.get(`/tyk/keys/${a.key.secret}`))?.status, 200)
})

test('ids in a body are judged like ids in a path: what is another organisation’s is unknown', async () => {
  const before = await everythingOf(a)
  const actions = [
    { action: 'disable' },
    { action: 'delete' },
    { action: 'extend', seconds: 60 },
    { action: 'remove_policy', policy_id: a.policyId },
    { action: 'add_policy', policy_id: b.policyId },
  ]
  for (const action of actions) {
    const reply = expectStatus(await b.org.api.post('/api/keys/bulk', { ...action, ids: [a.key.hash] }))
    assert.equal(
      reply.text,
      `{"results":[{"id":"${a.key.hash}","ok":false,"error":"Could not retrieve key detail"}],"done":0,"changed":0,"failed":1}`,
    )
  }
  const foreignPolicy = { action: 'add_policy', policy_id: a.policyId, ids: [b.key.hash] }
  assert.equal((await b.org.api.post('/api/keys/bulk', foreignPolicy)).status, 404)
  // Names of one's own choice may be taken in both organisations.
  for (const q of [a.key.secret, a.key.hash, a.key.created.textAt('data', 'alias')]) {
    const found = expectStatus(await b.org.api.post('/api/keys/search', { q }))
    assert.equal(found.at('total'), 0, q)
  }
  for (const narrowed of [{ api_id: a.api.id }, { policy_id: a.policyId }]) {
    assert.equal(expectStatus(await b.org.api.post('/api/keys/search', narrowed)).at('total'), 0)
  }
  const trial = { method: 'GET', path: '/', key_hash: a.key.hash }
  assert.equal((await b.org.api.post(`/api/apis/${b.api.id}/try`, trial)).status, 404)
  const overview = expectStatus(await b.org.api.get('/api/overview'))
  assertNothingOf(a, overview, '', 'the overview')
  assertNothingOf(a, expectStatus(await b.org.api.get('/api/activity/live/apis')), '', 'the activity')
  assert.deepEqual(await everythingOf(a), before)
})
