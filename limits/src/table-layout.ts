/**
 * How the counter table lies in shared memory:
 *
 *     header (64 bytes): magic, stripes, cells per stripe
 *     locks: one 32-bit word per stripe; 0 = free, else number of the owning worker + 1
 *     cells: 32 bytes each: key (hi, lo), then three 64-bit floats: end of the window, count, length of the window
 *
 * Fresh shared memory is zero and is only backed by real pages once written, so a large table costs nothing until used.
 */

/** Cells of one stripe. Bounds the longest search, and so the longest time that a lock is held, to some 0.5 us. */
const CELLS_PER_STRIPE = 512
const HEADER_BYTES = 64
const CELL_BYTES = 32
const MAGIC = 0x746f6c6c

/** Words of a cell as seen through `words`, and as seen through `floats`. */
export const WORDS_PER_CELL = CELL_BYTES / 4
export const FLOATS_PER_CELL = CELL_BYTES / 8
/** Offsets of a cell's floats. */
export const END = 1
export const COUNT = 2
export const LENGTH = 3

/** The parts of a table, each as the typed array that reads it. */
export type Layout = {
  readonly stripes: number
  readonly cellsPerStripe: number
  readonly locks: Int32Array<SharedArrayBuffer>
  readonly words: Int32Array<SharedArrayBuffer>
  readonly floats: Float64Array<SharedArrayBuffer>
}

function powerOfTwoFrom(least: number): number {
  let size = 1
  while (size < least) size *= 2
  return size
}

function cellsOffset(stripes: number): number {
  return HEADER_BYTES + Math.ceil((stripes * 4) / CELL_BYTES) * CELL_BYTES
}

/** Shared memory for at least `cells` counters (rounded up to a power of two, 32 bytes each). */
export function createCounterTable(options: { readonly cells: number }): SharedArrayBuffer {
  if (!Number.isInteger(options.cells) || options.cells < 1)
    throw new RangeError('cells must be a whole number of at least 1')
  const cells = powerOfTwoFrom(options.cells)
  const stripes = Math.max(1, cells / CELLS_PER_STRIPE)
  const table = new SharedArrayBuffer(cellsOffset(stripes) + cells * CELL_BYTES)
  new Int32Array(table, 0, 3).set([MAGIC, stripes, cells / stripes])
  return table
}

/** The parts of a table that `createCounterTable` made. */
export function layoutOf(table: SharedArrayBuffer): Layout {
  const [magic, stripes = 0, cellsPerStripe = 0] = new Int32Array(table, 0, 3)
  if (magic !== MAGIC) throw new TypeError('not a counter table')
  const offset = cellsOffset(stripes)
  const cells = stripes * cellsPerStripe
  return {
    stripes,
    cellsPerStripe,
    locks: new Int32Array(table, HEADER_BYTES, stripes),
    words: new Int32Array(table, offset, cells * WORDS_PER_CELL),
    floats: new Float64Array(table, offset, cells * FLOATS_PER_CELL),
  }
}
