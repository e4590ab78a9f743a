import assert from 'node:assert/strict'
import test from 'node:test'
import type { EndpointLimit } from '../access/session.ts'
import { BY_THE_KEY } from '../source-ref.ts'
import { concurrencyOf, quotaOf, ratesOf, throttleOf } from './key-limits.ts'

const place = {
  budget: { id: 'k', words: 'key', mixed: false },
  path: [],
  scope: 'key',
  source: BY_THE_KEY,
}
const shared = { ...place, budget: { ...place.budget, mixed: true } }

const numbers = (block: EndpointLimit, at = place) =>
  ratesOf(block, at).map(({ name, max, windowMs, algorithm, burst }) => [
    name,
    max,
    windowMs,
    algorithm,
    burst,
  ])

test('several windows hold at the same time, each with a counter of its own', () => {
  const block: EndpointLimit = {
    rate: 10,
    per: 1,
    rate_algorithm: 'sliding_window',
    rates: [
      { rate: 1000, per: 3600 },
      { rate: 100, per: 60, algorithm: 'token_bucket', burst: 20 },
    ],
  }
  assert.deepEqual(numbers(block), [
    ['rate:k:@sliding-window', 10, 1000, 'sliding-window', 10],
    ['rate:k:@3600', 1000, 3_600_000, 'fixed-window', 1000],
    ['rate:k:@60:@token-bucket', 100, 60_000, 'token-bucket', 20],
  ])
})

test('a window that is unlimited is left out, and further windows need no first one', () => {
  const block = {
    rate: 0,
    per: 0,
    rates: [
      { rate: -1, per: 1 },
      { rate: 5, per: 60 },
    ],
  }
  assert.deepEqual(numbers(block), [['rate:k:@60', 5, 60_000, 'fixed-window', 5]])
  assert.deepEqual(numbers({ rates: null }), [])
})

test('of two windows with one counter the tighter one counts', () => {
  const rates = [
    { rate: 5, per: 60 },
    { rate: 3, per: 60.9 },
    { rate: 4, per: 60 },
  ]
  assert.deepEqual(numbers({ rates }), [['rate:k:@60', 3, 60_000, 'fixed-window', 3]])
  assert.deepEqual(numbers({ rate: 2, per: 60, rates }, shared), [
    ['rate:k:@60', 2, 60_000, 'fixed-window', 2],
  ])
})

test('a burst belongs to a token bucket; it is as large as the rate unless it says otherwise', () => {
  const burstOf = (block: EndpointLimit) => ratesOf(block, place)[0]?.burst
  assert.equal(burstOf({ rate: 10, per: 1, rate_algorithm: 'token_bucket' }), 10)
  assert.equal(burstOf({ rate: 10, per: 1, rate_algorithm: 'token_bucket', rate_burst: 3 }), 3)
  assert.equal(burstOf({ rate: 10, per: 1, rate_burst: 3 }), 10)
})

test('a quota renews with the calendar when it names one, else after its renewal rate', () => {
  const byCalendar = quotaOf({ quota_max: 5, quota_renewal_rate: 60, quota_calendar: 'month' }, place)
  assert.deepEqual([byCalendar?.windowMs, byCalendar?.calendar], [0, { unit: 'month', timeZone: 'UTC' }])
  const zoned = quotaOf({ quota_max: 5, quota_calendar: 'day', quota_time_zone: 'Asia/Tokyo' }, shared)
  assert.deepEqual([zoned?.calendar?.timeZone, zoned?.name], ['Asia/Tokyo', 'quota:k:@day:Asia%2FTokyo'])
  const plain = quotaOf({ quota_max: 5, quota_renewal_rate: 60, quota_calendar: '' }, place)
  assert.deepEqual([plain?.windowMs, plain?.calendar, plain?.name], [60_000, undefined, 'quota:k'])
})

test('a concurrency of 0 or less is unlimited', () => {
  assert.deepEqual(
    [0, -1, undefined].map((max_concurrency) => concurrencyOf({ max_concurrency }, place)),
    [undefined, undefined, undefined],
  )
  const limit = concurrencyOf({ max_concurrency: 5 }, place)
  assert.deepEqual([limit?.algorithm, limit?.max, limit?.name], ['concurrency', 5, 'concurrency:k'])
})

test('a throttle is on when it has retries', () => {
  assert.deepEqual(throttleOf({ throttle_interval: 0.5, throttle_retry_limit: 3 }), {
    retries: 3,
    intervalMs: 500,
  })
  assert.deepEqual(throttleOf({ throttle_interval: -1, throttle_retry_limit: 1 }), {
    retries: 1,
    intervalMs: 0,
  })
  assert.equal(throttleOf({ throttle_interval: 5, throttle_retry_limit: -1 }), undefined)
  assert.equal(throttleOf({ throttle_interval: 5 }), undefined)
  const longest = throttleOf({ throttle_interval: 1e300, throttle_retry_limit: 1 })
  assert.equal(longest?.intervalMs, 86_400_000)
})
