import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BY_THE_KEY } from '../source-ref.ts'
import { rateLimit } from './limit.ts'
import { smoothingOf } from './smoothing.ts'

const fields = { enabled: true, threshold: 10, trigger: 0.5, step: 5, delay: 30 }

test('the fields of the contract become whole units and milliseconds', () => {
  assert.deepEqual(smoothingOf(fields, 100), { threshold: 10, trigger: 0.5, step: 5, delayMs: 30_000 })
  const odd = { ...fields, threshold: 10.9, trigger: -1, step: -3, delay: -1 }
  assert.deepEqual(smoothingOf(odd, 100), { threshold: 10, trigger: 0, step: 0, delayMs: 0 })
  assert.deepEqual(smoothingOf({ enabled: true, threshold: 1 }, 2), {
    threshold: 1,
    trigger: 0,
    step: 0,
    delayMs: 0,
  })
})

test('what is not enabled, begins at 0 or not below the rate is no smoothing', () => {
  for (const other of [{ enabled: false }, { threshold: 0 }, { threshold: -5 }, { threshold: 100 }])
    assert.equal(smoothingOf({ ...fields, ...other }, 100), undefined)
  for (const none of [undefined, null, {}]) assert.equal(smoothingOf(none, 100), undefined)
})

test('windows are smoothed, a token bucket is not', () => {
  const labels = { kind: 'rate', name: 'k', scope: 'key', source: BY_THE_KEY } as const
  const smoothed = (algorithm: string) =>
    rateLimit(100, 1, labels, { algorithm }, fields)?.smoothing?.threshold
  assert.deepEqual(['', 'sliding_window', 'token_bucket'].map(smoothed), [10, 10, undefined])
})
