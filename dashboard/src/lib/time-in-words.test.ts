import assert from 'node:assert/strict'
import { test } from 'node:test'
import { momentOf, timeInWords } from './time-in-words.ts'

const now = Date.UTC(2026, 0, 5, 12)

test('a moment is told in the largest unit that has passed', () => {
  const ago = (ms: number) => timeInWords(now - ms, now)

  assert.deepEqual(
    [ago(5_000), ago(90_000), ago(3 * 3_600_000), ago(86_400_000), ago(40 * 86_400_000)],
    ['just now', '1 minute ago', '3 hours ago', 'yesterday', 'last month'],
  )
  assert.deepEqual(
    [timeInWords(now + 30_000, now), timeInWords(now + 2 * 86_400_000, now)],
    ['in less than a minute', 'in 2 days'],
  )
})

test('the API’s ways to write a moment are understood, and its ways to say never', () => {
  assert.equal(momentOf('2026-01-05T12:00:00Z'), now)
  assert.equal(momentOf(now / 1000), now)
  assert.equal(momentOf(String(now / 1000)), now)
  for (const never of [undefined, null, '', 0, -1, '0', '0001-01-01T00:00:00Z', 'soon', {}]) {
    assert.equal(momentOf(never), undefined)
  }
})
