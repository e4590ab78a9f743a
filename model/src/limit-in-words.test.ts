import assert from 'node:assert/strict'
import test from 'node:test'
import { durationInWords, limitInWords } from './limit-in-words.ts'

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
    assert.equal(limitInWords({ max, windowMs: seconds * 1000 }), words)
  })
}

test('a span of one unit is singular, and one below a second is told in milliseconds', () => {
  assert.deepEqual([durationInWords(60_000), durationInWords(20)], ['1 minute', '20 milliseconds'])
})
