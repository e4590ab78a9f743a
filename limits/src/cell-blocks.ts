import {
  BEHIND_CELLS,
  BLOCK,
  CELLS_PER_GROUP,
  END,
  FIRST_CELL,
  FLOATS_PER_BLOCK,
  FLOATS_PER_CELL,
  GROUPS,
  HEADER,
  type Layout,
  TOLD,
  VALUE,
  WORDS_PER_BLOCK,
} from './table-layout.ts'

/**
 * Finding, claiming and moving the cells of blocks. Whoever calls these holds the lock of the block.
 *
 * A cell is named by `at`, the index of its first float. It is free when its end is not after now; nothing else marks
 * it, and no search depends on its neighbours, so that a cell is free the moment that its window is over.
 *
 * Ends: positive = a time by the clock that the node counts by; negative = minus a time of the wall clock that somebody
 * else set (a quota's ledger), which is left alone when the clock goes back; from HELD on = does not end by itself.
 */

/** What time it is by either clock, milliseconds. */
export type Moment = {
  /** By the clock that the node counts by. */
  nowMs: number
  /** By the wall clock. */
  wallMs: number
}

/** Ends from here on do not end by time: requests under way. An endless window is infinite. */
export const HELD = 2 ** 60

/**
 * Requests carry the clock of their start, so a block sees times out of order. Only what goes back further than this
 * is the clock itself.
 */
const DISORDER_MS = 10_000

/** Place in the directory of the cells whose first word is `hi`. */
export function placeOf(layout: Layout, hi: number): number {
  let mixed = Math.imul(hi ^ layout.seed, 0xc2b2ae35)
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x85ebca6b)
  return (mixed ^ (mixed >>> 13)) >>> (32 - layout.directoryBits)
}

/** The block that holds the cells of a place. */
export function blockAt(layout: Layout, place: number): number {
  const entry = Atomics.load(layout.directory, place)
  return entry === 0 ? place >>> (layout.directoryBits - layout.firstBits) : entry - 1
}

/** Word of a block's lock. */
export function lockWord(block: number): number {
  return block * WORDS_PER_BLOCK + BLOCK.lock
}

/** The block in which a cell lies. */
export function blockOf(at: number): number {
  return Math.floor(at / FLOATS_PER_BLOCK)
}

/** The cell of a key, whether its window is over or not, or -1. */
export function findCell(layout: Layout, block: number, hi: number, lo: number): number {
  const { words } = layout
  const mixed = mix(layout, lo)
  for (let choice = 0; choice < 2; choice++) {
    let at = groupStart(block, mixed, choice)
    for (let i = 0; i < CELLS_PER_GROUP; i++, at += FLOATS_PER_CELL) {
      if (words[2 * at + 1] === lo && words[2 * at] === hi) return at
    }
  }
  return -1
}

/**
 * A free cell for a key, in that of its two groups with more room; -1 when there is none. `taken` are cells that the
 * caller means to fill but has not yet.
 */
export function freeCell(
  layout: Layout,
  block: number,
  lo: number,
  now: Moment,
  taken: Int32Array,
  takenCount: number,
): number {
  const mixed = mix(layout, lo)
  let best = -1
  let most = 0
  for (let choice = 0; choice < 2; choice++) {
    let at = groupStart(block, mixed, choice)
    let room = 0
    let last = -1
    for (let i = 0; i < CELLS_PER_GROUP; i++, at += FLOATS_PER_CELL) {
      if (isLive(layout, at, now) || isTaken(at, taken, takenCount)) continue
      room++
      last = at
    }
    if (room <= most) continue
    most = room
    best = last
  }
  return best
}

/**
 * Splits the block of a place in two and returns the new block, locked by `owner`; -1 when there is no block left or
 * the directory cannot tell more of them apart. Cells keep their position in the block.
 *
 * A worker may die anywhere in here, so the new block is complete before the directory names it, and `split` tells what
 * remains to be done: minus a block that was set aside, or the block that is complete (each + 1).
 */
export function splitBlock(layout: Layout, block: number, place: number, owner: number): number {
  const { words, floats, firstBits, directoryBits } = layout
  const head = block * WORDS_PER_BLOCK
  const depth = firstBits + (words[head + BLOCK.depth] ?? 0)
  if (depth >= directoryBits) return -1
  if (words[head + BLOCK.split] === 0) {
    const spare = handOut(layout)
    if (spare < 0) return -1
    words[head + BLOCK.split] = -(spare + 1)
  }
  const fresh = -(words[head + BLOCK.split] ?? 0) - 1
  const freshHead = fresh * WORDS_PER_BLOCK
  Atomics.store(words, freshHead + BLOCK.lock, owner)
  words[freshHead + BLOCK.depth] = depth + 1 - firstBits
  floats[fresh * FLOATS_PER_BLOCK + TOLD] = floats[block * FLOATS_PER_BLOCK + TOLD] ?? 0
  const shift = (fresh - block) * FLOATS_PER_BLOCK
  for (let at = firstCell(block); at < behindCells(block); at += FLOATS_PER_CELL) {
    floats[at + shift + END] = 0
    if (floats[at + END] === 0 || !inUpperHalf(layout, at, depth)) continue
    words[2 * (at + shift)] = words[2 * at] ?? 0
    words[2 * (at + shift) + 1] = words[2 * at + 1] ?? 0
    floats[at + shift + VALUE] = floats[at + VALUE] ?? 0
    floats[at + shift + END] = floats[at + END] ?? 0
  }
  words[head + BLOCK.splitAt] = place
  words[head + BLOCK.split] = fresh + 1
  finishSplit(layout, block)
  return fresh
}

/** Does what is left of a split once the new block is complete; may be done over again after a death. */
export function finishSplit(layout: Layout, block: number): void {
  const { words, floats, firstBits, directory, directoryBits } = layout
  const head = block * WORDS_PER_BLOCK
  const fresh = (words[head + BLOCK.split] ?? 0) - 1
  if (fresh < 0) return
  const extra = words[fresh * WORDS_PER_BLOCK + BLOCK.depth] ?? 0
  const depth = firstBits + extra - 1
  const half = 2 ** (directoryBits - depth - 1)
  const upper = ((words[head + BLOCK.splitAt] ?? 0) & ~(2 * half - 1)) + half
  // Whoever reads an old entry waits for this block's lock and then looks again, so the order of these does not matter.
  directory.fill(fresh + 1, upper, upper + half)
  words[head + BLOCK.depth] = extra
  for (let at = firstCell(block); at < behindCells(block); at += FLOATS_PER_CELL) {
    if (inUpperHalf(layout, at, depth)) floats[at + END] = 0
  }
  words[head + BLOCK.split] = 0
}

/**
 * Tells the block the time. When the clock went back since it was last told, cells that had ended are freed, and those
 * that had not keep the time that was left to them, as if the clock had stood still. Those whose time somebody else set are
 * left alone: who set it decides whether their period is open again.
 */
export function tellTime(layout: Layout, block: number, nowMs: number): void {
  const { floats } = layout
  const lastMs = floats[block * FLOATS_PER_BLOCK + TOLD] ?? 0
  floats[block * FLOATS_PER_BLOCK + TOLD] = nowMs
  if (nowMs >= lastMs - DISORDER_MS) return
  for (let at = firstCell(block); at < behindCells(block); at += FLOATS_PER_CELL) {
    const end = floats[at + END] ?? 0
    if (end <= 0) continue
    if (end <= lastMs) floats[at + END] = 0
    else if (end < HELD) floats[at + END] = end - (lastMs - nowMs)
  }
}

/** The cells of a block: `for (let at = firstCell(b); at < behindCells(b); at += FLOATS_PER_CELL)`. */
export function firstCell(block: number): number {
  return block * FLOATS_PER_BLOCK + FIRST_CELL
}

export function behindCells(block: number): number {
  return block * FLOATS_PER_BLOCK + BEHIND_CELLS
}

/** Whether a cell's window is open. */
function isLive({ floats }: Layout, at: number, { nowMs, wallMs }: Moment): boolean {
  const end = floats[at + END] ?? 0
  return end < 0 ? -end > wallMs : end > nowMs
}

function isTaken(at: number, taken: Int32Array, takenCount: number): boolean {
  for (let i = 0; i < takenCount; i++) if (taken[i] === at) return true
  return false
}

function handOut({ header, maxBlocks }: Layout): number {
  const block = Atomics.add(header, HEADER.used, 1)
  if (block < maxBlocks) return block
  Atomics.sub(header, HEADER.used, 1)
  return -1
}

function inUpperHalf(layout: Layout, at: number, depth: number): boolean {
  const place = placeOf(layout, layout.words[2 * at] ?? 0)
  return ((place >>> (layout.directoryBits - depth - 1)) & 1) === 1
}

function mix({ seed }: Layout, lo: number): number {
  const mixed = Math.imul(lo ^ seed, 0x85ebca6b)
  return Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d)
}

/** First cell of the key's first (0) or second (1) group. */
function groupStart(block: number, mixed: number, choice: number): number {
  const first = ((mixed >>> 16) * GROUPS) >>> 16
  // A step of 1 to 20 groups: the second is never the first.
  const step = 1 + (((mixed & 0xffff) * (GROUPS - 1)) >>> 16)
  const group = choice === 0 ? first : (first + step) % GROUPS
  return firstCell(block) + group * CELLS_PER_GROUP * FLOATS_PER_CELL
}
