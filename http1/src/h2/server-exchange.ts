import { constants, type OutgoingHttpHeaders, type ServerHttp2Stream } from 'node:http2'
import { performance } from 'node:perf_hooks'
import type { TLSSocket } from 'node:tls'
import { Deadline, type Timed } from '../connection/timer-wheel.ts'
import { forwardedTrailers, NOTHING_STRIPPED } from '../exchange/request-trailers.ts'
import type { Exchange, Finishing, ForwardListener, ForwardTimeouts, Handler, Upstream } from '../exchange.ts'
import type { ServerLimits } from '../limits.ts'
import { type Refusal, refusals } from '../syntax/protocol-errors.ts'
import type { ParsedReply } from '../syntax/reply-head.ts'
import type { ParsedRequest } from '../syntax/request-head.ts'
import { isBodiless } from '../syntax/status-line.ts'
import type { UpstreamFailure } from '../upstream/upstream-failure.ts'
import { fieldsOf, replyFieldsOf, trailerLines, trailersOf } from './head.ts'
import { Http1Leg } from './http1-leg.ts'
import { Http2Leg } from './http2-leg.ts'
import { type Leg, type LegUser, type Message, noTrailers } from './leg.ts'

/** What a connection's exchanges share. */
export type Http2Context = {
  readonly handler: Handler
  readonly limits: ServerLimits
  readonly remoteAddress: string
  readonly tls: TLSSocket | undefined
  /** The exchange's stream is closed. `orderly`: its answer was whole. */
  onClosed(exchange: Http2Exchange, orderly: boolean): void
}

/** How an answer is cut short: some clients take CANCEL for an end in good order. */
const BROKEN_OFF = constants.NGHTTP2_INTERNAL_ERROR

/** The user is to act: `forward` or `respond`. */
const OPEN = 0
/** On the way to the upstream, until the reply's head. */
const FORWARDING = 1
/** The user has the reply's head, and is to `relay` or `respond`. */
const REPLIED = 2
const RELAYING = 3
/** The whole answer was handed to the stream. */
const ANSWERED = 4
const DONE = 5

/** One stream of an HTTP/2 connection as an exchange: the same to its user as one of HTTP/1.1. */
export class Http2Exchange implements Exchange, LegUser, Timed {
  readonly head: ParsedRequest
  readonly startedAt: number
  state: Finishing | undefined
  stripped = NOTHING_STRIPPED
  readonly #stream: ServerHttp2Stream
  readonly #context: Http2Context
  /** Of the client's inactivity: it neither sends its body nor reads the answer. */
  readonly #deadline: Deadline
  #phase: number = OPEN
  /** Of the whole exchange, where it is bounded. */
  #total: Deadline | undefined
  #leg: Leg | undefined
  #listener: ForwardListener | undefined
  #reply: ParsedReply | undefined
  #bodyDone: boolean
  #reading = false
  #trailers: OutgoingHttpHeaders = noTrailers
  #replyTrailers: OutgoingHttpHeaders = noTrailers
  /** Of the request as it goes on. */
  #headerLines = ''
  #sentAt = 0
  #status = 0
  #bytesIn = 0
  #bytesOut = 0
  #upstreamMs = -1

  constructor(stream: ServerHttp2Stream, head: ParsedRequest, context: Http2Context) {
    this.#stream = stream
    this.#context = context
    this.head = head
    this.startedAt = performance.now()
    this.#bodyDone = stream.endAfterHeaders || head.bodyLength === 0
    this.#deadline = new Deadline(this)
    if (context.limits.exchangeMs > 0) this.#limitTime(context.limits.exchangeMs)
    stream.on('close', () => this.#onClose())
    // Its code is of no use to anybody: the close that follows tells what became of the answer.
    stream.on('error', () => stream.close())
    // A body that is announced as empty ends in a frame of its own.
    if (this.#bodyDone && !stream.endAfterHeaders) stream.resume()
    stream.on('drain', () => this.#onDrain())
    stream.on('trailers', (_trailers, _flags, fields) => {
      this.#trailers = trailersOf(fields ?? [])
    })
  }

  get tls(): TLSSocket | undefined {
    return this.#context.tls
  }

  get remoteAddress(): string {
    return this.#context.remoteAddress
  }

  respond(status: number, headerLines: string, body: string | Uint8Array): void {
    if (this.#phase > REPLIED) return
    this.#leaveUpstream()
    this.#phase = ANSWERED
    this.#status = status
    const bytes = typeof body === 'string' ? Buffer.from(body) : body
    const fields = replyFieldsOf(status, headerLines)
    if (!isBodiless(status)) fields.push('content-length', String(bytes.length))
    const silent = this.head.method === 'HEAD' || isBodiless(status) || bytes.length === 0
    if (!this.#sendHead(fields, { endStream: silent })) return
    if (silent) {
      this.#stopReading()
      return
    }
    this.#bytesOut = bytes.length
    this.#stream.end(bytes, () => this.#stopReading())
    this.#deadline.arm(this.#context.limits.bodyProgressMs)
  }

  forward(
    upstream: Upstream,
    method: string,
    target: string,
    headerLines: string,
    listener: ForwardListener,
    timeouts: ForwardTimeouts,
  ): void {
    if (this.#phase >= ANSWERED) return
    if (this.#phase !== OPEN) throw new Error('forward: the request is already on its way')
    this.#listener = listener
    if (this.#reading) {
      // What was streamed once is not here to be sent again.
      listener.onFailure('reset')
      return
    }
    const { totalMs = 0 } = timeouts
    const headMs = timeouts.headMs || upstream.limits.headMs
    const idleMs = timeouts.idleMs || upstream.limits.bodyIdleMs
    const { head, stripped } = this
    const message: Message = { method, target, headerLines, head, stripped, headMs, idleMs }
    if (totalMs > 0) this.#limitTime(totalMs)
    this.#phase = FORWARDING
    this.#headerLines = headerLines
    this.#sentAt = performance.now()
    this.#leg =
      upstream.sessions === undefined
        ? new Http1Leg(upstream, message, this)
        : new Http2Leg(upstream.sessions, upstream.limits, message, this)
    this.#leg.start()
  }

  relay(status: number, headerLines: string): void {
    if (this.#phase > REPLIED) return
    const reply = this.#reply
    if (this.#phase !== REPLIED || reply === undefined) throw new Error('relay: there is no reply')
    if (this.#leg === undefined) {
      this.respond(502, '', '')
      return
    }
    this.#phase = RELAYING
    this.#status = status
    const fields = replyFieldsOf(status, headerLines)
    const silent = this.head.method === 'HEAD' || isBodiless(status) || reply.bodyLength === 0
    if (reply.announcedLength >= 0 && status !== 204 && status !== 205)
      fields.push('content-length', String(reply.announcedLength))
    if (this.#sendHead(fields, { endStream: silent, waitForTrailers: !silent })) this.#leg.startReply()
  }

  onLegReady(): void {
    if (this.#phase > RELAYING || this.#bodyDone || this.#reading) return
    this.#reading = true
    const stream = this.#stream
    if (stream.destroyed || stream.closed) return
    if (this.head.expectsContinue) stream.additionalHeaders({ ':status': 100 })
    stream.on('data', (chunk: Buffer) => this.#onData(chunk))
    // Trailers are told in a tick of their own, which may be the one after that of the end.
    stream.on('end', () => process.nextTick(() => this.#onBodyEnd()))
    this.#deadline.arm(this.#context.limits.bodyProgressMs)
  }

  onLegDrain(): void {
    if (this.#bodyDone || !this.#reading || !this.#stream.isPaused()) return
    this.#stream.resume()
    this.#deadline.arm(this.#context.limits.bodyProgressMs)
  }

  onLegReply(reply: ParsedReply): void {
    this.#phase = REPLIED
    this.#reply = reply
    this.#upstreamMs = performance.now() - this.#sentAt
    // From here on it is the reply that has to make progress; the client may have nothing to say for long (gRPC).
    this.#deadline.disarm()
    this.#listener?.onReply(reply)
  }

  onLegBytes(chunk: Buffer): boolean {
    if (this.#phase !== RELAYING) return false
    this.#bytesOut += chunk.length
    if (this.#stream.write(chunk)) return true
    this.#deadline.arm(this.#context.limits.bodyProgressMs)
    return false
  }

  onLegEnd(trailers: OutgoingHttpHeaders): void {
    this.#leg = undefined
    this.#replyTrailers = trailers
    if (this.#phase !== RELAYING) return
    this.#phase = ANSWERED
    if (!this.#stream.writableEnded) this.#stream.end(() => this.#stopReading())
    else this.#stopReading()
    this.#deadline.arm(this.#context.limits.bodyProgressMs)
  }

  onLegLost(failure: UpstreamFailure): void {
    this.#leg = undefined
    if (this.#phase === RELAYING) {
      this.#stream.close(BROKEN_OFF)
    } else if (this.#phase === FORWARDING) {
      this.#phase = OPEN
      this.#deadline.disarm()
      this.#listener?.onFailure(failure)
    }
  }

  onDeadline(): void {
    if (this.#phase < RELAYING && !this.#bodyDone) this.#refuse(refusals.bodyTimeout)
    else this.#stream.close(BROKEN_OFF)
  }

  #limitTime(ms: number): void {
    this.#total ??= new Deadline({ onDeadline: () => this.#onTimeOver() })
    this.#total.arm(ms)
  }

  #onTimeOver(): void {
    if (this.#phase >= RELAYING) {
      this.#stream.close(BROKEN_OFF)
    } else if (this.#phase === FORWARDING) {
      this.#leaveUpstream()
      this.onLegLost('timeout')
    } else {
      this.#refuse(refusals.exchangeTimeout)
    }
  }

  #onData(chunk: Buffer): void {
    if (this.#phase > RELAYING) return
    this.#bytesIn += chunk.length
    const { maxBodyBytes, bodyProgressMs } = this.#context.limits
    if (maxBodyBytes > 0 && this.#bytesIn > maxBodyBytes) {
      this.#refuse(refusals.bodyTooLarge)
    } else if (this.#leg?.write(chunk) === false) {
      this.#stream.pause()
      this.#deadline.disarm()
    } else if (this.#phase < RELAYING) {
      this.#deadline.arm(bodyProgressMs)
    }
  }

  #onBodyEnd(): void {
    if (this.#bodyDone) return
    this.#bodyDone = true
    if (this.#phase < RELAYING) this.#deadline.disarm()
    this.#leg?.endBody(this.#forwardedTrailers())
  }

  /** Those of the request that go on; see `request-trailers.ts`. */
  #forwardedTrailers(): OutgoingHttpHeaders {
    if (this.#trailers === noTrailers) return noTrailers
    const lines = trailerLines(this.#trailers)
    return trailersOf(fieldsOf(forwardedTrailers(lines, `\r\n${this.#headerLines}`, this.stripped)))
  }

  #onDrain(): void {
    if (this.#phase !== RELAYING) return
    this.#deadline.disarm()
    this.#leg?.resumeReply()
  }

  /** Refuses the request's body. An answer that has begun is broken off. */
  #refuse(refusal: Refusal): void {
    const begun = this.#phase >= RELAYING
    const { handler } = this.#context
    const lines =
      handler.onProtocolError?.(refusal.reason, this.remoteAddress, begun ? 0 : refusal.status) ?? ''
    if (begun) {
      this.#stream.close(BROKEN_OFF)
      return
    }
    const waiting = this.#phase === FORWARDING ? this.#listener : undefined
    this.respond(refusal.status, `${lines}content-type: text/plain\r\n`, `${refusal.reason}\n`)
    waiting?.onFailure('client-gone')
  }

  /** Begins the answer. A head that cannot be sent ends the stream. */
  #sendHead(fields: string[], options: { endStream: boolean; waitForTrailers?: boolean }): boolean {
    const stream = this.#stream
    if (stream.destroyed || stream.closed) return false
    if (options.waitForTrailers === true) stream.on('wantTrailers', () => this.#sendTrailers())
    try {
      stream.respond(fields, options)
      return true
    } catch (error) {
      // Node has checks of its own; what it will not send must not end the thread.
      this.#context.handler.onProtocolError?.(`HTTP/2: ${String(error)}`, this.remoteAddress, 0)
      stream.close(BROKEN_OFF)
      return false
    }
  }

  /** Ends the answer; one that is broken off is left without an end, so that the reset is all that the client sees. */
  #sendTrailers(): void {
    if (this.#phase === ANSWERED && !this.#stream.destroyed) this.#stream.sendTrailers(this.#replyTrailers)
  }

  /** The answer is out: what the client may still send of its request is not wanted (RFC 9113, 8.1). */
  #stopReading(): void {
    const stream = this.#stream
    if (this.#bodyDone || stream.destroyed || stream.closed) return
    stream.close(constants.NGHTTP2_NO_ERROR)
  }

  /** The stream is closed: by the end of both sides, or broken off. */
  #onClose(): void {
    const phase = this.#phase
    const whole = phase === ANSWERED && this.#stream.writableFinished && !this.#stream.aborted
    this.#deadline.remove()
    this.#total?.remove()
    this.#leaveUpstream()
    this.#phase = DONE
    if (phase === FORWARDING) this.#listener?.onFailure('client-gone')
    this.#context.handler.onFinish(this, {
      status: this.#status,
      bytesIn: this.#bytesIn,
      bytesOut: this.#bytesOut,
      upstreamMs: this.#upstreamMs,
      complete: whole,
    })
    this.#context.onClosed(this, whole)
  }

  #leaveUpstream(): void {
    const leg = this.#leg
    this.#leg = undefined
    leg?.abandon()
  }
}
