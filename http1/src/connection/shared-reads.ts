import { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'

/** Bytes read at once. */
const READ_BYTES = 65_536

/**
 * What the plain connections of all clients of a thread read into, one after the other: a read is handled before the next
 * one starts. Without it Node has 64 KiB allocated for each read, a fourteenth of all that a small request costs.
 */
const sharedBytes = Buffer.allocUnsafeSlow(READ_BYTES)

/** The part of a socket that the option `onread` is about, which Node takes from who connects, but not from who accepts. */
type Reading = {
  _handle?: { useUserBuffer?(bytes: Uint8Array): void } | null
  [place: symbol]: unknown
}

/** Where a socket keeps `onread`: undefined in a Node that has other names for it. */
const places = findPlaces()

/** Whether `onBytes` shares bytes on this platform. */
export const sharesReads = places !== undefined

/**
 * Tells what an accepted socket receives: the bytes up to a length. They may change when the call is over: what must outlive it
 * goes through `kept`.
 *
 * This does to the socket what its constructor does for `onread` (lib/net.js). Where that cannot be, the usual event tells
 * of the bytes; a test says that it can. TLS reads into bytes of its own.
 */
export function onBytes(socket: Socket, take: (bytes: Buffer, length: number) => void): void {
  // Also what was read before, and put back.
  socket.on('data', (bytes: Buffer) => take(bytes, bytes.length))
  if (places === undefined || socket instanceof TLSSocket) return
  // No type knows of it.
  const reading = socket as unknown as Reading
  if (typeof reading._handle?.useUserBuffer !== 'function') return
  reading[places.bytes] = sharedBytes
  reading[places.callback] = (length: number): boolean => {
    take(sharedBytes, length)
    return true
  }
  reading._handle.useUserBuffer(sharedBytes)
}

/** These bytes, or a copy if the next read would overwrite them. */
export function kept(bytes: Buffer): Buffer {
  return bytes.buffer === sharedBytes.buffer ? Buffer.from(bytes) : bytes
}

function findPlaces(): { bytes: symbol; callback: symbol } | undefined {
  // There a read's buffer is given to the system ahead of the data, and cannot be shared.
  if (process.platform === 'win32') return undefined
  const symbols = Object.getOwnPropertySymbols(new Socket())
  const bytes = symbols.find(({ description }) => description === 'kBuffer')
  const callback = symbols.find(({ description }) => description === 'kBufferCb')
  return bytes === undefined || callback === undefined ? undefined : { bytes, callback }
}
