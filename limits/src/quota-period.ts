import type { Calendar } from '@tollgate/model/limits/counters'
import type { QuotaTerms } from './ledger.ts'

/**
 * When the periods of quotas end. A period is anchored at its first use and as long as the limit's window, or it never
 * ends, or it ends with the calendar's day, week (Monday) or month in a time zone.
 */

/** End of a period that is open at `nowMs` and was anchored then; 0 = never. Throws RangeError for an unknown time zone. */
export function freshEnd(terms: Pick<QuotaTerms, 'windowMs' | 'calendar'>, nowMs: number): number {
  if (terms.calendar !== undefined) return calendarEnd(terms.calendar, nowMs)
  return terms.windowMs === 0 ? 0 : nowMs + terms.windowMs
}

/**
 * End of an open period after the limit was edited or the clock was set: never further away than a fresh period's, so
 * that nothing stays refused for longer than its window. What was counted stays.
 */
export function endInForce(
  terms: Pick<QuotaTerms, 'windowMs' | 'calendar'>,
  endsAtMs: number,
  nowMs: number,
): number {
  const fresh = freshEnd(terms, nowMs)
  return endsAtMs === 0 || fresh === 0 ? fresh : Math.min(endsAtMs, fresh)
}

/** Whether a period that ends then is over. */
export function isOver(endsAtMs: number, nowMs: number): boolean {
  return endsAtMs !== 0 && endsAtMs <= nowMs
}

/** A period of the calendar, milliseconds since 1970. */
type Span = { readonly startsAtMs: number; readonly endsAtMs: number }

/** Time zones times units; more than there are. Beyond it the oldest is computed again. */
const MAX_KNOWN = 2_000
/** The open period of each calendar: computing one takes some 100 us, so it is done once per period. */
const known = new Map<string, Span>()

/** End of the calendar's period that is open at `nowMs`, daylight saving time considered. */
export function calendarEnd(calendar: Calendar, nowMs: number): number {
  const key = `${calendar.unit} ${calendar.timeZone}`
  const remembered = known.get(key)
  if (remembered !== undefined && remembered.startsAtMs <= nowMs && nowMs < remembered.endsAtMs)
    return remembered.endsAtMs
  const span = computeSpan(calendar, nowMs)
  const oldest = known.size >= MAX_KNOWN ? known.keys().next() : undefined
  if (oldest !== undefined && !oldest.done) known.delete(oldest.value)
  known.set(key, span)
  return span.endsAtMs
}

function computeSpan({ unit, timeZone }: Calendar, nowMs: number): Span {
  const dayAt = dayNumbers(timeZone)
  const today = dayAt(nowMs)
  const [first, next] = bounds(unit, today)
  return { startsAtMs: firstInstant(dayAt, first), endsAtMs: firstInstant(dayAt, next) }
}

const DAY_MS = 86_400_000
/** 1970-01-01 was a Thursday: three days after a Monday. */
const MONDAY_OFFSET = 3

/** First day of the period that `day` lies in, and first day of the next; as days since 1970. */
function bounds(unit: Calendar['unit'], day: number): readonly [number, number] {
  if (unit === 'day') return [day, day + 1]
  if (unit === 'week') {
    const monday = day - ((((day + MONDAY_OFFSET) % 7) + 7) % 7)
    return [monday, monday + 7]
  }
  const date = new Date(day * DAY_MS)
  const month = (ahead: number) => Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + ahead, 1) / DAY_MS
  return [month(0), month(1)]
}

type DayAt = (ms: number) => number

/** The local date of a moment, as days since 1970. */
function dayNumbers(timeZone: string): DayAt {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'iso8601',
    numberingSystem: 'latn',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
  })
  return (ms) => {
    const part: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {}
    for (const { type, value } of format.formatToParts(ms)) part[type] = Number(value)
    return Date.UTC(part.year ?? 1970, (part.month ?? 1) - 1, part.day ?? 1) / DAY_MS
  }
}

/** Zones lie up to 14 hours off UTC, and one has skipped a whole day. */
const FURTHEST_MS = 2 * DAY_MS
const SECOND_MS = 1000

/**
 * The first second whose local date is `day` or later. Searched rather than computed: there are days without a midnight
 * (clocks go forward at 0:00), with two of them, and days that a zone left out.
 */
function firstInstant(dayAt: DayAt, day: number): number {
  let before = (day * DAY_MS - FURTHEST_MS) / SECOND_MS
  let from = (day * DAY_MS + FURTHEST_MS) / SECOND_MS
  while (from - before > 1) {
    const middle = Math.floor((before + from) / 2)
    if (dayAt(middle * SECOND_MS) >= day) from = middle
    else before = middle
  }
  return from * SECOND_MS
}
