/** Bytes written at once: small enough that a slow reader is seen to make progress. */
const SLICE_BYTES = 262_144

/** Whoever takes bytes; as `Writable.write`, false when no more should come for now. */
export interface ByteSink {
  write(bytes: Buffer): boolean
}

/** A message's body in memory on its way out, slice by slice as there is room. */
export class Slices {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  /** All of it was written. */
  get isOut(): boolean {
    return this.#at === this.#bytes.length
  }

  /** Writes until all is out or the sink is full; returns whether there is room for more. */
  writeTo(sink: ByteSink): boolean {
    let room = true
    while (room && !this.isOut) {
      const end = Math.min(this.#at + SLICE_BYTES, this.#bytes.length)
      const slice = this.#bytes.subarray(this.#at, end)
      this.#at = end
      room = sink.write(slice)
    }
    return room
  }
}
