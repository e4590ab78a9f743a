import type { Socket } from 'node:net'
import { connect } from 'node:net'

/** Frames of HTTP/2 (RFC 9113, 4.1), for tests that must send what a well-behaved client would not. */

export const DATA = 0
export const HEADERS = 1
export const RST_STREAM = 3
export const SETTINGS = 4
export const END_STREAM = 1
export const END_HEADERS = 4

/** `POST / HTTP/2` to host `h`, in the indexed form of HPACK. */
export const POST = Buffer.from([0x83, 0x86, 0x84, 0x41, 0x01, 0x68])

export function frame(type: number, flags: number, stream: number, payload = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(9)
  head.writeUIntBE(payload.length, 0, 3)
  head[3] = type
  head[4] = flags
  head.writeUInt32BE(stream, 5)
  return Buffer.concat([head, payload])
}

/** A header that is written out and not kept. */
export function literal(name: string, value: string): Buffer {
  if (name.length > 126 || value.length > 126) throw new RangeError('too long for one byte of length')
  return Buffer.concat([
    Buffer.from([0, name.length]),
    Buffer.from(name, 'latin1'),
    Buffer.from([value.length]),
    Buffer.from(value, 'latin1'),
  ])
}

/** A connection that has said the preface and its settings. */
export function frameClient(port: number): Socket {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {})
  socket.resume()
  socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1')
  socket.write(frame(SETTINGS, 0, 0))
  return socket
}
