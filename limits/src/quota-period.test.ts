import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Calendar } from '@tollgate/model/limits/counters'
import { calendarEnd, endInForce, freshEnd, isOver } from './quota-period.ts'

const at = (iso: string) => Date.parse(iso)
const end = (unit: Calendar['unit'], timeZone: string, iso: string) =>
  new Date(calendarEnd({ unit, timeZone }, at(iso))).toISOString()

test('a day ends at midnight of its time zone, also when daylight saving time makes it 23 or 25 hours long', () => {
  assert.equal(end('day', 'UTC', '2026-03-01T00:00:00Z'), '2026-03-02T00:00:00.000Z')
  assert.equal(end('day', 'UTC', '2026-03-01T23:59:59.999Z'), '2026-03-02T00:00:00.000Z')
  assert.equal(end('day', 'Europe/Berlin', '2026-03-29T12:00:00Z'), '2026-03-29T22:00:00.000Z')
  assert.equal(end('day', 'Europe/Berlin', '2026-10-25T12:00:00Z'), '2026-10-25T23:00:00.000Z')
  assert.equal(end('day', 'Asia/Kathmandu', '2026-05-01T18:14:59Z'), '2026-05-01T18:15:00.000Z')
  assert.equal(end('day', 'Pacific/Kiritimati', '2026-05-01T10:00:00Z'), '2026-05-02T10:00:00.000Z')
})

test('a day without a midnight, one with two and one that was left out end at the first moment of the next', () => {
  // Beirut: clocks go from 0:00 to 1:00 on 29 March 2026.
  assert.equal(end('day', 'Asia/Beirut', '2026-03-28T12:00:00Z'), '2026-03-28T22:00:00.000Z')
  // Havana: 1:00 becomes 0:00 on 1 November 2026, so the day begins at the first of two midnights.
  assert.equal(end('day', 'America/Havana', '2026-10-31T12:00:00Z'), '2026-11-01T04:00:00.000Z')
  assert.equal(end('day', 'America/Havana', '2026-11-01T04:30:00Z'), '2026-11-02T05:00:00.000Z')
  // Samoa had no 30 December 2011.
  assert.equal(end('day', 'Pacific/Apia', '2011-12-29T20:00:00Z'), '2011-12-30T10:00:00.000Z')
})

test('a week begins on Monday, a month on its first day', () => {
  assert.equal(end('week', 'UTC', '2026-03-01T12:00:00Z'), '2026-03-02T00:00:00.000Z')
  assert.equal(end('week', 'UTC', '2026-03-02T00:00:00Z'), '2026-03-09T00:00:00.000Z')
  assert.equal(end('month', 'America/New_York', '2026-02-28T12:00:00Z'), '2026-03-01T05:00:00.000Z')
  assert.equal(end('month', 'America/New_York', '2026-12-31T12:00:00Z'), '2027-01-01T05:00:00.000Z')
  assert.equal(end('month', 'America/New_York', '2026-03-01T04:59:59Z'), '2026-03-01T05:00:00.000Z')
})

test('every moment of four years lies in exactly one day of a time zone', () => {
  for (const timeZone of ['UTC', 'Europe/Berlin', 'America/Havana', 'Australia/Lord_Howe', 'Asia/Beirut']) {
    let now = at('2024-01-01T00:00:00Z')
    let days = 0
    while (now < at('2028-01-01T00:00:00Z')) {
      const next = calendarEnd({ unit: 'day', timeZone }, now)
      assert.ok(next > now && next - now <= 25 * 3_600_000, `${timeZone} ${new Date(now).toISOString()}`)
      assert.equal(calendarEnd({ unit: 'day', timeZone }, next - 1), next)
      now = next
      days++
    }
    assert.ok(Math.abs(days - 1461) <= 1, timeZone)
  }
})

test('an unknown time zone is an error, not UTC', () => {
  assert.throws(() => calendarEnd({ unit: 'day', timeZone: 'Mars/Olympus' }, 0), RangeError)
})

test('a period is anchored at its first use, and an edit never lets it end later than a fresh one would', () => {
  const hour = { windowMs: 3_600_000, calendar: undefined }
  assert.equal(freshEnd(hour, 1_000), 3_601_000)
  assert.equal(freshEnd({ windowMs: 0, calendar: undefined }, 1_000), 0)
  assert.equal(endInForce(hour, 2_000, 1_000), 2_000)
  assert.equal(endInForce(hour, 9_000_000, 1_000), 3_601_000, 'the clock went back, or the window was longer')
  assert.equal(endInForce(hour, 0, 1_000), 3_601_000, 'it never ended')
  assert.equal(endInForce({ windowMs: 0, calendar: undefined }, 2_000, 1_000), 0, 'now it never ends')
  const daily = { windowMs: 0, calendar: { unit: 'day', timeZone: 'UTC' } } as const
  assert.equal(endInForce(daily, 10 * 86_400_000, 1_000), 86_400_000)
  assert.ok(isOver(1_000, 1_000) && !isOver(1_001, 1_000) && !isOver(0, 1_000))
})
