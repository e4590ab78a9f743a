import type { Limit } from '@tollgate/model/limits/counters'
import { SLIDING_SUB_WINDOWS as SUB_WINDOWS } from '@tollgate/model/limits/limit'
import type { CellState, CountingAlgorithm } from './cell-state.ts'
import { capEnd, PART_NAMES, setPart } from './cell-state.ts'

/**
 * Never more than `max` units in any half-open interval as long as the window. Units are kept by sub-windows of a tenth
 * of the window, each until a whole window after its last unit; so it refuses at most what an exact log of 1.1 windows
 * would refuse, and nothing wrongly where requests are further apart than a tenth of the window.
 *
 * Parts: one for each sub-window that holds anything (end = time of its last unit + window; value = units), and two that
 * sum them up, so that a request reads three cells until something ends. Both of these end with the newest sub-window:
 * - TOTAL: the units of all of them;
 * - SPAN: which ones there are (a bit each), and how much earlier than the newest the first of them may end. A span
 *   rather than a time, because it stays true when the clock goes back and all ends are moved.
 * They are written last, TOTAL at the end: wherever a worker dies, what is summed up ends no later than it should.
 */
export const slidingWindow: CountingAlgorithm = {
  parts: SUB_WINDOWS + 3,
  firstName: PART_NAMES.slidingWindow,
  heads: (1 << (SUB_WINDOWS + 1)) | (1 << (SUB_WINDOWS + 2)),

  needed(state, limit, nowMs) {
    const current = 1 << partAt(limit, nowMs)
    return isSummedUp(state, limit, nowMs) ? current : current | heldParts(state, nowMs)
  },

  held: (state, _limit, nowMs) => heldParts(state, nowMs),

  settle(state, limit, nowMs) {
    if (isSummedUp(state, limit, nowMs)) return
    for (let part = 0; part < PARTS; part++) capEnd(state, part, nowMs, limit.windowMs)
    sumUp(state, nowMs)
  },

  read(state, _limit, nowMs, usage) {
    usage.used = unitsIn(state, nowMs)
    usage.resetsAtMs = usage.used > 0 ? (state.ends[TOTAL] ?? 0) : 0
  },

  hasRoom(state, _limit, nowMs, cost, max) {
    return unitsIn(state, nowMs) + cost <= max
  },

  retryAtMs(state, _limit, nowMs, cost, max) {
    if (cost > max) return 0
    const excess = unitsIn(state, nowMs) + cost - max
    const parts = heldParts(state, nowMs)
    for (let passed = nowMs; ; ) {
      let freed = 0
      let next = Number.POSITIVE_INFINITY
      for (let part = 0; part < PARTS; part++) {
        const end = endOf(state, part, parts)
        if (end > passed && end < next) next = end
      }
      for (let part = 0; part < PARTS; part++) {
        const end = endOf(state, part, parts)
        if (end > nowMs && end <= next) freed += state.values[part] ?? 0
      }
      if (freed >= excess || next === Number.POSITIVE_INFINITY) return next
      passed = next
    }
  },

  count(state, limit, nowMs, cost) {
    const part = partAt(limit, nowMs)
    const endMs = nowMs + limit.windowMs
    const total = unitsIn(state, nowMs)
    const earliestMs = total > 0 ? earliestIn(state) : endMs
    const parts = heldParts(state, nowMs)
    const before = (parts >>> part) & 1 ? (state.values[part] ?? 0) : 0
    setPart(state, part, endMs, before + cost)
    // It was settled before, so that nothing ends later than a window from now.
    setHeads(state, endMs, total + cost, earliestMs, parts | (1 << part))
  },

  charge(state, { windowMs }, nowMs, units) {
    let left = units
    for (let part = newestPart(state, nowMs); part >= 0 && left !== 0; part = newestPart(state, nowMs)) {
      const held = state.values[part] ?? 0
      const taken = Math.min(held, -left)
      if (left > 0) setPart(state, part, nowMs + windowMs, held + left)
      else setPart(state, part, taken === held ? 0 : (state.ends[part] ?? 0), held - taken)
      left = left > 0 ? 0 : left + taken
    }
    if (state.changed !== 0) sumUp(state, nowMs)
  },
}

/** The parts of sub-windows: one more than a window is divided into can be partly in it. */
const PARTS = SUB_WINDOWS + 1
const SPAN = PARTS
const TOTAL = PARTS + 1
/** The value of SPAN is the span times this, plus the bits: below 2^53 for windows of a hundred years. */
const BITS = 2 ** PARTS

function partAt({ windowMs }: Limit, nowMs: number): number {
  // The remainder of floats would be slow.
  const index = Math.floor((nowMs * SUB_WINDOWS) / windowMs)
  return index - Math.floor(index / PARTS) * PARTS
}

/** Whether the sums are right: nothing has ended since, and nothing ends later than a limit that was edited allows. */
function isSummedUp(state: CellState, { windowMs }: Limit, nowMs: number): boolean {
  const end = state.ends[TOTAL] ?? 0
  return end <= nowMs || (earliestIn(state) > nowMs && end - nowMs <= windowMs)
}

function unitsIn(state: CellState, nowMs: number): number {
  return (state.ends[TOTAL] ?? 0) > nowMs ? (state.values[TOTAL] ?? 0) : 0
}

/** Nothing ends before; in a counter that holds anything. */
function earliestIn(state: CellState): number {
  return (state.ends[TOTAL] ?? 0) - Math.floor((state.values[SPAN] ?? 0) / BITS)
}

/** The parts in use, a bit each; in a counter that holds anything. */
function partsIn(state: CellState): number {
  const coded = state.values[SPAN] ?? 0
  return coded - Math.floor(coded / BITS) * BITS
}

function heldParts(state: CellState, nowMs: number): number {
  return (state.ends[TOTAL] ?? 0) > nowMs ? partsIn(state) : 0
}

/**
 * End of a part, 0 when it is not in use. One that had ended looks open again when the clock goes back by less than the
 * table corrects; the bits tell.
 */
function endOf(state: CellState, part: number, parts: number): number {
  return (parts >>> part) & 1 ? (state.ends[part] ?? 0) : 0
}

function setHeads(state: CellState, endMs: number, total: number, earliestMs: number, parts: number): void {
  setPart(state, SPAN, endMs, (endMs - earliestMs) * BITS + parts)
  setPart(state, TOTAL, endMs, total)
}

/** Makes the sums anew; all parts that hold anything have been read. */
function sumUp(state: CellState, nowMs: number): void {
  const held = heldParts(state, nowMs)
  let [total, earliest, newest, parts] = [0, Number.POSITIVE_INFINITY, 0, 0]
  for (let part = 0; part < PARTS; part++) {
    const end = endOf(state, part, held)
    if (end <= nowMs) continue
    total += state.values[part] ?? 0
    parts |= 1 << part
    if (end > newest) newest = end
    if (end < earliest) earliest = end
  }
  setHeads(state, newest, total, parts === 0 ? newest : earliest, parts)
}

/** The part that ends last, or -1 when all have ended. */
function newestPart(state: CellState, nowMs: number): number {
  const parts = heldParts(state, nowMs)
  let newest = -1
  let latest = nowMs
  for (let part = 0; part < PARTS; part++) {
    const end = endOf(state, part, parts)
    if (end <= latest) continue
    latest = end
    newest = part
  }
  return newest
}
