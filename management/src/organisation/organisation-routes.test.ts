import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testDashboard } from '../test-dashboard.ts'

async function world() {
  const dashboard = await testDashboard()
  const owner = await dashboard.member()
  const body = {
    id: owner.orgId,
    owner_name: 'Acme',
    developer_quota: 5,
    sso_enabled: true,
    a_field_of_theirs: { kept: [1, null, 'x'] },
  }
  await dashboard.admin('PUT', `/admin/organisations/${owner.orgId}`, body)
  return { ...dashboard, owner, ask: owner.ask }
}

test('an administrator reads and replaces the own organisation without loss', async () => {
  const { ask, owner } = await world()
  const { body } = await ask('GET', '/api/organisation')
  assert.deepEqual(
    [body.id, body.owner_name, body.a_field_of_theirs.kept],
    [owner.orgId, 'Acme', [1, null, 'x']],
  )
  assert.equal((await ask('PUT', '/api/organisation', body)).body.Message, 'Org updated')
  assert.deepEqual((await ask('GET', '/api/organisation')).body, body)
  await ask('PUT', '/api/organisation', { ...body, owner_name: 'Acme Ltd', cname: 'api.acme.example' })
  assert.deepEqual((await ask('GET', '/api/organisation')).body, {
    ...body,
    owner_name: 'Acme Ltd',
    cname: 'api.acme.example',
  })
})

test('what the operator grants cannot be taken by the organisation itself', async () => {
  const { ask, owner } = await world()
  const { body } = await ask('GET', '/api/organisation')
  const { developer_quota: _, ...without } = body
  for (const sent of [
    { ...body, developer_quota: 500 },
    { ...body, hybrid_enabled: true },
    { ...body, sso_enabled: false },
    { ...body, apis: [{ api_id: 'x' }] },
    without,
  ]) {
    const { status, text } = await ask('PUT', '/api/organisation', sent)
    assert.equal(status, 403, text)
  }
  await ask('PUT', '/api/organisation', { ...body, id: 'e'.repeat(24) })
  assert.equal(
    (await ask('GET', '/api/organisation')).body.id,
    owner.orgId,
    'the id is not for the body to say',
  )
})

test('who is no administrator reads the organisation, and changes nothing', async () => {
  const { owner, member, nobody } = await world()
  const reader = await member({ keys: 'read' }, owner.orgId)
  const { body, status } = await reader.ask('GET', '/api/organisation')
  assert.deepEqual([status, body.owner_name], [200, 'Acme'])
  assert.equal((await reader.ask('PUT', '/api/organisation', body)).status, 403)
  assert.equal((await nobody('GET', '/api/organisation')).status, 401)
})
