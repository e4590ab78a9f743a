import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { latency, outcomesOf, percent, perSecond, refusalReasons } from './traffic-words.ts'

const quiet = { mean_ms: null, p50_ms: null, p95_ms: null, upstream_errors: 0, bytes_in: 0, bytes_out: 0 }
const many = fc.nat(1_000_000)
const numbers = fc
  .record({
    s2xx: many,
    s3xx: many,
    s4xx: many,
    s5xx: many,
    other: many,
    refused: fc.record({ auth: many, rate: many, quota: many, other: many }),
  })
  .map((drawn) => ({
    ...quiet,
    ...drawn,
    requests: drawn.s2xx + drawn.s3xx + drawn.s4xx + drawn.s5xx + drawn.other,
  }))

test('every request is counted in one outcome, and none below nothing', () => {
  fc.assert(
    fc.property(numbers, (drawn) => {
      const counts = Object.values(outcomesOf(drawn))
      assert.equal(
        counts.reduce((sum, one) => sum + one, 0),
        drawn.requests,
      )
      assert.ok(counts.every((one) => one >= 0))
    }),
  )
})

test('reasons of refusals are told by frequency, only those that there were', () => {
  const reasons = refusalReasons({
    ...quiet,
    requests: 9,
    s2xx: 0,
    s3xx: 0,
    s4xx: 9,
    s5xx: 0,
    other: 0,
    refused: { auth: 2, rate: 7, quota: 0, other: 0 },
  })
  assert.deepEqual(
    reasons.map(({ reason }) => reason),
    ['Rate limit', 'No valid key, or no right'],
  )
})

test('numbers are short, and nothing is not a little', () => {
  assert.deepEqual([0, 0.0004, 0.05, 0.123, 1].map(percent), ['0 %', '0.04 %', '5.0 %', '12 %', '100 %'])
  assert.deepEqual([null, 0.42, 12.4, 1500].map(latency), ['–', '0.4 ms', '12 ms', '1.5 s'])
  assert.deepEqual([0, 0.01, 0.4, 12.3, 2400].map(perSecond), ['0', '< 0.1', '0.4', '12', '2,400'])
})
