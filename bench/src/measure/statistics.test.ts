import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createHistogram } from './histogram.ts'
import { estimate, median, seededRandom, shuffled } from './statistics.ts'

test('the median of an even number of values lies between the two in the middle', () => {
  assert.equal(median([5, 1, 3]), 3)
  assert.equal(median([4, 1, 3, 2]), 2.5)
  assert.equal(median([]), Number.NaN)
})

test('an estimate encloses its median, and is as wide as the values are scattered', () => {
  const close = estimate([1, 1.01, 0.99, 1, 1.02, 0.98, 1], seededRandom(1))
  const scattered = estimate([1, 2, 0.5, 1, 3, 0.2, 1], seededRandom(1))
  assert.equal(close.median, 1)
  assert.ok(close.low <= 1 && close.high >= 1)
  assert.ok(scattered.high - scattered.low > close.high - close.low)
})

test('a shuffle keeps every value, and its seed repeats the order', () => {
  const values = Array.from({ length: 20 }, (_, index) => index)
  const once = shuffled(values, seededRandom(3))
  assert.deepEqual(
    once.toSorted((one, other) => one - other),
    values,
  )
  assert.deepEqual(once, shuffled(values, seededRandom(3)))
  assert.notDeepEqual(once, values)
})

test('a percentile of a histogram is at most 3 % above the time itself', () => {
  const histogram = createHistogram()
  for (let micros = 1; micros <= 10_000; micros++) histogram.add(micros)
  for (const share of [0.5, 0.9, 0.99, 0.999]) {
    const found = histogram.percentile(share)
    assert.ok(found >= share * 10_000 && found <= share * 10_000 * 1.03, `${share}: ${found}`)
  }
  assert.equal(histogram.count, 10_000)
})
