import assert from 'node:assert/strict'
import { test } from 'node:test'
import { done, refusal, testDashboard } from '../test-dashboard.ts'

const bob = {
  first_name: 'Bob',
  last_name: 'B',
  email_address: 'Bob@Example.com',
  active: true,
  user_permissions: { keys: 'write' },
}
const fieldsInOrder = [
  'api_model',
  'first_name',
  'last_name',
  'email_address',
  'org_id',
  'active',
  'id',
  'access_key',
  'user_permissions',
  'group_id',
  'password_max_days',
  'password_updated',
  'last_login_date',
  'created_at',
]

async function withAdmin() {
  const world = await testDashboard()
  const { ask, orgId, userId } = await world.member()
  const create = async (body: object = bob) => (await ask('POST', '/api/users', body)).body.Meta as string
  return { ...world, ask, orgId, userId, create }
}

test('a user is created, read, changed and deleted with the answers of the contract', async () => {
  const { ask, orgId } = await withAdmin()
  const created = await ask('POST', '/api/users/', { ...bob, nickname: { of: ['B'] } })
  assert.match(
    created.text,
    /^\{"Status":"OK","Message":"User and session have been created","Meta":"[0-9a-f]{24}"\}$/,
  )
  const id = created.body.Meta

  const { body: user } = await ask('GET', `/api/users/${id}`)
  assert.deepEqual(Object.keys(user), [...fieldsInOrder, 'nickname'])
  assert.match(user.access_key, /^[0-9a-f]{32}$/)
  const { email_address, org_id, user_permissions, nickname } = user
  assert.deepEqual(
    { email_address, org_id, user_permissions, nickname },
    {
      email_address: 'bob@example.com',
      org_id: orgId,
      user_permissions: { keys: 'write' },
      nickname: { of: ['B'] },
    },
  )

  assert.equal((await ask('PUT', `/api/users/${id}`, { last_name: 'Builder' })).text, done('User updated'))
  const { body: changed } = await ask('GET', `/api/users/${id}`)
  assert.deepEqual(changed, { ...user, last_name: 'Builder' })
  assert.equal((await ask('DELETE', `/api/users/${id}`)).text, done('User deleted'))
  assert.equal((await ask('GET', `/api/users/${id}`)).text, refusal('Could not retrieve user detail'))
})

test('what was read can be written back: nothing changes', async () => {
  const { ask, create } = await withAdmin()
  const id = await create({ ...bob, custom: [1, { a: null }] })
  const { body: before } = await ask('GET', `/api/users/${id}`)
  assert.equal((await ask('PUT', `/api/users/${id}`, before)).status, 200)
  assert.deepEqual((await ask('GET', `/api/users/${id}`)).body, before)
})

test('ids, organisation, moments, secrets and password of a body are not taken over', async () => {
  const { ask, create, orgId, app } = await withAdmin()
  const forged = { id: 'x', org_id: 'f'.repeat(24), access_key: 'y', created_at: 'z', password_updated: 'z' }
  const id = await create({ ...bob, ...forged, PWHistory: ['h'], last_login_date: 'z' })
  await ask('PUT', `/api/users/${id}`, { ...forged, password: 'should not be set', PWHistory: ['h'] })
  const { body } = await ask('GET', `/api/users/${id}`)
  assert.deepEqual([body.id, body.org_id, body.PWHistory], [id, orgId, undefined])
  assert.match(body.access_key, /^[0-9a-f]{32}$/)
  assert.match(body.created_at, /^2026-/)
  assert.match(body.password_updated, /^2026-/)
  assert.equal(body.last_login_date, '0001-01-01T00:00:00Z')
  const payload = { username: 'bob@example.com', password: 'should not be set' }
  assert.equal((await app.inject({ method: 'POST', url: '/login', payload })).statusCode, 401)
})

test('bodies that are no user are refused with the field', async () => {
  const { ask, create } = await withAdmin()
  const id = await create()
  const cases = [
    [{ ...bob, email_address: undefined }, 'email_address: expected string, received undefined'],
    [{ ...bob, email_address: 'no address' }, 'email_address: expected an e-mail address'],
    [{ ...bob, active: 'yes' }, 'active: expected boolean, received string'],
    [{ ...bob, user_permissions: { keys: 7 } }, 'user_permissions.keys: expected string, received number'],
    [
      { ...bob, user_permissions: { keys: 'nonsense' } },
      'user_permissions: expected read, write, admin or deny',
    ],
  ] as const
  for (const [body, detail] of cases) {
    const reply = await ask('POST', '/api/users', body)
    assert.equal(reply.text, refusal(`User object validation failed: ${detail}`))
    assert.equal(reply.status, 400)
  }
  assert.equal((await ask('PUT', `/api/users/${id}`, { first_name: [] })).status, 400)
  assert.equal((await ask('POST', '/api/users', '{"a"')).text, refusal('Request body malformed'))
  const short = await ask('POST', '/api/users', { ...bob, email_address: 'c@d', password: 'short' })
  assert.deepEqual([short.status, short.text], [400, refusal('Password must be at least 10 characters long')])
})

test('an e-mail is unique in its organisation, compared in lower case, and free in another', async () => {
  const { ask, create, member } = await withAdmin()
  await create()
  const taken = refusal('User email already exists for this Org')
  const again = await ask('POST', '/api/users', { ...bob, email_address: ' BOB@example.COM' })
  assert.deepEqual([again.status, again.text], [403, taken])
  const other = await create({ ...bob, email_address: 'c@d' })
  assert.equal((await ask('PUT', `/api/users/${other}`, { email_address: 'bob@EXAMPLE.com' })).text, taken)
  assert.equal((await (await member()).ask('POST', '/api/users', bob)).status, 200)
})

test('a user needs a permission or a group', async () => {
  const { ask, create } = await withAdmin()
  const message = refusal('To create a user specify at least one permission, or make them an admin')
  for (const user_permissions of [undefined, null, {}]) {
    const reply = await ask('POST', '/api/users', { ...bob, user_permissions })
    assert.deepEqual([reply.status, reply.text], [403, message])
  }
  const id = await create()
  assert.equal((await ask('PUT', `/api/users/${id}`, { user_permissions: {} })).text, message)
  const group = (await ask('POST', '/api/usergroups', { name: 'G' })).body.Meta
  const inGroup = { ...bob, email_address: 'c@d', user_permissions: {}, group_id: group }
  assert.equal((await ask('POST', '/api/users', inGroup)).status, 200)
  const strange = await ask('POST', '/api/users', { ...bob, email_address: 'e@f', group_id: 'f'.repeat(24) })
  assert.deepEqual([strange.status, strange.text], [400, refusal('User group does not exist')])
})

test('unknown users and those of other organisations are answered alike, by the table', async () => {
  const { ask, member } = await withAdmin()
  const foreign = await member()
  const cases = [
    ['GET', '', undefined, 404, 'Could not retrieve user detail'],
    ['PUT', '', { last_name: 'x' }, 400, 'user does not exist'],
    ['DELETE', '', undefined, 404, 'Could not retrieve user detail'],
    ['PUT', '/actions/key/reset', undefined, 404, 'Could not retrieve user detail'],
    ['PUT', '/actions/revoke', undefined, 404, 'Could not retrieve user detail'],
  ] as const
  for (const [method, action, body, status, message] of cases) {
    for (const id of [foreign.userId, 'f'.repeat(24), 'nonsense', '..%2f', '__proto__']) {
      const reply = await ask(method, `/api/users/${id}${action}`, body)
      assert.deepEqual([reply.status, reply.text], [status, refusal(message)], `${method} ${id}${action}`)
    }
  }
  assert.equal((await foreign.ask('GET', '/api/users/me')).status, 200)
})

test('lists are paged, and searched by a part of the e-mail', async () => {
  const { ask, create, orgId, member } = await withAdmin()
  await member()
  for (let i = 0; i < 11; i++) await create({ ...bob, email_address: `user${i}@example.com` })
  const first = (await ask('GET', '/api/users')).body
  assert.deepEqual([first.users.length, first.pages, Object.keys(first)], [10, 2, ['users', 'pages']])
  assert.equal((await ask('GET', '/api/users/?p=2')).body.users.length, 2)
  const all = (await ask('GET', '/api/users?p=-1')).body
  assert.deepEqual([all.users.length, all.pages], [12, 1])
  assert.ok(all.users.every((user: { org_id: string }) => user.org_id === orgId))
  assert.equal((await ask('GET', '/api/users/search?q=USER1')).body.users.length, 2)
  assert.equal((await ask('POST', '/api/users/search', { filters: { query: 'r10@' } })).body.users.length, 1)
  assert.equal((await ask('POST', '/api/users/search', { filters: { query: '%' } })).body.users.length, 0)
  const bad = await ask('POST', '/api/users/search', { filter: 1 })
  assert.equal(bad.status, 400)
  assert.match(bad.body.Message, /^Could not extract search filter from request body: /)
})

test('an access key is shown to its owner and to administrators only', async () => {
  const { ask, create, member, orgId, as } = await withAdmin()
  const id = await create()
  const key = (await ask('GET', `/api/users/${id}`)).body.access_key
  const reader = await member({ users: 'read' }, orgId)
  assert.equal((await reader.ask('GET', `/api/users/${id}`)).body.access_key, '')
  const { users } = (await reader.ask('GET', '/api/users')).body
  assert.deepEqual(
    users
      .filter((user: { access_key: string }) => user.access_key !== '')
      .map((user: { id: string }) => user.id),
    [reader.userId],
  )
  assert.equal((await as(key)('GET', '/api/users/me')).body.access_key, key)
  assert.equal((await as(key)('GET', `/api/users/${id}`)).status, 200)
  assert.equal((await as(key)('GET', `/api/users/${reader.userId}`)).status, 403)
})

test('a renewed access key replaces the old one at once; everyone may renew the own', async () => {
  const { ask, create, as } = await withAdmin()
  const id = await create()
  const old = (await ask('GET', `/api/users/${id}`)).body.access_key
  assert.equal(
    (await as(old)('PUT', `/api/users/${id}/actions/key/reset`)).text,
    done('User session renewed'),
  )
  assert.equal((await as(old)('GET', '/api/users/me')).status, 401)
  const renewed = (await ask('GET', `/api/users/${id}`)).body.access_key
  assert.notEqual(renewed, old)
  assert.equal((await as(renewed)('GET', '/api/users/me')).status, 200)
})

test('a revoked user is inactive and has no access key', async () => {
  const { ask, create, as } = await withAdmin()
  const id = await create()
  const key = (await ask('GET', `/api/users/${id}`)).body.access_key
  assert.equal((await ask('PUT', `/api/users/${id}/actions/revoke`)).text, done('User revoked'))
  assert.equal((await as(key)('GET', '/api/users/me')).status, 401)
  const { body } = await ask('GET', `/api/users/${id}`)
  assert.deepEqual([body.active, body.access_key], [false, ''])
  await ask('PUT', `/api/users/${id}`, { active: true })
  assert.equal((await as(key)('GET', '/api/users/me')).status, 401)
})

test('the last administrator cannot be deleted, revoked, switched off or demoted by anyone of /api', async () => {
  const { ask, userId, orgId, member } = await withAdmin()
  const last = refusal('An organisation cannot be left without an active administrator')
  const attempts = [
    () => ask('DELETE', `/api/users/${userId}`),
    () => ask('PUT', `/api/users/${userId}/actions/revoke`),
    () => ask('PUT', `/api/users/${userId}`, { active: false, user_permissions: { IsAdmin: 'admin' } }),
    () => ask('PUT', `/api/users/${userId}`, { user_permissions: { keys: 'write' } }),
  ]
  for (const attempt of attempts) {
    const reply = await attempt()
    assert.deepEqual([reply.status, reply.text], [403, last])
  }
  assert.equal((await ask('GET', '/api/users/me')).body.active, true)
  await member({ IsAdmin: 'admin' }, orgId)
  assert.equal((await ask('DELETE', `/api/users/${userId}`)).status, 200)
})

test('who manages users without being an administrator has power over lesser users only', async () => {
  const { userId, orgId, member, create } = await withAdmin()
  const manager = await member({ users: 'write', ResetPassword: 'admin' }, orgId)
  const outranked = refusal('access denied: You cannot give, or act on, permissions that you do not have')
  const lesser = await create({ ...bob, user_permissions: { users: 'read' } })
  const attempts = [
    ['POST', '/api/users', { ...bob, email_address: 'x@y', user_permissions: { IsAdmin: 'admin' } }],
    ['POST', '/api/users', { ...bob, email_address: 'x@y', user_permissions: { keys: 'read' } }],
    ['PUT', `/api/users/${manager.userId}`, { user_permissions: { IsAdmin: 'admin' } }],
    ['PUT', `/api/users/${lesser}`, { user_permissions: { apis: 'write' } }],
    ['PUT', `/api/users/${userId}`, { last_name: 'x' }],
    ['PUT', `/api/users/${userId}/actions/revoke`, undefined],
    ['PUT', `/api/users/${userId}/actions/key/reset`, undefined],
    ['POST', `/api/users/${userId}/actions/reset`, { new_password: 'taken over' }],
    ['DELETE', `/api/users/${userId}`, undefined],
  ] as const
  for (const [method, path, body] of attempts) {
    const reply = await manager.ask(method, path, body)
    assert.deepEqual([reply.status, reply.text], [403, outranked], `${method} ${path}`)
  }
  assert.equal((await manager.ask('PUT', `/api/users/${lesser}`, { last_name: 'x' })).status, 200)
  assert.equal(
    (await manager.ask('POST', `/api/users/${lesser}/actions/reset`, { new_password: 'set it anew' })).status,
    200,
  )
})

test('a super user sees every organisation and has to name one for a new user', async () => {
  const { admin, as, member } = await testDashboard()
  const [one, two] = [await member(), await member()]
  const key = (await admin('POST', '/admin/users', { email_address: 'root@example.com' })).body.Message
  const root = as(key)
  assert.equal((await root('GET', `/api/users/${one.userId}`)).status, 200)
  assert.equal((await root('GET', '/api/users?p=0')).body.users.length, 3)
  assert.equal((await root('POST', '/api/users', bob)).text, refusal('org_id is required'))
  const created = await root('POST', '/api/users', { ...bob, org_id: two.orgId })
  assert.equal((await two.ask('GET', `/api/users/${created.body.Meta}`)).status, 200)
  assert.equal(
    (await root('POST', '/api/users', { ...bob, org_id: 'nowhere' })).text,
    refusal('Organisation does not exist'),
  )
})

test('of two changes at once none undoes the other silently', async () => {
  const { ask, create } = await withAdmin()
  const id = await create()
  const replies = await Promise.all(
    ['first_name', 'last_name', 'nickname'].map((name) =>
      ask('PUT', `/api/users/${id}`, { [name]: 'changed' }),
    ),
  )
  const { body } = await ask('GET', `/api/users/${id}`)
  const names = ['first_name', 'last_name', 'nickname']
  for (const [index, reply] of replies.entries()) {
    assert.ok([200, 409].includes(reply.status), reply.text)
    assert.equal(body[names[index] ?? ''] === 'changed', reply.status === 200)
  }
})

test('an administrator by emptiness stays changeable, but nobody becomes one by losing a group', async () => {
  const { ask, userId, create } = await withAdmin()
  assert.equal((await ask('PUT', `/api/users/${userId}`, { last_name: 'Chief' })).status, 200)
  const group = (await ask('POST', '/api/usergroups', { name: 'G', user_permissions: { keys: 'read' } })).body
    .Meta
  const id = await create({ ...bob, user_permissions: {}, group_id: group })
  assert.equal((await ask('PUT', `/api/users/${id}`, { group_id: '' })).status, 403)
})
