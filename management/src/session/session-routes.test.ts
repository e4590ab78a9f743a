import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dashboardRoutes } from '../dashboard-api.ts'
import { refusal, type TestDashboard, testDashboard } from '../test-dashboard.ts'

const PASSWORD = 'long enough to sign in'

/** A user who can sign in with a browser. */
async function browserUser(dashboard: TestDashboard, address = '192.0.2.1') {
  const { orgId, ask } = await dashboard.member()
  const email = 'ada@example.org'
  const created = await ask('POST', '/api/users', {
    first_name: 'Ada',
    last_name: 'L',
    email_address: email,
    active: true,
    password: PASSWORD,
    user_permissions: { keys: 'write', apis: 'read' },
  })
  assert.equal(created.status, 200, created.text)
  const signIn = async (userAgent = 'Browser/1', headers: Record<string, string> = {}) => {
    const reply = await dashboard.app.inject({
      method: 'POST',
      url: '/login',
      remoteAddress: address,
      headers: { 'user-agent': userAgent, ...headers },
      payload: JSON.stringify({ username: email, password: PASSWORD }),
    })
    assert.equal(reply.statusCode, 200, reply.body)
    const setCookie = String([reply.headers['set-cookie']].flat()[0])
    return { setCookie, cookie: setCookie.split(';')[0] ?? '' }
  }
  const send = async (
    cookie: string,
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    url: string,
    headers: Record<string, string> = {},
  ) => {
    const payload = method === 'POST' || method === 'PUT' ? { payload: '{}' } : {}
    const reply = await dashboard.app.inject({ method, url, headers: { cookie, ...headers }, ...payload })
    return { status: reply.statusCode, text: reply.body, headers: reply.headers }
  }
  return { orgId, userId: created.body.Meta as string, signIn, send }
}

test('a user learns who is asking and what is allowed', async () => {
  const dashboard = await testDashboard()
  const { orgId, userId, signIn, send } = await browserUser(dashboard)
  const { cookie } = await signIn()
  const body = JSON.parse((await send(cookie, 'GET', '/api/session')).text)
  assert.deepEqual(body.user, {
    id: userId,
    first_name: 'Ada',
    last_name: 'L',
    email_address: 'ada@example.org',
    group_id: '',
  })
  assert.deepEqual(
    [body.via, body.password_provisional, body.is_admin, body.organisation.id],
    ['cookie', true, false, orgId],
  )
  assert.deepEqual(
    [body.may.keys, body.may.apis, body.may.users],
    [
      { read: true, write: true },
      { read: true, write: false },
      { read: false, write: false },
    ],
  )
  const admin = await dashboard.member()
  const own = (await admin.ask('GET', '/api/session')).body
  assert.deepEqual([own.via, own.is_admin, own.may.users], ['access_key', true, { read: true, write: true }])
  assert.equal((await dashboard.nobody('GET', '/api/session')).status, 401)
})

test('a browser sees the access key only after the password was given again, and for five minutes', async () => {
  const dashboard = await testDashboard()
  const { userId, signIn, send } = await browserUser(dashboard)
  const { cookie } = await signIn()
  const confirm = async (body: object) => {
    const payload = JSON.stringify(body)
    const headers = { cookie }
    const url = '/api/session/confirm'
    return (await dashboard.app.inject({ method: 'POST', url, headers, payload })).statusCode
  }
  const shown = async () => {
    const keys: string[] = []
    for (const url of ['/api/users/me', `/api/users/${userId}`]) {
      keys.push(JSON.parse((await send(cookie, 'GET', url)).text).access_key)
    }
    return keys.map((key) => /^[0-9a-f]{32}$/.test(key))
  }
  assert.deepEqual(await shown(), [false, false])
  assert.deepEqual([await confirm({}), await confirm({ password: 'a wrong one' })], [403, 403])
  assert.deepEqual(await shown(), [false, false])
  assert.equal(await confirm({ password: PASSWORD }), 200)
  assert.deepEqual(await shown(), [true, true])
  dashboard.clock.nowMs += 5 * 60_000
  assert.deepEqual(await shown(), [false, false])
})

test('an access key has nothing to confirm and opens no factors', async () => {
  const { ask } = await (await testDashboard()).member()
  for (const [method, path, body] of [
    ['POST', '/api/session/confirm', { password: 'x' }],
    ['GET', '/api/second-factor', undefined],
    ['POST', '/api/second-factor/totp', undefined],
  ] as const) {
    assert.equal((await ask(method, path, body)).status, 401, path)
  }
})

test('the permissions are listed in the order of their table', async () => {
  const { ask } = await (await testDashboard()).member({ hooks: 'read' })
  const { body } = await ask('GET', '/api/permissions')
  assert.deepEqual(body.permissions[0], { name: 'analytics', label: 'Analytics', read_only: true })
  assert.ok(body.permissions.some(({ name }: { name: string }) => name === 'keys'))
})

test('own sessions are listed with where they came from, and ended one by one or all others', async () => {
  const dashboard = await testDashboard()
  const { signIn, send } = await browserUser(dashboard)
  const first = await signIn('Phone')
  dashboard.clock.nowMs += 1000
  const second = await signIn('Laptop')
  dashboard.clock.nowMs += 1000
  const third = await signIn('Tablet')
  const list = async (cookie: string) =>
    JSON.parse((await send(cookie, 'GET', '/api/sessions')).text).sessions

  const sessions = await list(second.cookie)
  assert.deepEqual(
    sessions.map((one: Record<string, unknown>) => [one.user_agent, one.address, one.current]),
    [
      ['Tablet', '192.0.2.1', false],
      ['Laptop', '192.0.2.1', true],
      ['Phone', '192.0.2.1', false],
    ],
  )
  const ended = await send(second.cookie, 'DELETE', `/api/sessions/${sessions[2].id}`)
  assert.deepEqual([ended.status, ended.headers['set-cookie']], [200, undefined])
  assert.equal((await send(first.cookie, 'GET', '/api/session')).status, 401)
  const others = await send(second.cookie, 'DELETE', '/api/sessions')
  assert.deepEqual(JSON.parse(others.text).Meta, { ended: 1 })
  assert.equal((await send(third.cookie, 'GET', '/api/session')).status, 401)
  const own = await send(second.cookie, 'DELETE', `/api/sessions/${sessions[1].id}`)
  assert.match(String(own.headers['set-cookie']), /Max-Age=0/)
  assert.equal((await send(second.cookie, 'GET', '/api/session')).status, 401)
})

test('nobody sees or ends the session of another user, and an ended one is not listed', async () => {
  const dashboard = await testDashboard()
  const { signIn, send } = await browserUser(dashboard)
  const { cookie } = await signIn()
  const [own] = JSON.parse((await send(cookie, 'GET', '/api/sessions')).text).sessions
  const stranger = await dashboard.member()
  assert.deepEqual((await stranger.ask('GET', '/api/sessions')).body.sessions, [])
  const refused = await stranger.ask('DELETE', `/api/sessions/${own.id}`)
  assert.deepEqual([refused.status, refused.text], [404, refusal('Could not retrieve session')])
  dashboard.clock.nowMs += 13 * 3_600_000
  await signIn()
  const again = (await signIn()).cookie
  assert.equal(JSON.parse((await send(again, 'GET', '/api/sessions')).text).sessions.length, 2)
})

test('the cookie is for this server’s pages only, and each sign-in makes a new one', async () => {
  const { signIn } = await browserUser(await testDashboard())
  const plain = await signIn()
  assert.match(
    plain.setCookie,
    /^authorisation=[0-9a-f]{64}; Max-Age=604800; Path=\/; HttpOnly; SameSite=Lax$/,
  )
  for (const proto of ['https', 'HTTPS', 'https, http']) {
    const { setCookie } = await signIn('B', { 'x-forwarded-proto': proto })
    assert.match(setCookie, /^__Host-authorisation=[0-9a-f]{64}; .*Path=\/; .*; Secure$/, proto)
  }
  assert.doesNotMatch((await signIn('B', { 'x-forwarded-proto': 'http, https' })).setCookie, /Secure/)
  const rotated = await signIn('B', { cookie: plain.cookie })
  assert.notEqual(rotated.cookie, plain.cookie)
})

test('a sign-in ends the session that its browser had', async () => {
  const dashboard = await testDashboard()
  const { signIn, send } = await browserUser(dashboard)
  const before = await signIn()
  await signIn('B', { cookie: before.cookie })
  assert.equal((await send(before.cookie, 'GET', '/api/session')).status, 401)
})

test('no writing route takes the cookie from a page of another origin', async () => {
  const dashboard = await testDashboard()
  const { signIn, send } = await browserUser(dashboard)
  const { cookie } = await signIn()
  const host = 'dashboard.example:3000'
  const foreign: Record<string, string>[] = [
    { origin: 'null' },
    { origin: 'http://dashboard.example:3001' },
    { origin: 'http://dashboard.example' },
    { origin: 'http://evil.example:3000' },
    { origin: 'http://dashboard.example:3000.evil.example' },
    { origin: '' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site', origin: 'http://dashboard.example:3000' },
  ]
  const writes = dashboardRoutes(dashboard.deps).filter(
    ({ method, permission }) => method !== 'GET' && !/secret$|^public$/.test(permission),
  )
  assert.ok(writes.length > 30)
  for (const { method, path } of writes) {
    const url = path.replace(/:[A-Za-z]+/g, 'x')
    for (const headers of foreign) {
      const { status, text } = await send(cookie, method as 'POST', url, { host, ...headers })
      assert.deepEqual(
        [status, text],
        [403, refusal('A page of another origin may not use this session')],
        `${method} ${url} ${JSON.stringify(headers)}`,
      )
    }
  }
  const own: Record<string, string>[] = [
    { origin: `http://${host}` },
    { origin: `https://${host}` },
    { 'sec-fetch-site': 'same-origin' },
    {},
  ]
  for (const headers of own) {
    const { text } = await send(cookie, 'POST', '/api/keys/search', { host, ...headers })
    assert.doesNotMatch(text, /another origin/, JSON.stringify(headers))
  }
})
