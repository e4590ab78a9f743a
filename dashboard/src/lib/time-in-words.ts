const units = [
  { unit: 'year', ms: 31_557_600_000 },
  { unit: 'month', ms: 2_629_800_000 },
  { unit: 'week', ms: 604_800_000 },
  { unit: 'day', ms: 86_400_000 },
  { unit: 'hour', ms: 3_600_000 },
  { unit: 'minute', ms: 60_000 },
] as const

const words = new Intl.RelativeTimeFormat('en', { numeric: 'auto' })

/** A moment as seen from another: "3 hours ago", "in 2 days", "just now". Both in milliseconds since 1970. */
export function timeInWords(ms: number, nowMs: number): string {
  const away = ms - nowMs
  const fitting = units.find((unit) => Math.abs(away) >= unit.ms)
  if (fitting === undefined) return away > 0 ? 'in less than a minute' : 'just now'
  return words.format(Math.trunc(away / fitting.ms), fitting.unit)
}

/** The last moment that a `Date` can tell, in the year 275760; formatting a later one throws. */
export const LAST_MOMENT_MS = 8_640_000_000_000_000

/**
 * A moment as the API writes it: RFC 3339 text, or unix seconds as number or text. Milliseconds since 1970, those beyond
 * `LAST_MOMENT_MS` as that; undefined for what means never or not yet: nothing, zero and less, and the year 1.
 */
export function momentOf(value: unknown): number | undefined {
  const isSeconds = typeof value === 'number' || (typeof value === 'string' && /^-?\d+$/.test(value))
  const ms = isSeconds ? Number(value) * 1000 : typeof value === 'string' ? Date.parse(value) : Number.NaN
  return Number.isFinite(ms) && ms > 0 ? Math.min(ms, LAST_MOMENT_MS) : undefined
}

/** Whether a moment as the API writes it has passed; what is no moment has not. */
export function isPast(value: unknown): boolean {
  const ms = momentOf(value)
  return ms !== undefined && ms < Date.now()
}
