import assert from 'node:assert/strict'
import { test } from 'node:test'
import { organisationLimits } from '@tollgate/model/limits/organisation-limits'
import { buildControlApi } from '../control-api.ts'
import { done, refusal, testDashboard } from '../test-dashboard.ts'
import { askingControl } from '../test-world.ts'

async function worldOfOne() {
  const world = await testDashboard()
  const { body } = await world.admin('POST', '/admin/organisations/', { owner_name: 'Acme' })
  const orgId: string = body.Meta
  const tyk = askingControl(buildControlApi(world.deps))
  return { ...world, tyk, orgId, path: `/tyk/org/keys/${orgId}`, adminPath: `/admin/org/keys/${orgId}` }
}

const limits = { rate: 10, per: 60, quota_max: 100, quota_renewal_rate: 3600, more: { a: 1 } }

test('the limits of an organisation are written, read and deleted through the control API', async () => {
  const { tyk, orgId, path, clock } = await worldOfOne()
  assert.deepEqual((await tyk('GET', path)).body, { status: 'error', message: 'Org not found' })
  assert.equal((await tyk('POST', path, limits)).text, `{"key":"${orgId}","status":"ok","action":"added"}\n`)
  assert.equal(
    (await tyk('PUT', path, limits)).text,
    `{"key":"${orgId}","status":"ok","action":"modified"}\n`,
  )
  const { body } = await tyk('GET', path)
  assert.deepEqual({ ...body, ...limits, org_id: orgId, quota_remaining: 100 }, body)
  assert.equal(body.quota_renews, clock.nowMs / 1000 + 3600)
  for (const [filter, keys] of [
    ['', [orgId]],
    [`?filter=${orgId.slice(0, 5)}*`, [orgId]],
    ['?filter=zz', []],
  ] as const) {
    assert.deepEqual((await tyk('GET', `/tyk/org/keys${filter}`)).body, { keys })
  }
  assert.equal((await tyk('DELETE', path)).text, `{"key":"${orgId}","status":"ok","action":"deleted"}\n`)
  assert.equal((await tyk('DELETE', path)).status, 404)
})

test('the admin API shows the same records in its own words', async () => {
  const { admin, tyk, orgId, path, adminPath } = await worldOfOne()
  assert.equal((await admin('PUT', adminPath, limits)).text, refusal('Org not found'))
  assert.equal((await admin('POST', '/admin/org/keys', limits)).text, refusal('org_id is required'))
  const made = await admin('POST', '/admin/org/keys', { ...limits, org_id: orgId })
  assert.deepEqual(
    [made.status, made.body.key_id, made.body.key_hash, made.body.data.rate],
    [200, orgId, orgId, 10],
  )
  assert.deepEqual((await admin('GET', adminPath)).body, made.body)
  assert.deepEqual((await admin('GET', '/admin/org/keys')).body, { data: { keys: [orgId] }, pages: 1 })
  assert.equal((await admin('PUT', adminPath, { ...limits, rate: 20 })).text, done('Key updated'))
  assert.equal((await tyk('GET', path)).body.rate, 20)
  assert.equal((await admin('DELETE', adminPath)).text, done('Key deleted successfully'))
  assert.equal((await admin('GET', adminPath)).status, 404)
})

test('limits of an organisation that does not exist are refused', async () => {
  const { admin, tyk } = await worldOfOne()
  const nobody = 'f'.repeat(24)
  assert.equal((await tyk('POST', `/tyk/org/keys/${nobody}`, limits)).status, 404)
  assert.equal((await admin('POST', '/admin/org/keys', { ...limits, org_id: nobody })).status, 404)
})

test('an edit keeps the quota’s period and what was used of it, unless it is to start anew', async () => {
  const { tyk, path, clock } = await worldOfOne()
  await tyk('POST', path, limits)
  const renews = (await tyk('GET', path)).body.quota_renews
  clock.nowMs += 60_000
  await tyk('PUT', path, { ...limits, quota_max: 50 })
  assert.deepEqual(
    [(await tyk('GET', path)).body.quota_renews, (await tyk('GET', path)).body.quota_max],
    [renews, 50],
  )
  await tyk('PUT', `${path}?reset_quota=1`, limits)
  assert.equal((await tyk('GET', path)).body.quota_renews, renews + 60)
})

test('what is under way stays counted while the rest starts anew', async () => {
  const { tyk, path, orgId, counters, clock } = await worldOfOne()
  const session = { rate: 5, per: 60, max_concurrency: 2 }
  await tyk('POST', path, session)
  const { limits } = organisationLimits(orgId, session)
  counters.take(limits, clock.nowMs, 1)
  await tyk('PUT', `${path}?reset_quota=1`, session)
  const used = limits.map((limit) => counters.peek(limit, clock.nowMs).used)
  assert.deepEqual(
    [used, limits.map(({ kind }) => kind)],
    [
      [0, 1],
      ['org-rate', 'org-concurrency'],
    ],
  )
})
