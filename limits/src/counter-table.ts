import type { Cell, Counters, Limit, Usage } from '@tollgate/model/counters'
import { lock, unlock } from './stripe-locks.ts'
import {
  COUNT,
  createCounterTable,
  END,
  FLOATS_PER_CELL,
  type Layout,
  LENGTH,
  layoutOf,
  WORDS_PER_CELL,
} from './table-layout.ts'

export { releaseLocks } from './stripe-locks.ts'
export { createCounterTable }

/** The most limits that one request can be held to: sizes the scratch memory. */
const MAX_LIMITS = 64

/** A counter could not be read because its stripe stays locked by a worker that died and is not cleaned up yet. */
export class CounterLockedError extends Error {
  override name = 'CounterLockedError'
}

/**
 * The counters of a node, shared by all workers. Counts exactly: no limit admits more than its `max` in a window,
 * whatever the number of workers. `worker` is the number of the calling thread (0 = main thread); two live threads
 * must not share one, since a stripe's lock names its owner.
 *
 * Windows are fixed and anchored at the first request. When the clock goes back, or a limit's window is made shorter,
 * an open window can end further away than a whole window from now; it then ends one window from now and keeps its
 * count. So a clock step frees no budget, and nothing stays refused for longer than its window after the step. A clock
 * that jumps ahead ends windows, as time does.
 *
 * When a stripe stays locked by a dead worker, `take` answers -2 (not counted) and the others throw CounterLockedError.
 */
export function openCounters(table: SharedArrayBuffer, worker: number): Counters {
  return new CounterTable(layoutOf(table), worker + 1)
}

/**
 * A stripe is a small hash table with linear probing. Deletion never breaks a probe chain because a slot, once used,
 * never becomes empty again: a counter whose window is over stays in its place as a link of the chain until another
 * key takes the slot over. A search ends at the first slot that was never used, or after the whole (small) stripe.
 */
class CounterTable implements Counters {
  readonly #layout: Layout
  readonly #owner: number
  // Scratch of the last `take`: the slot and stripe of each limit, what it holds, the stripes locked.
  readonly #slots = new Int32Array(MAX_LIMITS)
  readonly #opened = new Uint8Array(MAX_LIMITS)
  readonly #used = new Float64Array(MAX_LIMITS)
  readonly #resets = new Float64Array(MAX_LIMITS)
  readonly #stripes = new Int32Array(MAX_LIMITS)
  #stripeCount = 0
  readonly #usage: Usage = { used: 0, resetsAtMs: 0 }

  constructor(layout: Layout, owner: number) {
    this.#layout = layout
    this.#owner = owner
  }

  take(limits: readonly Limit[], nowMs: number): number {
    if (limits.length > MAX_LIMITS) throw new RangeError(`more than ${MAX_LIMITS} limits on one request`)
    if (!this.#lockStripes(limits)) {
      this.#used.fill(0, 0, limits.length)
      this.#resets.fill(0, 0, limits.length)
      return -2
    }
    let outcome = this.#findAndCheck(limits, nowMs)
    if (outcome === -1 && !this.#openWindows(limits, nowMs)) outcome = -2
    if (outcome === -1) this.#count(limits)
    this.#unlockStripes()
    return outcome
  }

  usage(index: number): Readonly<Usage> {
    this.#usage.used = this.#used[index] ?? 0
    this.#usage.resetsAtMs = this.#resets[index] ?? 0
    return this.#usage
  }

  peek(cell: Cell, nowMs: number): Usage {
    const { floats, locks } = this.#layout
    const stripe = this.#stripeOf(cell)
    if (!lock(locks, stripe, this.#owner)) throw new CounterLockedError('the counter is locked')
    const slot = this.#find(cell)
    const usage: Usage = { used: 0, resetsAtMs: 0 }
    if (slot >= 0) {
      const at = slot * FLOATS_PER_CELL
      const endMs = this.#boundedEnd(slot, floats[at + LENGTH] ?? 0, nowMs)
      if (endMs > nowMs) {
        usage.used = floats[at + COUNT] ?? 0
        usage.resetsAtMs = shownEnd(endMs)
      }
    }
    unlock(locks, stripe)
    return usage
  }

  reset(cell: Cell): void {
    const { locks } = this.#layout
    const stripe = this.#stripeOf(cell)
    if (!lock(locks, stripe, this.#owner)) throw new CounterLockedError('the counter is locked')
    const slot = this.#find(cell)
    if (slot >= 0) this.#close(slot)
    unlock(locks, stripe)
  }

  /** Locks every stripe that the limits touch, in ascending order so that two threads never wait for each other. */
  #lockStripes(limits: readonly Limit[]): boolean {
    const stripes = this.#stripes
    let count = 0
    for (let i = 0; i < limits.length; i++) {
      const limit = limits[i]
      if (limit === undefined) continue
      const stripe = this.#stripeOf(limit.cell)
      let at = count
      while (at > 0 && (stripes[at - 1] ?? 0) > stripe) at--
      if (at > 0 && stripes[at - 1] === stripe) continue
      for (let j = count; j > at; j--) stripes[j] = stripes[j - 1] ?? 0
      stripes[at] = stripe
      count++
    }
    for (this.#stripeCount = 0; this.#stripeCount < count; this.#stripeCount++) {
      if (!lock(this.#layout.locks, stripes[this.#stripeCount] ?? 0, this.#owner)) {
        this.#unlockStripes()
        return false
      }
    }
    return true
  }

  #unlockStripes(): void {
    for (let i = this.#stripeCount - 1; i >= 0; i--) unlock(this.#layout.locks, this.#stripes[i] ?? 0)
    this.#stripeCount = 0
  }

  /** Notes what every limit holds; the index of the first without room, or -1. */
  #findAndCheck(limits: readonly Limit[], nowMs: number): number {
    const { floats } = this.#layout
    let refused = -1
    for (let i = 0; i < limits.length; i++) {
      const limit = limits[i]
      if (limit === undefined) continue
      const slot = this.#find(limit.cell)
      let used = 0
      let endMs = 0
      if (slot >= 0) {
        endMs = this.#boundedEnd(slot, lengthOf(limit), nowMs)
        if (endMs > nowMs) used = floats[slot * FLOATS_PER_CELL + COUNT] ?? 0
        else endMs = 0
      }
      this.#slots[i] = slot
      this.#used[i] = used
      this.#resets[i] = shownEnd(endMs)
      if (refused === -1 && used >= limit.max) refused = i
    }
    return refused
  }

  /**
   * Opens a window for each limit without one. Cells found with an ended window come first, so that no new cell takes
   * their slot. False, with everything as it was, when the table has no room.
   */
  #openWindows(limits: readonly Limit[], nowMs: number): boolean {
    const { floats } = this.#layout
    this.#opened.fill(0, 0, limits.length)
    for (let i = 0; i < limits.length; i++) {
      const limit = limits[i]
      const slot = this.#slots[i] ?? -1
      if (limit === undefined || slot < 0 || (floats[slot * FLOATS_PER_CELL + END] ?? 0) > nowMs) continue
      this.#open(slot, limit, nowMs)
      this.#opened[i] = 1
    }
    for (let i = 0; i < limits.length; i++) {
      const limit = limits[i]
      if (limit === undefined || (this.#slots[i] ?? -1) >= 0) continue
      // A cell that is named twice was inserted for its first mention.
      const found = this.#find(limit.cell)
      const slot = found >= 0 ? found : this.#insert(limit, nowMs)
      if (slot < 0) {
        for (let j = 0; j < limits.length; j++) if (this.#opened[j] === 1) this.#close(this.#slots[j] ?? 0)
        return false
      }
      this.#slots[i] = slot
      if (found < 0) this.#opened[i] = 1
    }
    return true
  }

  /** Counts the request once in every cell; a cell that several limits name counts it once. */
  #count(limits: readonly Limit[]): void {
    const { floats } = this.#layout
    for (let i = 0; i < limits.length; i++) {
      const slot = this.#slots[i] ?? 0
      const at = slot * FLOATS_PER_CELL
      let first = true
      for (let j = 0; j < i; j++) if (this.#slots[j] === slot) first = false
      if (first) floats[at + COUNT] = (floats[at + COUNT] ?? 0) + 1
      this.#used[i] = floats[at + COUNT] ?? 0
      this.#resets[i] = shownEnd(floats[at + END] ?? 0)
    }
  }

  #stripeOf(cell: Cell): number {
    return cell.hi & (this.#layout.stripes - 1)
  }

  /** Slot of a cell, or -1. */
  #find(cell: Cell): number {
    const { words, cellsPerStripe } = this.#layout
    const base = this.#stripeOf(cell) * cellsPerStripe
    for (let step = 0; step < cellsPerStripe; step++) {
      const slot = base + ((cell.lo + step) & (cellsPerStripe - 1))
      const hi = words[slot * WORDS_PER_CELL] ?? 0
      const lo = words[slot * WORDS_PER_CELL + 1] ?? 0
      if (hi === cell.hi && lo === cell.lo) return slot
      if (hi === 0 && lo === 0) return -1
    }
    return -1
  }

  /** Gives the cell the first slot of its chain whose window is over, and opens a window; -1 when there is none. */
  #insert(limit: Limit, nowMs: number): number {
    const { words, floats, cellsPerStripe } = this.#layout
    const { cell } = limit
    const base = this.#stripeOf(cell) * cellsPerStripe
    for (let step = 0; step < cellsPerStripe; step++) {
      const slot = base + ((cell.lo + step) & (cellsPerStripe - 1))
      const word = slot * WORDS_PER_CELL
      const unused = words[word] === 0 && words[word + 1] === 0
      if (!unused && this.#boundedEnd(slot, floats[slot * FLOATS_PER_CELL + LENGTH] ?? 0, nowMs) > nowMs)
        continue
      this.#close(slot)
      words[word] = cell.hi
      words[word + 1] = cell.lo
      this.#open(slot, limit, nowMs)
      return slot
    }
    return -1
  }

  /** End of the slot's window after the rule for clock steps and changed limits (see `openCounters`) is put into it. */
  #boundedEnd(slot: number, lengthMs: number, nowMs: number): number {
    const { floats } = this.#layout
    const at = slot * FLOATS_PER_CELL
    const endMs = floats[at + END] ?? 0
    const endless = lengthMs === Number.POSITIVE_INFINITY && endMs > nowMs
    if (!endless && endMs - nowMs <= lengthMs) return endMs
    floats[at + LENGTH] = lengthMs
    floats[at + END] = nowMs + lengthMs
    return nowMs + lengthMs
  }

  /** The end is written last: until then the slot counts as free, should the worker die here. */
  #open(slot: number, limit: Limit, nowMs: number): void {
    const { floats } = this.#layout
    const at = slot * FLOATS_PER_CELL
    floats[at + COUNT] = 0
    floats[at + LENGTH] = lengthOf(limit)
    floats[at + END] = nowMs + lengthOf(limit)
  }

  #close(slot: number): void {
    this.#layout.floats[slot * FLOATS_PER_CELL + END] = Number.NEGATIVE_INFINITY
  }
}

/** Length of the limit's window; a window that never ends is infinitely long. */
function lengthOf(limit: Limit): number {
  return limit.windowMs === 0 ? Number.POSITIVE_INFINITY : limit.windowMs
}

/** A window without end shows 0, as no window does: there is no moment to name. */
function shownEnd(endMs: number): number {
  return endMs === Number.POSITIVE_INFINITY || endMs === Number.NEGATIVE_INFINITY ? 0 : endMs
}
