import type { Counters, Limit, LimitKind } from './counters.ts'
import { SLIDING_SUB_WINDOWS } from './limit.ts'
import type { LimitPlan } from './limit-plan.ts'

/** What a client is told of one limit after its request was judged. */
export type LimitState = {
  /** Short and unlike the others of the request: "rate", "rate-2", "quota", "api-rate". */
  readonly name: string
  /** Most units at once: what `remaining` can be at most. */
  readonly max: number
  readonly remaining: number
  /** Length of the window; 0 = it has none, or none of one length (a calendar month, a concurrency). */
  readonly windowSeconds: number
  /** Whole seconds until more units are there, rounded up; 0 = that cannot be told, or everything is there. */
  readonly resetSeconds: number
  /** Whether units are requests at the same time. */
  readonly concurrent: boolean
}

/** The rate that the `rate_limits` header mode tells of. */
export type RateState = {
  readonly max: number
  readonly remaining: number
  /** Milliseconds since 1970; 0 = no window is open. */
  readonly resetsAtMs: number
}

/** What counters tell of the limits of a request. */
export type CounterReadings = Pick<Counters, 'usage' | 'allowance'>

/**
 * The tightest rate of the request that `counters` counted (or refused) last: the key's with the least room, else the
 * API's (gateway contract, section 4.5); undefined when there is none.
 */
export function tightestRate(plan: LimitPlan, counters: CounterReadings): RateState | undefined {
  let tightest: RateState | undefined
  for (const index of plan.shownRates) {
    if (plan.limits[index] === undefined) continue
    const { used, resetsAtMs } = counters.usage(index)
    const max = counters.allowance(index)
    const remaining = Math.max(0, max - used)
    if (tightest === undefined || isTighter(remaining, resetsAtMs, tightest)) {
      tightest = { max, remaining, resetsAtMs }
    }
  }
  return tightest
}

/** Of two with the same room the one that stays so for longer. */
function isTighter(remaining: number, resetsAtMs: number, than: RateState): boolean {
  return remaining < than.remaining || (remaining === than.remaining && resetsAtMs > than.resetsAtMs)
}

/** Every limit of the request that `counters` counted (or refused) last, for headers that list them. */
export function limitStates(
  plan: LimitPlan,
  counters: CounterReadings,
  nowMs: number,
): readonly LimitState[] {
  const kinds = new Map<LimitKind, number>()
  return plan.limits.map((limit, index) => {
    const count = (kinds.get(limit.kind) ?? 0) + 1
    kinds.set(limit.kind, count)
    const { used, resetsAtMs } = counters.usage(index)
    const max = counters.allowance(index)
    return {
      name: count === 1 ? limit.kind : `${limit.kind}-${count}`,
      max,
      remaining: Math.max(0, max - used),
      windowSeconds: windowSeconds(limit),
      resetSeconds: resetsAtMs === 0 ? 0 : Math.max(0, Math.ceil((resetsAtMs - nowMs) / 1000)),
      concurrent: limit.algorithm === 'concurrency',
    }
  })
}

/** How many units a limit admits at most when nothing was used: a token bucket its burst, all others their `max`. */
export function mostAtOnce({ algorithm, max, burst }: Limit): number {
  return algorithm === 'token-bucket' ? burst : max
}

/**
 * At most so many units too few are admitted in a window while the limit is asked for more than it has, for the way in
 * which it counts; never one too many. A sliding window keeps a unit for up to a sub-window longer than it should, so
 * that at worst `max` pass in 1.1 windows; one that holds a single unit is exact. What a quota has leased and not spent
 * is known to its ledger only.
 */
export function underAdmission({ algorithm, max }: Limit): number {
  return algorithm === 'sliding-window' && max > 1 ? Math.ceil(max / (SLIDING_SUB_WINDOWS + 1)) : 0
}

/** A token bucket is full again after as long as its burst takes to drip. */
function windowSeconds({ algorithm, max, burst, windowMs, calendar }: Limit): number {
  if (calendar !== undefined) return { day: 86_400, week: 604_800, month: 0 }[calendar.unit]
  return algorithm === 'token-bucket'
    ? Math.max(1, Math.ceil((burst * windowMs) / max / 1000))
    : windowMs / 1000
}
