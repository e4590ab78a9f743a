import assert from 'node:assert/strict'
import { test } from 'node:test'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import type { Permission, Permissions } from '@tollgate/model/people/permissions'
import { controlRoutes } from './control-api.ts'
import { dashboardRoutes } from './dashboard-api.ts'
import { refusal, testDashboard } from './test-dashboard.ts'

const unknownId = 'f'.repeat(24)
const filled = (path: string) => path.replaceAll(/:[A-Za-z]+/g, unknownId)

/** Permissions, and which levels of `name` they open. */
function callersOf(name: Permission): { permissions: Permissions; opens: readonly string[] }[] {
  const other = name === 'hooks' ? 'certs' : 'hooks'
  return [
    { permissions: {}, opens: ['read', 'write'] },
    { permissions: { IsAdmin: 'admin' }, opens: ['read', 'write'] },
    { permissions: { [name]: 'write' }, opens: ['read', 'write'] },
    { permissions: { [name]: 'read' }, opens: ['read'] },
    { permissions: { [name]: 'deny' }, opens: [] },
    { permissions: { [other]: 'write' }, opens: [] },
    { permissions: { IsAdmin: 'admin', [name]: 'deny' }, opens: [] },
  ]
}

test('every route opens for exactly the permissions that it names', async () => {
  const world = await testDashboard()
  const guarded = dashboardRoutes(world.deps).filter(({ permission }) => permission.includes(':'))
  for (const name of new Set(guarded.map(({ permission }) => permission.split(':')[0] as Permission))) {
    for (const { permissions, opens } of callersOf(name)) {
      const { ask } = await world.member(permissions)
      for (const { method, path, permission } of guarded) {
        const [needed = '', level = ''] = permission.split(':')
        if (needed !== name) continue
        const reply = await ask(method as 'GET', filled(path), method === 'GET' ? undefined : {})
        const what = `${method} ${path} ${JSON.stringify(permissions)} ${reply.text.slice(0, 200)}`
        const denied = refusal(`access denied: You do not have permission to access ${filled(path)}`)
        if (opens.includes(level)) {
          assert.notEqual(reply.text, denied, what)
          assert.ok(reply.status < 500 && reply.status !== 401, what)
        } else {
          assert.deepEqual([reply.status, reply.text], [403, denied], what)
        }
      }
    }
  }
  assert.deepEqual(world.logged, [])
})

test('no route but the public ones answers nobody', async () => {
  const { deps, nobody } = await testDashboard()
  const open = []
  for (const { method, path, permission } of dashboardRoutes(deps)) {
    const reply = await nobody(method as 'GET', filled(path))
    if (permission === 'public') open.push(`${method} ${path}`)
    else assert.deepEqual([reply.status, reply.text], [401, refusal('Not authorised')], `${method} ${path}`)
  }
  assert.deepEqual(open, [
    'GET /hello',
    'POST /license',
    'POST /login',
    'POST /logout',
    'GET /logout',
    'GET /login/options',
    'POST /login/passkey/options',
    'POST /login/passkey',
    'GET /sso/start/:providerId',
    'GET /sso/callback',
    'GET /tap',
  ])
})

test('reading needs read, and everything else write', async () => {
  const { deps } = await testDashboard()
  for (const { method, path, permission } of dashboardRoutes(deps)) {
    if (!permission.includes(':')) continue
    assert.equal(permission.split(':')[1], method === 'GET' ? 'read' : 'write', `${method} ${path}`)
  }
})

test('no route is listed twice, under one surface', async () => {
  const { deps } = await testDashboard()
  for (const routes of [dashboardRoutes(deps), controlRoutes(deps)]) {
    const names = routes.map(({ method, path }) => `${method} ${path}`)
    assert.equal(new Set(names).size, names.length)
  }
})

test('hostile bodies on every route end in an envelope, never in a 5xx', async () => {
  const world = await testDashboard()
  const { accessKey } = await world.member({ IsAdmin: 'admin', ResetPassword: 'admin' })
  const headers = { authorization: accessKey, 'admin-auth': world.deps.adminSecret }
  const nested = `${'{"a":'.repeat(60)}1${'}'.repeat(60)}`
  const bodies = [
    ...['', 'null', '[]', '17', '"x"', 'true', '{}', '{"a":', '{"__proto__":{"x":1}}', nested],
    '{"constructor":{"prototype":{"x":1}},"toString":1,"hasOwnProperty":2,"valueOf":null}',
    '{"name":1e999}',
    `{"name":${JSON.stringify('😀\u202e<script>'.repeat(5000))}}`,
  ]
  for (const { method, path, body } of dashboardRoutes(world.deps)) {
    if (body === undefined) continue
    for (const payload of bodies) {
      const reply = await world.app.inject({ method, url: filled(path), headers, payload })
      assert.ok(reply.statusCode < 500, `${method} ${path} ${payload.slice(0, 60)}: ${reply.body}`)
      if (reply.statusCode >= 400)
        assert.match(reply.body, /^\{"Status":"Error","Message":".+","Meta":null\}$/s)
    }
  }
  assert.deepEqual(world.logged, [])
})

test('finding 1: the documents are made once, compressed ahead, and not sent to who has them', async () => {
  const { app } = await testDashboard()
  for (const url of ['/docs', '/docs/openapi.json']) {
    const plain = await app.inject(url)
    for (const [encoding, unpack] of [
      ['gzip', gunzipSync],
      ['br', brotliDecompressSync],
    ] as const) {
      const packed = await app.inject({ url, headers: { 'accept-encoding': encoding } })
      assert.equal(packed.headers['content-encoding'], encoding)
      assert.ok(packed.rawPayload.length < plain.rawPayload.length / 5)
      assert.equal(unpack(packed.rawPayload).toString(), plain.body)
      const { etag = '' } = packed.headers
      const known = await app.inject({ url, headers: { 'accept-encoding': encoding, 'if-none-match': etag } })
      assert.deepEqual([known.statusCode, known.body, known.headers.etag], [304, '', etag])
    }
    assert.equal((await app.inject(url)).headers.etag, plain.headers.etag)
  }
})
