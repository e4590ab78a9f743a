import type { SourceRef } from '../source-ref.ts'
import {
  type Algorithm,
  type Calendar,
  cellOf,
  type Limit,
  type LimitKind,
  type Smoothing,
} from './counters.ts'
import { type SmoothingFields, smoothingOf } from './smoothing.ts'

/** Longest window, milliseconds (100 years): what is longer is counted as this, so that sums of times stay exact. */
export const MAX_WINDOW_MS = 100 * 365 * 86_400_000

/** A sliding window keeps its units by so many parts of the window; the bound on what it refuses too much follows. */
export const SLIDING_SUB_WINDOWS = 10

/** Most units of a limit, or of a burst. */
const MAX_UNITS = Number.MAX_SAFE_INTEGER

/** Which counter a limit has and where it was set; see `Limit`. */
export type LimitLabels = {
  readonly kind: LimitKind
  /** Name of the counter. */
  readonly name: string
  readonly scope: string
  readonly source: SourceRef
}

/** How a rate counts; undefined = by fixed windows, and a burst as large as the rate. */
export type RateManner = {
  readonly algorithm?: string | undefined
  /** Units that may come at once, for a token bucket. */
  readonly burst?: number | undefined
}

/** Names of rate algorithms as documents carry them; empty = the default. */
export const rateAlgorithms = {
  '': 'fixed-window',
  fixed_window: 'fixed-window',
  sliding_window: 'sliding-window',
  token_bucket: 'token-bucket',
} as const satisfies Record<string, Algorithm>

/**
 * A rate: `rate` requests per `per` seconds, undefined when it is unlimited (either is 0 or less). Both are cut to whole
 * numbers and are at least 1 (gateway contract, section 5). An algorithm that we do not know counts by fixed windows.
 * Windows can be smoothed; a token bucket is even by itself.
 */
export function rateLimit(
  rate: number | undefined,
  per: number | undefined,
  labels: LimitLabels,
  manner: RateManner = {},
  smoothing?: SmoothingFields | null,
): Limit | undefined {
  if (rate === undefined || per === undefined || !(rate > 0) || !(per > 0)) return undefined
  const max = wholeUnits(rate)
  const windowMs = windowOf(per)
  const algorithm = algorithmOf(manner.algorithm)
  const burst = algorithm === 'token-bucket' && manner.burst !== undefined ? wholeUnits(manner.burst) : max
  const smooth = algorithm === 'token-bucket' ? undefined : smoothingOf(smoothing, max)
  return limitOf(labels, algorithm, max, windowMs, burst, undefined, smooth)
}

/**
 * A quota: `max` requests per `renewalSeconds`, undefined when it is unlimited (`max` is 0 or less). A renewal of 0 or
 * less never renews; with a calendar the renewal is the calendar's.
 */
export function quotaLimit(
  max: number | undefined,
  renewalSeconds: number | undefined,
  labels: LimitLabels,
  calendar?: Calendar,
): Limit | undefined {
  if (max === undefined || !(max > 0)) return undefined
  const seconds = calendar === undefined ? (renewalSeconds ?? 0) : 0
  const units = wholeUnits(max)
  return limitOf(labels, 'quota', units, seconds > 0 ? windowOf(seconds) : 0, units, calendar)
}

/** At most `max` requests at the same time; undefined when that is unlimited (0 or less). */
export function concurrencyLimit(max: number | undefined, labels: LimitLabels): Limit | undefined {
  if (max === undefined || !(max > 0)) return undefined
  const units = wholeUnits(max)
  return limitOf(labels, 'concurrency', units, 0, units, undefined)
}

/** The algorithm of a rate by its name in a document. */
export function algorithmOf(name: string | undefined): Algorithm {
  const known: Readonly<Record<string, Algorithm>> = rateAlgorithms
  return name !== undefined && Object.hasOwn(known, name) ? (known[name] ?? 'fixed-window') : 'fixed-window'
}

/** The one place where limits are made, so that all of them have one shape and counting them stays monomorphic. */
function limitOf(
  labels: LimitLabels,
  algorithm: Algorithm,
  max: number,
  windowMs: number,
  burst: number,
  calendar: Calendar | undefined,
  smoothing?: Smoothing,
): Limit {
  return {
    kind: labels.kind,
    algorithm,
    name: labels.name,
    cell: cellOf(labels.name),
    max,
    windowMs,
    burst,
    calendar,
    smoothing,
    scope: labels.scope,
    source: labels.source,
  }
}

function wholeUnits(value: number): number {
  return value >= 1 ? Math.min(Math.floor(value), MAX_UNITS) : 1
}

function windowOf(seconds: number): number {
  return Math.min(Math.max(1, Math.floor(seconds)) * 1000, MAX_WINDOW_MS)
}
