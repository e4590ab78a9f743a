import type { Counters, Limit, Usage } from './counters.ts'

/** What a limit's counter holds: units and when they came, or (token bucket) until when the bucket is not full. */
type Counter = { algorithm: Limit['algorithm']; used: number; endsAtMs: number; log: Entry[] }
type Entry = { readonly units: number; readonly endsAtMs: number }

const EMPTY: Readonly<Usage> = { used: 0, resetsAtMs: 0 }

/**
 * Counters in a Map, for one thread: for trying things out, in a browser or a test. `cells` bounds how many it holds.
 * A rate is not smoothed. A sliding window is an exact log; a quota counts like a fixed window (by calendar: one without end) and needs no grant.
 */
export function memoryCounters(options: { readonly cells: number } = { cells: 10_000 }): Counters {
  const counters = new Map<string, Counter>()
  const last: Usage[] = []
  let taken: readonly Limit[] = []
  let retryMs = 0

  function live(limit: Limit, nowMs: number): Counter | undefined {
    const counter = counters.get(nameOf(limit))
    if (counter?.algorithm !== limit.algorithm || counter.endsAtMs <= nowMs) return undefined
    if (limit.algorithm === 'token-bucket')
      counter.endsAtMs = Math.min(counter.endsAtMs, nowMs + longestDebtMs(limit))
    counter.log = counter.log.filter(({ endsAtMs }) => endsAtMs > nowMs)
    if (limit.algorithm === 'sliding-window') counter.used = unitsOf(counter.log)
    return counter
  }

  function usageOf(limit: Limit, nowMs: number): Usage {
    const counter = live(limit, nowMs)
    if (counter === undefined) return { ...EMPTY }
    const resetsAtMs = Number.isFinite(counter.endsAtMs) ? counter.endsAtMs : 0
    if (limit.algorithm !== 'token-bucket') return { used: counter.used, resetsAtMs }
    // A moment since 1970 in milliseconds has no more than twelve binary places: so much is no unit.
    const rest = Math.max(1e-6, limit.max / limit.windowMs / 1000)
    const used = Math.ceil(((counter.endsAtMs - nowMs) * limit.max) / limit.windowMs - rest)
    return { used, resetsAtMs: Math.ceil(resetsAtMs) }
  }

  function count(limit: Limit, units: number, nowMs: number): void {
    const counter = live(limit, nowMs) ?? {
      algorithm: limit.algorithm,
      used: 0,
      endsAtMs: limit.algorithm === 'token-bucket' ? nowMs : windowEnd(limit, nowMs),
      log: [],
    }
    counter.used = Math.max(0, counter.used + units)
    if (limit.algorithm === 'token-bucket') counter.endsAtMs += (units * limit.windowMs) / limit.max
    if (limit.algorithm === 'sliding-window') {
      counter.endsAtMs = windowEnd(limit, nowMs)
      counter.log.push({ units, endsAtMs: counter.endsAtMs })
    }
    counters.set(nameOf(limit), counter)
  }

  return {
    take(limits, nowMs, cost) {
      last.length = 0
      taken = limits
      for (const limit of limits) last.push(usageOf(limit, nowMs))
      const lacks = (limit: Limit, index: number) => !hasRoom(limit, last[index]?.used ?? 0, cost)
      const refusing = limits.findIndex(lacks)
      if (refusing !== -1) {
        const waits = limits.filter(lacks).map((limit) => retryAt(limit, live(limit, nowMs), nowMs, cost))
        retryMs = waits.includes(0) ? 0 : Math.max(...waits)
        return refusing
      }
      const counting = limits.filter((limit) => unitsFor(limit, cost) > 0)
      const fresh = counting.filter((limit) => !counters.has(nameOf(limit)))
      if (counters.size + fresh.length > options.cells) return -2
      for (const limit of counting) count(limit, unitsFor(limit, cost), nowMs)
      for (const [index, limit] of limits.entries()) last[index] = usageOf(limit, nowMs)
      return -1
    },
    usage: (index) => last[index] ?? EMPTY,
    allowance: (index) => taken[index]?.burst ?? 0,
    retryAtMs: () => retryMs,
    wanting: () => -1,
    runningLow: () => -1,
    charge(limits, units, nowMs) {
      for (const limit of limits) {
        if (limit.algorithm !== 'concurrency' && live(limit, nowMs)) count(limit, units, nowMs)
      }
    },
    release(limit) {
      const counter = counters.get(nameOf(limit))
      if (counter && --counter.used <= 0) counters.delete(nameOf(limit))
    },
    peek: usageOf,
    reset(cell) {
      const counter = counters.get(nameOf({ cell }))
      if (counter?.algorithm !== 'concurrency') counters.delete(nameOf({ cell }))
    },
  }
}

/** A concurrency limit counts requests, the others their cost. */
function unitsFor(limit: Limit, cost: number): number {
  return limit.algorithm === 'concurrency' ? 1 : cost
}

function hasRoom(limit: Limit, used: number, cost: number): boolean {
  const units = unitsFor(limit, cost)
  return units === 0 || used + units <= roomOf(limit)
}

function roomOf(limit: Limit): number {
  return limit.algorithm === 'token-bucket' ? limit.burst : limit.max
}

function retryAt(limit: Limit, counter: Counter | undefined, nowMs: number, cost: number): number {
  const room = roomOf(limit)
  if (cost > room || counter === undefined || limit.algorithm === 'concurrency') return 0
  if (limit.algorithm === 'token-bucket')
    return Math.max(nowMs, Math.ceil(counter.endsAtMs - ((room - cost) * limit.windowMs) / limit.max))
  if (limit.algorithm !== 'sliding-window') return Number.isFinite(counter.endsAtMs) ? counter.endsAtMs : 0
  let used = counter.used
  for (const { units, endsAtMs } of counter.log) {
    used -= units
    if (used + cost <= room) return endsAtMs
  }
  return 0
}

function windowEnd(limit: Limit, nowMs: number): number {
  if (limit.algorithm === 'concurrency' || limit.windowMs === 0) return Number.POSITIVE_INFINITY
  return nowMs + limit.windowMs
}

/** A debt is at most a window more than an empty bucket. */
function longestDebtMs({ max, windowMs, burst }: Limit): number {
  return Math.ceil(windowMs + (burst * windowMs) / max)
}

function unitsOf(log: readonly Entry[]): number {
  return log.reduce((sum, { units }) => sum + units, 0)
}

function nameOf({ cell }: { readonly cell: Limit['cell'] }): string {
  return `${cell.hi}:${cell.lo}`
}
