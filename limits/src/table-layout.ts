import { randomInt } from 'node:crypto'
import { beginClock, CLOCK_FLOATS } from './steady-clock.ts'

/**
 * How the counter table lies in shared memory, in pages of 4,096 bytes:
 *
 *     header: one page: see HEADER; from byte 64 on the clock, see `steady-clock.ts`
 *     incarnations: one page: a 32-bit word for each worker, see `concurrency.ts`
 *     directory: 2^directoryBits words: block + 1 that holds the cells of this prefix; 0 = still the first one
 *     blocks: one page each: 64 bytes of header (see BLOCK), then 168 cells of 24 bytes in 21 groups of 8
 *     cell: key (hi, lo), end, value: two 32-bit words and two 64-bit floats
 *
 * This is extendible hashing: a block that has no room splits in two, and the directory then names the new one for half
 * of its prefixes. Fresh shared memory is zero and is only backed by real pages once written, and blocks are handed out
 * in order, so that the memory in use follows the number of counters.
 */

const PAGE_BYTES = 4096
const MAGIC = 0x746f6c6d

/** Cells of a group: a key lies in one of two groups, so that a search ends after 16 cells. */
export const CELLS_PER_GROUP = 8
/** Groups of a block. */
export const GROUPS = 21
/** A block, and the cells in it, as counted in 32-bit words and in floats. */
export const WORDS_PER_BLOCK = PAGE_BYTES / 4
export const FLOATS_PER_BLOCK = PAGE_BYTES / 8
export const FLOATS_PER_CELL = 3
/** First cell of a block, in floats. */
export const FIRST_CELL = 8
/** The float behind a block's last cell. */
export const BEHIND_CELLS = FIRST_CELL + GROUPS * CELLS_PER_GROUP * FLOATS_PER_CELL
/** Offsets in a cell, in floats. */
export const END = 1
export const VALUE = 2

/**
 * Words of the table's header; `used` = blocks handed out, `held` = 1 once a concurrency limit was counted, `workers` =
 * the highest number of a worker + 1.
 */
export const HEADER = {
  magic: 0,
  blocks: 1,
  directoryBits: 2,
  firstBits: 3,
  seed: 4,
  used: 5,
  held: 6,
  workers: 7,
} as const
/** Where the clock lies in the header, in bytes. */
const CLOCK_OFFSET = 64
/** Words of a block's header; `depth` counts from the first blocks' bits on, `split` is told in `cell-blocks.ts`. */
export const BLOCK = { lock: 0, depth: 1, split: 2, splitAt: 3 } as const
/** The float of a block's header that holds the time that it was last told. */
export const TOLD = 4

/** Most workers of a node, the main thread included. */
export const MAX_WORKERS = PAGE_BYTES / 4
/** Right after every block has split, some 70 cells are in each: so many blocks hold the cells that were asked for. */
const SURE_CELLS_PER_BLOCK = 64
/** At most so many blocks (as a power of two) are there from the start, to spread the locks of a young table. */
const MAX_FIRST_BITS = 6

/** The parts of a table, each as the typed array that reads it. */
export type Layout = {
  readonly maxBlocks: number
  readonly directoryBits: number
  readonly firstBits: number
  readonly seed: number
  readonly header: Int32Array<SharedArrayBuffer>
  readonly clock: Float64Array<SharedArrayBuffer>
  readonly incarnations: Int32Array<SharedArrayBuffer>
  readonly directory: Int32Array<SharedArrayBuffer>
  /** The blocks, as words and as floats. */
  readonly words: Int32Array<SharedArrayBuffer>
  readonly floats: Float64Array<SharedArrayBuffer>
}

/**
 * Shared memory for at least `cells` counters. It reserves 64 bytes of address space for each; real memory is taken
 * as they come, 29 to 57 bytes each.
 */
export function createCounterTable(options: { readonly cells: number }): SharedArrayBuffer {
  if (!Number.isInteger(options.cells) || options.cells < 1)
    throw new RangeError('cells must be a whole number of at least 1')
  const blocks = Math.ceil(options.cells / SURE_CELLS_PER_BLOCK)
  const blockBits = Math.ceil(Math.log2(blocks))
  const firstBits = Math.max(0, Math.min(MAX_FIRST_BITS, blockBits - 1))
  // Two bits more than the blocks need: with an even hash none will ever have to split further.
  const directoryBits = blockBits + 2
  const table = new SharedArrayBuffer(blocksOffset(directoryBits) + blocks * PAGE_BYTES)
  const header = new Int32Array(table, 0, 8)
  header[HEADER.magic] = MAGIC
  header[HEADER.blocks] = blocks
  header[HEADER.directoryBits] = directoryBits
  header[HEADER.firstBits] = firstBits
  header[HEADER.seed] = randomInt(2 ** 32) | 0
  header[HEADER.used] = 2 ** firstBits
  beginClock(new Float64Array(table, CLOCK_OFFSET, CLOCK_FLOATS))
  return table
}

/** The parts of a table that `createCounterTable` made. */
export function layoutOf(table: SharedArrayBuffer): Layout {
  const header = new Int32Array(table, 0, 8)
  if (header[HEADER.magic] !== MAGIC) throw new TypeError('not a counter table')
  const maxBlocks = header[HEADER.blocks] ?? 0
  const directoryBits = header[HEADER.directoryBits] ?? 0
  const offset = blocksOffset(directoryBits)
  return {
    maxBlocks,
    directoryBits,
    firstBits: header[HEADER.firstBits] ?? 0,
    seed: header[HEADER.seed] ?? 0,
    header,
    clock: new Float64Array(table, CLOCK_OFFSET, CLOCK_FLOATS),
    incarnations: new Int32Array(table, PAGE_BYTES, MAX_WORKERS),
    directory: new Int32Array(table, 2 * PAGE_BYTES, 2 ** directoryBits),
    words: new Int32Array(table, offset, maxBlocks * WORDS_PER_BLOCK),
    floats: new Float64Array(table, offset, maxBlocks * FLOATS_PER_BLOCK),
  }
}

/** Blocks that were handed out so far. */
export function blocksInUse({ header, maxBlocks }: Layout): number {
  return Math.min(maxBlocks, Atomics.load(header, HEADER.used))
}

function blocksOffset(directoryBits: number): number {
  return Math.ceil((2 * PAGE_BYTES + 4 * 2 ** directoryBits) / PAGE_BYTES) * PAGE_BYTES
}
