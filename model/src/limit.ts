import { cellOf, type Limit } from './counters.ts'

/** Longest window, milliseconds (100 years): what is longer is counted as this, so that sums of times stay exact. */
export const MAX_WINDOW_MS = 100 * 365 * 86_400_000

/** Where a limit counts and where it was set; see `Limit`. */
export type LimitLabels = {
  readonly kind: Limit['kind']
  /** Name of the counter. */
  readonly cell: string
  readonly scope: string
  readonly source: string
}

/**
 * A rate: `rate` requests per `per` seconds, undefined when it is unlimited (either is 0 or less). Both are cut to whole
 * numbers and are at least 1 (gateway contract, section 5).
 */
export function rateLimit(
  rate: number | undefined,
  per: number | undefined,
  labels: LimitLabels,
): Limit | undefined {
  if (rate === undefined || per === undefined || !(rate > 0) || !(per > 0)) return undefined
  const max = Math.min(Math.max(1, Math.floor(rate)), Number.MAX_SAFE_INTEGER)
  const windowMs = Math.min(Math.max(1, Math.floor(per)) * 1000, MAX_WINDOW_MS)
  return {
    kind: labels.kind,
    cell: cellOf(labels.cell),
    max,
    windowMs,
    scope: labels.scope,
    source: labels.source,
  }
}

/**
 * A quota: `max` requests per `renewalSeconds`, undefined when it is unlimited (`max` is 0 or less). A renewal of 0 or
 * less never renews.
 */
export function quotaLimit(
  max: number | undefined,
  renewalSeconds: number | undefined,
  labels: LimitLabels,
): Limit | undefined {
  if (max === undefined || !(max > 0)) return undefined
  const seconds = renewalSeconds ?? 0
  const windowMs = seconds > 0 ? Math.min(Math.max(1, Math.floor(seconds)) * 1000, MAX_WINDOW_MS) : 0
  return {
    kind: labels.kind,
    cell: cellOf(labels.cell),
    max: Math.min(Math.max(1, Math.floor(max)), Number.MAX_SAFE_INTEGER),
    windowMs,
    scope: labels.scope,
    source: labels.source,
  }
}
