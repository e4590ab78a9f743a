import { constants, type OutgoingHttpHeaders, type ServerHttp2Stream } from 'node:http2'
import { performance } from 'node:perf_hooks'
import type { TLSSocket } from 'node:tls'
import { Deadline, type Timed } from '../connection/timer-wheel.ts'
import { BodyAccess } from '../exchange/body-access.ts'
import { ANSWERED, DONE, FORWARDING, OPEN, RELAYING, REPLIED } from '../exchange/phases.ts'
import { NOTHING_STRIPPED } from '../exchange/request-trailers.ts'
import { Slices } from '../exchange/slices.ts'
import type {
  Exchange,
  Finishing,
  ForwardListener,
  ForwardTimeouts,
  Handler,
  MessageBody,
  Upstream,
} from '../exchange.ts'
import { UNTIL_CLOSE } from '../syntax/message-head.ts'
import { type Refusal, refusals } from '../syntax/protocol-errors.ts'
import type { ParsedReply } from '../syntax/reply-head.ts'
import type { ParsedRequest } from '../syntax/request-head.ts'
import { isBodiless } from '../syntax/status-line.ts'
import type { UpstreamFailure } from '../upstream/upstream-failure.ts'
import { replyFieldsOf } from './head.ts'
import { Http1Leg } from './http1-leg.ts'
import { Http2Leg } from './http2-leg.ts'
import { type Leg, type LegUser, type Message, noTrailers } from './leg.ts'
import { RequestStream, type StreamContext, type StreamOwner } from './request-stream.ts'

/** What a connection's exchanges share. */
export type Http2Context = StreamContext & {
  readonly handler: Handler
  readonly remoteAddress: string
  readonly tls: TLSSocket | undefined
  /** The exchange's stream is closed. `orderly`: its answer was whole. */
  onClosed(exchange: Http2Exchange, orderly: boolean): void
}

/** How an answer is cut short: some clients take CANCEL for an end in good order. */
const BROKEN_OFF = constants.NGHTTP2_INTERNAL_ERROR

/** One stream of an HTTP/2 connection as an exchange: the same to its user as one of HTTP/1.1. */
export class Http2Exchange implements Exchange, LegUser, StreamOwner, Timed {
  readonly head: ParsedRequest
  readonly startedAt: number
  state: Finishing | undefined
  stripped = NOTHING_STRIPPED
  readonly #stream: ServerHttp2Stream
  readonly #context: Http2Context
  /** Of the client's inactivity: it neither sends its body nor reads the answer. */
  readonly deadline: Deadline
  readonly #body: RequestStream
  #phase: number = OPEN
  /** Of the whole exchange, where it is bounded. */
  #total: Deadline | undefined
  #leg: Leg | undefined
  #listener: ForwardListener | undefined
  #reply: ParsedReply | undefined
  /** Of who wants to see the reply's body. */
  #replyAccess: BodyAccess | undefined
  /** What comes of it is read into memory. */
  #takingReply = false
  #replyBegun = false
  /** Of a reply in memory: what is still to be written. */
  #replyRest: Slices | undefined
  #replyTrailers: OutgoingHttpHeaders = noTrailers
  #sentAt = 0
  #status = 0
  #bytesOut = 0
  #upstreamMs = -1

  constructor(stream: ServerHttp2Stream, head: ParsedRequest, context: Http2Context) {
    this.#stream = stream
    this.#context = context
    this.head = head
    this.startedAt = performance.now()
    this.deadline = new Deadline(this)
    this.#body = new RequestStream(stream, this, context)
    if (context.limits.exchangeMs > 0) this.#limitTime(context.limits.exchangeMs)
    stream.on('close', () => this.#onClose())
    // Its code is of no use to anybody: the close that follows tells what became of the answer.
    stream.on('error', () => stream.close())
    stream.on('drain', () => this.#onDrain())
  }

  get tls(): TLSSocket | undefined {
    return this.#context.tls
  }

  get remoteAddress(): string {
    return this.#context.remoteAddress
  }

  get isAnswering(): boolean {
    return this.#phase >= RELAYING
  }

  get isAnswered(): boolean {
    return this.#phase > RELAYING
  }

  get body(): MessageBody {
    const access = this.#body.open()
    if (this.#phase === DONE) access.close()
    return access
  }

  get replyBody(): MessageBody {
    if (this.#phase < REPLIED) throw new Error('replyBody: there is no reply')
    if (this.#replyAccess === undefined) {
      const source = {
        startBody: () => this.#startReply(),
        stopBody: () => {
          this.#takingReply = false
        },
        dropBody: () => this.#leaveUpstream(),
      }
      this.#replyAccess = new BodyAccess(source, this.#context.bodies, this.#reply?.bodyLength ?? UNTIL_CLOSE)
      if (this.#phase > REPLIED) this.#replyAccess.seal()
      if (this.#leg === undefined) this.#replyAccess.lose()
    }
    return this.#replyAccess
  }

  respond(status: number, headerLines: string, body: string | Uint8Array): void {
    if (this.#phase > REPLIED) return
    this.#leaveUpstream()
    this.#body.access?.lose()
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
    this.deadline.arm(this.#context.limits.bodyProgressMs)
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
    if (this.#body.isLost) {
      // What was streamed once is not here to be sent again.
      listener.onFailure('reset')
      return
    }
    this.#phase = FORWARDING
    const { access } = this.#body
    access?.settle()
    if (access?.fault !== undefined) {
      this.onBodyFault(access)
      return
    }
    const { totalMs = 0 } = timeouts
    const headMs = timeouts.headMs || upstream.limits.headMs
    const idleMs = timeouts.idleMs || upstream.limits.bodyIdleMs
    const { head, stripped } = this
    const { bodyLength } = this.#body
    const bodyKept = bodyLength === 0 || access?.whole !== undefined
    const message: Message = {
      ...{ method, target, headerLines, head, stripped, bodyLength, bodyKept, headMs, idleMs },
    }
    if (totalMs > 0) this.#limitTime(totalMs)
    this.#sentAt = performance.now()
    this.#leg =
      upstream.sessions === undefined
        ? new Http1Leg(upstream, message, this)
        : new Http2Leg(upstream.sessions, upstream.limits, message, this)
    this.#body.address(this.#leg, headerLines, stripped)
    this.#leg.start()
  }

  relay(status: number, headerLines: string): void {
    if (this.#phase > REPLIED) return
    const reply = this.#reply
    if (this.#phase !== REPLIED || reply === undefined) throw new Error('relay: there is no reply')
    if (this.#replyAccess !== undefined) {
      this.#relayThrough(this.#replyAccess, reply, status, headerLines)
      return
    }
    if (this.#leg === undefined) {
      this.respond(502, '', '')
      return
    }
    const silent = this.#isSilent(status) || reply.bodyLength === 0
    if (!this.#beginReply(status, headerLines, reply.announcedLength, silent)) return
    if (reply.bodyLength !== 0 && silent) this.#endSilently()
    else this.#leg.startReply()
  }

  onLegReady(): void {
    if (!this.isAnswered) this.#body.send()
  }

  onLegDrain(): void {
    this.#body.sendOn()
  }

  onLegReply(reply: ParsedReply): void {
    this.#phase = REPLIED
    this.#reply = reply
    this.#upstreamMs = performance.now() - this.#sentAt
    // From here on it is the reply that has to make progress; the client may have nothing to say for long (gRPC).
    this.deadline.disarm()
    this.#listener?.onReply(reply)
  }

  onLegBytes(bytes: Buffer): boolean {
    let chunk: Buffer | undefined = bytes
    if (this.#phase === REPLIED && this.#takingReply) {
      this.#replyAccess?.take(bytes)
      return this.#takingReply
    }
    if (this.#phase !== RELAYING) return false
    if (this.#replyAccess !== undefined) {
      chunk = this.#replyAccess.through([bytes], false)
      if (chunk === undefined) this.#onReplyFault(this.#replyAccess)
      if (chunk === undefined || chunk.length === 0) return true
    }
    return this.#write(chunk)
  }

  onLegEnd(trailers: OutgoingHttpHeaders): void {
    this.#leg = undefined
    this.#replyTrailers = trailers
    if (this.#phase === REPLIED) {
      this.#takingReply = false
      this.#replyAccess?.end()
    }
    if (this.#phase !== RELAYING) return
    const access = this.#replyAccess
    const last = access?.through([], true)
    if (access?.fault !== undefined) {
      this.#onReplyFault(access)
      return
    }
    this.#endReply(last)
  }

  onLegLost(failure: UpstreamFailure): void {
    this.#leg = undefined
    this.#loseReply()
    if (this.#phase === RELAYING) {
      this.#stream.close(BROKEN_OFF)
    } else if (this.#phase === FORWARDING) {
      this.#phase = OPEN
      this.deadline.disarm()
      this.#listener?.onFailure(failure)
    }
  }

  onDeadline(): void {
    if (this.#phase < RELAYING && !this.#body.done) this.onBodyRefused(refusals.bodyTimeout)
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
      this.onBodyRefused(refusals.exchangeTimeout)
    }
  }

  #startReply(): void {
    const begun = this.#replyBegun
    this.#takingReply = true
    this.#replyBegun = true
    if (begun) this.#leg?.resumeReply()
    else this.#leg?.startReply()
  }

  #isSilent(status: number): boolean {
    return this.head.method === 'HEAD' || isBodiless(status)
  }

  /** Begins a reply of the upstream. `length`: what it announces; -1 for nothing. */
  #beginReply(status: number, headerLines: string, length: number, silent: boolean): boolean {
    this.#phase = RELAYING
    this.#status = status
    const fields = replyFieldsOf(status, headerLines)
    if (length >= 0 && status !== 204 && status !== 205) fields.push('content-length', String(length))
    return this.#sendHead(fields, { endStream: silent, waitForTrailers: !silent })
  }

  /** Relays a reply whose body somebody has seen or wants to rewrite. */
  #relayThrough(access: BodyAccess, reply: ParsedReply, status: number, headerLines: string): void {
    access.settle()
    const { whole, altered } = access
    const leg = this.#leg
    if (access.fault !== undefined) {
      this.#onReplyFault(access)
    } else if (whole !== undefined) {
      this.#relayWhole(access, whole, reply, status, headerLines)
    } else if (leg === undefined) {
      this.respond(502, '', '')
    } else {
      const held = access.through([], false)
      const silent = this.#isSilent(status)
      const length = altered ? -1 : reply.announcedLength
      if (held === undefined) this.#onReplyFault(access)
      else if (!this.#beginReply(status, headerLines, length, silent)) return
      else if (silent) this.#endSilently()
      else this.#streamReply(leg, held)
    }
  }

  #streamReply(leg: Leg, held: Buffer): void {
    const room = held.length === 0 || this.#write(held)
    if (!this.#replyBegun) leg.startReply()
    else if (room) leg.resumeReply()
    this.#replyBegun = true
  }

  /** Ends an answer that has a head only, whatever the upstream sends behind its own. */
  #endSilently(): void {
    this.#leaveUpstream()
    this.#endReply(undefined)
  }

  #relayWhole(
    access: BodyAccess,
    whole: Buffer,
    reply: ParsedReply,
    status: number,
    headerLines: string,
  ): void {
    const silent = this.#isSilent(status)
    const announced = access.altered ? -1 : reply.announcedLength
    this.#leaveUpstream()
    if (access.replaced) this.#replyTrailers = noTrailers
    if (!this.#beginReply(status, headerLines, silent ? announced : whole.length, silent)) return
    if (silent) {
      this.#endReply(undefined)
    } else {
      this.#bytesOut = whole.length
      this.#replyRest = new Slices(whole)
      this.#writeRest(this.#replyRest)
    }
  }

  /** Goes on with a reply that is in memory. */
  #writeRest(rest: Slices): void {
    rest.writeTo(this.#stream)
    if (rest.isOut) this.#endReply(undefined)
    else this.deadline.arm(this.#context.limits.bodyProgressMs)
  }

  /** All of the reply is here. */
  #endReply(last: Buffer | undefined): void {
    if (last !== undefined && last.length > 0 && !this.#stream.writableEnded) this.#write(last)
    this.#phase = ANSWERED
    if (!this.#stream.writableEnded) this.#stream.end(() => this.#stopReading())
    else this.#stopReading()
    this.deadline.arm(this.#context.limits.bodyProgressMs)
  }

  #write(chunk: Buffer): boolean {
    this.#bytesOut += chunk.length
    if (this.#stream.write(chunk)) return true
    this.deadline.arm(this.#context.limits.bodyProgressMs)
    return false
  }

  /** A transform of the request has thrown: it is broken off, and the user told, if it waits for the reply. */
  onBodyFault(access: BodyAccess): void {
    this.#onFault(access, this.#phase === FORWARDING)
  }

  #onReplyFault(access: BodyAccess): void {
    this.#replyAccess = undefined
    access.close()
    this.#onFault(access, true)
  }

  #onFault({ fault }: BodyAccess, tell: boolean): void {
    const { handler } = this.#context
    handler.onProtocolError?.(`body transform: ${String(fault?.error)}`, this.remoteAddress, 0)
    this.#leaveUpstream()
    if (this.#phase >= RELAYING) {
      this.#stream.close(BROKEN_OFF)
    } else if (tell) {
      this.#phase = OPEN
      this.#listener?.onFailure('transform-failed')
    }
  }

  #onDrain(): void {
    if (this.#phase !== RELAYING) return
    this.deadline.disarm()
    if (this.#replyRest !== undefined) this.#writeRest(this.#replyRest)
    else this.#leg?.resumeReply()
  }

  /** Refuses the request's body. An answer that has begun is broken off. */
  onBodyRefused(refusal: Refusal): void {
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
    if (this.#body.done || stream.destroyed || stream.closed) return
    stream.close(constants.NGHTTP2_NO_ERROR)
    // A stream that is paused would not be told its end.
    stream.resume()
  }

  /** The stream is closed: by the end of both sides, or broken off. */
  #onClose(): void {
    const phase = this.#phase
    const whole = phase === ANSWERED && this.#stream.writableFinished && !this.#stream.aborted
    this.deadline.remove()
    this.#total?.remove()
    this.#leaveUpstream()
    this.#phase = DONE
    if (phase === FORWARDING) this.#listener?.onFailure('client-gone')
    this.#context.handler.onFinish(this, {
      status: this.#status,
      bytesIn: this.#body.bytes,
      bytesOut: this.#bytesOut,
      upstreamMs: this.#upstreamMs,
      complete: whole,
    })
    this.#body.access?.close()
    this.#replyAccess?.close()
    this.#context.onClosed(this, whole)
  }

  #leaveUpstream(): void {
    const leg = this.#leg
    this.#leg = undefined
    this.#loseReply()
    leg?.abandon()
  }

  /** What is not here of the reply will not come. */
  #loseReply(): void {
    this.#body.leave()
    this.#takingReply = false
    this.#replyAccess?.lose()
  }
}
