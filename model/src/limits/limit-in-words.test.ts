import assert from 'node:assert/strict'
import test from 'node:test'
import { BY_THE_KEY } from '../source-ref.ts'
import { concurrencyLimit, quotaLimit, rateLimit } from './limit.ts'
import { durationInWords, limitInWords, limitsInWords } from './limit-in-words.ts'

const LABELS = { kind: 'rate', name: 'c', scope: 'owner acme', source: BY_THE_KEY } as const

const limits: [max: number, seconds: number, words: string][] = [
  [60, 60, '60 requests each minute'],
  [1, 1, '1 request each second'],
  [1000, 3600, '1,000 requests each hour'],
  [1_234_567, 86_400, '1,234,567 requests each day'],
  [5, 604_800, '5 requests each week'],
  [5, 90, '5 requests in 90 seconds'],
  [5, 7200, '5 requests in 2 hours'],
  [5, 2_592_000, '5 requests in 30 days'],
  [5, 0, '5 requests in all'],
]
for (const [max, seconds, words] of limits) {
  test(`${max} in ${seconds} s is said as "${words}"`, () => {
    const limit = seconds === 0 ? quotaLimit(max, 0, LABELS) : rateLimit(max, seconds, LABELS)
    assert.ok(limit)
    assert.equal(limitInWords(limit), words)
  })
}

test('a span of one unit is singular, and one below a second is told in milliseconds', () => {
  assert.deepEqual([durationInWords(60_000), durationInWords(20)], ['1 minute', '20 milliseconds'])
})

test('a smoothed rate says where it begins and how it moves', () => {
  const smoothing = { enabled: true, threshold: 10, step: 5, trigger: 1, delay: 60 }
  const words = (fields: object) => {
    const limit = rateLimit(2000, 1, LABELS, {}, { ...smoothing, ...fields })
    return limit && limitInWords(limit)
  }
  const moves = 'smoothed (from 10, 5 up or down at most once in 1 minute)'
  assert.equal(words({}), `2,000 requests each second, ${moves}`)
  assert.equal(words({ delay: 0 }), '2,000 requests each second, smoothed (from 10, 5 up or down)')
  assert.equal(words({ enabled: false }), '2,000 requests each second')
})

test('each algorithm says what it promises', () => {
  const words = (limit = rateLimit(1, 1, LABELS)) => limit && limitInWords(limit)
  assert.equal(words(rateLimit(10, 1, LABELS, { algorithm: 'sliding_window' })), '10 requests in any second')
  assert.equal(
    words(rateLimit(10, 90, LABELS, { algorithm: 'sliding_window' })),
    '10 requests in any 90 seconds',
  )
  assert.equal(
    words(rateLimit(10, 1, LABELS, { algorithm: 'token_bucket', burst: 20 })),
    '10 requests each second, evenly, 20 of them at once',
  )
  assert.equal(words(concurrencyLimit(5, LABELS)), 'at most 5 requests at once')
  const calendar = { unit: 'month', timeZone: 'Europe/Paris' } as const
  assert.equal(
    words(quotaLimit(1000, 0, LABELS, calendar)),
    '1,000 requests each calendar month (Europe/Paris)',
  )
})

test('limits that hold at the same time are one sentence, with who shares them', () => {
  const limits = [rateLimit(10, 1, LABELS), concurrencyLimit(5, LABELS)].filter(
    (limit) => limit !== undefined,
  )
  const both = '10 requests each second, at most 5 requests at once'
  assert.equal(
    limitsInWords(limits, () => false),
    both,
  )
  assert.equal(
    limitsInWords(limits, () => true),
    `${both}, shared by all keys of owner acme`,
  )
  assert.equal(
    limitsInWords([], () => true),
    'unlimited',
  )
})
