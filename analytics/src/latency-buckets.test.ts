import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BUCKETS, bucketOf, bucketStart, quantile } from './latency-buckets.ts'

test('every latency lies between the start of its bucket and that of the next', () => {
  for (let ms = 0.01; ms < 12_000; ms *= 1.013) {
    const bucket = bucketOf(ms)
    assert.ok(bucketStart(bucket) <= ms, `${ms} lies in bucket ${bucket}`)
    if (bucket < BUCKETS - 1)
      assert.ok(ms < bucketStart(bucket + 1), `${ms} lies before bucket ${bucket + 1}`)
  }
})

test('latencies beyond the last bucket, and odd ones, are counted in the outermost', () => {
  assert.equal(bucketOf(60_000), BUCKETS - 1)
  assert.equal(bucketOf(1e12), BUCKETS - 1)
  assert.equal(bucketOf(Number.POSITIVE_INFINITY), BUCKETS - 1)
  assert.equal(bucketOf(0), 0)
  assert.equal(bucketOf(-5), 0)
})

test('a quantile is off by less than half of its value', () => {
  const latencies = Array.from({ length: 10_000 }, (_, i) => 0.3 * 1.001 ** i)
  const counts = new Uint32Array(BUCKETS)
  for (const ms of latencies) counts[bucketOf(ms)] = (counts[bucketOf(ms)] ?? 0) + 1
  for (const q of [0.05, 0.5, 0.9, 0.95, 0.99]) {
    const exact = latencies[Math.ceil(q * latencies.length) - 1] ?? 0
    const read = quantile(counts, 0, q) ?? 0
    assert.ok(Math.abs(read - exact) < exact / 2, `${q}: ${read} instead of ${exact}`)
  }
})

test('nothing has no quantile', () => {
  assert.equal(quantile(new Uint32Array(BUCKETS), 0, 0.5), null)
})
