import type { OnReadOpts } from 'node:net'

/** Copies into the bytes of a reader, piece by piece, and tells it of each. */
export function handOver(bytes: Buffer, { buffer, callback }: OnReadOpts): void {
  const target = typeof buffer === 'function' ? buffer() : buffer
  for (let at = 0; at < bytes.length; at += target.length) {
    const length = bytes.copy(target, 0, at, Math.min(bytes.length, at + target.length))
    callback(length, target)
  }
}
