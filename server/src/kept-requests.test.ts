import assert from 'node:assert/strict'
import { test } from 'node:test'
import { traceWords } from '@tollgate/model/judge/trace-words'
import { keptRequests } from './kept-requests.ts'

const ROUTE = { step: 'route', code: 'api', args: { name: 'orders' } } as const
const RATE = {
  step: 'rate',
  code: 'limit_reached',
  sources: [{ kind: 'key', id: '', name: '' }],
  args: { used: 1, max: 1, scope: 'key' },
} as const

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
  trace: [ROUTE, RATE],
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
    trace: [ROUTE, RATE],
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
  const long = { step: 'route', code: 'api', args: { name: 'x'.repeat(5_000) } }
  const trace = [...Array.from({ length: 50 }, () => long), RATE]
  requests.note(line('r1', { path: `/${'p'.repeat(50_000)}`, trace }))
  const kept = await requests.find('r1')
  assert.equal(kept?.path.length, 501)
  assert.equal(kept?.trace.length, 12)
  assert.equal(kept?.trace[0] && traceWords(kept.trace[0]).length, 501)
  assert.deepEqual(kept?.trace.at(-1), RATE)
})

test('who asks before the line is here gets it all the same', async () => {
  const requests = keptRequests(10, () => 0)
  const asked = requests.find('r1')
  requests.note(line('r1'))
  assert.equal((await asked)?.requestId, 'r1')
})
