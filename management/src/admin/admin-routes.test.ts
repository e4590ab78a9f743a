import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Permissions } from '@tollgate/model/people/permissions'
import { done, refusal, testDashboard } from '../test-dashboard.ts'

const api = (orgId: string, apiId: string) => ({
  api_definition: {
    id: 'a'.repeat(24),
    api_id: apiId,
    org_id: orgId,
    name: 'Imported',
    proxy: { listen_path: `/${apiId}/`, target_url: 'http://127.0.0.1:1/' },
  },
})

test('an organisation is created, read, replaced and deleted with the answers of the contract', async () => {
  const { admin } = await testDashboard()
  const sent = { owner_name: 'Acme', owner_slug: 'acme', cname_enabled: true, more: { a: 1 } }
  const created = await admin('POST', '/admin/organisations/', sent)
  assert.match(created.text, /^\{"Status":"OK","Message":"Org created","Meta":"[0-9a-f]{24}"\}$/)
  const path = `/admin/organisations/${created.body.Meta}`
  const { body } = await admin('GET', path)
  assert.deepEqual({ ...body, ...sent, id: created.body.Meta }, body)
  assert.deepEqual((await admin('GET', '/admin/organisations')).body, { organisations: [body], pages: 1 })

  assert.equal((await admin('PUT', path, { owner_name: 'Other', id: 'x' })).text, done('Org updated'))
  const replaced = (await admin('GET', path)).body
  assert.deepEqual([replaced.id, replaced.owner_name, replaced.more], [created.body.Meta, 'Other', undefined])
  assert.equal((await admin('DELETE', path)).text, done('Org deleted'))
  for (const method of ['GET', 'DELETE', 'PUT'] as const) {
    const reply = await admin(method, path, method === 'PUT' ? {} : undefined)
    assert.deepEqual([reply.status, reply.text], [404, refusal('Could not retrieve org detail')])
  }
})

test('a deleted organisation takes its users with it', async () => {
  const { admin, member } = await testDashboard()
  const { ask, orgId } = await member()
  await admin('DELETE', `/admin/organisations/${orgId}`)
  assert.equal((await ask('GET', '/api/users/me')).status, 401)
})

test('an imported organisation keeps its id, also when it comes again', async () => {
  const { admin } = await testDashboard()
  const id = '5e9d9544a1dcd60001d0ed20'
  for (const owner_name of ['First', 'Second']) {
    const reply = await admin('POST', '/admin/organisations/import', { id, owner_name })
    assert.equal(reply.text, `{"Status":"OK","Message":"Org imported","Meta":"${id}"}`)
    assert.equal((await admin('GET', `/admin/organisations/${id}`)).body.owner_name, owner_name)
  }
  for (const wrong of [{}, { id: '' }, { id: 'a/b' }, { id: 7 }]) {
    assert.equal((await admin('POST', '/admin/organisations/import', wrong)).status, 400)
  }
})

test('a user without permissions becomes an administrator; the key is in Message, the user in Meta', async () => {
  const { admin, as } = await testDashboard()
  const orgId = (await admin('POST', '/admin/organisations', {})).body.Meta
  const created = await admin('POST', '/admin/users/', { email_address: 'A@b.C', org_id: orgId })
  assert.match(created.text, /^\{"Status":"OK","Message":"[0-9a-f]{32}","Meta":\{"api_model":\{\},/)
  const { Message: key, Meta: user } = created.body
  assert.deepEqual(
    [user.access_key, user.org_id, user.email_address, user.active],
    [key, orgId, 'a@b.c', true],
  )
  assert.deepEqual(user.user_permissions, { IsAdmin: 'admin', ResetPassword: 'admin' })
  assert.deepEqual((await admin('GET', `/admin/users/${user.id}`)).body, user)
  assert.equal((await as(key)('GET', '/api/users')).status, 200)

  const limited = { email_address: 'd@e.f', org_id: orgId, user_permissions: { keys: 'read' } }
  assert.deepEqual((await admin('POST', '/admin/users', limited)).body.Meta.user_permissions, {
    keys: 'read',
  })
  assert.equal(
    (await admin('POST', '/admin/users', limited)).text,
    refusal('User email already exists for this Org'),
  )
  const nowhere = await admin('POST', '/admin/users', { email_address: 'x@y', org_id: 'f'.repeat(24) })
  assert.deepEqual([nowhere.status, nowhere.text], [400, refusal('Organisation does not exist')])
  assert.equal((await admin('POST', '/admin/users', { org_id: orgId })).status, 400)
})

test('a user is changed with a password, which may be set again', async () => {
  const { admin, app } = await testDashboard()
  const orgId = (await admin('POST', '/admin/organisations', {})).body.Meta
  const { Message: key, Meta: user } = (
    await admin('POST', '/admin/users', { email_address: 'a@b', org_id: orgId })
  ).body
  for (let i = 0; i < 2; i++) {
    const reply = await admin('PUT', `/admin/users/${user.id}`, {
      ...user,
      last_name: 'New',
      password: 'set by hand',
    })
    assert.equal(reply.body.Message, key)
    assert.equal(reply.body.Meta.last_name, 'New')
  }
  const payload = { username: 'a@b', password: 'set by hand' }
  assert.equal((await app.inject({ method: 'POST', url: '/login', payload })).statusCode, 200)
  const unknown = 'f'.repeat(24)
  assert.equal((await admin('PUT', `/admin/users/${unknown}`, {})).text, refusal('User not found'))
  assert.equal(
    (await admin('GET', `/admin/users/${unknown}`)).text,
    refusal('Could not retrieve user detail'),
  )
})

test('the permission to reset passwords is given and taken without changing who is an administrator', async () => {
  const { admin, member } = await testDashboard()
  const holders: Permissions[] = [{}, { IsAdmin: 'admin' }, { ResetPassword: 'admin' }, { keys: 'read' }]
  for (const permissions of holders) {
    const { userId, ask } = await member(permissions)
    const before = (await ask('GET', '/api/users')).status
    const path = `/admin/users/${userId}/actions`
    const allowed = await admin('PUT', `${path}/allow_reset_passwords`)
    assert.equal(allowed.body.Message, 'User updated')
    assert.equal(allowed.body.Meta.user_permissions.ResetPassword, 'admin')
    assert.equal((await ask('GET', '/api/users')).status, before)
    await admin('PUT', `${path}/disallow_reset_passwords`)
    assert.equal((await ask('GET', '/api/users')).status, before)
  }
  const reply = await admin('PUT', `/admin/users/${'f'.repeat(24)}/actions/allow_reset_passwords`)
  assert.deepEqual([reply.status, reply.text], [404, refusal('Could not retrieve user detail')])
})

test('APIs and policies are imported with their ids', async () => {
  const { admin, member } = await testDashboard()
  const { ask, orgId } = await member()
  const apis = await admin('POST', '/admin/apis/import', { apis: [api(orgId, 'orders')] })
  assert.equal(apis.text, '{"Status":"OK","Message":"APIs imported","Meta":{"orders":true}}')
  assert.equal((await ask('GET', '/api/apis/orders')).body.api_definition.id, 'a'.repeat(24))
  const policy = {
    _id: 'b'.repeat(24),
    org_id: orgId,
    name: 'Gold',
    access_rights: { orders: { api_id: 'orders', api_name: 'Imported', versions: ['Default'] } },
  }
  const policies = await admin('POST', '/admin/policies/import', { Data: [policy], Pages: 0 })
  assert.equal(policies.text, `{"Status":"OK","Message":"Policies imported","Meta":{"${policy._id}":true}}`)
  assert.equal((await ask('GET', `/api/portal/policies/${policy._id}`)).body.name, 'Gold')
})

test('an import that cannot be stored names the record', async () => {
  const { admin, member } = await testDashboard()
  const [own, other] = [await member(), await member()]
  await admin('POST', '/admin/apis/import', { apis: [api(own.orgId, 'orders')] })
  const taken = await admin('POST', '/admin/apis/import', { apis: [api(other.orgId, 'orders')] })
  assert.deepEqual([taken.status, taken.text], [409, refusal('Found API with the same ID (orders)')])
  const nowhere = await admin('POST', '/admin/apis/import', { apis: [api('f'.repeat(24), 'bills')] })
  assert.equal(nowhere.status, 400)
  assert.equal((await admin('POST', '/admin/apis/import', { apis: [{}] })).status, 400)
  assert.equal((await admin('POST', '/admin/policies/import', { Data: [{ name: 'x' }] })).status, 400)
})

test('signs of life answer, and a reload has nothing to do', async () => {
  const { admin, nobody } = await testDashboard()
  const hello = { Status: 'OK', Message: 'Hello', Meta: { version: '0.0.0', ready: true } }
  assert.deepEqual((await nobody('GET', '/hello')).body, hello)
  assert.deepEqual((await admin('GET', '/admin/hello/')).body, hello)
  assert.equal((await nobody('GET', '/admin/hello')).status, 401)
  assert.equal((await admin('GET', '/admin/system/reload')).text, '{"status":"ok"}')
})
