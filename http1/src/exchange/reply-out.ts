import type { Socket } from 'node:net'
import { dateLine } from '../connection/timer-wheel.ts'
import type { BodyReader } from '../syntax/body-reader.ts'
import { headerValue } from '../syntax/headers.ts'
import { CHUNKED, UNTIL_CLOSE } from '../syntax/message-head.ts'
import type { ParsedRequest } from '../syntax/request-head.ts'
import { isBodiless, statusLine } from '../syntax/status-line.ts'
import type { UpstreamConnection } from '../upstream/upstream-connection.ts'
import { collect, collectedBytes, writeMessage } from './message.ts'

/** What became of a piece of a relayed body. */
export const MORE = 0
/** The same, but the client's socket is full. */
export const FULL = 1
export const WHOLE = 2
/** The upstream's body is malformed, or ended early: what is out cannot be taken back. */
export const BROKEN = 3

/** The answer to one request, as it is written to the client: status line, framing, body. */
export class ReplyOut {
  /** Status that was sent; 0 when none was. */
  status = 0
  /** Body bytes so far. */
  bytes = 0
  /** Another request may follow on the connection. */
  persist = false
  readonly #socket: Socket
  readonly #head: ParsedRequest
  #chunked = false

  constructor(socket: Socket, head: ParsedRequest) {
    this.#socket = socket
    this.#head = head
  }

  /** An answer of our own, in one write. */
  answer(status: number, headerLines: string, body: string | Uint8Array): void {
    this.status = status
    const length = typeof body === 'string' ? Buffer.byteLength(body) : body.length
    const framing = isBodiless(status) ? '' : `Content-Length: ${length}\r\n`
    const top = `${statusLine(status)}${headerLines}${framing}${dateLine()}${this.#connectionLine()}\r\n`
    if (this.#head.method === 'HEAD' || isBodiless(status) || length === 0) {
      this.#socket.write(top, 'latin1')
      return
    }
    this.bytes = length
    if (typeof body === 'string' && body.length === length) this.#socket.write(top + body, 'latin1')
    else
      this.#socket.write(
        Buffer.concat([Buffer.from(top, 'latin1'), typeof body === 'string' ? Buffer.from(body) : body]),
      )
  }

  /** Begins an upstream's reply with this head, and as much of its body as the connection has read. */
  begin(connection: UpstreamConnection, status: number, headerLines: string): number {
    this.status = status
    const { body, reply } = connection
    const top = statusLine(status) + headerLines
    const length = reply?.announcedLength ?? -1
    if (this.#head.method === 'HEAD' || isBodiless(status)) {
      const framing = length >= 0 && status !== 204 && status !== 205 ? `Content-Length: ${length}\r\n` : ''
      this.#socket.write(`${top}${framing}${this.#connectionLine()}\r\n`, 'latin1')
      return WHOLE
    }
    if (body === undefined) {
      this.#socket.write(`${top}Content-Length: 0\r\n${this.#connectionLine()}\r\n`, 'latin1')
      return WHOLE
    }
    return this.stream(connection, body, top)
  }

  /** Sends on what the connection has read of the reply's body; `top`, if any, goes before. */
  stream(connection: UpstreamConnection, body: BodyReader, top: string): number {
    const bytes = connection.input
    connection.inputPos = collect(body, bytes, connection.inputPos, connection.inputEnd)
    const total = collectedBytes()
    const whole = body.done || (connection.ended && body.remaining === Number.POSITIVE_INFINITY)
    if (body.problem !== undefined || (connection.ended && !whole)) return BROKEN
    const before = top === '' ? '' : `${top}${this.#framing(connection, body, whole, total)}\r\n`
    const after = whole && this.#chunked ? `0\r\n${this.#head.acceptsTrailers ? body.trailers : ''}\r\n` : ''
    this.bytes += total
    const room = writeMessage(this.#socket, before, bytes, total, this.#chunked, after)
    if (whole) return WHOLE
    return room ? MORE : FULL
  }

  /** The head of a 101, after which the connection speaks another protocol. */
  switchTo(protocol: string, headerLines: string): void {
    this.status = 101
    this.#socket.write(
      `HTTP/1.1 101 Switching Protocols\r\n${headerLines}Connection: Upgrade\r\nUpgrade: ${protocol}\r\n\r\n`,
      'latin1',
    )
  }

  /** Lines that say how long the reply is: by length where it is known, else chunked, else (1.0) until the close. */
  #framing(connection: UpstreamConnection, body: BodyReader, whole: boolean, total: number): string {
    const { reply } = connection
    const announced = reply?.bodyLength ?? UNTIL_CLOSE
    // Only what came in chunks can have trailers, and only who has asked for them gets them.
    const trails = this.#head.acceptsTrailers && announced === CHUNKED
    if (whole && !(trails && body.trailers !== ''))
      return `Content-Length: ${total}\r\n${this.#connectionLine()}`
    if (announced >= 0) return `Content-Length: ${announced}\r\n${this.#connectionLine()}`
    if (this.#head.minorVersion === 1) {
      this.#chunked = true
      const names = trails && reply !== undefined ? headerValue(reply, 'trailer') : undefined
      const trailerLine = names === undefined ? '' : `Trailer: ${names}\r\n`
      return `Transfer-Encoding: chunked\r\n${trailerLine}${this.#connectionLine()}`
    }
    this.persist = false
    return this.#connectionLine()
  }

  #connectionLine(): string {
    if (!this.persist) return 'Connection: close\r\n'
    return this.#head.minorVersion === 1 ? '' : 'Connection: keep-alive\r\n'
  }
}
