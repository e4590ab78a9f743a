import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Secret, TOTP } from 'otpauth'
import { refusal, type TestDashboard, testDashboard } from '../test-dashboard.ts'

const email = 'ann@example.com'
const password = 'correct horse'

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'

/** Ann's organisation and a browser that keeps its cookies. */
async function withAnn() {
  const world = await testDashboard()
  const orgId = (await world.admin('POST', '/admin/organisations', { owner_name: 'Acme' })).body.Meta
  const made = await world.admin('POST', '/admin/users', { email_address: email, password, org_id: orgId })
  const userId: string = made.body.Meta.id
  return { ...world, orgId, userId, accessKey: made.body.Message as string }
}

/** A browser: sends back the cookies that it was given. */
function browser({ app }: TestDashboard, remoteAddress = '10.0.0.1') {
  const jar = new Map<string, string>()
  const send = async (method: Method, url: string, body?: object) => {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
    const payload = body === undefined ? {} : { payload: JSON.stringify(body) }
    const reply = await app.inject({ method, url, remoteAddress, headers: { cookie }, ...payload })
    for (const line of [reply.headers['set-cookie'] ?? []].flat()) {
      const [, name = '', value = '', maxAge = ''] = /^([^=]+)=([^;]*); Max-Age=(\d+)/.exec(line) ?? []
      if (maxAge === '0') jar.delete(name)
      else jar.set(name, value)
    }
    return {
      status: reply.statusCode,
      text: reply.body,
      body: reply.body ? JSON.parse(reply.body) : undefined,
    }
  }
  return {
    send,
    signIn: () => send('POST', '/login', { username: email, password }),
    confirm: (body: object = { password }) => send('POST', '/api/session/confirm', body),
    isIn: async () => (await send('GET', '/api/session')).status === 200,
  }
}

/** The app on Ann's phone. */
function phone(secret: string) {
  const totp = new TOTP({ secret: Secret.fromBase32(secret) })
  return (atMs: number) => totp.generate({ timestamp: atMs })
}

/** Ann with codes set up. */
async function withCodes() {
  const world = await withAnn()
  const own = browser(world)
  await own.signIn()
  await own.confirm()
  const begun = await own.send('POST', '/api/second-factor/totp')
  const codeAt = phone(begun.body.secret)
  const code = codeAt(world.clock.nowMs)
  const active = await own.send('POST', '/api/second-factor/totp/activate', { code })
  assert.equal(active.status, 200, active.text)
  const recovery: string[] = active.body.Meta.recovery_codes
  return { ...world, own, codeAt, recovery, now: () => codeAt(world.clock.nowMs) }
}

test('codes are set up with the password again, and ten recovery codes are shown once', async () => {
  const world = await withAnn()
  const own = browser(world)
  await own.signIn()
  const unconfirmed = await own.send('POST', '/api/second-factor/totp')
  assert.deepEqual(
    [unconfirmed.status, unconfirmed.text],
    [403, refusal('Show first that it is you: give your password or a second factor')],
  )
  await own.confirm()
  const { body } = await own.send('POST', '/api/second-factor/totp')
  assert.match(body.secret, /^[A-Z2-7]{32}$/)
  assert.match(body.uri, /^otpauth:\/\/totp\/Tollgate:ann%40example\.com\?.*secret=/)
  assert.equal((await own.send('GET', '/api/second-factor')).body.totp.active, false)
  assert.equal((await own.send('POST', '/api/second-factor/totp/activate', { code: '000000' })).status, 403)
  const code = phone(body.secret)(world.clock.nowMs)
  const active = await own.send('POST', '/api/second-factor/totp/activate', {
    code: `${code.slice(0, 3)} ${code.slice(3)}`,
  })
  const codes: string[] = active.body.Meta.recovery_codes
  assert.equal(new Set(codes).size, 10)
  for (const one of codes) assert.match(one, /^[2-9a-z]{4}-[2-9a-z]{4}-[2-9a-z]{4}$/)
  const after = (await own.send('GET', '/api/second-factor')).body
  assert.deepEqual([after.totp.active, after.recovery_codes_left], [true, 10])
  const history = JSON.stringify(await world.storage.revisions.list(world.orgId, { page: 0, size: 1 }))
  assert.ok(!history.includes(body.secret) && !history.includes(codes[0] ?? 'none'))
})

test('with codes the password alone opens nothing; the code completes the sign-in, once', async () => {
  const world = await withCodes()
  const other = browser(world, '10.0.0.2')
  const first = await other.signIn()
  assert.deepEqual([first.status, first.body.Meta], [200, { next: 'factor' }])
  assert.equal(await other.isIn(), false)
  for (const [method, url] of [
    ['GET', '/api/second-factor'],
    ['POST', '/api/second-factor/totp'],
    ['POST', '/api/second-factor/totp/disable'],
    ['POST', '/api/second-factor/recovery-codes'],
    ['POST', '/api/passkeys/options'],
    ['POST', '/api/session/confirm'],
  ] as const) {
    const reply = await other.send(method, url, method === 'GET' ? undefined : { password, code: '1' })
    assert.ok(reply.status === 403, `${method} ${url}: ${reply.status} ${reply.text}`)
  }
  assert.deepEqual((await other.send('GET', '/login/options')).body.step, {
    next: 'factor',
    code: true,
    passkey: false,
  })
  const wrong = await other.send('POST', '/login/factor', { code: '000000' })
  assert.deepEqual(
    [wrong.status, wrong.text],
    [401, refusal('The code is incorrect or was used before, please try again')],
  )
  const used = await other.send('POST', '/login/factor', { code: world.now() })
  assert.equal(used.status, 401, 'the code that set it up was used')
  world.clock.nowMs += 30_000
  const right = await other.send('POST', '/login/factor', { code: world.now() })
  assert.equal(right.status, 200, right.text)
  assert.equal(await other.isIn(), true)
  const third = browser(world, '10.0.0.3')
  await third.signIn()
  assert.equal((await third.send('POST', '/login/factor', { code: world.now() })).status, 401)
})

test('a code of the step before or after is taken, one further away is not', async () => {
  const world = await withCodes()
  world.clock.nowMs += 10 * 60_000
  const at = world.clock.nowMs
  const tryCode = async (code: string, address: string) => {
    const one = browser(world, address)
    await one.signIn()
    return (await one.send('POST', '/login/factor', { code })).status
  }
  assert.deepEqual(
    [
      await tryCode(world.codeAt(at - 60_000), '10.1.0.1'),
      await tryCode(world.codeAt(at + 60_000), '10.1.0.2'),
      await tryCode(world.codeAt(at - 30_000), '10.1.0.3'),
      await tryCode(world.codeAt(at + 30_000), '10.1.0.4'),
      await tryCode(world.codeAt(at), '10.1.0.5'),
    ],
    [401, 401, 200, 200, 401],
    'a step that is older than one that was taken is over',
  )
})

test('a recovery code takes the place of a code once, however it is spelled', async () => {
  const world = await withCodes()
  const [code = ''] = world.recovery
  const use = async (address: string) => {
    const one = browser(world, address)
    await one.signIn()
    return (await one.send('POST', '/login/factor', { code: ` ${code.toUpperCase().replaceAll('-', ' ')} ` }))
      .status
  }
  assert.deepEqual([await use('10.0.0.2'), await use('10.0.0.3')], [200, 401])
  assert.equal((await world.own.send('GET', '/api/second-factor')).body.recovery_codes_left, 9)
  await world.own.confirm()
  const renewed = await world.own.send('POST', '/api/second-factor/recovery-codes')
  assert.equal(renewed.body.Meta.recovery_codes.length, 10)
})

test('guessing at codes locks the network, and not the browser that the user has', async () => {
  const world = await withCodes()
  const thief = browser(world, '10.6.6.6')
  await thief.signIn()
  for (let i = 0; i < 12; i++) await thief.send('POST', '/login/factor', { code: String(100_000 + i) })
  world.clock.nowMs += 30_000
  const found = await thief.send('POST', '/login/factor', { code: world.now() })
  assert.notEqual(found.status, 200)
  assert.equal(await thief.isIn(), false)
  await world.own.signIn()
  world.clock.nowMs += 30_000
  assert.equal((await world.own.send('POST', '/login/factor', { code: world.now() })).status, 200)
})

test('codes are given up with the password and a code; a stolen cookie is not enough', async () => {
  const world = await withCodes()
  const disable = (body: object) => world.own.send('POST', '/api/second-factor/totp/disable', body)
  world.clock.nowMs += 30_000
  const code = world.now()
  assert.equal((await disable({ code })).status, 403)
  assert.equal((await disable({ password, code: '000000' })).status, 403)
  assert.equal((await disable({ password: 'a wrong one', code })).status, 403)
  assert.equal((await disable({ password, code })).status, 200)
  const left = (await world.own.send('GET', '/api/second-factor')).body
  assert.deepEqual([left.totp.active, left.recovery_codes_left], [false, 0])
  assert.equal((await browser(world, '10.0.0.9').signIn()).text.includes('Signed in'), true)
})

test('an organisation that requires a factor has it set up at the next sign-in, before anything else', async () => {
  const world = await withAnn()
  const admin = world.as(world.accessKey)
  const rules = { second_factor_required: true }
  assert.equal((await admin('PUT', '/api/organisation/sign-in', rules)).status, 200)
  const own = browser(world)
  assert.deepEqual((await own.signIn()).body.Meta, { next: 'enrol' })
  assert.equal(await own.isIn(), false)
  assert.equal((await own.send('GET', '/api/apis')).status, 401)
  const begun = await own.send('POST', '/api/second-factor/totp')
  const code = phone(begun.body.secret)(world.clock.nowMs)
  assert.equal((await own.send('POST', '/api/second-factor/totp/activate', { code })).status, 200)
  assert.equal(await own.isIn(), true)
  world.clock.nowMs += 30_000
  const last = await own.send('POST', '/api/second-factor/totp/disable', {
    password,
    code: phone(begun.body.secret)(world.clock.nowMs),
  })
  assert.match(last.text, /requires a second factor/)
  assert.equal((await admin('GET', '/api/apis')).status, 200, 'access keys are not asked for a factor')
})

test('an administrator, and the operator, take the factors of a user away', async () => {
  const world = await withCodes()
  const path = `/api/users/${world.userId}/actions/factors/reset`
  assert.equal((await world.as(world.accessKey)('PUT', path)).status, 403, 'not one’s own')
  const plain = await world.member({ users: 'write' }, world.orgId)
  assert.equal((await plain.ask('PUT', path)).status, 403)
  const stranger = await world.member({ IsAdmin: 'admin', ResetPassword: 'admin' })
  assert.equal((await stranger.ask('PUT', path)).status, 404)
  const peer = await world.member({ IsAdmin: 'admin', ResetPassword: 'admin' }, world.orgId)
  assert.equal((await peer.ask('PUT', path)).status, 200)
  assert.equal(await world.own.isIn(), false)
  assert.equal((await world.own.signIn()).body.Meta, null)
  assert.equal((await world.admin('PUT', `/admin/users/${world.userId}/actions/factors/reset`)).status, 200)
})
