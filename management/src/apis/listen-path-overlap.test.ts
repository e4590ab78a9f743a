import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testDashboard } from '../test-dashboard.ts'

/** What an API is warned of when it is saved beside another one with this listen path. */
async function warned(own: string, other: string, settings = {}, domain = ''): Promise<readonly string[]> {
  const { member } = await testDashboard(settings)
  const { ask } = await member()
  const target_url = 'http://127.0.0.1:1/'
  const create = (listen_path: string, more: object) =>
    ask('POST', '/api/apis', { api_definition: { name: 'one', proxy: { listen_path, target_url }, ...more } })
  await create(other, { domain })
  const { body } = await create(own, {})
  const read = (await ask('GET', `/api/apis/${body.ID}`)).body
  const { Meta } = (await ask('PUT', `/api/apis/${body.ID}`, read)).body
  return (Meta?.warnings ?? []).map(({ path }: { path: string[] }) => path.join('.'))
}

for (const [own, other] of [
  ['/users', '/usersx'],
  ['/usersx', '/users'],
  ['/users', '/users-admin/'],
  ['/a/b', '/a/bc/d'],
] as const)
  test(`P6: ${own} beside ${other} is warned of`, async () => {
    assert.deepEqual(await warned(own, other), ['proxy.listen_path'])
  })

for (const [own, other] of [
  ['/users/', '/usersx/'],
  ['/users', '/users/admin/'],
  ['/users', '/orders'],
] as const)
  test(`P6: ${own} beside ${other} is not`, async () => {
    assert.deepEqual(await warned(own, other), [])
  })

test('P6: neither with strict routes, nor on another domain', async () => {
  assert.deepEqual(await warned('/users', '/usersx', { strictRoutes: true }), [])
  assert.deepEqual(await warned('/users', '/usersx', {}, 'other.example'), [])
})
