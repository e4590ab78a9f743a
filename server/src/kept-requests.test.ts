import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { RefusedRecord } from '@tollgate/analytics/request-record'
import { keptRequests } from './kept-requests.ts'

const record = (requestId: string, orgId = 'o'): RefusedRecord => ({
  requestId,
  atMs: 5,
  orgId,
  apiId: 'a',
  version: 'Default',
  keyId: 'k',
  method: 'GET',
  path: '/orders/1',
  status: 429,
  code: 'rate_limited',
  message: '',
  trace: [{ step: 'route', code: 'api', args: { name: 'orders' } }],
  limit: undefined,
  clientAddress: '127.0.0.1',
  bytesIn: 0,
  bytesOut: 0,
  totalMs: 1,
  upstreamMs: -1,
  upstreamOrigin: '',
  complete: true,
  fault: '',
})

test('a refused request is kept as it was recorded', async () => {
  const requests = keptRequests(10)
  requests.keep([record('r1')])
  assert.deepEqual(await requests.find('r1'), record('r1'))
})

test('the oldest goes when there is no more room, and none is kept when there is room for none', async () => {
  const requests = keptRequests(2)
  requests.keep(['r1', 'r2', 'r3'].map((id) => record(id)))
  assert.equal(await requests.find('r1'), undefined)
  assert.equal((await requests.find('r2'))?.requestId, 'r2')
  const none = keptRequests(0)
  none.keep([record('r1')])
  assert.equal(await none.find('r1'), undefined)
})

test('a flood of one organisation pushes out none of another, and leaves it its share', async () => {
  const requests = keptRequests(10)
  requests.keep(['a1', 'a2'].map((id) => record(id, 'a')))
  const flood = (from: number) => Array.from({ length: 100 }, (_, i) => record(`b${from + i}`, 'b'))
  requests.keep(flood(0))
  assert.deepEqual(
    [(await requests.find('a1'))?.orgId, (await requests.find('b91'))?.orgId],
    ['a', undefined],
  )
  assert.equal((await requests.find('b92'))?.orgId, 'b')
  // The quiet one grows to its half, at the cost of the loud one's oldest; then it makes its own room.
  requests.keep(['a3', 'a4', 'a5', 'a6'].map((id) => record(id, 'a')))
  requests.keep(flood(200))
  const kept = await Promise.all(['a1', 'a2', 'a3', 'a4', 'a5', 'a6'].map((id) => requests.find(id)))
  assert.deepEqual(
    kept.map((one) => one?.requestId),
    [undefined, 'a2', 'a3', 'a4', 'a5', 'a6'],
  )
})

test('who asks before the record is here gets it all the same', async () => {
  const requests = keptRequests(10)
  const asked = requests.find('r1')
  requests.keep([record('r1')])
  assert.equal((await asked)?.requestId, 'r1')
})

test('who asks waits for a record that a busy worker hands over late, and no longer than for that', async () => {
  const requests = keptRequests(10)
  const begun = performance.now()
  const asked = Promise.all([requests.find('r1'), requests.find('r1')])
  await sleep(250)
  requests.keep([record('r1')])
  assert.deepEqual(
    (await asked).map((one) => one?.requestId),
    ['r1', 'r1'],
  )
  assert.ok(performance.now() - begun < 900)
})
