import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Client, controlOf, dashboardAs } from '../support/client.ts'
import { expectStatus, newUser } from '../support/fixtures.ts'
import { type Reply, send } from '../support/http.ts'
import { filled, type Operation, operationsOf, originOf, parametersOf } from '../support/openapi.ts'
import { org, server, useWorld } from '../support/world.ts'

let operations: Operation[]

useWorld(async () => {
  operations = await operationsOf(server)
})

const guarded = () =>
  operations.flatMap((operation) => {
    const [, name, level] = /^(\w+):(read|write)$/.exec(operation.permission) ?? []
    return name && level ? [{ ...operation, name, level }] : []
  })

/** Any id of the right look that nothing has. */
const unknownIds = (operation: Operation) => parametersOf(operation.path).map(() => 'f'.repeat(24))

const attempt = (caller: Client, operation: Operation): Promise<Reply> =>
  caller.send({
    method: operation.method,
    path: filled(operation.path, unknownIds(operation)),
    ...(operation.method !== 'GET' && operation.method !== 'DELETE' && { body: {} }),
  })

const isDenied = (reply: Reply) => reply.status === 403 && reply.text.includes('access denied')

/** Permission sets by name, and which levels of `name` each of them opens. */
const callersFor = (name: string) => {
  const other = name === 'hooks' ? 'certs' : 'hooks'
  return [
    { label: 'only another permission', permissions: { [other]: 'write' }, read: false, write: false },
    { label: 'read', permissions: { [name]: 'read' }, read: true, write: false },
    { label: 'write', permissions: { [name]: 'write' }, read: true, write: true },
    { label: 'deny', permissions: { [name]: 'deny', [other]: 'write' }, read: false, write: false },
    {
      label: 'an unknown level',
      permissions: { [name]: 'nonsense', [other]: 'write' },
      read: false,
      write: false,
    },
    { label: 'administrator', permissions: { IsAdmin: 'admin' }, read: true, write: true },
    {
      label: 'administrator with an explicit deny',
      permissions: { IsAdmin: 'admin', [name]: 'deny' },
      read: false,
      write: false,
    },
  ]
}

test('the document names the routes of this release', () => {
  const listed = new Set(
    operations.map(({ method, path }) => `${method} ${path.replaceAll(/\{[^}]*\}/g, '{}')}`),
  )
  for (const route of releaseRoutes) assert.ok(listed.has(route), `${route} is not in /docs/openapi.json`)
})

test('reading needs read and every other verb needs write, as the routes say of themselves', () => {
  for (const { method, path, level } of guarded()) {
    assert.equal(level, method === 'GET' ? 'read' : 'write', `${method} ${path}`)
  }
})

test('each route of /api lets in exactly the permission levels of its own permission', async (t) => {
  const routes = guarded()
  assert.ok(routes.length > 30, `only ${routes.length} guarded routes`)
  for (const name of new Set(routes.map((route) => route.name))) {
    await t.test(name, async () => {
      for (const { label, permissions, ...opens } of callersFor(name)) {
        const created = await org.api.post('/api/users', {
          first_name: label,
          last_name: name,
          email_address: `${label.replaceAll(' ', '-')}-${name}@example.com`,
          active: true,
          user_permissions: permissions,
        })
        // A level that does not exist may also be refused when the user is made.
        if (label === 'an unknown level' && created.status === 400) continue
        const id = expectStatus(created).textAt('Meta')
        const accessKey = expectStatus(await org.api.get(`/api/users/${id}`)).textAt('access_key')
        for (const route of routes.filter((candidate) => candidate.name === name)) {
          const reply = await attempt(dashboardAs(server, accessKey), route)
          const what = `${route.method} ${route.path} with ${label}: ${reply.status} ${reply.text.slice(0, 200)}`
          if (route.level === 'read' ? opens.read : opens.write) {
            assert.ok(reply.status !== 401 && !isDenied(reply) && reply.status < 500, what)
          } else {
            assert.equal(reply.status, 403, what)
            const path = filled(route.path, unknownIds(route))
            assert.equal(
              reply.text,
              `{"Status":"Error","Message":"access denied: You do not have permission to access ${path}","Meta":null}`,
              what,
            )
          }
        }
      }
    })
  }
})

test('no route but the public ones answers nobody, a wrong key or the secret of another surface', async () => {
  for (const operation of operations.filter(({ permission }) => permission !== 'public')) {
    const call = {
      method: operation.method,
      path: filled(operation.path, unknownIds(operation)),
      ...(operation.method !== 'GET' && operation.method !== 'DELETE' && { body: {} }),
    }
    const origin = originOf(server, operation.path)
    const wrong: Record<string, string>[] = [
      {},
      { authorization: 'f'.repeat(32) },
      { authorization: '' },
      { 'admin-auth': 'wrong secret', 'x-tyk-authorization': 'wrong secret' },
    ]
    if (operation.permission !== 'admin-secret') wrong.push({ 'admin-auth': server.adminSecret })
    if (operation.permission !== 'control-secret') wrong.push({ 'x-tyk-authorization': server.gatewaySecret })
    if (/-secret$/.test(operation.permission)) wrong.push({ authorization: org.accessKey })
    for (const headers of wrong) {
      const reply = await send(origin, { ...call, headers })
      const what = `${operation.method} ${operation.path} ${JSON.stringify(headers)}: ${reply.status} ${reply.text}`
      assert.equal(reply.status, operation.permission === 'control-secret' ? 403 : 401, what)
      if (operation.permission !== 'control-secret') {
        assert.equal(reply.text, '{"Status":"Error","Message":"Not authorised","Meta":null}', what)
      }
    }
  }
})

test('an inactive user and a revoked user are shut out everywhere', async () => {
  const inactive = await newUser(org, { IsAdmin: 'admin' })
  const revoked = await newUser(org, { IsAdmin: 'admin' })
  const user = expectStatus(await org.api.get(`/api/users/${inactive.id}`)).json as Record<string, unknown>
  expectStatus(await org.api.put(`/api/users/${inactive.id}`, { ...user, active: false }))
  expectStatus(await org.api.put(`/api/users/${revoked.id}/actions/revoke`))

  for (const path of [
    '/api/keys/detailed',
    '/api/apis',
    '/api/users',
    '/api/users/me',
    '/api/portal/policies',
  ]) {
    assert.equal((await inactive.api.get(path)).status, 401, path)
    assert.equal((await revoked.api.get(path)).status, 401, path)
  }
})

test('whom no permission is given may still read the own user and renew the own key', async () => {
  const user = await newUser(org, { hooks: 'read' })

  assert.equal(expectStatus(await user.api.get(`/api/users/${user.id}`)).at('id'), user.id)
  assert.ok(isDenied(await user.api.get(`/api/users/${org.userId}`)))
  assert.ok(isDenied(await user.api.put(`/api/users/${org.userId}/actions/key/reset`)))
  expectStatus(await user.api.put(`/api/users/${user.id}/actions/key/reset`))
  assert.equal((await user.api.get('/api/users/me')).status, 401, 'the old key is over')
})

test('the permissions of a group override those of the user', async () => {
  const group = expectStatus(
    await org.api.post('/api/usergroups', {
      name: 'Key readers',
      active: true,
      user_permissions: { keys: 'read' },
    }),
  ).textAt('Meta')
  const created = expectStatus(
    await org.api.post('/api/users', {
      first_name: 'Group',
      last_name: 'Member',
      email_address: 'member@example.com',
      active: true,
      user_permissions: { apis: 'write' },
      group_id: group,
    }),
  )
  const accessKey = (await org.api.get(`/api/users/${created.textAt('Meta')}`)).textAt('access_key')
  const member = dashboardAs(server, accessKey)

  assert.equal((await member.get('/api/apis/keys')).status, 200)
  assert.ok(isDenied(await member.get('/api/apis')))
  assert.ok(isDenied(await member.post('/api/keys', {})))
})

test('a user may not give away more than the own permissions', async () => {
  const manager = await newUser(org, { users: 'write' })

  const escalated = await manager.api.post('/api/users', {
    first_name: 'E',
    last_name: 'Scalated',
    email_address: 'escalated@example.com',
    active: true,
    user_permissions: { IsAdmin: 'admin' },
  })
  const own = expectStatus(await manager.api.get(`/api/users/${manager.id}`)).json as Record<string, unknown>
  const promoted = await manager.api.put(`/api/users/${manager.id}`, {
    ...own,
    user_permissions: { IsAdmin: 'admin' },
  })
  const emptied = await manager.api.put(`/api/users/${manager.id}`, { ...own, user_permissions: {} })

  for (const reply of [escalated, promoted, emptied]) assert.equal(reply.status, 403, reply.text)
})

test('the control API refuses unknown paths and wrong secrets alike', async () => {
  const text = '{"status":"error","message":"Attempted administrative access with invalid or missing key!"}\n'
  for (const path of ['/tyk/keys', '/tyk/nonsense', '/tyk/']) {
    const reply = await send(server.gateway, { path, headers: { 'x-tyk-authorization': 'wrong' } })
    assert.equal(reply.status, 403, path)
    assert.equal(reply.text, text)
  }
  assert.equal((await controlOf(server).get('/tyk/apis')).status, 200)
})

const releaseRoutes = [
  'GET /api/hooks',
  'POST /api/hooks',
  'GET /api/hooks/{}',
  'PUT /api/hooks/{}',
  'DELETE /api/hooks/{}',
  'GET /api/certs',
  'POST /api/certs',
  'GET /api/certs/details',
  'GET /api/certs/{}',
  'DELETE /api/certs/{}',
  'GET /api/certs/{}/apis',
  'GET /api/certs/dependencies/{}',
  'DELETE /api/certs/dependencies/{}',
  'GET /tyk/certs',
  'POST /tyk/certs',
  'GET /tyk/certs/{}',
  'DELETE /tyk/certs/{}',
  'GET /hello',
  'GET /admin/hello',
  'GET /admin/organisations',
  'POST /admin/organisations',
  'GET /admin/organisations/{}',
  'PUT /admin/organisations/{}',
  'DELETE /admin/organisations/{}',
  'POST /admin/organisations/import',
  'POST /admin/apis/import',
  'POST /admin/policies/import',
  'POST /admin/users',
  'GET /admin/users/{}',
  'PUT /admin/users/{}',
  'PUT /admin/users/{}/actions/allow_reset_passwords',
  'PUT /admin/users/{}/actions/disallow_reset_passwords',
  'PUT /admin/users/{}/actions/factors/reset',
  'PUT /admin/organisations/{}/sign-in',
  'POST /admin/sso',
  'POST /api/sso',
  'GET /tap',
  'POST /login',
  'GET /login/options',
  'POST /login/factor',
  'POST /login/passkey',
  'POST /login/passkey/options',
  'GET /sso/start/{}',
  'GET /sso/callback',
  'GET /api/second-factor',
  'POST /api/second-factor/totp',
  'POST /api/second-factor/totp/activate',
  'POST /api/second-factor/totp/disable',
  'POST /api/second-factor/recovery-codes',
  'POST /api/session/confirm',
  'POST /api/passkeys',
  'PUT /api/passkeys/{}',
  'DELETE /api/passkeys/{}',
  'GET /api/identity-providers',
  'POST /api/identity-providers',
  'GET /api/identity-providers/{}',
  'PUT /api/identity-providers/{}',
  'DELETE /api/identity-providers/{}',
  'POST /api/identity-providers/{}/check',
  'GET /api/organisation/sign-in',
  'PUT /api/organisation/sign-in',
  'PUT /api/users/{}/actions/factors/reset',
  'GET /admin/system/reload',
  'GET /api/users',
  'POST /api/users',
  'GET /api/users/{}',
  'PUT /api/users/{}',
  'DELETE /api/users/{}',
  'POST /api/users/{}/actions/reset',
  'PUT /api/users/{}/actions/key/reset',
  'PUT /api/users/{}/actions/revoke',
  'GET /api/users/me',
  'GET /api/users/search',
  'POST /api/users/search',
  'GET /api/usergroups',
  'POST /api/usergroups',
  'GET /api/usergroups/{}',
  'PUT /api/usergroups/{}',
  'DELETE /api/usergroups/{}',
  'GET /api/apis',
  'POST /api/apis',
  'GET /api/apis/search',
  'GET /api/apis/{}',
  'PUT /api/apis/{}',
  'DELETE /api/apis/{}',
  'GET /api/apis/{}/url',
  'GET /api/apis/{}/access',
  'PUT /api/apis/{}/access',
  'POST /api/keys',
  'POST /api/keys/preview',
  'GET /api/keys/detailed',
  'POST /api/keys/{}',
  'GET /api/keys/{}',
  'PUT /api/keys/{}',
  'DELETE /api/keys/{}',
  'GET /api/apis/keys',
  'GET /api/apis/{}/keys',
  'GET /api/apis/{}/keys/search',
  'GET /api/apis/{}/keys/{}',
  'PUT /api/apis/{}/keys/{}',
  'DELETE /api/apis/{}/keys/{}',
  'POST /api/apis/keys/basic/{}',
  'GET /api/portal/policies',
  'POST /api/portal/policies',
  'GET /api/portal/policies/search',
  'GET /api/portal/policies/{}',
  'PUT /api/portal/policies/{}',
  'DELETE /api/portal/policies/{}',
]
