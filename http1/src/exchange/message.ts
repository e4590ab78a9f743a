import type { Socket } from 'node:net'
import { ReusedBytes } from '../connection/reused-bytes.ts'
import type { BodyReader } from '../syntax/body-reader.ts'

/** Up to this many bytes of body, a message is one latin1 string; beyond, one buffer. Either way one write. */
const TEXT_BYTES = 16_384

// Spans of data in one read, as [start, end) pairs. One per thread: filled and emptied without interruption.
const spans: number[] = []
let spanCount = 0

/**
 * Runs the reader over `bytes[pos, end)` and remembers where the data is, for the next `compose`. Returns the place
 * where it stopped; at a `problem` of the reader, or when the body is `done`, before the end.
 */
export function collect(reader: BodyReader, bytes: Uint8Array, pos: number, end: number): number {
  spanCount = 0
  let at = pos
  while (at < end && !reader.done && reader.problem === undefined) {
    at = reader.step(bytes, at, end)
    if (reader.dataEnd > reader.dataStart) {
      spans[spanCount++] = reader.dataStart
      spans[spanCount++] = reader.dataEnd
    }
  }
  return at
}

/** Bytes of data found by the last `collect`. */
export function collectedBytes(): number {
  let total = 0
  for (let at = 0; at < spanCount; at += 2) total += (spans[at + 1] ?? 0) - (spans[at] ?? 0)
  return total
}

/** The data found by the last `collect`, where it lies. */
export function collectedPieces(bytes: Buffer): Uint8Array[] {
  const pieces: Uint8Array[] = []
  for (let at = 0; at < spanCount; at += 2) pieces.push(bytes.subarray(spans[at], spans[at + 1]))
  return pieces
}

/** As `writeMessage`, with data of our own. */
export function writeData(
  socket: Socket,
  before: string,
  data: Buffer,
  chunked: boolean,
  after: string,
): boolean {
  spans[0] = 0
  spans[1] = data.length
  spanCount = 2
  return writeMessage(socket, before, data, data.length, chunked, after)
}

/**
 * One message for one write: `before`, the collected data of `bytes` (as one chunk if `chunked`), `after`. A string is
 * latin1.
 */
export function compose(
  before: string,
  bytes: Buffer,
  total: number,
  chunked: boolean,
  after: string,
): string | Buffer {
  const isChunk = chunked && total > 0
  const start = isChunk ? `${before}${total.toString(16)}\r\n` : before
  const tail = isChunk ? `\r\n${after}` : after
  if (total <= TEXT_BYTES) return composeText(start, bytes, tail)
  const message = Buffer.allocUnsafe(start.length + total + tail.length)
  fill(message, start, bytes, tail)
  return message
}

/** The same message, written to a socket; as `Socket.write`. */
export function writeMessage(
  socket: Socket,
  before: string,
  bytes: Buffer,
  total: number,
  chunked: boolean,
  after: string,
): boolean {
  const isChunk = chunked && total > 0
  const start = isChunk ? `${before}${total.toString(16)}\r\n` : before
  const tail = isChunk ? `\r\n${after}` : after
  const size = start.length + total + tail.length
  if (size === 0) return true
  if (total <= TEXT_BYTES) return socket.write(composeText(start, bytes, tail), 'latin1')
  const reused = ReusedBytes.for(size)
  const message = reused?.bytes ?? Buffer.allocUnsafe(size)
  fill(message, start, bytes, tail)
  return reused === undefined ? socket.write(message) : reused.writeTo(socket, size)
}

function composeText(start: string, bytes: Buffer, tail: string): string {
  let text = start
  for (let at = 0; at < spanCount; at += 2) text += bytes.toString('latin1', spans[at], spans[at + 1])
  return text + tail
}

function fill(message: Buffer, start: string, bytes: Buffer, tail: string): void {
  let at = message.write(start, 0, 'latin1')
  for (let span = 0; span < spanCount; span += 2) at += bytes.copy(message, at, spans[span], spans[span + 1])
  message.write(tail, at, 'latin1')
}

/** A request's head with the pieces of body that are there already, and `after`, for one write; a string is latin1. */
export function composeRequest(
  head: string,
  pieces: readonly (string | Buffer)[],
  chunked: boolean,
  after: string,
): string | Buffer {
  let total = 0
  for (const piece of pieces) total += piece.length
  const isChunk = chunked && total > 0
  const start = isChunk ? `${head}${total.toString(16)}\r\n` : head
  const tail = isChunk ? `\r\n${after}` : after
  if (total <= TEXT_BYTES) {
    let text = start
    for (const piece of pieces) text += typeof piece === 'string' ? piece : piece.toString('latin1')
    return text + tail
  }
  const parts = [start, ...pieces, tail]
  return Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : part)))
}
