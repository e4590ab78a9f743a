import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { through } from '../support/client.ts'
import { expectStatus, newApi, newOrganisation, unique } from '../support/fixtures.ts'
import { type Origin, send } from '../support/http.ts'
import { freePorts } from '../support/ports.ts'
import { freshSettings, runTollgate, type Server, startServer } from '../support/server.ts'
import { startUpstream, type Upstream } from '../support/upstream.ts'

/** Who is believed where a request comes from, and what the ports offer to whom. */

let server: Server
let upstream: Upstream
let control: Origin

before(async () => {
  const [controlPort = 0] = await freePorts(1)
  control = { host: '127.0.0.1', port: controlPort }
  server = await startServer({ TOLLGATE_CONTROL_PORT: String(controlPort), TOLLGATE_WRONG_SECRETS: '5' })
  upstream = await startUpstream()
})
after(async () => {
  await server?.dispose()
  await upstream?.close()
})

test('finding 8: nobody is trusted by default to say who the client is, and the overview tells who tried', async () => {
  const org = await newOrganisation(server)
  const listed = await newApi(org, upstream.url, {
    use_keyless: true,
    enable_ip_whitelisting: true,
    allowed_ips: ['203.0.113.7'],
    proxy: { listen_path: `/${unique('listed')}/`, target_url: upstream.url, strip_listen_path: true },
  })
  for (const headers of [
    { 'x-real-ip': '203.0.113.7' },
    { 'x-forwarded-for': '203.0.113.7' },
    { forwarded: 'for="203.0.113.7";secret=' },
  ])
    assert.equal((await through(server, listed.listenPath, undefined, { headers })).status, 403)
  // A worker looks at the first request of a peer and at every 64th of all.
  for (let i = 0; i < 130; i++)
    await through(server, listed.listenPath, undefined, { headers: { 'x-real-ip': '203.0.113.7' } })

  const overview = expectStatus(
    await send(server.dashboard, { path: '/api/overview', headers: { authorization: org.accessKey } }),
  )
  const kinds = (overview.at('attention') as { kind: string }[]).map(({ kind }) => kind)
  assert.ok(kinds.includes('proxies_not_trusted'), overview.text)
  assert.match(server.output(), /forwarding headers of a peer that is not trusted/)
})

test('finding 8: a trial from the dashboard is judged by the user’s address though this machine is not trusted', async () => {
  const org = await newOrganisation(server)
  const api = await newApi(org, upstream.url, {
    use_keyless: true,
    enable_ip_whitelisting: true,
    allowed_ips: ['127.0.0.1'],
    proxy: { listen_path: `/${unique('own')}/`, target_url: upstream.url, strip_listen_path: true },
  })
  upstream.seen.length = 0
  const reply = expectStatus(
    await send(server.dashboard, {
      method: 'POST',
      path: `/api/apis/${api.id}/try`,
      headers: { authorization: org.accessKey },
      body: { method: 'GET', path: '/get' },
    }),
  )
  assert.equal(reply.at('response', 'status'), 200, reply.text)
  assert.equal(
    upstream.seen[0]?.rawHeaders.find((name) => /^forwarded$/i.test(name)),
    undefined,
  )
})

test('finding 21: with a port of its own the control API is there alone; health stays on the gateway’s port', async () => {
  const headers = { 'x-tyk-authorization': server.gatewaySecret }
  expectStatus(await send(control, { path: '/tyk/apis', headers }))
  const unknown = await send(server.gateway, { path: `/${unique('nothing')}` })
  for (const path of ['/tyk/apis', '/tyk/', '/tyk', '/tyk/keys']) {
    const reply = await send(server.gateway, { path, headers })
    assert.deepEqual([reply.status, reply.text], [unknown.status, unknown.text], path)
  }
  for (const path of ['/hello', '/ready']) expectStatus(await send(server.gateway, { path }))
})

test('finding 21: who guesses a secret is slowed down by address, on both surfaces', async () => {
  for (const [origin, path, header, right] of [
    [control, '/tyk/apis', 'x-tyk-authorization', server.gatewaySecret],
    [server.dashboard, '/admin/organisations', 'admin-auth', server.adminSecret],
  ] as const) {
    const ask = (secret: string) => send(origin, { path, headers: { [header]: secret } })
    let reply = await ask('wrong')
    for (let i = 0; i < 50 && reply.status !== 429; i++) reply = await ask(`guess ${i}`)
    assert.equal(reply.status, 429)
    assert.ok(Number(reply.headers['retry-after']) >= 1)
    assert.match(reply.text, /Too many wrong secrets/)
    // Its guesses come back by and by.
    let after = await ask(right)
    while (after.status === 429) after = await ask(right)
    assert.equal(after.status, 200)
  }
})

test('finding 21: secrets are long, unless a setting allows short ones', async () => {
  const settings = await freshSettings()
  try {
    const env = {
      ...settings.env,
      TOLLGATE_ADMIN_SECRET: '12345',
      TOLLGATE_GATEWAY_SECRET: '123456789012345',
    }
    const refused = await runTollgate(['doctor'], env)
    assert.equal(refused.code, 2)
    assert.match(refused.stderr, /TOLLGATE_ADMIN_SECRET: .*TOLLGATE_ALLOW_SHORT_SECRETS=1/)
    assert.match(refused.stderr, /TOLLGATE_GATEWAY_SECRET: /)
    const taken = await runTollgate(['doctor'], { ...env, TOLLGATE_ALLOW_SHORT_SECRETS: '1' })
    assert.equal(taken.code, 0, taken.stdout + taken.stderr)
  } finally {
    await settings.remove()
  }
})

test('finding 26: the health check speaks to the running gateway, and says when there is none', async () => {
  assert.equal((await runTollgate(['health'], server.env)).code, 0)
  const settings = await freshSettings()
  try {
    const { code, stderr } = await runTollgate(['health'], settings.env)
    assert.equal(code, 1)
    assert.match(stderr, /the gateway does not answer/)
  } finally {
    await settings.remove()
  }
})

test('pages and answers may not be framed, sniffed or read by other sites; behind TLS browsers are told to stay with it', async () => {
  const plain = await send(server.dashboard, { path: '/hello', headers: { 'x-forwarded-proto': 'https' } })
  assert.equal(plain.headers['cross-origin-resource-policy'], 'same-origin')
  assert.equal(plain.headers['x-content-type-options'], 'nosniff')
  assert.equal(plain.headers['strict-transport-security'], undefined, 'the peer is not trusted')
})
