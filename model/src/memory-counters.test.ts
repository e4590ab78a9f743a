import assert from 'node:assert/strict'
import test from 'node:test'
import { cellOf, type Limit } from './counters.ts'
import { memoryCounters } from './memory-counters.ts'

const limit = (name: string, max: number, windowMs: number): Limit => {
  return { kind: 'rate', cell: cellOf(name), max, windowMs, scope: 'key', source: 'key' }
}

test('a window opens with its first request and ends after its length', () => {
  const counters = memoryCounters()
  const two = [limit('a', 2, 1000)]
  assert.deepEqual(
    [5, 6, 7, 1004, 1005].map((at) => counters.take(two, at)),
    [-1, -1, 0, 0, -1],
  )
  assert.deepEqual(counters.usage(0), { used: 1, resetsAtMs: 2005 })
})

test('a window of length 0 never ends', () => {
  const counters = memoryCounters()
  const one = [limit('a', 1, 0)]
  assert.deepEqual(
    [0, 1e12].map((at) => counters.take(one, at)),
    [-1, 0],
  )
})

test('a request refused by one limit is counted by none', () => {
  const counters = memoryCounters()
  const [wide, narrow] = [limit('wide', 5, 1000), limit('narrow', 1, 1000)]
  assert.equal(counters.take([wide, narrow], 0), -1)
  assert.equal(counters.take([wide, narrow], 0), 1)
  assert.equal(counters.peek(wide.cell, 0).used, 1)
})

test('a full table refuses new counters and goes on with those it has', () => {
  const counters = memoryCounters({ cells: 1 })
  assert.equal(counters.take([limit('a', 5, 0)], 0), -1)
  assert.equal(counters.take([limit('b', 5, 0)], 0), -2)
  assert.equal(counters.take([limit('a', 5, 0)], 0), -1)
})

test('a reset counter opens a new window', () => {
  const counters = memoryCounters()
  const one = limit('a', 1, 0)
  counters.take([one], 0)
  counters.reset(one.cell)
  assert.equal(counters.take([one], 0), -1)
})
