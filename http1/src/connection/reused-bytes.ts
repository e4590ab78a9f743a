import type { Socket } from 'node:net'

/** One read's bytes with a head before them and framing around. */
const MESSAGE_BYTES = 65_536 + 8_192
/** Below that, so large a buffer would be waste where the reader is slow. */
const LEAST_BYTES = 32_768
/** Buffers of this thread that wait for their next use. */
const MAX_SPARE = 64
const spare: ReusedBytes[] = []

/**
 * Bytes for one message of a body. Allocating them anew for every piece costs more than all that is done with the
 * piece: each is memory outside the heap that has to be had, and found again by the collector.
 */
export class ReusedBytes {
  readonly bytes = Buffer.allocUnsafeSlow(MESSAGE_BYTES)
  readonly #giveBack = (): void => {
    if (spare.length < MAX_SPARE) spare.push(this)
  }

  /** Bytes that nobody reads any more, or new ones; undefined for a message of a size that they are not good for. */
  static for(size: number): ReusedBytes | undefined {
    if (size < LEAST_BYTES || size > MESSAGE_BYTES) return undefined
    return spare.pop() ?? new ReusedBytes()
  }

  /**
   * Writes the first `size` bytes; as `Socket.write`. They are used again when the stream calls back, and only then: that
   * is after the system has taken or refused them all, also where the socket is destroyed meanwhile (a write on its way
   * is called off by the closing of the handle, one that waits is dropped). Where no call comes they are never used again.
   */
  writeTo(socket: Socket, size: number): boolean {
    return socket.write(this.bytes.subarray(0, size), this.#giveBack)
  }
}
