/** Stretches of time that the traffic is shown for: all have so many steps that a chart of them can be read. Seconds. */
export const spans = {
  minute: { label: '1 min', words: 'the last minute', window: 60, step: 1, refreshMs: 1_000 },
  quarter: { label: '15 min', words: 'the last 15 minutes', window: 900, step: 10, refreshMs: 3_000 },
  hour: { label: '1 hour', words: 'the last hour', window: 3_600, step: 60, refreshMs: 15_000 },
  day: { label: '24 hours', words: 'the last 24 hours', window: 86_400, step: 900, refreshMs: 60_000 },
} as const

/** The stretch of that name; the usual one for a name that is none. */
export function spanOf(name: string): keyof typeof spans {
  return Object.hasOwn(spans, name) ? (name as keyof typeof spans) : 'quarter' // it is one of them, see before
}
