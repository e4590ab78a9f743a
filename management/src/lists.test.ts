import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testDashboard } from './test-dashboard.ts'
import { makeApi } from './test-world.ts'

async function world() {
  const dashboard = await testDashboard()
  const owner = await dashboard.member()
  return { ...dashboard, owner, ask: owner.ask }
}

test('every list tells its total to who asks for pages of a size, and to nobody else', async () => {
  const { ask } = await world()
  for (const [path, total] of [
    ['/api/apis', 'total'],
    ['/api/portal/policies', 'Total'],
    ['/api/users', 'total'],
    ['/api/usergroups', 'total'],
  ] as const) {
    const sized = (await ask('GET', `${path}?page_size=25`)).body
    assert.equal(sized[total], path === '/api/users' ? 1 : 0, path)
    const usual = (await ask('GET', path)).body
    assert.ok(!(total in usual), path)
    for (const size of ['0', '101', '-1', 'x', '1e2']) {
      assert.equal((await ask('GET', `${path}?page_size=${size}`)).status, 400, `${path} ${size}`)
    }
  }
})

test('an API is found by a part of its name, or by either of its ids', async () => {
  const { ask, member } = await world()
  const apiId = await makeApi(ask, 'orders')
  await makeApi(ask, 'invoices')
  const dbId = (await ask('GET', `/api/apis/${apiId}`)).body.api_definition.id
  const names = async (q: string) =>
    (await ask('GET', `/api/apis?page_size=5&q=${q}`)).body.apis.map(
      (api: { api_definition: { name: string } }) => api.api_definition.name,
    )
  assert.deepEqual(await names('ORD'), ['orders'])
  assert.deepEqual(await names(apiId), ['orders'])
  assert.deepEqual(await names(dbId), ['orders'])
  const { body } = await (await member()).ask('GET', `/api/apis?q=${apiId}`)
  assert.deepEqual(body.apis, [])
})

test('users are searched, sorted and paged', async () => {
  const { ask, owner } = await world()
  for (const [first, last] of [
    ['Zoe', 'Adams'],
    ['Bob', 'Young'],
    ['Al', 'adams'],
  ]) {
    await ask('POST', '/api/users', {
      first_name: first,
      last_name: last,
      email_address: `${first}@example.com`,
      active: true,
      user_permissions: { keys: 'read' },
    })
  }
  const names = async (query: string) =>
    (await ask('GET', `/api/users?${query}`)).body.users.flatMap((user: Record<string, string>) =>
      user.id === owner.userId ? [] : [user.first_name],
    )
  assert.deepEqual(await names('sort=name&q=example.com'), ['Al', 'Zoe', 'Bob'])
  assert.deepEqual(await names('sort=-name&q=example.com'), ['Bob', 'Zoe', 'Al'])
  assert.deepEqual(await names('sort=email_address'), ['Al', 'Bob', 'Zoe'])
  assert.deepEqual(await names('sort=-created_at&page_size=2'), ['Al', 'Bob'])
  assert.deepEqual(await names('q=adams&p=2&page_size=1&sort=name'), ['Zoe'])
  assert.equal((await ask('GET', '/api/users?sort=password')).status, 400)
})

test('user groups are searched, sorted and paged', async () => {
  const { ask } = await world()
  for (const name of ['beta', 'Alpha', 'gamma']) {
    await ask('POST', '/api/usergroups', {
      name,
      description: `people of ${name}`,
      user_permissions: { keys: 'read' },
    })
  }
  const names = async (query: string) =>
    (await ask('GET', `/api/usergroups?${query}`)).body.groups.map(({ name }: { name: string }) => name)
  assert.deepEqual(await names(''), ['beta', 'Alpha', 'gamma'])
  assert.deepEqual(await names('sort=name'), ['Alpha', 'beta', 'gamma'])
  assert.deepEqual(await names('sort=-name&page_size=1&p=2'), ['beta'])
  assert.deepEqual(await names('q=OF+ALPHA'), ['Alpha'])
  assert.deepEqual(await names('sort=-created_at'), ['gamma', 'Alpha', 'beta'])
})
