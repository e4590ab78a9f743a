import assert from 'node:assert/strict'
import { test } from 'node:test'
import { done, refusal, type TestDashboard, testDashboard } from '../test-dashboard.ts'
import { sessionIdleMs, sessionLifeMs } from './sign-ins.ts'

const wrong = refusal('Credentials are incorrect, please try again')

/** An organisation with one user who can sign in. */
async function withAnn() {
  const world = await testDashboard()
  const orgId = (await world.admin('POST', '/admin/organisations', { owner_name: 'Acme' })).body.Meta
  const ann = { email_address: 'Ann@Example.com', password: 'correct horse', active: true, org_id: orgId }
  const { body } = await world.admin('POST', '/admin/users', ann)
  return { ...world, orgId, annId: body.Meta.id as string, accessKey: body.Message as string }
}

async function signIn(
  { app }: TestDashboard,
  payload: string | object,
  headers: Readonly<Record<string, string>> = {},
  remoteAddress = '10.0.0.1',
) {
  const reply = await app.inject({ method: 'POST', url: '/login', payload, headers, remoteAddress })
  const cookies = [reply.headers['set-cookie'] ?? []].flat()
  const cookie = cookies[0] ?? ''
  return {
    status: reply.statusCode,
    text: reply.body,
    headers: reply.headers,
    cookie,
    cookies,
    device: cookies.find((one) => one.startsWith('tollgate-devices='))?.split(';')[0] ?? '',
    session: cookie.split(';')[0] ?? '',
  }
}

const right = { username: 'ann@example.com', password: 'correct horse' }

async function me({ app }: TestDashboard, cookie: string, more: Readonly<Record<string, string>> = {}) {
  return app.inject({ method: 'GET', url: '/api/users/me', headers: { cookie, ...more } })
}

test('a sign-in by JSON answers 200 with the session cookie, which opens the API', async () => {
  const world = await withAnn()
  const reply = await signIn(world, { ...right, username: ' ANN@example.com ' })
  assert.equal(reply.status, 200)
  assert.equal(reply.text, done('Signed in'))
  assert.match(reply.cookie, /^authorisation=[0-9a-f]{64}; Max-Age=604800; Path=\/; HttpOnly; SameSite=Lax$/)
  const shown = await me(world, `other=1; ${reply.session}; more=2`)
  assert.equal(shown.json().email_address, 'ann@example.com')
  assert.equal(shown.json().last_login_date, '2026-01-05T10:00:00.000Z')
})

test('a sign-in by form goes to the start page; JSON that calls itself a form does not', async () => {
  const world = await withAnn()
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  const byForm = await signIn(world, 'username=ann%40example.com&password=correct+horse', form)
  assert.deepEqual([byForm.status, byForm.headers.location], [302, '/'])
  assert.equal((await me(world, byForm.session)).statusCode, 200)
  assert.equal((await signIn(world, JSON.stringify(right), form)).status, 200)
  assert.equal((await signIn(world, 'username=ann%40example.com&password=x', form)).text, wrong)
})

test('an unknown user, a wrong password and an inactive user are answered alike', async () => {
  const world = await withAnn()
  for (const body of [
    { ...right, password: 'wrong' },
    { ...right, username: 'bob@example.com' },
  ]) {
    const reply = await signIn(world, body)
    assert.deepEqual([reply.status, reply.text, reply.cookie], [401, wrong, ''])
  }
  await world.admin('PUT', `/admin/users/${world.annId}`, { active: false })
  assert.equal((await signIn(world, right)).text, wrong)
})

test('hostile sign-ins are refused as any other body', async () => {
  const world = await withAnn()
  for (const body of [[], {}, { username: {}, password: [] }, { username: 'x'.repeat(400), password: 'y' }]) {
    assert.equal((await signIn(world, body)).status, 400)
  }
  assert.equal((await signIn(world, '{')).text, refusal('Request body malformed'))
  assert.equal((await signIn(world, { ...right, password: 'x'.repeat(2000) })).status, 400)
})

test('ten wrong sign-ins lock the account for their network; only who knows the password is told', async () => {
  const world = await withAnn()
  for (let i = 0; i < 10; i++)
    assert.equal((await signIn(world, { ...right, password: `wrong${i}` })).text, wrong)
  assert.deepEqual(world.pauses, [100, 200, 400, 800, 1600, 3200, 5000])
  assert.equal((await signIn(world, { ...right, password: 'wrong' })).text, wrong)
  const told = await signIn(world, right)
  assert.deepEqual([told.status, told.cookie], [403, ''])
  assert.equal(told.text, refusal('Locked after too many wrong sign-ins, try again later'))
  world.clock.nowMs += 15 * 60_000
  assert.equal((await signIn(world, right)).status, 200)
})

test('nobody can lock an account for its owner: others lock their own network out', async () => {
  const world = await withAnn()
  for (let i = 0; i < 12; i++) await signIn(world, { ...right, password: `wrong${i}` })
  assert.equal((await signIn(world, right, {}, '10.0.0.2')).status, 200)
  for (let i = 0; i < 12; i++) await signIn(world, { username: `user${i}@example.com`, password: 'guess' })
  assert.equal((await signIn(world, { username: 'user1@example.com', password: 'guess' })).text, wrong)
})

test('a browser that the user has signed in with is let through where its network is locked', async () => {
  const world = await withAnn()
  const { device } = await signIn(world, right)
  assert.match(device, /^tollgate-devices=/)
  for (let i = 0; i < 10; i++) await signIn(world, { ...right, password: `wrong${i}` })
  assert.equal((await signIn(world, right)).status, 403)
  const before = world.pauses.length
  assert.equal((await signIn(world, right, { cookie: device })).status, 200)
  assert.equal(world.pauses.length, before, 'and it does not wait')
  for (const forged of [device.replace(/.$/, (last) => (last === '0' ? '1' : '0')), 'tollgate-devices=x']) {
    assert.equal((await signIn(world, right, { cookie: forged })).status, 403)
  }
})

test('what makes a browser known goes to the sign-in alone, and speaks for its own user', async () => {
  const world = await withAnn()
  await world.admin('POST', '/admin/users', {
    email_address: 'bob@example.com',
    password: 'battery staple',
    org_id: world.orgId,
  })
  const { device, cookies } = await signIn(world, right)
  assert.ok(cookies.some((one) => /^tollgate-devices=.*; Path=\/login; HttpOnly; SameSite=Strict$/.test(one)))
  const bob = { username: 'bob@example.com', password: 'battery staple' }
  for (let i = 0; i < 10; i++) await signIn(world, { ...bob, password: `wrong${i}` })
  assert.equal((await signIn(world, bob, { cookie: device })).status, 403)
  world.clock.nowMs += 15 * 60_000
  const both = await signIn(world, bob, { cookie: device })
  for (let i = 0; i < 10; i++) await signIn(world, { ...right, password: `wrong${i}` })
  assert.equal((await signIn(world, right, { cookie: both.device })).status, 200)
})

test('sign-ins from one address do not keep others from signing in', async () => {
  const world = await withAnn()
  const flood = Array.from({ length: 120 }, (_, i) =>
    signIn(world, { username: `user${i}@example.com`, password: 'guess' }, {}, '10.9.9.9'),
  )
  const others = await Promise.all(
    Array.from({ length: 3 }, (_, i) => signIn(world, right, {}, `10.0.1.${i}`)),
  )
  assert.deepEqual(
    others.map(({ status }) => status),
    [200, 200, 200],
  )
  const statuses = (await Promise.all(flood)).map(({ status }) => status)
  assert.ok(statuses.filter((status) => status === 503).length >= 100, String(statuses))
})

test('several session cookies are each tried, whatever somebody else on the host has left', async () => {
  const world = await withAnn()
  const { session } = await signIn(world, right)
  const junk = `authorisation=${'f'.repeat(64)}`
  for (const cookie of [
    `${junk}; ${session}`,
    `${session}; ${junk}`,
    `authorisation=x; ${session}; authorisation=`,
  ]) {
    assert.equal((await me(world, cookie)).statusCode, 200, cookie)
  }
  const many = Array.from({ length: 40 }, (_, i) => `authorisation=${String(i).padStart(64, '0')}`)
  assert.equal(
    (await me(world, [...many, session].join('; '))).statusCode,
    200,
    'the shortest path comes last',
  )
})

test('signing out ends every session that the browser shows, and clears the usual paths', async () => {
  const world = await withAnn()
  const [first, second] = [await signIn(world, right), await signIn(world, right)]
  const cookie = `${first.session}; ${second.session}`
  const out = await world.app.inject({ method: 'POST', url: '/logout', headers: { cookie } })
  const cleared = [out.headers['set-cookie'] ?? []].flat()
  for (const path of ['/', '/api', '/login']) {
    assert.ok(cleared.includes(`authorisation=; Max-Age=0; Path=${path}; HttpOnly; SameSite=Lax`), path)
  }
  for (const session of [first.session, second.session]) {
    assert.equal((await me(world, session)).statusCode, 401)
  }
})

test('over TLS the cookie has a name that no other host, path or plain connection can set', async () => {
  const world = await withAnn()
  const tls = { 'x-forwarded-proto': 'https' }
  const { cookie, session, cookies } = await signIn(world, right, tls)
  assert.match(
    cookie,
    /^__Host-authorisation=[0-9a-f]{64}; Max-Age=604800; Path=\/; HttpOnly; SameSite=Lax; Secure$/,
  )
  assert.ok(cookies.some((one) => one.startsWith('authorisation=; Max-Age=0;')))
  assert.equal((await me(world, `authorisation=${'f'.repeat(64)}; ${session}`)).statusCode, 200)
  const out = await world.app.inject({ method: 'POST', url: '/logout', headers: { ...tls, cookie: session } })
  assert.match(
    String(out.headers['set-cookie']),
    /__Host-authorisation=; Max-Age=0; Path=\/; HttpOnly; SameSite=Lax; Secure/,
  )
  assert.equal((await me(world, session)).statusCode, 401)
})

test('a session ends when idle, at the latest after its life, and at sign-out', async () => {
  const world = await withAnn()
  const idle = await signIn(world, right)
  world.clock.nowMs += sessionIdleMs
  assert.equal((await me(world, idle.session)).statusCode, 401)

  const used = await signIn(world, right)
  for (let ms = 0; ms + sessionIdleMs / 2 < sessionLifeMs; ms += sessionIdleMs / 2) {
    assert.equal((await me(world, used.session)).statusCode, 200)
    world.clock.nowMs += sessionIdleMs / 2
  }
  world.clock.nowMs += sessionIdleMs / 2
  assert.equal((await me(world, used.session)).statusCode, 401)

  const left = await signIn(world, right)
  const out = await world.app.inject({ method: 'GET', url: '/logout/', headers: { cookie: left.session } })
  assert.deepEqual([out.statusCode, out.headers.location], [302, '/'])
  assert.match(String(out.headers['set-cookie']), /^authorisation=; Max-Age=0;/)
  assert.equal((await me(world, left.session)).statusCode, 401)
})

test('signing in again ends the session that the browser had', async () => {
  const world = await withAnn()
  const first = await signIn(world, right)
  const second = await signIn(world, right, { cookie: first.session })
  assert.notEqual(second.session, first.session)
  assert.equal((await me(world, first.session)).statusCode, 401)
  assert.equal((await me(world, second.session)).statusCode, 200)
})

test('a new password, a revocation and a deletion end the sessions of the user', async () => {
  const endings = [
    ['POST', 'actions/reset', { new_password: 'another one' }],
    ['PUT', 'actions/revoke', undefined],
    ['DELETE', '', undefined],
  ] as const
  for (const [method, action, body] of endings) {
    const world = await withAnn()
    await world.member({}, world.orgId)
    const { session } = await signIn(world, right)
    const reply = await world.as(world.accessKey)(method, `/api/users/${world.annId}/${action}`, body)
    assert.equal(reply.status, 200, reply.text)
    assert.equal((await me(world, session)).statusCode, 401, action)
  }
})

test('a page of another origin can neither write with the cookie nor sign anyone in', async () => {
  const world = await withAnn()
  const { session } = await signIn(world, right)
  const write = (headers: Readonly<Record<string, string>>) =>
    world.app.inject({
      method: 'PUT',
      url: `/api/users/${world.annId}`,
      headers: { cookie: session, host: 'gate.example:3000', ...headers },
      payload: { last_name: 'Other' },
    })
  const foreign: Record<string, string>[] = [
    { origin: 'http://evil.example' },
    { origin: 'http://gate.example' },
    { origin: 'null' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site', origin: 'http://gate.example:3000' },
  ]
  for (const headers of foreign) {
    const reply = await write(headers)
    assert.equal(reply.statusCode, 403, JSON.stringify(headers))
    assert.equal(reply.body, refusal('A page of another origin may not use this session'))
    assert.equal((await signIn(world, right, { host: 'gate.example:3000', ...headers })).status, 403)
  }
  const own: Record<string, string>[] = [
    {},
    { origin: 'http://gate.example:3000' },
    { 'sec-fetch-site': 'same-origin' },
  ]
  for (const headers of own) assert.equal((await write(headers)).statusCode, 200, JSON.stringify(headers))
  assert.equal((await me(world, session, { 'sec-fetch-site': 'cross-site' })).statusCode, 200)
})

test('a cookie that came by TLS does not go back without', async () => {
  const world = await withAnn()
  assert.match((await signIn(world, right, { 'x-forwarded-proto': 'https' })).cookie, /; Secure$/)
})

test('one e-mail in two organisations signs in where the password fits, or where it says', async () => {
  const world = await withAnn()
  const orgId = (await world.admin('POST', '/admin/organisations', { owner_name: 'Other' })).body.Meta
  await world.admin('POST', '/admin/users', {
    email_address: right.username,
    password: 'other horse',
    org_id: orgId,
  })
  const other = await signIn(world, { ...right, password: 'other horse' })
  assert.equal((await me(world, other.session)).json().org_id, orgId)
  const first = await signIn(world, right)
  assert.equal((await me(world, first.session)).json().org_id, world.orgId)
  assert.equal((await signIn(world, { ...right, org_id: orgId })).text, wrong)
})

test('finding 20: a page of another site signs nobody out', async () => {
  const world = await withAnn()
  const { session } = await signIn(world, right)
  const ask = (method: 'GET' | 'POST', headers: Record<string, string>) =>
    world.app.inject({
      method,
      url: '/logout',
      headers: { host: 'gate.example', cookie: session, accept: 'text/html', ...headers },
    })
  const foreign: readonly Record<string, string>[] = [
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { referer: 'http://evil.example/' },
    { origin: 'http://evil.example' },
  ]
  for (const headers of foreign) {
    const followed = await ask('GET', headers)
    assert.deepEqual(
      [followed.statusCode, followed.headers.location, followed.headers['set-cookie']],
      [302, '/', undefined],
    )
    if (!('referer' in headers)) assert.equal((await ask('POST', headers)).statusCode, 403)
  }
  assert.equal((await me(world, session)).statusCode, 200)
  const out = await ask('GET', { 'sec-fetch-site': 'same-origin', referer: 'http://gate.example/keys' })
  assert.equal(out.statusCode, 302)
  assert.equal((await me(world, session)).statusCode, 401)
})

test('finding 4: signing out clears the cookie on every path that another server of this host can have set it for', async () => {
  const world = await withAnn()
  const { session } = await signIn(world, right)
  const out = await world.app.inject({ method: 'POST', url: '/logout', headers: { cookie: session } })
  const cleared = [out.headers['set-cookie']].flat().map((line) => /Path=([^;]*)/.exec(String(line))?.[1])
  for (const path of ['/', '/api', '/api/', '/login']) assert.ok(cleared.includes(path), path)
})
