import assert from 'node:assert/strict'
import test from 'node:test'
import { BY_THE_KEY } from '../source-ref.ts'
import { cellOf, type Limit } from './counters.ts'
import { memoryCounters } from './memory-counters.ts'

function limit(
  name: string,
  max: number,
  windowMs: number,
  algorithm: Limit['algorithm'] = 'fixed-window',
): Limit {
  const labels = {
    kind: 'rate',
    calendar: undefined,
    smoothing: undefined,
    scope: 'key',
    source: BY_THE_KEY,
  } as const
  return { ...labels, algorithm, name, cell: cellOf(name), max, windowMs, burst: max }
}

test('a window opens with its first request and ends after its length', () => {
  const counters = memoryCounters()
  const two = [limit('a', 2, 1000)]
  assert.deepEqual(
    [5, 6, 7, 1004, 1005].map((at) => counters.take(two, at, 1)),
    [-1, -1, 0, 0, -1],
  )
  assert.deepEqual(counters.usage(0), { used: 1, resetsAtMs: 2005 })
})

test('a window of length 0 never ends', () => {
  const counters = memoryCounters()
  const one = [limit('a', 1, 0)]
  assert.deepEqual(
    [0, 1e12].map((at) => counters.take(one, at, 1)),
    [-1, 0],
  )
})

test('a request refused by one limit is counted by none', () => {
  const counters = memoryCounters()
  const [wide, narrow] = [limit('wide', 5, 1000), limit('narrow', 1, 1000)]
  assert.equal(counters.take([wide, narrow], 0, 1), -1)
  assert.equal(counters.take([wide, narrow], 0, 1), 1)
  assert.equal(counters.peek(wide, 0).used, 1)
})

test('a full table refuses new counters and goes on with those it has', () => {
  const counters = memoryCounters({ cells: 1 })
  assert.equal(counters.take([limit('a', 5, 0)], 0, 1), -1)
  assert.equal(counters.take([limit('b', 5, 0)], 0, 1), -2)
  assert.equal(counters.take([limit('a', 5, 0)], 0, 1), -1)
})

test('a reset counter opens a new window', () => {
  const counters = memoryCounters()
  const one = limit('a', 1, 0)
  counters.take([one], 0, 1)
  counters.reset(one.cell)
  assert.equal(counters.take([one], 0, 1), -1)
})

test('a sliding window holds what passed in the last window, and tells when there is room again', () => {
  const counters = memoryCounters()
  const two = [limit('a', 2, 1000, 'sliding-window')]
  assert.deepEqual(
    [0, 900, 950].map((at) => counters.take(two, at, 1)),
    [-1, -1, 0],
  )
  assert.equal(counters.retryAtMs(), 1000)
  assert.deepEqual(
    [1000, 1001, 1900].map((at) => counters.take(two, at, 1)),
    [-1, 0, -1],
  )
})

test('a bucket gives a burst, then one token after another', () => {
  const counters = memoryCounters()
  const four = [limit('a', 4, 1000, 'token-bucket')]
  assert.equal(counters.take(four, 0, 4), -1)
  assert.deepEqual(counters.usage(0), { used: 4, resetsAtMs: 1000 })
  assert.equal(counters.take(four, 10, 1), 0)
  assert.equal(counters.retryAtMs(), 250)
  assert.deepEqual(
    [249, 250, 499].map((at) => counters.take(four, at, 1)),
    [0, -1, 0],
  )
})

test('requests under way are counted until they are released, whatever they cost', () => {
  const counters = memoryCounters()
  const one = limit('a', 1, 0, 'concurrency')
  assert.equal(counters.take([one], 0, 7), -1)
  assert.equal(counters.take([one], 0, 0), 0)
  assert.equal(counters.retryAtMs(), 0)
  counters.release(one)
  assert.equal(counters.take([one], 0, 1), -1)
})

test('a quota counts without a ledger, and a charge afterwards makes a debt', () => {
  const counters = memoryCounters()
  const ten = limit('a', 10, 1000, 'quota')
  counters.charge([ten], 5, 0)
  assert.equal(counters.take([ten], 0, 1), -1)
  counters.charge([ten], 20, 0)
  assert.equal(counters.take([ten], 0, 1), 0)
  assert.equal(counters.peek(ten, 0).used, 21)
  assert.equal(counters.take([ten], 1000, 10), -1)
})
