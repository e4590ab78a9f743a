import assert from 'node:assert/strict'
import { test } from 'node:test'
import { expectStatus, newOrganisation, unique } from '../support/fixtures.ts'
import { type Reply, send } from '../support/http.ts'
import { startServer } from '../support/server.ts'
import { org, server, useWorld } from '../support/world.ts'

useWorld()

const refused = '{"Status":"Error","Message":"Credentials are incorrect, please try again","Meta":null}'

const signIn = (username: string, password: string, headers: Record<string, string> = {}): Promise<Reply> =>
  send(server.dashboard, {
    method: 'POST',
    path: '/login',
    headers: { 'content-type': 'application/json', ...headers },
    body: { username, password },
    timeoutMs: 60_000,
  })

const cookieOf = (reply: Reply): string => {
  const [cookie = ''] = reply.headers['set-cookie'] ?? []
  return cookie.split(';')[0] ?? ''
}

async function account(): Promise<string> {
  const email = `${unique('sign-in')}@example.com`
  expectStatus(
    await org.api.post('/api/users', {
      first_name: 'S',
      last_name: 'I',
      email_address: email,
      active: true,
      password: 'right password',
      user_permissions: { IsAdmin: 'admin' },
    }),
  )
  return email
}

test('a sign-in sets an HttpOnly cookie that opens /api, and signing out ends it', async () => {
  const reply = expectStatus(await signIn(await account(), 'right password'))
  const [cookie = ''] = reply.headers['set-cookie'] ?? []

  assert.match(cookie, /^authorisation=[^;]{20,}/)
  assert.match(cookie, /;\s*HttpOnly/i)
  assert.match(cookie, /;\s*SameSite=Lax/i)
  const headers = { cookie: cookieOf(reply) }
  expectStatus(await send(server.dashboard, { path: '/api/users/me', headers }))
  const out = await send(server.dashboard, { path: '/logout/', headers })
  assert.ok(out.status < 400, out.text)
  assert.equal((await send(server.dashboard, { path: '/api/users/me', headers })).status, 401)
})

test('a form signs in as a browser does and is sent to /', async () => {
  const email = await account()
  const reply = await send(server.dashboard, {
    method: 'POST',
    path: '/login',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: `username=${encodeURIComponent(email)}&password=right+password`,
  })

  assert.equal(reply.status, 302, reply.text)
  assert.equal(reply.headers.location, '/')
  assert.match(cookieOf(reply), /^authorisation=/)
})

test('a writing request that another site makes with the cookie is refused', async () => {
  const reply = expectStatus(await signIn(await account(), 'right password'))
  const forged = await send(server.dashboard, {
    method: 'POST',
    path: '/api/usergroups',
    headers: { cookie: cookieOf(reply), origin: 'https://evil.example', 'content-type': 'text/plain' },
    body: { name: 'forged', user_permissions: {} },
  })

  assert.ok(forged.status === 403 || forged.status === 401, forged.text)
})

test('an unknown user and a wrong password are answered alike', async () => {
  const wrong = await signIn(await account(), 'wrong password')
  const unknown = await signIn(`${unique('nobody')}@example.com`, 'wrong password')

  for (const reply of [wrong, unknown]) {
    assert.equal(reply.status, 401)
    assert.equal(reply.text, refused)
    assert.equal(reply.headers['set-cookie'], undefined)
  }
})

test('strange sign-ins are wrong sign-ins', async () => {
  const email = await account()
  const bodies = [
    {},
    { username: email },
    { username: email, password: '' },
    { username: [email], password: 'right password' },
    { username: { $ne: '' }, password: { $ne: '' } },
    { username: `${email}' or '1'='1`, password: 'x' },
  ]
  for (const body of bodies) {
    const reply = await send(server.dashboard, {
      method: 'POST',
      path: '/login',
      headers: { 'content-type': 'application/json' },
      body,
    })
    assert.ok(
      reply.status >= 400 && reply.status < 500,
      `${JSON.stringify(body)}: ${reply.status} ${reply.text}`,
    )
    assert.equal(reply.headers['set-cookie'], undefined)
  }
})

test('ten wrong sign-ins lock the account, which only the right password is told', async () => {
  const own = await startServer()
  try {
    const owner = await newOrganisation(own)
    const ask = (password: string) =>
      send(own.dashboard, {
        method: 'POST',
        path: '/login',
        headers: { 'content-type': 'application/json' },
        body: { username: owner.email, password },
        timeoutMs: 60_000,
      })
    expectStatus(await ask('correct horse'))
    const answers: Reply[] = []
    for (let tries = 0; tries < 10; tries++) answers.push(await ask(`wrong ${tries}`))
    for (const reply of answers) assert.deepEqual([reply.status, reply.text], [401, refused])

    const locked = await ask('correct horse')
    assert.ok(locked.status >= 400 && locked.status < 500, `${locked.status} ${locked.text}`)
    assert.notEqual(locked.text, refused, 'who knows the password is told that there is a lock')
    assert.equal(locked.headers['set-cookie'], undefined)
    const wrong = await ask('still wrong')
    assert.deepEqual([wrong.status, wrong.text], [401, refused])
    expectStatus(await owner.api.get('/api/apis'))
  } finally {
    await own.dispose()
  }
})
