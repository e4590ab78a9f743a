import assert from 'node:assert/strict'
import { test } from 'node:test'
import { adminOf, dashboardAs } from '../support/client.ts'
import { expectStatus, newOrganisation, newUser, unique } from '../support/fixtures.ts'
import { arrayOf, at, objectOf, type Reply, send } from '../support/http.ts'
import { org, server, useWorld } from '../support/world.ts'

useWorld()

const assertOk = (reply: Reply, message: string) => {
  expectStatus(reply)
  assert.equal(reply.at('Status'), 'OK')
  assert.equal(reply.at('Message'), message)
}
const assertError = (reply: Reply, status: number, message: string) => {
  assert.equal(reply.status, status, reply.text)
  assert.equal(reply.text, `{"Status":"Error","Message":${JSON.stringify(message)},"Meta":null}`)
}

const person = (more: object = {}) => ({
  first_name: 'Per',
  last_name: 'Son',
  email_address: `${unique('person')}@example.com`,
  active: true,
  user_permissions: { keys: 'read' },
  ...more,
})

test('a user is created with the id in Meta, read, changed and deleted with the texts of the table', async () => {
  const created = await org.api.post('/api/users', person({ email_address: 'Upper.Case@Example.COM' }))
  assertOk(created, 'User and session have been created')
  const path = `/api/users/${created.textAt('Meta')}`
  const user = objectOf(expectStatus(await org.api.get(path)).json)
  assert.equal(user.email_address, 'upper.case@example.com')
  assert.equal(user.org_id, org.id)
  assert.match(String(user.access_key), /^[0-9a-f]{32}$/)
  assert.ok(!('password' in user) || user.password === '', 'no password, no hash of it')
  assert.doesNotMatch(JSON.stringify(user), /argon2/)

  assertOk(await org.api.put(path, { ...user, first_name: 'New' }), 'User updated')
  assert.equal((await org.api.get(path)).at('first_name'), 'New')
  assertOk(await org.api.delete(path), 'User deleted')
  assertError(await org.api.get(path), 404, 'Could not retrieve user detail')
  assertError(await org.api.put(path, person()), 400, 'user does not exist')
  assert.equal((await org.api.delete(path)).status, 404)
})

test('the refusals of user creation have their texts', async () => {
  const email = `${unique('twice')}@example.com`
  assertOk(
    await org.api.post('/api/users', person({ email_address: email })),
    'User and session have been created',
  )

  assertError(
    await org.api.post('/api/users', person({ email_address: email.toUpperCase() })),
    403,
    'User email already exists for this Org',
  )
  assertError(
    await org.api.post('/api/users', person({ user_permissions: {} })),
    403,
    'To create a user specify at least one permission, or make them an admin',
  )
  const invalid = await org.api.post('/api/users', person({ email_address: 17 }))
  assert.equal(invalid.status, 400)
  assert.match(invalid.textAt('Message'), /^User object validation failed/)
  assertError(await org.api.post('/api/users', '{'), 403, 'Request body malformed')
})

test('the same e-mail may be a user of two organisations', async () => {
  const other = await newOrganisation(server)
  const email = `${unique('both')}@example.com`

  assertOk(
    await org.api.post('/api/users', person({ email_address: email })),
    'User and session have been created',
  )
  assertOk(
    await other.api.post('/api/users', person({ email_address: email })),
    'User and session have been created',
  )
})

test('users are listed and searched', async () => {
  const own = await newOrganisation(server)
  const email = `${unique('needle')}@haystack.example`
  const id = expectStatus(await own.api.post('/api/users', person({ email_address: email }))).textAt('Meta')

  const all = expectStatus(await own.api.get('/api/users?p=-1'))
  assert.equal(arrayOf(all.at('users')).length, 2)
  assert.equal(all.at('pages'), 1)
  for (const reply of [
    await own.api.get('/api/users/search?q=@haystack.ex'),
    await own.api.post('/api/users/search', { filters: { query: '@haystack.ex' } }),
  ]) {
    assert.deepEqual(
      arrayOf(expectStatus(reply).at('users')).map((user) => at(user, 'id')),
      [id],
    )
  }
  assert.equal(expectStatus(await own.api.get('/api/users/me')).at('id'), own.userId)
})

const signIn = (username: string, password: string) =>
  send(server.dashboard, {
    method: 'POST',
    path: '/login',
    headers: { 'content-type': 'application/json' },
    body: { username, password },
  })

test('the first reset of a provisional password asks for none, later ones ask for the current', async () => {
  const created = expectStatus(
    await org.api.post('/api/users', person({ user_permissions: { IsAdmin: 'admin' } })),
  )
  const id = created.textAt('Meta')
  const user = expectStatus(await org.api.get(`/api/users/${id}`))
  const own = dashboardAs(server, user.textAt('access_key'))
  const email = user.textAt('email_address')
  const reset = (body: object) => own.post(`/api/users/${id}/actions/reset`, body)

  assertOk(
    await reset({ new_password: 'first password', user_permissions: { IsAdmin: 'admin' } }),
    'User password updated',
  )
  expectStatus(await signIn(email, 'first password'))
  assert.equal((await reset({ new_password: 'second password' })).status, 403)
  assert.equal((await reset({ new_password: 'second password', current_password: 'wrong' })).status, 403)
  const short = await reset({ new_password: 'short', current_password: 'first password' })
  assert.ok(short.status === 400 || short.status === 403, short.text)
  assertOk(
    await reset({ new_password: 'second password', current_password: 'first password' }),
    'User password updated',
  )
  expectStatus(await signIn(email, 'second password'))
  assert.equal((await signIn(email, 'first password')).status, 401)
})

test('another user’s password needs a permission of its own', async () => {
  const victim = await newUser(org, { keys: 'read' })
  const plain = await newUser(org, { users: 'write' })

  const refused = await plain.api.post(`/api/users/${victim.id}/actions/reset`, {
    new_password: 'taken over',
  })
  assert.equal(refused.status, 403, refused.text)
})

test('a key reset gives a new access key, which GET shows', async () => {
  const user = await newUser(org, { users: 'read', keys: 'read' })
  assertOk(await user.api.put(`/api/users/${user.id}/actions/key/reset`), 'User session renewed')

  const renewed = expectStatus(await org.api.get(`/api/users/${user.id}`)).textAt('access_key')
  assert.notEqual(renewed, user.accessKey)
  expectStatus(await dashboardAs(server, renewed).get('/api/users/me'))
  assert.equal((await user.api.get('/api/users/me')).status, 401)
})

test('a revoked user is inactive, without a key and signed out', async () => {
  const user = await newUser(org, { keys: 'read' })
  assertOk(await org.api.put(`/api/users/${user.id}/actions/revoke`), 'User revoked')

  assert.equal(expectStatus(await org.api.get(`/api/users/${user.id}`)).at('active'), false)
  assert.equal((await user.api.get('/api/users/me')).status, 401)
})

test('user groups are created with the id in Meta, listed, read, changed and deleted', async () => {
  const created = await org.api.post('/api/usergroups', {
    name: 'Readers',
    description: 'who read',
    active: true,
    user_permissions: { apis: 'read' },
  })
  assertOk(created, 'User group created')
  const path = `/api/usergroups/${created.textAt('Meta')}`
  const group = objectOf(expectStatus(await org.api.get(path)).json)
  assert.equal(group.name, 'Readers')
  assert.equal(group.org_id, org.id)
  const listed = expectStatus(await org.api.get('/api/usergroups?p=-1'))
  assert.ok(arrayOf(listed.at('groups')).some((entry) => at(entry, 'id') === group.id))
  assertOk(await org.api.put(path, { ...group, name: 'Writers' }), 'User group updated')
  assert.equal((await org.api.get(path)).at('name'), 'Writers')
  assertOk(await org.api.delete(path), 'User group deleted')
  assert.equal((await org.api.get(path)).status, 404)
})

test('organisations are created, listed, read, replaced and deleted by the operator', async () => {
  const admin = adminOf(server)
  const name = unique('org')
  const created = await admin.post('/admin/organisations', {
    owner_name: name,
    owner_slug: name,
    cname_enabled: false,
  })
  assertOk(created, 'Org created')
  const id = created.textAt('Meta')
  const path = `/admin/organisations/${id}`
  const read = expectStatus(await admin.get(path))
  assert.equal(read.at('id'), id)
  assert.equal(read.at('owner_name'), name)
  const listed = expectStatus(await admin.get('/admin/organisations?p=-1'))
  assert.ok(arrayOf(listed.at('organisations')).some((entry) => at(entry, 'id') === id))
  assertOk(await admin.put(path, { ...objectOf(read.json), owner_name: 'Renamed' }), 'Org updated')
  assert.equal((await admin.get(path)).at('owner_name'), 'Renamed')
  assertOk(await admin.delete(path), 'Org deleted')
  assertError(await admin.get(path), 404, 'Could not retrieve org detail')
})

test('an organisation is imported with its id', async () => {
  const id = 'ee55'.repeat(6)
  const imported = await adminOf(server).post('/admin/organisations/import', {
    id,
    owner_name: 'Imported',
    cname: '',
  })

  assertOk(imported, 'Org imported')
  assert.equal(imported.at('Meta'), id)
  assert.equal((await adminOf(server).get(`/admin/organisations/${id}`)).at('owner_name'), 'Imported')
})

test('the operator makes users: the key in Message, the user in Meta, an admin where nothing is said', async () => {
  const admin = adminOf(server)
  const { user_permissions: _, ...plain } = person({ org_id: org.id })
  const created = expectStatus(await admin.post('/admin/users', plain))
  const accessKey = created.textAt('Message')
  assert.equal(created.at('Meta', 'access_key'), accessKey)
  assert.equal(created.at('Meta', 'user_permissions', 'IsAdmin'), 'admin')
  expectStatus(await dashboardAs(server, accessKey).get('/api/users'))

  const path = `/admin/users/${created.textAt('Meta', 'id')}`
  const user = objectOf(expectStatus(await admin.get(path)).json)
  const updated = expectStatus(await admin.put(path, { ...user, password: 'set by the operator' }))
  assert.equal(updated.at('Message'), accessKey)
  expectStatus(await signIn(String(user.email_address), 'set by the operator'))
  assertError(await admin.post('/admin/users', plain), 403, 'User email already exists for this Org')
  for (const verb of ['allow', 'disallow']) {
    const toggled = expectStatus(await admin.put(`${path}/actions/${verb}_reset_passwords`))
    assert.equal(toggled.at('Message'), 'User updated')
    assert.equal(toggled.at('Meta', 'id'), user.id)
  }
  assert.equal(expectStatus(await admin.get('/admin/system/reload')).at('status'), 'ok')
})
