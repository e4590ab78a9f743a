import type { Cell, Limit } from '@tollgate/model/limits/counters'
import { algorithmOf } from './algorithms.ts'
import { lock, unlock } from './block-locks.ts'
import {
  blockAt,
  blockOf,
  findCell,
  freeCell,
  HELD,
  lockWord,
  type Moment,
  placeOf,
  splitBlock,
  tellTime,
} from './cell-blocks.ts'
import {
  ALLOWANCE,
  type CellState,
  type CountingAlgorithm,
  emptyState,
  MAX_PARTS,
  noMore,
  PART_NAMES,
  partKey,
} from './cell-state.ts'
import { ALL, concurrency, incarnationOf, OWN, ownEnd, ownValue, requestsOf } from './concurrency.ts'
import { fixedWindow } from './fixed-window.ts'
import { END, FLOATS_PER_BLOCK, HEADER, type Layout, MAX_WORKERS, VALUE } from './table-layout.ts'

/** Nothing is new so far. */
const NONE_KEPT = -1

/** Blocks that one session can come to hold by splitting: each split halves what it has to hold. */
const MAX_SPLITS = 256

/**
 * A worker's turns at the table: `begin` locks the blocks of some limits, `load` reads what their cells hold, `claim`
 * finds room for what is new, `store` writes what changed, `end` unlocks. All memory is made once.
 */
export class TableSession {
  readonly #layout: Layout
  readonly #worker: number
  readonly #incarnation: number
  // By limit of the turn:
  readonly #hi: Int32Array
  readonly #lo: Int32Array
  readonly #places: Int32Array
  readonly #first: Int32Array
  readonly #algorithms: CountingAlgorithm[] = []
  readonly #states: CellState[] = []
  /** Cell of each part of each limit, or -1; where the part was read. */
  readonly #cells: Int32Array
  /** Parts that were read, of each limit: bit i = part i. */
  readonly #read: Int32Array
  #count = 0
  // Blocks locked, those of the limits in ascending order.
  readonly #locked: Int32Array
  #lockedCount = 0
  // Cells that are about to be filled, and whose they are (an index of #cells).
  readonly #claimed: Int32Array
  readonly #claimants: Int32Array
  #claimedCount = 0

  constructor(layout: Layout, worker: number, maxLimits: number) {
    if (!Number.isInteger(worker) || worker < 0 || worker >= MAX_WORKERS)
      throw new RangeError(`worker must be a whole number below ${MAX_WORKERS}`)
    this.#layout = layout
    this.#worker = worker
    this.#incarnation = Atomics.load(layout.incarnations, worker)
    noteWorker(layout, worker)
    this.#hi = new Int32Array(maxLimits)
    this.#lo = new Int32Array(maxLimits)
    this.#places = new Int32Array(maxLimits)
    this.#first = new Int32Array(maxLimits)
    this.#cells = new Int32Array(maxLimits * MAX_PARTS)
    this.#read = new Int32Array(maxLimits)
    this.#claimed = new Int32Array(maxLimits * MAX_PARTS)
    this.#claimants = new Int32Array(maxLimits * MAX_PARTS)
    this.#locked = new Int32Array(maxLimits + MAX_SPLITS)
    for (let i = 0; i < maxLimits; i++) {
      this.#algorithms.push(fixedWindow)
      this.#states.push(emptyState())
    }
  }

  /** Locks the blocks of the limits; false, with nothing locked, when one stays locked by a dead worker. */
  begin(limits: readonly Limit[]): boolean {
    for (let i = 0; i < limits.length; i++) {
      const limit = limits[i]
      if (limit !== undefined) this.#note(i, limit.cell)
    }
    return this.#lockAll(limits.length)
  }

  /** Adapts the blocks to a clock that went back. */
  tellTime(nowMs: number): void {
    for (let i = 0; i < this.#lockedCount; i++) tellTime(this.#layout, this.#locked[i] ?? 0, nowMs)
  }

  /** Locks the block of one counter, whatever counts in it and whatever the time. */
  beginCell(cell: Cell): boolean {
    this.#note(0, cell)
    return this.#lockAll(1)
  }

  end(): void {
    for (let i = this.#lockedCount - 1; i >= 0; i--) {
      unlock(this.#layout.words, lockWord(this.#locked[i] ?? 0))
    }
    this.#lockedCount = 0
  }

  /** Reads what every limit's counter holds, as far as it is needed to judge a request. */
  load(limits: readonly Limit[], nowMs: number): void {
    for (let i = 0; i < limits.length; i++) {
      const limit = limits[i]
      if (limit === undefined) continue
      const algorithm = algorithmOf(limit)
      this.#algorithms[i] = algorithm
      const first = this.#firstWith(i, algorithm)
      this.#first[i] = first
      if (first === i) this.#load(i, algorithm)
      if (algorithm.needed !== noMore) this.#readParts(first, algorithm.needed(this.state(i), limit, nowMs))
      if (limit.smoothing !== undefined) this.#readParts(first, 1 << ALLOWANCE)
    }
  }

  /** Reads whatever the counter of a limit holds. */
  loadRest(index: number, limit: Limit, nowMs: number): void {
    this.#readParts(this.firstOf(index), this.algorithm(index).held(this.state(index), limit, nowMs))
  }

  /** Adapts what was loaded to the limits as they are now, and writes what that changed. */
  settle(limits: readonly Limit[], nowMs: number): void {
    for (let i = 0; i < limits.length; i++) {
      const limit = limits[i]
      if (limit === undefined) continue
      const state = this.state(i)
      this.algorithm(i).settle(state, limit, nowMs)
      if (state.changed !== 0) this.store(this.firstOf(i))
    }
  }

  /** Reads the counter that `beginCell` locked. */
  loadCell(algorithm: CountingAlgorithm): CellState {
    this.#algorithms[0] = algorithm
    this.#first[0] = 0
    this.#load(0, algorithm)
    return this.state(0)
  }

  /** The first limit of the turn that has the same counter: it counts for all of them. */
  firstOf(index: number): number {
    return this.#first[index] ?? 0
  }

  algorithm(index: number): CountingAlgorithm {
    return this.#algorithms[index] ?? fixedWindow
  }

  state(index: number): CellState {
    return this.#states[this.firstOf(index)] ?? emptyState()
  }

  /** Finds a cell for every part that came to hold something, splitting blocks; false when the table is full. */
  claim(now: Moment): boolean {
    this.#claimedCount = NONE_KEPT
    for (let i = 0; i < this.#count; i++) {
      if (this.#first[i] !== i) continue
      const { ends, changed } = this.state(i)
      for (let rest = changed; rest !== 0; rest &= rest - 1) {
        const part = lowest(rest)
        const isNew = ends[part] !== 0 && (this.#cells[i * MAX_PARTS + part] ?? 0) < 0
        if (!isNew) continue
        if (this.#claimedCount === NONE_KEPT) this.#keepCells()
        if (!this.#claimOne(i, part, now)) return false
      }
    }
    return true
  }

  /** Writes the parts that changed, in order, each with its end last: until then a new cell counts as free. */
  store(index: number): void {
    const { words, floats } = this.#layout
    const state = this.state(index)
    const algorithm = this.algorithm(index)
    for (let rest = state.changed; rest !== 0; rest &= rest - 1) {
      const part = lowest(rest)
      const at = this.#cells[index * MAX_PARTS + part] ?? -1
      if (at < 0) continue
      words[2 * at] = this.#hi[index] ?? 0
      words[2 * at + 1] = this.#partLo(index, algorithm, part)
      if (algorithm === concurrency && part === OWN) {
        this.#storeOwn(at, state.values[OWN] ?? 0)
        continue
      }
      floats[at + VALUE] = state.values[part] ?? 0
      floats[at + END] = state.ends[part] ?? 0
    }
    state.changed = 0
  }

  /** Ends one request of this worker in the concurrency limit that was loaded; the common part first. */
  releaseOne(): void {
    const { floats } = this.#layout
    const { values } = this.state(0)
    const own = values[OWN] ?? 0
    if (own === 0) return
    const all = this.#cells[ALL] ?? -1
    if (all >= 0) {
      const left = Math.max(0, (values[ALL] ?? 0) - 1)
      floats[all + VALUE] = left
      floats[all + END] = left === 0 ? 0 : HELD
    }
    this.#storeOwn(this.#cells[OWN] ?? 0, own - 1)
  }

  /** Frees the cell of one part of the counter that `beginCell` locked. */
  forget(name: number): void {
    const at = this.#find(0, partKey(this.#lo[0] ?? 0, name))
    if (at >= 0) this.#layout.floats[at + END] = 0
  }

  #note(index: number, cell: Cell): void {
    this.#hi[index] = cell.hi
    this.#lo[index] = cell.lo
    this.#places[index] = placeOf(this.#layout, cell.hi)
  }

  /**
   * Locks in ascending order, so that two threads never wait for each other. A block may split while it is waited for:
   * then it is all done again, as often as blocks can split.
   */
  #lockAll(count: number): boolean {
    this.#count = count
    for (;;) {
      const wanted = this.#sortBlocks(count)
      for (this.#lockedCount = 0; this.#lockedCount < wanted; this.#lockedCount++) {
        const block = this.#locked[this.#lockedCount] ?? 0
        if (lock(this.#layout.words, lockWord(block), this.#worker + 1)) continue
        this.end()
        return false
      }
      if (this.#holdsAll(count)) return true
      this.end()
    }
  }

  #sortBlocks(count: number): number {
    const blocks = this.#locked
    let sorted = 0
    for (let i = 0; i < count; i++) {
      const block = blockAt(this.#layout, this.#places[i] ?? 0)
      let at = sorted
      while (at > 0 && (blocks[at - 1] ?? 0) > block) at--
      if (at > 0 && blocks[at - 1] === block) continue
      for (let j = sorted; j > at; j--) blocks[j] = blocks[j - 1] ?? 0
      blocks[at] = block
      sorted++
    }
    return sorted
  }

  #holdsAll(count: number): boolean {
    for (let i = 0; i < count; i++) {
      const block = blockAt(this.#layout, this.#places[i] ?? 0)
      let held = false
      for (let j = 0; j < this.#lockedCount; j++) if (this.#locked[j] === block) held = true
      if (!held) return false
    }
    return true
  }

  #firstWith(index: number, algorithm: CountingAlgorithm): number {
    for (let i = 0; i < index; i++) {
      const same = this.#lo[i] === this.#lo[index] && this.#hi[i] === this.#hi[index]
      if (same && this.#algorithms[i] === algorithm) return i
    }
    return index
  }

  #load(index: number, algorithm: CountingAlgorithm): void {
    const state = this.#states[index]
    if (state === undefined) return
    state.changed = 0
    this.#read[index] = 0
    if (algorithm.needed !== noMore) for (let part = 0; part < algorithm.parts; part++) state.ends[part] = 0
    this.#readParts(index, algorithm.heads)
    if (algorithm === concurrency) this.#readOwn(state)
  }

  /** Reads those of the parts that were not read yet. */
  #readParts(index: number, parts: number): void {
    const { floats } = this.#layout
    const state = this.#states[index]
    if (state === undefined) return
    const wanted = parts & ~(this.#read[index] ?? 0)
    if (wanted === 0) return
    this.#read[index] = (this.#read[index] ?? 0) | wanted
    const algorithm = this.algorithm(index)
    for (let rest = wanted; rest !== 0; rest &= rest - 1) {
      const part = lowest(rest)
      const at = this.#find(index, this.#partLo(index, algorithm, part))
      this.#cells[index * MAX_PARTS + part] = at
      state.ends[part] = at < 0 ? 0 : (floats[at + END] ?? 0)
      state.values[part] = at < 0 ? 0 : (floats[at + VALUE] ?? 0)
    }
  }

  /** What the worker holds itself. A dead predecessor's, which is not yet cleaned up, is not held by anybody. */
  #readOwn(state: CellState): void {
    const value = state.ends[OWN] === 0 ? 0 : (state.values[OWN] ?? 0)
    const requests = requestsOf(value)
    const isOwn = incarnationOf(value) === this.#incarnation
    state.values[OWN] = isOwn ? requests : 0
    if (!isOwn) state.values[ALL] = Math.max(0, (state.values[ALL] ?? 0) - requests)
  }

  #storeOwn(at: number, requests: number): void {
    const { floats, header } = this.#layout
    floats[at + VALUE] = ownValue(this.#incarnation, requests)
    floats[at + END] = requests === 0 ? 0 : ownEnd(this.#worker)
    header[HEADER.held] = 1
  }

  #find(index: number, lo: number): number {
    return findCell(this.#layout, blockAt(this.#layout, this.#places[index] ?? 0), this.#hi[index] ?? 0, lo)
  }

  #partLo(index: number, algorithm: CountingAlgorithm, part: number): number {
    const isOwn = algorithm === concurrency && part === OWN
    const usual = part === ALLOWANCE ? PART_NAMES.allowance : algorithm.firstName + part
    const name = isOwn ? PART_NAMES.workers + this.#worker : usual
    return partKey(this.#lo[index] ?? 0, name)
  }

  #claimOne(index: number, part: number, now: Moment): boolean {
    const layout = this.#layout
    const place = this.#places[index] ?? 0
    const lo = this.#partLo(index, this.algorithm(index), part)
    for (;;) {
      const block = blockAt(layout, place)
      const at = freeCell(layout, block, lo, now, this.#claimed, this.#claimedCount)
      if (at >= 0) {
        this.#cells[index * MAX_PARTS + part] = at
        this.#noteClaim(index * MAX_PARTS + part)
        return true
      }
      if (this.#lockedCount === this.#locked.length) return false
      const fresh = splitBlock(layout, block, place, this.#worker + 1)
      if (fresh < 0) return false
      this.#locked[this.#lockedCount++] = fresh
      this.#followSplit()
    }
  }

  /** A cell that a part had and that is free by now is the part's again, before others look for room. */
  #keepCells(): void {
    this.#claimedCount = 0
    for (let i = 0; i < this.#count; i++) {
      if (this.#first[i] !== i) continue
      const { changed } = this.state(i)
      for (let rest = changed; rest !== 0; rest &= rest - 1) {
        const part = lowest(rest)
        if ((this.#cells[i * MAX_PARTS + part] ?? -1) >= 0) this.#noteClaim(i * MAX_PARTS + part)
      }
    }
  }

  #noteClaim(claimant: number): void {
    this.#claimants[this.#claimedCount] = claimant
    this.#claimed[this.#claimedCount++] = this.#cells[claimant] ?? 0
  }

  /** A split leaves cells at their position, in the old block or in the new one. */
  #followSplit(): void {
    for (let i = 0; i < this.#count; i++) {
      if (this.#first[i] !== i) continue
      const block = blockAt(this.#layout, this.#places[i] ?? 0)
      const read = this.#read[i] ?? 0
      for (let part = 0; read >>> part !== 0; part++) {
        const j = i * MAX_PARTS + part
        const at = (read >>> part) & 1 ? (this.#cells[j] ?? -1) : -1
        if (at >= 0) this.#cells[j] = at + (block - blockOf(at)) * FLOATS_PER_BLOCK
      }
    }
    for (let i = 0; i < this.#claimedCount; i++) this.#claimed[i] = this.#cells[this.#claimants[i] ?? 0] ?? 0
  }
}

/** The part of the lowest bit. */
function lowest(parts: number): number {
  return 31 - Math.clz32(parts & -parts)
}

/** The table knows the highest number of its workers. */
function noteWorker({ header }: Layout, worker: number): void {
  for (;;) {
    const known = Atomics.load(header, HEADER.workers)
    if (known > worker || Atomics.compareExchange(header, HEADER.workers, known, worker + 1) === known) return
  }
}
