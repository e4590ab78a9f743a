import type { QuotaUse } from '@tollgate/limits/quotas'
import { type Counters, type Limit, TAKEN, type Usage } from '@tollgate/model/limits/counters'

/** Counters that tell what they would say, and count nothing. @param quotas use of quotas by the names of their limits */
export function dryCounters(counters: Counters, quotas: ReadonlyMap<string, QuotaUse>): Counters {
  let last: readonly Usage[] = []
  let most: readonly number[] = []
  let retryAtMs = 0
  const usageOf = (limit: Limit, nowMs: number) => quotas.get(limit.name) ?? counters.peek(limit, nowMs)
  return {
    take(limits, nowMs, cost) {
      last = limits.map((limit) => usageOf(limit, nowMs))
      most = limits.map(({ burst }, index) => last[index]?.allowance ?? burst)
      const full = limits.findIndex(({ algorithm }, index) => {
        const units = algorithm === 'concurrency' ? 1 : cost
        return units > 0 && (last[index]?.used ?? 0) + units > (most[index] ?? 0)
      })
      retryAtMs = last[full]?.resetsAtMs ?? 0
      return full === -1 ? TAKEN : full
    },
    usage: (index) => last[index] ?? { used: 0, resetsAtMs: 0 },
    allowance: (index) => most[index] ?? 0,
    retryAtMs: () => retryAtMs,
    wanting: () => 0,
    runningLow: () => -1,
    charge: () => undefined,
    release: () => undefined,
    peek: usageOf,
    reset: () => undefined,
  }
}

/** Counters that have room for everything: what passed is judged again to name its steps. */
export function roomyCounters(counters: Counters): Counters {
  return { ...dryCounters(counters, new Map()), take: () => TAKEN }
}
