import assert from 'node:assert/strict'
import { test } from 'node:test'
import { done, refusal, testDashboard } from '../test-dashboard.ts'

const group = { name: 'Readers', description: 'read', user_permissions: { keys: 'read' }, mine: { a: [1] } }

test('a group is created, read, listed, changed and deleted with the answers of the contract', async () => {
  const { ask, orgId } = await (await testDashboard()).member()
  const created = await ask('POST', '/api/usergroups/', group)
  assert.match(created.text, /^\{"Status":"OK","Message":"User group created","Meta":"[0-9a-f]{24}"\}$/)
  const id = created.body.Meta
  const shown = {
    id,
    org_id: orgId,
    name: 'Readers',
    description: 'read',
    active: true,
    user_permissions: { keys: 'read' },
    password_max_days: 0,
    mine: { a: [1] },
  }
  assert.equal((await ask('GET', `/api/usergroups/${id}`)).text, JSON.stringify(shown))
  assert.deepEqual((await ask('GET', '/api/usergroups')).body, { groups: [shown], pages: 1 })
  const change = { ...shown, id: 'x', org_id: 'y', name: 'Writers' }
  assert.equal((await ask('PUT', `/api/usergroups/${id}`, change)).text, done('User group updated'))
  assert.deepEqual((await ask('GET', `/api/usergroups/${id}`)).body, { ...shown, name: 'Writers' })
  assert.equal((await ask('DELETE', `/api/usergroups/${id}`)).text, done('User group deleted'))
  assert.equal((await ask('GET', `/api/usergroups/${id}`)).status, 404)
})

test('a body that is no group is refused with the field', async () => {
  const { ask } = await (await testDashboard()).member()
  for (const body of [
    {},
    { name: '' },
    { name: 7 },
    { ...group, user_permissions: [] },
    { ...group, active: 1 },
  ]) {
    const reply = await ask('POST', '/api/usergroups', body)
    assert.equal(reply.status, 400)
    assert.match(reply.body.Message, /^User group object validation failed: /)
  }
})

test('groups of other organisations are unknown', async () => {
  const { member } = await testDashboard()
  const [own, other] = [await member(), await member()]
  const { Meta: id } = (await own.ask('POST', '/api/usergroups', group)).body
  for (const method of ['GET', 'PUT', 'DELETE'] as const) {
    const reply = await other.ask(method, `/api/usergroups/${id}`, method === 'PUT' ? group : undefined)
    assert.deepEqual([reply.status, reply.text], [404, refusal('Could not retrieve user group detail')])
  }
  assert.deepEqual((await other.ask('GET', '/api/usergroups')).body.groups, [])
  const user = { email_address: 'a@b', group_id: id, user_permissions: { keys: 'read' } }
  assert.equal((await other.ask('POST', '/api/users', user)).text, refusal('User group does not exist'))
})

test('a group gives no more than who makes it has', async () => {
  const { member } = await testDashboard()
  const { ask: admin, orgId } = await member()
  const { ask } = await member({ user_groups: 'write' }, orgId)
  const { Meta: id } = (await admin('POST', '/api/usergroups', group)).body
  const { Meta: empty } = (await admin('POST', '/api/usergroups', { name: 'Empty' })).body
  const attempts = [
    await ask('POST', '/api/usergroups', { name: 'Admins', user_permissions: { IsAdmin: 'admin' } }),
    await ask('PUT', `/api/usergroups/${empty}`, { user_permissions: { keys: 'write' } }),
    await ask('PUT', `/api/usergroups/${id}`, { user_permissions: { user_groups: 'read' } }),
    await ask('DELETE', `/api/usergroups/${id}`),
  ]
  for (const reply of attempts) {
    assert.equal(
      reply.text,
      refusal('access denied: You cannot give, or act on, permissions that you do not have'),
    )
  }
  assert.equal((await ask('PUT', `/api/usergroups/${empty}`, { name: 'Still empty' })).status, 200)
})

test('the group that makes the last administrator cannot be taken away', async () => {
  const { admin, as } = await testDashboard()
  const orgId = (await admin('POST', '/admin/organisations', {})).body.Meta
  const root = as((await admin('POST', '/admin/users', { email_address: 'root@b' })).body.Message)
  const admins = { name: 'Admins', user_permissions: { IsAdmin: 'admin' }, org_id: orgId }
  const { Meta: id } = (await root('POST', '/api/usergroups', admins)).body
  const user = { email_address: 'a@b', org_id: orgId, group_id: id }
  const ask = as((await admin('POST', '/admin/users', user)).body.Message)
  const last = refusal('An organisation cannot be left without an active administrator')
  assert.equal((await ask('DELETE', `/api/usergroups/${id}`)).text, last)
  assert.equal((await ask('PUT', `/api/usergroups/${id}`, { active: false })).text, last)
  assert.equal((await ask('PUT', `/api/usergroups/${id}`, { user_permissions: { keys: 'read' } })).text, last)
  assert.equal((await ask('PUT', `/api/usergroups/${id}`, { name: 'Chiefs' })).status, 200)
  assert.deepEqual((await root('GET', '/api/usergroups')).body.groups.length, 1)
})
