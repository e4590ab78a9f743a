import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testDashboard } from '../test-dashboard.ts'
import { makeApi } from '../test-world.ts'

const passed = { status: 200, bytesIn: 5, bytesOut: 100, upstreamMs: 1 }
const refused = { status: 429, bytesIn: 0, bytesOut: 10, upstreamMs: -1 }

async function world() {
  const dashboard = await testDashboard()
  const owner = await dashboard.member()
  const apiId = await makeApi(owner.ask, 'orders')
  const now = Math.floor(dashboard.clock.nowMs / 1000)
  return { ...dashboard, owner, ask: owner.ask, apiId, now }
}

test('traffic is shown by the second with its totals, for the organisation and for one API', async () => {
  const { ask, owner, apiId, recorder, deps, now } = await world()
  recorder.record(apiId, owner.orgId, undefined, 4, passed)
  recorder.record('another', owner.orgId, 'rate_limited', 1, refused)
  recorder.record('foreign', 'e'.repeat(24), undefined, 1, passed)
  deps.traffic.sample(now - 10)

  const { body } = await ask('GET', '/api/activity/live?window=60&step=5')

  assert.deepEqual([body.from, body.to, body.step, body.points.length], [now - 60, now, 5, 12])
  const point = body.points[10]
  assert.deepEqual(
    [point.t, point.requests, point.s2xx, point.s4xx, point.refused, point.bytes_out],
    [now - 10, 2, 1, 1, { auth: 0, rate: 1, quota: 0, other: 0 }, 110],
  )
  assert.deepEqual(
    [body.totals.requests, body.totals.error_rate, body.totals.refused_rate, body.totals.mean_ms],
    [2, 0, 0.5, 2.5],
  )
  assert.ok(body.totals.p95_ms >= 3 && body.totals.p95_ms <= 6)
  const one = (await ask('GET', `/api/activity/live?api_id=${apiId}`)).body
  assert.deepEqual([one.totals.requests, one.points.length], [1, 180])
  assert.equal((await ask('GET', '/api/activity/live?window=86400&step=60')).body.points.length, 1440)
})

test('each API with traffic is listed, the busiest first', async () => {
  const { ask, owner, apiId, recorder, deps, now } = await world()
  const second = await makeApi(ask, 'second')
  recorder.record(apiId, owner.orgId, undefined, 4, { ...passed, status: 502 })
  for (let i = 0; i < 3; i++) recorder.record(second, owner.orgId, undefined, 1, passed)
  recorder.record('foreign', 'e'.repeat(24), undefined, 1, passed)
  deps.traffic.sample(now - 1)
  const { body } = await ask('GET', '/api/activity/live/apis')
  assert.deepEqual(
    body.apis.map((api: Record<string, unknown>) => [api.api_id, api.name, api.requests, api.error_rate]),
    [
      [second, 'second', 3, 0],
      [apiId, 'orders', 1, 1],
    ],
  )
})

test('a window that is too long or too fine, and an API of another organisation, are refused', async () => {
  const { ask, member } = await world()
  for (const query of [
    'window=901',
    'window=86401&step=60',
    'step=0',
    'window=-5',
    'window=1e3',
    'window=4&step=5',
  ])
    assert.equal((await ask('GET', `/api/activity/live?${query}`)).status, 400, query)
  const stranger = await member()
  const foreign = await makeApi(stranger.ask, 'theirs')
  assert.equal((await ask('GET', `/api/activity/live?api_id=${foreign}`)).status, 400)
  const writer = await member({ keys: 'write' })
  assert.equal((await writer.ask('GET', '/api/activity/live')).status, 403)
})
