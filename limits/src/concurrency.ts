import { HELD } from './cell-blocks.ts'
import type { CountingAlgorithm } from './cell-state.ts'
import { noMore, PART_NAMES, setPart } from './cell-state.ts'

/**
 * At most `max` requests at the same time, on all workers together. Two parts for a worker: what all hold, and what it
 * holds itself, which is freed when it dies (`releaseLocks`). Both live until they hold nothing. A worker's own part
 * also carries the worker's incarnation: a part of an earlier one is a dead worker's.
 *
 * The own part is written before the common one when a request begins, and after it when it ends: wherever a worker
 * dies, its own part tells that the common one must be summed up anew.
 */
export const concurrency: CountingAlgorithm = {
  parts: 2,
  firstName: PART_NAMES.concurrency,
  heads: 0b11,
  needed: noMore,
  held: noMore,

  settle() {},

  read(state, _limit, _nowMs, usage) {
    usage.used = state.ends[ALL] === 0 ? 0 : (state.values[ALL] ?? 0)
    usage.resetsAtMs = 0
  },

  hasRoom(state, { max }) {
    return state.ends[ALL] === 0 || (state.values[ALL] ?? 0) < max
  },

  retryAtMs: () => 0,

  count(state) {
    setPart(state, OWN, HELD, (state.values[OWN] ?? 0) + 1)
    setPart(state, ALL, HELD, (state.ends[ALL] === 0 ? 0 : (state.values[ALL] ?? 0)) + 1)
  },

  charge() {},
}

/** The two parts of a state. */
export const OWN = 0
export const ALL = 1

/** End of the part of a worker's own, by which it is recognised. */
export function ownEnd(worker: number): number {
  return HELD * (worker + 2)
}

/** The worker whose own part ends so, or -1. */
export function workerOfEnd(endMs: number): number {
  return endMs >= 2 * HELD && endMs !== Number.POSITIVE_INFINITY ? endMs / HELD - 2 : -1
}

/** Most requests of one worker under way that a part can count. */
const MOST = 2 ** 31

/** Value of a part of a worker's own. */
export function ownValue(incarnation: number, requests: number): number {
  return incarnation * MOST + requests
}

/** The incarnation in the value of a worker's own part. */
export function incarnationOf(value: number): number {
  return Math.floor(value / MOST)
}

/** The requests in the value of a worker's own part. */
export function requestsOf(value: number): number {
  return value % MOST
}
