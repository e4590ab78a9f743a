import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FIRST_LEASE_UNITS, guidedLease, lowWaterMark } from './lease-guide.ts'

test('leases double with demand until they last a second', () => {
  let units = guidedLease(undefined)
  const sizes = [units]
  // 1,000 units a second: each lease is used up, three quarters of it before the next is asked for.
  for (let lease = 0; lease < 8; lease++) {
    const spent = units * 0.75
    units = guidedLease({ units, spent, elapsedMs: spent })
    sizes.push(units)
  }
  assert.deepEqual(sizes, [16, 32, 64, 128, 256, 512, 1000, 1000, 1000])
})

test('leases halve as demand goes down, to the first size', () => {
  assert.equal(guidedLease({ units: 1000, spent: 750, elapsedMs: 60_000 }), 500)
  assert.equal(guidedLease({ units: 20, spent: 15, elapsedMs: 60_000 }), FIRST_LEASE_UNITS)
  assert.equal(
    guidedLease({ units: 20, spent: -5, elapsedMs: 0 }),
    FIRST_LEASE_UNITS,
    'a cost was given back',
  )
})

test('the next lease is asked for when a quarter is left, and never when nothing is left to ask for', () => {
  assert.deepEqual([lowWaterMark(100, 100, 1000), lowWaterMark(3, 100, 1000)], [25, 0])
  assert.equal(lowWaterMark(100, 1000, 1000), -1)
  assert.equal(lowWaterMark(0, 1000, 900), -1)
})
