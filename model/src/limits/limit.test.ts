import assert from 'node:assert/strict'
import test from 'node:test'
import * as fc from 'fast-check'
import { BY_THE_KEY } from '../source-ref.ts'
import { MAX_WINDOW_MS, quotaLimit, rateLimit } from './limit.ts'

const labels = { kind: 'rate', name: 'c', scope: 's', source: BY_THE_KEY } as const

const rates: [rate: number, per: number, expected: [number, number] | undefined][] = [
  [100, 60, [100, 60_000]],
  [0, 60, undefined],
  [-1, 60, undefined],
  [10, 0, undefined],
  [10, -1, undefined],
  [2.9, 1, [2, 1000]],
  [0.5, 10, [1, 10_000]],
  [5, 1.9, [5, 1000]],
  [5, 0.1, [5, 1000]],
  [Number.NaN, 1, undefined],
  [1e300, 1e300, [Number.MAX_SAFE_INTEGER, MAX_WINDOW_MS]],
]
for (const [rate, per, expected] of rates) {
  test(`a rate of ${rate} per ${per} is ${expected ? `${expected[0]} in ${expected[1]} ms` : 'unlimited'}`, () => {
    const limit = rateLimit(rate, per, labels)
    assert.deepEqual(limit && [limit.max, limit.windowMs], expected)
  })
}

test('a quota of 0 or less is unlimited, a renewal of 0 or less never comes', () => {
  assert.equal(quotaLimit(0, 60, labels), undefined)
  assert.equal(quotaLimit(-1, 60, labels), undefined)
  assert.equal(quotaLimit(5, -1, labels)?.windowMs, 0)
  assert.equal(quotaLimit(5, undefined, labels)?.windowMs, 0)
  assert.equal(quotaLimit(5, 60, labels)?.windowMs, 60_000)
})

test('every limit that is built holds whole numbers in range', () => {
  fc.assert(
    fc.property(fc.double(), fc.double(), (a, b) => {
      for (const limit of [rateLimit(a, b, labels), quotaLimit(a, b, labels)]) {
        if (limit === undefined) continue
        assert.ok(Number.isSafeInteger(limit.max) && limit.max >= 1)
        assert.ok(Number.isSafeInteger(limit.windowMs) && limit.windowMs >= 0)
      }
    }),
  )
})
