import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { after, test } from 'node:test'
import { buildDashboardApi } from '../dashboard-api.ts'
import { asking, makeApi, makeUser, session, testWorld } from '../test-world.ts'

type Answering = (request: IncomingMessage, reply: ServerResponse) => void

/** A dashboard whose gate is a real server that answers as the test says. */
async function world(answer: Answering) {
  const server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  after(() => server.close())
  // A server that listens on TCP has an address of this form.
  const { port } = server.address() as AddressInfo
  const made = await testWorld()
  const deps = { ...made.deps, ownGateway: { host: '127.0.0.1', port, tls: false } }
  const app = buildDashboardApi(deps)
  const member = async (permissions: Record<string, string> = {}, orgId?: string) => {
    const user = await makeUser(made, permissions, orgId)
    return { ...user, ask: asking(app, { authorization: user.accessKey }) }
  }
  const owner = await member()
  return { ...made, member, owner, ask: owner.ask, apiId: await makeApi(owner.ask, 'orders') }
}

test('a call is sent to the gate and nowhere else, as coming from the user, and its answer is shown', async () => {
  let seen: IncomingMessage | undefined
  const { ask, apiId } = await world((request, reply) => {
    seen = request
    reply.writeHead(201, { 'X-Request-Id': 'abc-1', 'X-B': 'c' }).end('héllo')
  })
  const { body } = await ask('POST', `/api/apis/${apiId}/try`, {
    method: 'POST',
    path: '/get?x=1',
    headers: [['X-A', 'b']],
    body: 'ping',
    key: 'a-secret',
  })
  assert.deepEqual(
    [seen?.method, seen?.url, seen?.headers.host],
    ['POST', '/orders/get?x=1', 'gateway.example:8080'],
  )
  assert.deepEqual(
    [seen?.headers.authorization, seen?.headers['x-forwarded-for'], seen?.headers['content-length']],
    ['a-secret', '127.0.0.1', '4'],
  )
  assert.deepEqual(
    [body.sent, body.response.status, body.response.body, body.response.body_encoding, body.request_id],
    [true, 201, 'héllo', 'utf8', 'abc-1'],
  )
  assert.deepEqual([body.verdict.outcome, body.verdict.code], ['passed', null])
  assert.ok(!JSON.stringify(body).includes('a-secret'))
})

test('a refused call comes with the trace that decided', async () => {
  const { ask, apiId, owner, requests } = await world((_request, reply) => {
    reply
      .writeHead(403, { 'X-Request-Id': 'abc-2' })
      .end('{"error": "Access to this API has been disallowed"}')
  })
  const kept = {
    requestId: 'abc-2',
    atMs: 1,
    method: 'GET',
    path: '/orders/',
    status: 403,
    code: 'key_unknown' as const,
    message: '',
    apiId,
    orgId: owner.orgId,
    keyId: '',
    trace: [
      { step: 'route' as const, code: 'api' as const, args: { name: 'orders' } },
      { step: 'credential' as const, code: 'key_unknown' as const },
    ],
    limit: undefined,
  }
  requests.set('abc-2', kept)
  const { body } = await ask('POST', `/api/apis/${apiId}/try`, { method: 'GET', path: '/', key: 'wrong' })
  assert.deepEqual([body.verdict.outcome, body.verdict.code], ['refused', 'key_unknown'])
  assert.deepEqual(body.verdict.trace.at(-1), {
    step: 'credential',
    code: 'key_unknown',
    detail: 'no such key in this organisation',
    outcome: 'decided',
  })
})

test('by its public id a key is judged without a call, and nothing is counted', async () => {
  let calls = 0
  const { ask, apiId, counters } = await world((_request, reply) => {
    calls += 1
    reply.end()
  })
  const { key_hash: hash } = (await ask('POST', '/api/keys', { ...session(apiId), rate: 1, per: 60 })).body
  const tries = async () =>
    (await ask('POST', `/api/apis/${apiId}/try`, { method: 'GET', path: '/', key_hash: hash })).body
  for (const body of [await tries(), await tries(), await tries()]) {
    assert.deepEqual([body.sent, body.response, body.verdict.outcome], [false, null, 'passed'])
  }
  await ask('POST', `/api/keys/${hash}/disable`)
  const off = (await tries()).verdict
  assert.deepEqual([off.outcome, off.code, off.trace.at(-1).outcome], ['refused', 'key_inactive', 'decided'])
  assert.equal(calls, 0)
  assert.ok(counters)
})

test('an API of another organisation, and one that may not be read, cannot be tried', async () => {
  let calls = 0
  const { ask, apiId, member, owner } = await world((_request, reply) => {
    calls += 1
    reply.end()
  })
  const trial = { method: 'GET', path: '/' }
  const stranger = await member()
  assert.equal((await stranger.ask('POST', `/api/apis/${apiId}/try`, trial)).status, 400)
  const keysOnly = await member({ keys: 'write' }, owner.orgId)
  assert.equal((await keysOnly.ask('POST', `/api/apis/${apiId}/try`, trial)).status, 403)
  const apisOnly = await member({ apis: 'read' }, owner.orgId)
  const hash = { ...trial, key_hash: 'e'.repeat(32) }
  assert.equal((await apisOnly.ask('POST', `/api/apis/${apiId}/try`, hash)).status, 403)
  const foreignKey = (await stranger.ask('POST', '/api/keys', session(await makeApi(stranger.ask, 'theirs'))))
    .body
  const foreign = await ask('POST', `/api/apis/${apiId}/try`, { ...trial, key_hash: foreignKey.key_hash })
  assert.ok(foreign.status >= 400, foreign.text)
  assert.equal(calls, 0)
})

test('long and binary answers are cut and encoded, redirects are not followed', async () => {
  const { ask, apiId } = await world((request, reply) => {
    if (request.url === '/orders/long') reply.end('é'.repeat(70_000))
    else if (request.url === '/orders/binary') reply.end(Buffer.from([0xff, 0, 1]))
    else reply.writeHead(302, { location: 'http://127.0.0.1:1/' }).end()
  })
  const tried = async (path: string) =>
    (await ask('POST', `/api/apis/${apiId}/try`, { method: 'GET', path })).body.response
  const long = await tried('/long')
  assert.deepEqual([long.truncated, long.body_bytes, long.body.length], [true, 140_000, 32_768])
  const binary = await tried('/binary')
  assert.deepEqual([binary.body_encoding, binary.body], ['base64', '/wAB'])
  assert.equal((await tried('/elsewhere')).status, 302)
})

test('where connections have to be introduced, ours is; a gate that hangs up is said to be unreachable', async (t) => {
  let seen = ''
  const server = createTcpServer((socket) => {
    seen = ''
    socket.on('error', () => undefined)
    socket.on('data', (bytes) => {
      seen += bytes.toString('latin1')
      if (!seen.includes('\r\n\r\n')) return
      if (seen.includes('/leave '))
        socket.end('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n')
      else socket.end('HTTP/1.1 204 No Content\r\n\r\n')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  const { port } = server.address() as AddressInfo
  const made = await testWorld()
  const ownGateway = { host: '127.0.0.1', port, tls: false, introduced: true }
  const ask = asking(buildDashboardApi({ ...made.deps, ownGateway }), {
    authorization: (await makeUser(made)).accessKey,
  })
  const apiId = await makeApi(ask, 'orders')
  const trial = (path: string) => ask('POST', `/api/apis/${apiId}/try`, { method: 'GET', path })
  assert.equal((await trial('/a')).body.response.status, 204)
  assert.match(seen, /^PROXY UNKNOWN\r\nGET \/orders\/a HTTP\/1\.1\r\n/)
  assert.equal((await trial('/leave')).status, 502)
})

test('a gate that is not there is said to be unreachable', async () => {
  const made = await testWorld()
  const app = buildDashboardApi({ ...made.deps, ownGateway: { host: '127.0.0.1', port: 1, tls: false } })
  const { ask } = { ask: asking(app, { authorization: (await makeUser(made)).accessKey }) }
  const apiId = await makeApi(ask, 'orders')
  assert.equal((await ask('POST', `/api/apis/${apiId}/try`, { method: 'GET', path: '/' })).status, 502)
})

/** A dashboard, and what the dry run says to a key of an API with these parts of its definition. */
async function dryWorld(parts: Partial<Parameters<typeof buildDashboardApi>[0]> = {}) {
  const made = await testWorld()
  const deps = { ...made.deps, ...parts }
  const user = await makeUser(made)
  const ask = asking(buildDashboardApi(deps), { authorization: user.accessKey })
  let apis = 0
  const dry = async (definition: object, trial: object = {}, key: object = {}) => {
    apis += 1
    const apiId = await makeApi(ask, `api${apis}`, definition)
    const { key_hash } = (await ask('POST', '/api/keys', { ...session(apiId), ...key })).body
    const asked = { method: 'GET', path: '/', key_hash, ...trial }
    return (await ask('POST', `/api/apis/${apiId}/try`, asked)).body.verdict
  }
  const admin = asking(buildDashboardApi(deps), { 'admin-auth': deps.adminSecret })
  return { ...made, user, ask, admin, dry }
}

const single = (info: object) => ({
  version_data: { not_versioned: true, versions: { Default: { name: 'Default', ...info } } },
})

test('the dry run judges addresses, sizes and client certificates as the gate does', async () => {
  const { dry } = await dryWorld()
  const codes = [
    await dry({ enable_ip_whitelisting: true, allowed_ips: ['203.0.113.0/24'] }),
    await dry({ enable_ip_blacklisting: true, blacklisted_ips: ['127.0.0.1'] }),
    await dry(single({ global_size_limit: 3 }), { method: 'POST', body: 'long' }),
    await dry(single({ global_size_limit: 3 }), { method: 'POST' }),
    await dry({ use_mutual_tls_auth: true, client_certificates: ['a'.repeat(64)] }),
    await dry({ enable_jwt: true }),
    await dry({ proxy: { listen_path: '/looped/', target_url: 'tyk://other/' } }),
  ].map(({ code }) => code)
  assert.deepEqual(codes, [
    'ip_not_allowed',
    'ip_not_allowed',
    'request_too_large',
    'length_required',
    'tls_required',
    'auth_unsupported',
    'target_unusable',
  ])
  const passed = await dry({ enable_ip_whitelisting: true, allowed_ips: ['127.0.0.0/8'] })
  assert.deepEqual([passed.outcome, passed.not_judged], ['passed', ['whether the target answers']])
})

test('the dry run knows the switch and the limits of the organisation', async () => {
  const { dry, admin, user } = await dryWorld()
  assert.equal((await dry({})).outcome, 'passed')
  const made = await admin('POST', '/admin/org/keys', { org_id: user.orgId, is_inactive: true })
  assert.ok(made.status < 300, made.text)
  assert.equal((await dry({})).code, 'organisation_inactive')
})

test('the dry run matches the path that the gate would match, and as the node is set', async () => {
  const blocked = single({ paths: { ignored: [], white_list: [], black_list: ['/secret'] } })
  const strict = await dryWorld({ normalisePath: (path) => path.replaceAll('//', '/') })
  assert.equal((await strict.dry(blocked, { path: '//secret' })).code, 'endpoint_forbidden')
  assert.equal((await strict.dry(blocked, { path: '/a/secret' })).outcome, 'passed')
  const urls = { allowed_urls: [{ url: '/mine', methods: ['GET'] }] }
  const right = (apiId: string) => ({ access_rights: { [apiId]: { versions: ['Default'], ...urls } } })
  const loose = await dryWorld({ matching: { loose: true } })
  assert.equal((await loose.dry(blocked, { path: '/a/secret' })).code, 'endpoint_forbidden')
  for (const [world, outcome] of [
    [strict, 'refused'],
    [loose, 'passed'],
  ] as const) {
    const apiId = await makeApi(world.ask, 'rights')
    const { key_hash } = (await world.ask('POST', '/api/keys', { ...session(), ...right(apiId) })).body
    const trial = { method: 'GET', path: '/not/mine', key_hash }
    const { verdict } = (await world.ask('POST', `/api/apis/${apiId}/try`, trial)).body
    assert.equal(verdict.outcome, outcome)
  }
})
