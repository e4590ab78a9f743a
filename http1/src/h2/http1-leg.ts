import type { OutgoingHttpHeaders } from 'node:http2'
import { isReplyWhole, maySendAgain, tellsEmptyBody } from '../exchange/exchange-rules.ts'
import { collect, collectedBytes, compose } from '../exchange/message.ts'
import { announcement } from '../exchange/request-trailers.ts'
import type { BodyReader } from '../syntax/body-reader.ts'
import { CHUNKED } from '../syntax/message-head.ts'
import type { ParsedReply } from '../syntax/reply-head.ts'
import type { UpstreamConnection, UpstreamUser } from '../upstream/upstream-connection.ts'
import type { UpstreamFailure } from '../upstream/upstream-failure.ts'
import type { UpstreamPool } from '../upstream/upstream-pool.ts'
import { fieldsOf, trailerLines, trailersOf } from './head.ts'
import { type Leg, type LegUser, type Message, noTrailers } from './leg.ts'

/** To an upstream that speaks HTTP/1.1: trailers of the request go behind a body that goes in chunks, else nowhere. */
export class Http1Leg implements Leg, UpstreamUser {
  readonly #pool: UpstreamPool
  readonly #message: Message
  readonly #user: LegUser
  readonly #chunked: boolean
  #connection: UpstreamConnection | undefined
  #bodyDone: boolean
  #relaying = false
  #retried = false
  #over = false

  constructor(pool: UpstreamPool, message: Message, user: LegUser) {
    this.#pool = pool
    this.#message = message
    this.#user = user
    this.#chunked = message.bodyLength === CHUNKED
    this.#bodyDone = message.bodyLength === 0
  }

  start(): void {
    this.#pool.acquire(this)
  }

  write(chunk: Buffer): boolean {
    const connection = this.#connection
    if (connection === undefined || chunk.length === 0) return true
    const { socket } = connection
    connection.extend(this.#message.headMs)
    if (!this.#chunked) return socket.write(chunk)
    socket.cork()
    socket.write(`${chunk.length.toString(16)}\r\n`, 'latin1')
    socket.write(chunk)
    const room = socket.write('\r\n', 'latin1')
    socket.uncork()
    return room
  }

  endBody(trailers: OutgoingHttpHeaders): void {
    this.#bodyDone = true
    if (this.#chunked) this.#connection?.socket.write(`0\r\n${trailerLines(trailers)}\r\n`, 'latin1')
    this.#connection?.extend(this.#message.headMs)
  }

  startReply(): void {
    this.#relaying = true
    this.#pump()
  }

  resumeReply(): void {
    this.#connection?.resume()
  }

  abandon(): void {
    const connection = this.#connection
    this.#connection = undefined
    if (connection?.reply !== undefined && connection.body === undefined) connection.finish(this.#bodyDone)
    else if (connection !== undefined) connection.destroy()
    else if (!this.#over) this.#pool.cancel(this)
    this.#over = true
  }

  onConnection(connection: UpstreamConnection): void {
    this.#connection = connection
    const { method, target, headerLines, bodyLength, headMs, idleMs } = this.#message
    this.#bodyDone = bodyLength === 0
    connection.idleMs = idleMs
    connection.send(
      `${method} ${target} HTTP/1.1\r\n${headerLines}${this.#framing()}\r\n`,
      method === 'HEAD',
      headMs,
      '',
    )
    if (bodyLength !== 0) this.#user.onLegReady()
  }

  onNoConnection(failure: UpstreamFailure): void {
    this.#over = true
    this.#user.onLegLost(failure)
  }

  onReplyHead(reply: ParsedReply): void {
    this.#user.onLegReply(reply)
  }

  onReplyBytes(): void {
    if (this.#relaying) this.#pump()
  }

  onUpstreamLost(failure: UpstreamFailure, untouched: boolean): void {
    this.#connection = undefined
    const { bodyKept, method } = this.#message
    if (untouched && !this.#retried && maySendAgain(method, bodyKept)) {
      this.#retried = true
      this.#pool.acquire(this, true)
      return
    }
    this.#over = true
    this.#user.onLegLost(failure)
  }

  onUpstreamDrain(): void {
    this.#user.onLegDrain()
  }

  #framing(): string {
    const { head, bodyLength, method, headerLines, stripped } = this.#message
    if (bodyLength === CHUNKED)
      return `Transfer-Encoding: chunked\r\n${announcement(head, `\r\n${headerLines}`, stripped)}`
    if (bodyLength > 0 || tellsEmptyBody(method)) return `Content-Length: ${bodyLength}\r\n`
    return ''
  }

  /** Hands on what the connection has read of the reply's body. */
  #pump(): void {
    const connection = this.#connection
    if (connection === undefined) return
    const { body } = connection
    if (body === undefined) this.#finish(connection)
    else this.#pumpBody(connection, body)
  }

  #pumpBody(connection: UpstreamConnection, body: BodyReader): void {
    const bytes = connection.input
    connection.inputPos = collect(body, bytes, connection.inputPos, connection.inputEnd)
    const total = collectedBytes()
    const whole = isReplyWhole(connection, body)
    if (body.problem !== undefined || (connection.ended && !whole)) {
      this.abandon()
      this.#user.onLegLost(body.problem === undefined ? 'reset' : 'bad-reply')
      return
    }
    let room = true
    if (total > 0) {
      const data = compose('', bytes, total, false, '')
      room = this.#user.onLegBytes(typeof data === 'string' ? Buffer.from(data, 'latin1') : data)
    }
    // The user may have left meanwhile.
    if (this.#connection !== connection) return
    if (whole) this.#finish(connection)
    else if (!room) connection.pause()
    else if (connection.socket.isPaused()) connection.resume()
  }

  #finish(connection: UpstreamConnection): void {
    this.#connection = undefined
    this.#over = true
    const trailers = connection.body?.trailers ?? ''
    connection.finish(this.#bodyDone)
    this.#user.onLegEnd(trailers === '' ? noTrailers : trailersOf(fieldsOf(trailers)))
  }
}
