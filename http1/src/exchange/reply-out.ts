import type { Socket } from 'node:net'
import { dateLine } from '../connection/timer-wheel.ts'
import type { BodyReader } from '../syntax/body-reader.ts'
import { headerValue } from '../syntax/headers.ts'
import { CHUNKED, UNTIL_CLOSE } from '../syntax/message-head.ts'
import type { ParsedRequest } from '../syntax/request-head.ts'
import { isBodiless, statusLine } from '../syntax/status-line.ts'
import type { UpstreamConnection } from '../upstream/upstream-connection.ts'
import type { BodyAccess } from './body-access.ts'
import { isReplyWhole } from './exchange-rules.ts'
import { collect, collectedBytes, collectedPieces, writeData, writeMessage } from './message.ts'
import type { ReplySource } from './reply-source.ts'
import { Slices } from './slices.ts'

/** What became of a piece of a relayed body. */
export const MORE = 0
/** The same, but the client's socket is full. */
export const FULL = 1
export const WHOLE = 2
/** The upstream's body is malformed, or ended early: what is out cannot be taken back. */
export const BROKEN = 3
/** A transform of the body has thrown. */
export const FAULTY = 4

/** Up to this many bytes a reply in memory goes out with its head, in one write. */
const SMALL_BYTES = 16_384

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
  /** Of a reply in memory: what is still to be written. */
  #rest: Slices | undefined

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
    const length = reply?.announcedLength ?? -1
    if (this.#head.method === 'HEAD' || isBodiless(status)) {
      this.#writeSilent(status, headerLines, length)
      return WHOLE
    }
    const top = statusLine(status) + headerLines
    if (body === undefined) {
      this.#socket.write(`${top}Content-Length: 0\r\n${this.#connectionLine()}\r\n`, 'latin1')
      return WHOLE
    }
    return this.stream(connection, body, top)
  }

  /** Begins a reply whose body somebody has seen or wants to rewrite. `connection`: of what is not in memory. */
  beginThrough(
    reply: ReplySource,
    connection: UpstreamConnection | undefined,
    status: number,
    headerLines: string,
  ): number {
    const { access } = reply
    access.settle()
    const { whole, altered } = access
    if (access.fault !== undefined) return FAULTY
    const top = statusLine(status) + headerLines
    if (this.#head.method === 'HEAD' || isBodiless(status)) {
      this.#writeSilent(status, headerLines, altered ? -1 : reply.announcedLength)
    } else if (whole !== undefined) {
      return this.#beginWhole(reply, whole, status, top)
    } else if (connection?.body !== undefined) {
      const outcome = this.streamThrough(connection, connection.body, access, top)
      if (outcome !== FAULTY) this.status = status
      return outcome
    }
    this.status = status
    return WHOLE
  }

  /** Goes on with a reply that is in memory: whole when the client's socket has taken it all. */
  goOn(): number {
    return this.#rest?.writeTo(this.#socket) === false ? FULL : WHOLE
  }

  /** Sends on what the connection has read of the reply's body; `top`, if any, goes before. */
  stream(connection: UpstreamConnection, body: BodyReader, top: string): number {
    const bytes = connection.input
    connection.inputPos = collect(body, bytes, connection.inputPos, connection.inputEnd)
    const total = collectedBytes()
    const whole = isReplyWhole(connection, body)
    if (body.problem !== undefined || (connection.ended && !whole)) return BROKEN
    const before =
      top === ''
        ? ''
        : `${top}${this.#framing(connection, body, whole, total, connection.reply?.bodyLength)}\r\n`
    const after = whole && this.#chunked ? `0\r\n${this.#head.acceptsTrailers ? body.trailers : ''}\r\n` : ''
    this.bytes += total
    const room = writeMessage(this.#socket, before, bytes, total, this.#chunked, after)
    if (whole) return WHOLE
    return room ? MORE : FULL
  }

  /** As `stream`, by way of who wants to see or rewrite the body. */
  streamThrough(connection: UpstreamConnection, body: BodyReader, access: BodyAccess, top: string): number {
    const bytes = connection.input
    connection.inputPos = collect(body, bytes, connection.inputPos, connection.inputEnd)
    const whole = isReplyWhole(connection, body)
    if (body.problem !== undefined || (connection.ended && !whole)) return BROKEN
    const data = access.through(collectedPieces(bytes), whole)
    if (data === undefined) return FAULTY
    const announced = access.altered ? UNTIL_CLOSE : connection.reply?.bodyLength
    const before =
      top === '' ? '' : `${top}${this.#framing(connection, body, whole, data.length, announced)}\r\n`
    const after = whole && this.#chunked ? `0\r\n${this.#head.acceptsTrailers ? body.trailers : ''}\r\n` : ''
    this.bytes += data.length
    const room = writeData(this.#socket, before, data, this.#chunked, after)
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
  #framing(
    connection: UpstreamConnection,
    body: BodyReader,
    whole: boolean,
    total: number,
    announced = UNTIL_CLOSE,
  ): string {
    const { reply } = connection
    // Only what came in chunks can have trailers, and only who has asked for them gets them.
    const trails = this.#head.acceptsTrailers && reply?.bodyLength === CHUNKED
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

  #beginWhole({ access, trailers }: ReplySource, whole: Buffer, status: number, top: string): number {
    this.status = status
    this.bytes = whole.length
    if (trailers !== '' && !access.replaced && this.#head.acceptsTrailers && this.#head.minorVersion === 1) {
      const chunked = `${top}Transfer-Encoding: chunked\r\n${this.#connectionLine()}\r\n`
      return writeData(this.#socket, chunked, whole, true, `0\r\n${trailers}\r\n`) ? WHOLE : FULL
    }
    const sized = `${top}Content-Length: ${whole.length}\r\n${this.#connectionLine()}\r\n`
    if (whole.length <= SMALL_BYTES) return writeData(this.#socket, sized, whole, false, '') ? WHOLE : FULL
    this.#rest = new Slices(whole)
    this.#socket.write(sized, 'latin1')
    return this.goOn()
  }

  /** A head without a body. `length`: what it announces; -1 for nothing. */
  #writeSilent(status: number, headerLines: string, length: number): void {
    const framing = length >= 0 && status !== 204 && status !== 205 ? `Content-Length: ${length}\r\n` : ''
    const top = statusLine(status) + headerLines
    this.#socket.write(`${top}${framing}${this.#connectionLine()}\r\n`, 'latin1')
  }

  #connectionLine(): string {
    if (!this.persist) return 'Connection: close\r\n'
    return this.#head.minorVersion === 1 ? '' : 'Connection: keep-alive\r\n'
  }
}
