import type { Limit, Usage } from '@tollgate/model/limits/counters'

/** Most parts that one limit keeps: each is a cell of the table. */
export const MAX_PARTS = 14
/** The part that holds the allowance of a smoothed rate, whichever way it counts; see `smoothing.ts`. */
export const ALLOWANCE = MAX_PARTS - 1

/**
 * What the parts of one limit's counter hold: for each the end of its life (0 = it holds nothing) and a value. An
 * algorithm changes it in place and names the parts that it changed (bit i = part i); the table reads and writes cells.
 */
export type CellState = {
  readonly ends: Float64Array
  readonly values: Float64Array
  changed: number
}

/** How a limit counts: pure functions of what its parts hold, the limit, the clock and units. No allocation. */
export type CountingAlgorithm = {
  /** Parts that a counter of this algorithm may have, and where their names begin among those of a limit. */
  readonly parts: number
  readonly firstName: number
  /** Parts that are always read (bit i = part i). */
  readonly heads: number
  /** Which others have to be read to judge a request (bit i = part i), as the heads tell. */
  needed(state: CellState, limit: Limit, nowMs: number): number
  /** Which others hold anything at all: what `retryAtMs` and `charge` need. */
  held(state: CellState, limit: Limit, nowMs: number): number
  /**
   * Adapts what the counter holds to a limit that was edited and to a clock that went back: nothing stays refused for
   * longer than a window from now.
   */
  settle(state: CellState, limit: Limit, nowMs: number): void
  /** Tells what the counter holds. */
  read(state: CellState, limit: Limit, nowMs: number, usage: Usage): void
  /**
   * Whether `cost` units (at least 1) more may pass. @param max units that a window may hold now: the limit's, or what
   * a smoothed one allows
   */
  hasRoom(state: CellState, limit: Limit, nowMs: number, cost: number, max: number): boolean
  /** After a refusal: when `cost` units could pass at the earliest; 0 when that cannot be told. */
  retryAtMs(state: CellState, limit: Limit, nowMs: number, cost: number, max: number): number
  /** Counts units that have room. */
  count(state: CellState, limit: Limit, nowMs: number, cost: number): void
  /** Counts units, or takes them back when negative, where a window is still open. */
  charge(state: CellState, limit: Limit, nowMs: number, units: number): void
}

/** `needed` and `held` of an algorithm all of whose parts are heads. */
export const noMore = (): number => 0

/** An empty counter. */
export function emptyState(): CellState {
  return { ends: new Float64Array(MAX_PARTS), values: new Float64Array(MAX_PARTS), changed: 0 }
}

/** Sets one part. */
export function setPart(state: CellState, part: number, endMs: number, value: number): void {
  state.ends[part] = endMs
  state.values[part] = value
  state.changed |= 1 << part
}

/** Sets an end that is further away than `longestMs` from now to that. */
export function capEnd(state: CellState, part: number, nowMs: number, longestMs: number): void {
  const end = state.ends[part] ?? 0
  if (end - nowMs > longestMs) setPart(state, part, nowMs + longestMs, state.values[part] ?? 0)
}

/** Names of a limit's parts, by algorithm: no two share one, so that a limit whose algorithm is changed starts anew. */
export const PART_NAMES = {
  fixedWindow: 0,
  tokenBucket: 1,
  quota: 2,
  slidingWindow: 4,
  allowance: 17,
  concurrency: 18,
  workers: 20,
} as const

/** Mixes the name of a part into the second word of a counter's key; part 0 of a fixed window has the key itself. */
export function partKey(lo: number, name: number): number {
  return lo ^ Math.imul(name, 0x9e3779b1)
}
