import assert from 'node:assert/strict'
import { test } from 'node:test'
import { keptRequests } from './kept-requests.ts'

const line = (requestId: string, more: object = {}) => ({
  level: 'info',
  msg: 'refused',
  requestId,
  method: 'GET',
  path: '/orders/1',
  apiId: 'a',
  orgId: 'o',
  keyId: 'k',
  code: 'rate_limited',
  status: 429,
  trace: ['route: orders', 'rate: 1 of 1 used, key, set by key'],
  ...more,
})

test('a refused request is kept with its trace and the time at which it was noted', async () => {
  const requests = keptRequests(10, () => 5)
  requests.note(line('r1'))
  assert.deepEqual(await requests.find('r1'), {
    requestId: 'r1',
    atMs: 5,
    method: 'GET',
    path: '/orders/1',
    status: 429,
    code: 'rate_limited',
    message: '',
    apiId: 'a',
    orgId: 'o',
    keyId: 'k',
    limit: null,
    trace: ['route: orders', 'rate: 1 of 1 used, key, set by key'],
  })
})

test('the oldest goes when there is no more room, and none is kept when there is room for none', async () => {
  const requests = keptRequests(2, () => 0)
  for (const id of ['r1', 'r2', 'r3']) requests.note(line(id))
  assert.equal(await requests.find('r1'), undefined)
  assert.equal((await requests.find('r2'))?.requestId, 'r2')
  const none = keptRequests(0, () => 0)
  none.note(line('r1'))
  assert.equal(await none.find('r1'), undefined)
})

test('a request that passed, and a line of anything else, is passed over', async () => {
  const requests = keptRequests(10, () => 0)
  requests.note(line('passed', { code: undefined }))
  requests.note(line('odd', { code: 'constructor' }))
  requests.note({ level: 'error', msg: 'a worker died' })
  assert.equal(await requests.find('passed'), undefined)
  assert.equal(await requests.find('odd'), undefined)
})

test('long paths and steps are cut, and the step that decided stays', async () => {
  const requests = keptRequests(10, () => 0)
  const trace = [...Array.from({ length: 50 }, () => 'x'.repeat(5_000)), 'rate: decided']
  requests.note(line('r1', { path: `/${'p'.repeat(50_000)}`, trace }))
  const kept = await requests.find('r1')
  assert.equal(kept?.path.length, 501)
  assert.equal(kept?.trace.length, 12)
  assert.equal(kept?.trace.at(-1), 'rate: decided')
})

test('who asks before the line is here gets it all the same', async () => {
  const requests = keptRequests(10, () => 0)
  const asked = requests.find('r1')
  requests.note(line('r1'))
  assert.equal((await asked)?.requestId, 'r1')
})
