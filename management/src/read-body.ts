import type { Readable } from 'node:stream'
import { Problem, problems } from './errors.ts'

/**
 * A body over the limit is still read to its end, up to so many times the largest that any route takes, and dropped: who
 * is cut off while sending sees a broken connection instead of the 413.
 */
export const drainFactor = 64

export type BodyLimits = {
  /** More than so many bytes are refused with 413, and never kept. */
  readonly maxBytes: number
  /** So many are read, and dropped, before the connection is given up. */
  readonly maxDrainedBytes: number
  /** False for a body that nobody reads: nothing of it is kept. */
  readonly keep: boolean
}

/** Reads a request's body whole, within these limits. */
export function readBody(stream: Readable, { maxBytes, maxDrainedBytes, keep }: BodyLimits): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
  let length = 0
  let chunks: Buffer[] = []
  stream.on('data', (chunk: Buffer) => {
    length += chunk.length
    if (length <= maxBytes) {
      if (keep) chunks.push(chunk)
      return
    }
    chunks = []
    if (length > maxDrainedBytes) reject(new Problem(problems.body_too_large))
  })
  stream.on('end', () => {
    if (length > maxBytes) reject(new Problem(problems.body_too_large))
    else resolve(Buffer.concat(chunks))
  })
  stream.on('error', () => reject(new Problem(problems.request_malformed)))
  stream.on('close', () => reject(new Problem(problems.request_malformed)))
  return promise
}
