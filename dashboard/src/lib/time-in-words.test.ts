import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isPast, LAST_MOMENT_MS, momentOf, timeInWords } from './time-in-words.ts'

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

test('V3: a time that no date can tell is the last that one can, and formats like any other', () => {
  for (const at of [9_999_999_999_999, '9999999999999999', Number.MAX_SAFE_INTEGER, 8_640_000_000_001]) {
    const ms = momentOf(at)
    assert.equal(ms, LAST_MOMENT_MS)
    assert.doesNotThrow(() => new Date(ms ?? 0).toISOString())
    assert.match(timeInWords(ms ?? 0, 0), /^in [\d,]+ years$/)
  }
  for (const at of ['garbage', '', Number.NaN, Number.POSITIVE_INFINITY, null, {}, -1, 0, '9'.repeat(400)])
    assert.equal(momentOf(at), undefined, String(at))
  assert.deepEqual(
    [isPast('2020-01-01T00:00:00Z'), isPast(LAST_MOMENT_MS), isPast('garbage')],
    [true, false, false],
  )
})
