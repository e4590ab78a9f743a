import { CHUNK_ROWS, type Chunk, type RowPool } from './row-pool.ts'
import { COUNTS, FIELDS, SUMS } from './traffic-table.ts'

/** A row per so many seconds, kept for so long; rows come from a pool that other series use too. */
export type SeriesShape = {
  readonly rowSeconds: number
  readonly keepSeconds: number
  readonly pool: RowPool
}

/** What happened over time, for one API, one organisation or the whole instance. */
export class TrafficSeries {
  readonly #shape: SeriesShape
  readonly #chunks = new Map<number, Chunk>()

  constructor(shape: SeriesShape) {
    this.#shape = shape
  }

  get isEmpty(): boolean {
    return this.#chunks.size === 0
  }

  /** Adds to the row of that moment. @param delta FIELDS numbers @param at unix seconds */
  add(delta: Float64Array, at: number): void {
    const row = Math.floor(at / this.#shape.rowSeconds)
    const key = Math.floor(row / CHUNK_ROWS)
    const chunk = this.#chunks.get(key) ?? this.#begin(key, row)
    const index = row - key * CHUNK_ROWS
    const counts = index * COUNTS
    for (let i = 0; i < COUNTS; i++) {
      chunk.counts[counts + i] = (chunk.counts[counts + i] ?? 0) + (delta[i] ?? 0)
    }
    const sums = index * SUMS
    for (let i = 0; i < SUMS; i++) {
      chunk.sums[sums + i] = (chunk.sums[sums + i] ?? 0) + (delta[COUNTS + i] ?? 0)
    }
  }

  /** Adds the rows that begin in [from, to) to `total`, FIELDS numbers; unix seconds. */
  sum(total: Float64Array, from: number, to: number): void {
    const { rowSeconds } = this.#shape
    const end = Math.ceil(to / rowSeconds)
    for (let row = Math.ceil(from / rowSeconds); row < end; ) {
      const key = Math.floor(row / CHUNK_ROWS)
      const next = Math.min(end, (key + 1) * CHUNK_ROWS)
      const chunk = this.#chunks.get(key)
      if (chunk !== undefined) addRows(total, chunk, row - key * CHUNK_ROWS, next - key * CHUNK_ROWS)
      row = next
    }
  }

  /** Forgets what is too old. @param now unix seconds */
  expire(now: number): void {
    const { rowSeconds, keepSeconds, pool } = this.#shape
    pool.drop(this.#chunks, Math.floor((now - keepSeconds) / rowSeconds / CHUNK_ROWS))
  }

  #begin(key: number, row: number): Chunk {
    this.expire(row * this.#shape.rowSeconds)
    return this.#shape.pool.place(this.#chunks, key)
  }
}

/** A row of zeros. */
export function emptyRow(): Float64Array {
  return new Float64Array(FIELDS)
}

function addRows(total: Float64Array, { counts, sums }: Chunk, first: number, end: number): void {
  for (let row = first; row < end; row++) {
    const at = row * COUNTS
    // The first field is the number of requests: without any the row is all zeros.
    if ((counts[at] ?? 0) === 0) continue
    for (let i = 0; i < COUNTS; i++) total[i] = (total[i] ?? 0) + (counts[at + i] ?? 0)
    for (let i = 0; i < SUMS; i++) total[COUNTS + i] = (total[COUNTS + i] ?? 0) + (sums[row * SUMS + i] ?? 0)
  }
}
