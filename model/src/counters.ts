/**
 * What `decide()` asks of whoever counts. `limits/` implements it over shared memory; a test may use a Map.
 * A window is fixed and anchored at the first request that it counts (gateway contract, section 5).
 */

/** The name of a counter, as the 64 bits by which the table finds it. */
export type Cell = { readonly hi: number; readonly lo: number }

/** One limit in force: which cell counts it, and how much a window holds. */
export type Limit = {
  readonly kind: 'rate' | 'quota' | 'api-rate'
  readonly cell: Cell
  /** Requests per window; a whole number of at least 1 (limits that are off are not built at all). */
  readonly max: number
  /** Length of a window in milliseconds; 0 means that the window never ends. */
  readonly windowMs: number
  /** Whose counter it is, in words: "key", "key on API orders", "policy gold". */
  readonly scope: string
  /** Where the number was set, in words: "key", "policy gold", "API orders". */
  readonly source: string
}

/** What a counter holds at one moment. `resetsAtMs` is 0 when no window is open. */
export type Usage = { used: number; resetsAtMs: number }

/** Counts requests against limits, for all workers of a node at once. */
export interface Counters {
  /**
   * Checks every limit and, only if all have room, counts one request in each.
   * Returns -1 when the request was counted, the index of the first limit without room, or -2 when the table has no
   * free cell. `usage(i)` then tells what limit `i` holds.
   */
  take(limits: readonly Limit[], nowMs: number): number
  /** What limit `index` of the last `take` holds after it. Valid until the next `take`; the object is reused. */
  usage(index: number): Readonly<Usage>
  /** Reads a counter without counting. */
  peek(cell: Cell, nowMs: number): Usage
  /** Forgets what a counter holds: its next request opens a new window. */
  reset(cell: Cell): void
}

/**
 * The 64-bit name of a counter. Two multiply-xor lanes with a murmur3 finish; the names are made of ids that the
 * server chose, so a client cannot search for collisions.
 */
export function cellOf(name: string): Cell {
  let hi = 0x9e3779b9
  let lo = 0x85ebca6b
  for (let i = 0; i < name.length; i++) {
    const code = name.charCodeAt(i)
    hi = Math.imul(hi ^ code, 0x9e3779b1)
    lo = Math.imul(lo ^ code, 0x5f356495)
    hi ^= lo >>> 15
  }
  hi = Math.imul(hi ^ (hi >>> 16), 0x85ebca6b)
  hi = (hi ^ (hi >>> 13) ^ lo) | 0
  lo = Math.imul(lo ^ (lo >>> 16), 0xc2b2ae35)
  lo = (lo ^ (lo >>> 13) ^ hi) | 0
  // Two zero words mark an empty slot of the table.
  return { hi, lo: hi === 0 && lo === 0 ? 1 : lo }
}
