import type { ApiLimit, EndpointLimit } from '../access/session.ts'
import type { SourceRef } from '../source-ref.ts'
import { type Budget, counterName, escaped } from './budget.ts'
import type { Calendar, Limit, LimitKind } from './counters.ts'
import { concurrencyLimit, quotaLimit, type RateManner, rateLimit } from './limit.ts'
import { DEFAULT_TIME_ZONE } from './limit-fields.ts'
import type { Throttle } from './limit-plan.ts'

/** Longest wait of a throttled request between two judgements, a day. */
const MAX_THROTTLE_MS = 86_400_000

/** Where the counters of one group of limits are, and where it was set. */
export type LimitOrigin = {
  readonly budget: Budget
  /** What singles the counters out within the budget: an allowance scope, a method and a path. */
  readonly path: readonly string[]
  /** Whose counter it is, in words. */
  readonly scope: string
  readonly source: SourceRef
}

/**
 * Every rate of a limit block: `rate` and `per` first, which alone may be smoothed, then `rates`, which hold at the same
 * time. Of two that have one
 * counter (windows of one length) the tighter one is left.
 */
export function ratesOf(
  block: EndpointLimit,
  place: LimitOrigin,
  kind: LimitKind = 'rate',
): readonly Limit[] {
  const { rate, per, rate_algorithm: algorithm, rate_burst: burst } = block
  const first = { window: { rate, per, algorithm, burst }, smoothing: block.smoothing, isFurther: false }
  const further = (block.rates ?? []).map((window) => ({ window, smoothing: null, isFurther: true }))
  const limits = new Map<string, Limit>()
  for (const one of [first, ...further]) {
    const limit = rateOf(one, place, kind)
    if (limit === undefined) continue
    const known = limits.get(limit.name)
    if (known === undefined || isTighter(limit, known)) limits.set(limit.name, limit)
  }
  return [...limits.values()]
}

type OneRate = {
  readonly window: Pick<EndpointLimit, 'rate' | 'per'> & RateManner
  readonly smoothing: EndpointLimit['smoothing']
  readonly isFurther: boolean
}

function rateOf(one: OneRate, place: LimitOrigin, kind: LimitKind): Limit | undefined {
  const { window, smoothing, isFurther } = one
  const { rate, per } = window
  const { budget, path, scope, source } = place
  const name = counterName(kind, budget.id, ...path)
  const plain = rateLimit(rate, per, { kind, name, scope, source }, window, smoothing)
  if (plain === undefined) return undefined
  const ending = rateEnding(plain, isFurther || budget.mixed)
  const labels = { kind, name: name + ending, scope, source }
  return ending === '' ? plain : rateLimit(rate, per, labels, window, smoothing)
}

/** A counter holds the state of one algorithm; where windows of other lengths may be about, it is of one length too. */
export function rateEnding({ algorithm, windowMs }: Limit, withWindow: boolean): string {
  const window = withWindow ? `:@${windowMs / 1000}` : ''
  return algorithm === 'fixed-window' ? window : `${window}:@${algorithm}`
}

function isTighter(one: Limit, other: Limit): boolean {
  return one.max < other.max || (one.max === other.max && one.burst < other.burst)
}

/** The concurrency of a limit block. */
export function concurrencyOf(
  block: EndpointLimit,
  { budget, path, scope, source }: LimitOrigin,
  kind: LimitKind = 'concurrency',
): Limit | undefined {
  const name = counterName(kind, budget.id, ...path)
  return concurrencyLimit(block.max_concurrency, { kind, name, scope, source })
}

/** The quota of a limit block. */
export function quotaOf(
  block: ApiLimit,
  { budget, path, scope, source }: LimitOrigin,
  kind: LimitKind = 'quota',
): Limit | undefined {
  const calendar = calendarOf(block)
  const name = counterName(kind, budget.id, ...path)
  const labels = { kind, name, scope, source }
  const plain = quotaLimit(block.quota_max, block.quota_renewal_rate, labels, calendar)
  if (plain === undefined || !budget.mixed) return plain
  const period = calendar ? `${calendar.unit}:${escaped(calendar.timeZone)}` : String(plain.windowMs / 1000)
  const ending = { ...labels, name: `${name}:@${period}` }
  return quotaLimit(block.quota_max, block.quota_renewal_rate, ending, calendar)
}

function calendarOf({ quota_calendar: unit, quota_time_zone }: ApiLimit): Calendar | undefined {
  return unit ? { unit, timeZone: quota_time_zone || DEFAULT_TIME_ZONE } : undefined
}

/** `throttle_interval` (seconds) and `throttle_retry_limit`; undefined when it is off. */
export function throttleOf(block: ApiLimit): Throttle | undefined {
  const retries = block.throttle_retry_limit ?? 0
  if (!(retries > 0)) return undefined
  const seconds = Math.max(0, block.throttle_interval ?? 0)
  return { retries, intervalMs: Math.min(seconds * 1000, MAX_THROTTLE_MS) }
}
