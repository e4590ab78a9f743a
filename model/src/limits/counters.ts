import { sha256 } from '@noble/hashes/sha2.js'
import type { SourceRef } from '../source-ref.ts'

/**
 * What `judgeRequest()` asks of whoever counts. `limits/` implements it over shared memory; a test may use a Map.
 */

/** The name of a counter, as the 64 bits by which the table finds it. */
export type Cell = { readonly hi: number; readonly lo: number }

/**
 * How a limit counts:
 * - `fixed-window`: `max` in each window, which opens at the first request that it counts (gateway contract, section 5);
 * - `sliding-window`: never more than `max` in any interval as long as the window;
 * - `token-bucket` (GCRA): `burst` at once, then one each `windowMs / max`;
 * - `concurrency`: at most `max` at the same time;
 * - `quota`: like a fixed window, but what may be spent was granted by a ledger before, and outlives the process.
 */
export type Algorithm = 'fixed-window' | 'sliding-window' | 'token-bucket' | 'concurrency' | 'quota'

/** A window that begins and ends with the calendar. */
export type Calendar = { readonly unit: 'day' | 'week' | 'month'; readonly timeZone: string }

/**
 * Smoothing of a rate: how many units a window admits (the allowance) begins at `threshold` and follows demand, a `step`
 * up or down at most once in `delayMs`, never above the rate nor below the threshold (gateway contract, section 5).
 */
export type Smoothing = {
  readonly threshold: number
  /** How many steps before the allowance is reached it is raised. */
  readonly trigger: number
  readonly step: number
  readonly delayMs: number
}

/** What a limit is for, and whose rule it is: of the key (and its policies), of the API for all callers, of the organisation. */
export type LimitKind =
  | 'rate'
  | 'concurrency'
  | 'quota'
  | 'api-rate'
  | 'api-concurrency'
  | 'org-rate'
  | 'org-concurrency'
  | 'org-quota'

/** One limit in force: which cell counts it, and how much a window holds. Made by `limit.ts` only: one shape. */
export type Limit = {
  readonly kind: LimitKind
  readonly algorithm: Algorithm
  /** The counter's name in full, as the ledger keeps it; `cell` is its hash. */
  readonly name: string
  readonly cell: Cell
  /** Units per window; a whole number of at least 1 (limits that are off are not built at all). */
  readonly max: number
  /** Length of a window in milliseconds; 0 means that the window never ends. Unused where `calendar` is set. */
  readonly windowMs: number
  /** Token bucket: units that may come at once, at least 1; elsewhere equal to `max`. */
  readonly burst: number
  /** A quota by calendar; undefined = anchored at first use. */
  readonly calendar: Calendar | undefined
  /** A rate that follows demand; only of windows, fixed or sliding. */
  readonly smoothing: Smoothing | undefined
  /** Whose counter it is, in words: "key", "key on API orders", "owner acme", "policy gold". */
  readonly scope: string
  /** Who set the number. */
  readonly source: SourceRef
}

/**
 * What a counter holds at one moment, in units of cost (of `burst` for a token bucket, of requests for a concurrency
 * limit, else of `max`). `resetsAtMs`: when it will hold nothing if nothing more comes: the end of a fixed window or of a
 * quota's period, the moment when a bucket is full again, when the last request leaves a sliding window; 0 when it
 * holds nothing, never ends, or cannot be told (concurrency).
 */
export type Usage = {
  used: number
  resetsAtMs: number
  /** Only of a smoothed rate that was peeked at: units that a window admits now. */
  allowance?: number
}

/** `take`: every limit had room, and the request was counted in each. */
export const TAKEN = -1
/** `take`: the table has no free cell (or a stripe stays locked); nothing was counted. */
export const NO_CELL = -2
/** `take`: the quota that `wanting()` names has to be granted units by its ledger first; nothing was counted. */
export const NEEDS_GRANT = -3

/** Counts requests against limits, for all workers of a node at once. */
export interface Counters {
  /**
   * Checks every limit and, only if all have room for `cost` units, counts them in each (a concurrency limit counts 1
   * whatever the cost; a cost of 0 passes every other limit and counts nothing there). Returns TAKEN, the index of the
   * first limit without room, NO_CELL or NEEDS_GRANT.
   * `usage(i)` then tells what limit `i` holds.
   */
  take(limits: readonly Limit[], nowMs: number, cost: number): number
  /** What limit `index` of the last `take` holds after it. Valid until the next `take`; the object is reused. */
  usage(index: number): Readonly<Usage>
  /**
   * Units that a window of limit `index` of the last `take` admits: of a smoothed rate its allowance then, else the
   * limit's `burst`.
   */
  allowance(index: number): number
  /** After a refusal by a limit: when the same request could pass at the earliest; 0 when that cannot be told. */
  retryAtMs(): number
  /** After NEEDS_GRANT: the index of the quota that has to be granted units. */
  wanting(): number
  /** After TAKEN: the index of a quota that this take brought to its low-water mark (ask ahead of need), or -1. */
  runningLow(): number
  /**
   * Counts `units` more (or fewer, when negative) without asking: for a cost that is known only afterwards. What goes
   * over a limit is a debt of the open window. A window that is over meanwhile is left alone.
   */
  charge(limits: readonly Limit[], units: number, nowMs: number): void
  /** Ends a request that this worker counted in a concurrency limit. What a worker held is freed when it dies. */
  release(limit: Limit): void
  /** Reads a counter without counting. */
  peek(limit: Limit, nowMs: number): Usage
  /**
   * Forgets what a counter holds, by whichever algorithm: its next request opens a new window, a quota needs a grant.
   * Requests that are under way stay counted in a concurrency limit.
   */
  reset(cell: Cell): void
}

/**
 * The 64-bit name of a counter: the first bits of the SHA-256 of its name. Names hold text that people choose (an owner,
 * a pattern), and two with one hash would share a counter: whoever wanted to meet another organisation's counter would
 * have to try 2^64 names. Some microseconds: limits are made when a key or an API is compiled, not for each request.
 */
export function cellOf(name: string): Cell {
  const bytes = new Uint8Array(2 * name.length)
  // UTF-16 as it is: in UTF-8 all lone surrogates would be one.
  for (let i = 0; i < name.length; i++) {
    const code = name.charCodeAt(i)
    bytes[2 * i] = code & 0xff
    bytes[2 * i + 1] = code >>> 8
  }
  const hash = sha256(bytes)
  const words = new DataView(hash.buffer, hash.byteOffset)
  const hi = words.getInt32(0)
  const lo = words.getInt32(4)
  // Two zero words mark an empty slot of the table.
  return { hi, lo: hi === 0 && lo === 0 ? 1 : lo }
}
