import { COUNTS, SUMS } from './traffic-table.ts'

/** Rows of a chunk: a minute of seconds, an hour of minutes. */
export const CHUNK_ROWS = 60

/** Rows of history that follow each other; zeros where nothing happened. */
export type Chunk = {
  /** COUNTS numbers per row. */
  readonly counts: Uint32Array
  /** SUMS numbers per row. */
  readonly sums: Float64Array
}

type Slot = { readonly owner: Map<number, Chunk>; readonly key: number }

/**
 * Chunks of history for many series, a bounded number of them: when there are no more, the one that was begun first is
 * taken over, so that many busy APIs make the history shorter, never larger.
 */
export class RowPool {
  readonly #most: number
  readonly #placed = new Map<Chunk, Slot>()

  constructor(most: number) {
    this.#most = most
  }

  /** A chunk of zeros, placed under `key` in `owner`. */
  place(owner: Map<number, Chunk>, key: number): Chunk {
    const chunk = this.#placed.size < this.#most ? newChunk() : this.#takeOver()
    this.#placed.set(chunk, { owner, key })
    owner.set(key, chunk)
    return chunk
  }

  /** Drops what is older than `oldest` from a series. */
  drop(owner: Map<number, Chunk>, oldest: number): void {
    for (const [key, chunk] of owner) {
      if (key >= oldest) continue
      owner.delete(key)
      this.#placed.delete(chunk)
    }
  }

  #takeOver(): Chunk {
    for (const [chunk, { owner, key }] of this.#placed) {
      owner.delete(key)
      this.#placed.delete(chunk)
      chunk.counts.fill(0)
      chunk.sums.fill(0)
      return chunk
    }
    return newChunk()
  }
}

function newChunk(): Chunk {
  return { counts: new Uint32Array(CHUNK_ROWS * COUNTS), sums: new Float64Array(CHUNK_ROWS * SUMS) }
}
