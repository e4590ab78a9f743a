import { performance } from 'node:perf_hooks'
import { BodyReader } from './body-reader.ts'
import type { ClientConnection } from './client-connection.ts'
import {
  CHUNKED,
  type Exchange,
  type ForwardListener,
  type ForwardTimeouts,
  UNTIL_CLOSE,
  type Upstream,
  type UpstreamFailure,
} from './exchange.ts'
import { collect, collectedBytes, compose, composeRequest, LAST_CHUNK } from './message.ts'
import { type Refusal, refusals } from './protocol-errors.ts'
import type { ParsedReply } from './reply-head.ts'
import type { ParsedRequest } from './request-head.ts'
import { isBodiless, statusLine } from './status-line.ts'
import { dateLine } from './timer-wheel.ts'
import { UpstreamPool } from './upstream.ts'
import type { UpstreamConnection, UpstreamUser } from './upstream-connection.ts'

/** The user is to act: `forward` or `respond`. */
const OPEN = 0
/** Waiting for a connection, then for the reply's head. */
const FORWARDING = 1
/** The user has the reply's head, and is to `relay` or `respond`. */
const REPLIED = 2
const RELAYING = 3
/** Answered; the rest of a short request body is read and dropped. */
const DRAINING = 4
const DONE = 5

const idempotent: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE'])
/** Methods for which a missing Content-Length would make some upstreams answer 411. */
const usuallyWithBody: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH'])

/** One request and its answer; see `Exchange`. Never used twice, so that a late call cannot reach another request. */
export class ClientExchange implements Exchange, UpstreamUser {
  readonly head: ParsedRequest
  readonly startedAt: number
  state: unknown = undefined
  readonly #client: ClientConnection
  #phase: number = OPEN
  #announced = false

  // The request's body: read by `#reader`, kept in `#held` until there is an upstream to take it.
  readonly #reader: BodyReader | undefined
  #bodyDone: boolean
  #held: Buffer[] | undefined
  #blocked = false
  #continued = false
  #bodySent = false
  #chunkedOut = false

  #pool: UpstreamPool | undefined
  #connection: UpstreamConnection | undefined
  #listener: ForwardListener | undefined
  #method = ''
  #target = ''
  #lines = ''
  #headMs = 0
  #retried = false
  #sentAt = 0

  #status = 0
  #persist = false
  #chunkedReply = false
  #bytesIn = 0
  #bytesOut = 0
  #upstreamMs = -1

  constructor(client: ClientConnection, head: ParsedRequest) {
    this.#client = client
    this.head = head
    this.startedAt = performance.now()
    this.#bodyDone = head.bodyLength === 0
    this.#reader = this.#bodyDone ? undefined : new BodyReader(head.bodyLength, client.context.limits)
    this.#held = undefined
    this.#pool = undefined
    this.#connection = undefined
    this.#listener = undefined
  }

  get remoteAddress(): string {
    return this.#client.remoteAddress
  }

  /** Whether more of the request's body may be read now; when it is complete, whatever follows is not our affair. */
  get wantsBytes(): boolean {
    return this.#bodyDone || !this.#blocked
  }

  get isBodyDone(): boolean {
    return this.#bodyDone
  }

  /** From here on the user knows the exchange, and will be told its end. */
  announce(): void {
    this.#announced = true
    this.#client.context.handler.onRequest(this)
  }

  respond(status: number, headerLines: string, body: string | Uint8Array): void {
    if (this.#phase > REPLIED) return
    this.#leaveUpstream()
    const { head } = this
    const drains = !this.#bodyDone && this.#mayDrain()
    this.#persist = head.keepAlive && this.#client.mayPersist && (this.#bodyDone || drains)
    this.#status = status
    const length = typeof body === 'string' ? Buffer.byteLength(body) : body.length
    const framing = isBodiless(status) ? '' : `Content-Length: ${length}\r\n`
    const top = `${statusLine(status)}${headerLines}${framing}${dateLine()}${this.#connectionLine()}\r\n`
    const { socket } = this.#client
    if (head.method === 'HEAD' || isBodiless(status) || length === 0) {
      socket.write(top, 'latin1')
    } else {
      this.#bytesOut = length
      if (typeof body === 'string' && body.length === length) socket.write(top + body, 'latin1')
      else
        socket.write(
          Buffer.concat([Buffer.from(top, 'latin1'), typeof body === 'string' ? Buffer.from(body) : body]),
        )
    }
    if (drains && this.#persist) this.#drain()
    else this.#finish(true)
  }

  forward(
    upstream: Upstream,
    method: string,
    target: string,
    headerLines: string,
    listener: ForwardListener,
    timeouts: ForwardTimeouts,
  ): void {
    if (this.#phase >= DRAINING) return
    if (this.#phase !== OPEN) throw new Error('forward: the request is already on its way')
    if (!(upstream instanceof UpstreamPool)) throw new TypeError('forward: not a pool made by upstreamPool()')
    this.#pool = upstream
    this.#method = method
    this.#target = target
    this.#lines = headerLines
    this.#listener = listener
    this.#headMs = timeouts.headMs > 0 ? timeouts.headMs : upstream.limits.headMs
    if (this.#bodySent) {
      // What was streamed once is not here to be sent again.
      listener.onFailure('reset')
      return
    }
    this.#phase = FORWARDING
    upstream.acquire(this)
  }

  relay(status: number, headerLines: string): void {
    if (this.#phase > REPLIED) return
    if (this.#phase !== REPLIED) throw new Error('relay: there is no reply')
    const connection = this.#connection
    if (connection === undefined) {
      this.respond(502, '', '')
      return
    }
    this.#phase = RELAYING
    this.#status = status
    this.#persist = this.head.keepAlive && this.#bodyDone && this.#client.mayPersist
    const { body, reply } = connection
    const top = statusLine(status) + headerLines
    const length = reply?.announcedLength ?? -1
    if (this.head.method === 'HEAD' || isBodiless(status)) {
      const framing = length >= 0 && status !== 204 && status !== 205 ? `Content-Length: ${length}\r\n` : ''
      this.#client.socket.write(`${top}${framing}${this.#connectionLine()}\r\n`, 'latin1')
      this.#finishReply(connection)
    } else if (body === undefined) {
      this.#client.socket.write(`${top}Content-Length: 0\r\n${this.#connectionLine()}\r\n`, 'latin1')
      this.#finishReply(connection)
    } else {
      this.#relayBytes(connection, body, top)
    }
  }

  onConnection(connection: UpstreamConnection): void {
    this.#connection = connection
    const { head } = this
    const start = `${this.#method} ${this.#target} HTTP/1.1\r\n${this.#lines}`
    const toHead = this.#method === 'HEAD'
    this.#sentAt = performance.now()
    if (head.bodyLength === 0) {
      const framing = usuallyWithBody.has(this.#method) ? 'Content-Length: 0\r\n\r\n' : '\r\n'
      connection.send(start + framing, toHead, this.#headMs)
      return
    }
    const pieces = this.#held ?? []
    this.#held = undefined
    this.#bodySent = true
    this.#chunkedOut = head.bodyLength === CHUNKED && !this.#bodyDone
    const length = head.bodyLength === CHUNKED ? this.#bytesIn : head.bodyLength
    const framing = this.#chunkedOut
      ? 'Transfer-Encoding: chunked\r\n\r\n'
      : `Content-Length: ${length}\r\n\r\n`
    const message = composeRequest(start + framing, pieces, this.#chunkedOut, this.#bodyDone)
    this.#blocked = !connection.send(message, toHead, this.#headMs)
    if (this.#bodyDone) return
    if (head.expectsContinue && this.#bytesIn === 0 && !this.#continued) {
      this.#continued = true
      this.#client.socket.write('HTTP/1.1 100 Continue\r\n\r\n', 'latin1')
    }
    connection.extend(Math.max(this.#headMs, this.#client.context.limits.bodyProgressMs * 2))
    this.#awaitBody()
  }

  onNoConnection(failure: UpstreamFailure): void {
    this.#phase = OPEN
    this.#listener?.onFailure(failure)
  }

  onReplyHead(reply: ParsedReply): void {
    this.#phase = REPLIED
    this.#upstreamMs = performance.now() - this.#sentAt
    this.#listener?.onReply(reply)
  }

  onReplyBytes(): void {
    const connection = this.#connection
    if (this.#phase !== RELAYING || connection?.body === undefined) return
    this.#relayBytes(connection, connection.body, '')
  }

  onUpstreamLost(failure: UpstreamFailure, untouched: boolean): void {
    this.#connection = undefined
    if (this.#phase === RELAYING) {
      this.#client.abort()
    } else if (this.#phase === FORWARDING) {
      if (untouched && !this.#retried && this.head.bodyLength === 0 && idempotent.has(this.#method)) {
        this.#retried = true
        this.#pool?.acquire(this, true)
        return
      }
      this.#phase = OPEN
      this.#listener?.onFailure(failure)
    }
  }

  onUpstreamDrain(): void {
    if (this.#bodyDone || !this.#blocked) return
    this.#blocked = false
    this.#awaitBody()
  }

  /** Bytes of the client at `pos`: takes what belongs to the request's body; returns where it ended. */
  onBytes(bytes: Buffer, pos: number): number {
    const reader = this.#reader
    if (reader === undefined || this.#bodyDone) return pos
    const end = collect(reader, bytes, pos, bytes.length)
    const total = collectedBytes()
    this.#bytesIn += total
    const { maxBodyBytes } = this.#client.context.limits
    const problem = maxBodyBytes > 0 && this.#bytesIn > maxBodyBytes ? refusals.bodyTooLarge : reader.problem
    if (problem !== undefined) {
      this.#refuse(problem)
      return bytes.length
    }
    if (reader.done) this.#bodyDone = true
    if (this.#phase < DRAINING) this.#passOn(bytes, total)
    if (this.#bodyDone) {
      this.#client.deadline.disarm()
      if (this.#phase === DRAINING) this.#endDrain()
    } else {
      this.#awaitBody()
    }
    return end
  }

  /** The client did nothing for too long: neither sent more of the body, nor read more of the answer. */
  onClientTimeout(): void {
    if (this.#phase < RELAYING && !this.#bodyDone) this.#refuse(refusals.bodyTimeout)
    else this.#client.destroy()
  }

  onClientDrain(): void {
    if (this.#phase !== RELAYING) return
    this.#client.deadline.disarm()
    if (!this.#bodyDone) this.#awaitBody()
    this.#connection?.resume()
  }

  /** The client's connection is closed. */
  onClientGone(): void {
    this.#fail(this.#status)
  }

  /** The body's data to the upstream, or kept until there is one. */
  #passOn(bytes: Buffer, total: number): void {
    const connection = this.#connection
    if (connection === undefined || !this.#bodySent) {
      if (total === 0 && !this.#bodyDone) return
      this.#held ??= []
      const data = compose('', bytes, total, false, '')
      this.#held.push(typeof data === 'string' ? Buffer.from(data, 'latin1') : data)
      this.#blocked = true
      return
    }
    const message = compose(
      '',
      bytes,
      total,
      this.#chunkedOut,
      this.#chunkedOut && this.#bodyDone ? LAST_CHUNK : '',
    )
    if (message.length === 0) return
    const room =
      typeof message === 'string'
        ? connection.socket.write(message, 'latin1')
        : connection.socket.write(message)
    if (!room) this.#blocked = true
    connection.extend(
      this.#bodyDone ? this.#headMs : Math.max(this.#headMs, this.#client.context.limits.bodyProgressMs * 2),
    )
  }

  /** Reads on in the body, unless the upstream is slower than the client: then it is the upstream's clock that runs. */
  #awaitBody(): void {
    const { deadline, context } = this.#client
    if (this.#blocked) deadline.disarm()
    else deadline.arm(context.limits.bodyProgressMs)
    this.#client.updateReading()
  }

  /** Sends on what the connection has read of the reply's body; `top` is the status line and headers, the first time. */
  #relayBytes(connection: UpstreamConnection, body: BodyReader, top: string): void {
    const { socket } = this.#client
    const bytes = connection.input
    connection.inputPos = collect(body, bytes, connection.inputPos, connection.inputEnd)
    const total = collectedBytes()
    const whole = body.done || (connection.ended && body.remaining === Number.POSITIVE_INFINITY)
    if (body.problem !== undefined || (connection.ended && !whole)) {
      connection.destroy()
      this.#client.abort()
      return
    }
    const before = top === '' ? '' : `${top}${this.#replyFraming(connection, whole, total)}\r\n`
    const message = compose(
      before,
      bytes,
      total,
      this.#chunkedReply,
      whole && this.#chunkedReply ? LAST_CHUNK : '',
    )
    this.#bytesOut += total
    const room =
      message.length === 0 ||
      (typeof message === 'string' ? socket.write(message, 'latin1') : socket.write(message))
    if (whole) {
      this.#finishReply(connection)
    } else if (!room) {
      connection.pause()
      this.#client.deadline.arm(this.#client.context.limits.bodyProgressMs)
    } else if (connection.socket.isPaused()) {
      connection.resume()
    }
  }

  /** Lines that say how long the reply is: by length where it is known, else chunked, else (1.0) until the close. */
  #replyFraming(connection: UpstreamConnection, whole: boolean, total: number): string {
    const announced = connection.reply?.bodyLength ?? UNTIL_CLOSE
    if (whole) return `Content-Length: ${total}\r\n${this.#connectionLine()}`
    if (announced >= 0) return `Content-Length: ${announced}\r\n${this.#connectionLine()}`
    if (this.head.minorVersion === 1) {
      this.#chunkedReply = true
      return `Transfer-Encoding: chunked\r\n${this.#connectionLine()}`
    }
    this.#persist = false
    return this.#connectionLine()
  }

  #connectionLine(): string {
    if (!this.#persist) return 'Connection: close\r\n'
    return this.head.minorVersion === 1 ? '' : 'Connection: keep-alive\r\n'
  }

  #finishReply(connection: UpstreamConnection): void {
    this.#connection = undefined
    connection.finish(this.#bodyDone)
    this.#finish(true)
  }

  #finish(complete: boolean): void {
    this.#phase = DONE
    this.#tellEnd(this.#status, complete)
    this.#client.onExchangeDone(this.#persist)
  }

  #tellEnd(status: number, complete: boolean): void {
    if (!this.#announced) return
    this.#client.context.handler.onFinish(this, {
      status,
      bytesIn: this.#bytesIn,
      bytesOut: this.#bytesOut,
      upstreamMs: this.#upstreamMs,
      complete,
    })
  }

  /** Ends without a whole answer: the upstream is left, the user told. */
  #fail(status: number): void {
    const phase = this.#phase
    if (phase === DONE) return
    this.#leaveUpstream()
    this.#phase = DONE
    if (phase === DRAINING) return
    if (phase === FORWARDING) this.#listener?.onFailure('client-gone')
    this.#tellEnd(status, false)
  }

  /** Refuses the body. Where an answer has begun, it is broken off. */
  #refuse(refusal: Refusal): void {
    const started = this.#phase === RELAYING
    const answered = this.#phase === DRAINING
    this.#fail(started ? this.#status : refusal.status)
    this.#client.onExchangeRefused(refusal, started, answered)
  }

  /** Gives back the connection, or the place in the queue. A connection in use cannot serve again. */
  #leaveUpstream(): void {
    const connection = this.#connection
    this.#connection = undefined
    if (connection !== undefined) {
      if (this.#phase === REPLIED && connection.body === undefined) connection.finish(this.#bodyDone)
      else connection.destroy()
    } else if (this.#phase === FORWARDING) {
      this.#pool?.cancel(this)
    }
  }

  /** Whether the rest of the body is known to be short enough to be read and dropped. */
  #mayDrain(): boolean {
    if (this.head.expectsContinue && !this.#continued) return false
    const left = this.#reader?.remaining ?? 0
    return this.head.bodyLength !== CHUNKED && left <= this.#client.context.limits.maxDrainBytes
  }

  #drain(): void {
    this.#phase = DRAINING
    this.#blocked = false
    this.#held = undefined
    this.#tellEnd(this.#status, true)
    this.#awaitBody()
  }

  #endDrain(): void {
    this.#phase = DONE
    this.#client.onExchangeDone(this.#persist)
  }
}
