import type { Limit } from '@tollgate/model/limits/counters'
import type { CellState, CountingAlgorithm } from './cell-state.ts'
import { capEnd, noMore, PART_NAMES, setPart } from './cell-state.ts'

/**
 * A bucket of `burst` tokens that gets one back each `windowMs / max` (GCRA): in any interval of length t at most
 * `burst + t * max / windowMs` units. Never under-admits. One part: the moment when the bucket will be full again, as
 * a time of the clock (end) less a rest of a millisecond (value). The rest is a whole number of units of `1 / max` ms, so
 * that no rounding adds up as long as `burst * windowMs` is below 2^53.
 */
export const tokenBucket: CountingAlgorithm = {
  parts: 1,
  firstName: PART_NAMES.tokenBucket,
  heads: 0b1,
  needed: noMore,
  held: noMore,

  /** A debt is at most a window more than an empty bucket. */
  settle(state, { max, windowMs, burst }, nowMs) {
    const longestMs = Math.ceil(windowMs + (burst * windowMs) / max)
    if ((state.ends[0] ?? 0) - nowMs <= longestMs) return
    state.values[0] = 0
    capEnd(state, 0, nowMs, longestMs)
  },

  read(state, limit, nowMs, usage) {
    const lacking = lackingIn(state, limit, nowMs)
    usage.used = Math.ceil(lacking / limit.windowMs)
    usage.resetsAtMs = lacking > 0 ? (state.ends[0] ?? 0) : 0
  },

  hasRoom(state, limit, nowMs, cost) {
    return lackingIn(state, limit, nowMs) + cost * limit.windowMs <= limit.burst * limit.windowMs
  },

  retryAtMs(state, { max, windowMs, burst }, _nowMs, cost) {
    if (cost > burst) return 0
    return Math.ceil((state.ends[0] ?? 0) - (restIn(state, max) + (burst - cost) * windowMs) / max)
  },

  count: add,

  charge(state, limit, nowMs, units) {
    if (lackingIn(state, limit, nowMs) > 0) add(state, limit, nowMs, units)
  },
}

/** What is lacking from a full bucket, in units of `1 / max` ms: `windowMs` of them are one token. */
function lackingIn(state: CellState, { max }: Limit, nowMs: number): number {
  return Math.max(0, ((state.ends[0] ?? 0) - nowMs) * max - restIn(state, max))
}

function restIn(state: CellState, max: number): number {
  return Math.round((state.values[0] ?? 0) * max)
}

function add(state: CellState, limit: Limit, nowMs: number, units: number): void {
  const { max, windowMs } = limit
  const lacks = lackingIn(state, limit, nowMs) > 0
  const endMs = lacks ? (state.ends[0] ?? 0) : nowMs
  const more = units * windowMs - (lacks ? restIn(state, max) : 0)
  const moreMs = Math.ceil(more / max)
  setPart(state, 0, endMs + moreMs, Math.max(0, moreMs * max - more) / max)
}
