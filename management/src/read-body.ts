import type { Readable } from 'node:stream'
import { Problem, problems } from './errors.ts'

/**
 * A body over the limit is still read to its end, up to so many times the limit, and dropped: who is cut off while
 * sending sees a broken connection instead of the 413.
 */
const drainFactor = 64

/**
 * Reads a request's body whole. Rejects with 413 when it has more than `maxBytes`; never keeps more than that, and nothing
 * of a body that nobody reads (`keep` false), whatever its length below the limit.
 */
export function readBody(stream: Readable, maxBytes: number, keep = true): Promise<Buffer> {
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
    if (length > maxBytes * drainFactor) reject(new Problem(problems.body_too_large))
  })
  stream.on('end', () => {
    if (length > maxBytes) reject(new Problem(problems.body_too_large))
    else resolve(Buffer.concat(chunks))
  })
  stream.on('error', () => reject(new Problem(problems.request_malformed)))
  stream.on('close', () => reject(new Problem(problems.request_malformed)))
  return promise
}
