import { constants, type OutgoingHttpHeaders, type ServerHttp2Stream } from 'node:http2'
import { performance } from 'node:perf_hooks'
import type { TLSSocket } from 'node:tls'
import { Deadline, type Timed } from '../connection/timer-wheel.ts'
import { BodyAccess, type BodySource } from '../exchange/body-access.ts'
import type { BodyBudget } from '../exchange/body-budget.ts'
import { ANSWERED, DONE, FORWARDING, OPEN, RELAYING, REPLIED } from '../exchange/phases.ts'
import { forwardedTrailers, NOTHING_STRIPPED } from '../exchange/request-trailers.ts'
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
import type { ServerLimits } from '../limits.ts'
import { CHUNKED, UNTIL_CLOSE } from '../syntax/message-head.ts'
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
  /** Of the bodies that are read into memory. */
  readonly bodies: BodyBudget
  readonly remoteAddress: string
  readonly tls: TLSSocket | undefined
  /** The exchange's stream is closed. `orderly`: its answer was whole. */
  onClosed(exchange: Http2Exchange, orderly: boolean): void
}

/** How an answer is cut short: some clients take CANCEL for an end in good order. */
const BROKEN_OFF = constants.NGHTTP2_INTERNAL_ERROR

/** One stream of an HTTP/2 connection as an exchange: the same to its user as one of HTTP/1.1. */
export class Http2Exchange implements Exchange, LegUser, BodySource, Timed {
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
  /** The stream is read; its body was asked for. */
  #reading = false
  /** The body goes to an upstream as it comes, and is gone from here. */
  #streams = false
  /** Of who wants to see the request's body, or the reply's. */
  #access: BodyAccess | undefined
  #replyAccess: BodyAccess | undefined
  /** What comes of the body is read into memory. */
  #taking = false
  #takingReply = false
  #replyBegun = false
  /** Of a body in memory: what is still to be sent. */
  #rest: Slices | undefined
  #replyRest: Slices | undefined
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

  get body(): MessageBody {
    if (this.#access === undefined) {
      const length = this.#bodyDone && !this.#reading ? 0 : this.head.bodyLength
      this.#access = new BodyAccess(this, this.#context.bodies, length)
      if (this.#streams) this.#access.seal()
      if (this.#phase === DONE) this.#access.close()
    }
    return this.#access
  }

  get replyBody(): MessageBody {
    if (this.#phase < REPLIED) throw new Error('replyBody: there is no reply')
    if (this.#replyAccess === undefined) {
      const source = {
        startBody: () => this.#startReply(),
        stopBody: () => this.#stopReply(),
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
    this.#access?.lose()
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
    if (this.#streams && this.#access?.whole === undefined) {
      // What was streamed once is not here to be sent again.
      listener.onFailure('reset')
      return
    }
    this.#phase = FORWARDING
    this.#headerLines = headerLines
    this.#access?.settle()
    if (this.#access?.fault !== undefined) {
      this.#onFault(this.#access)
      return
    }
    const { totalMs = 0 } = timeouts
    const headMs = timeouts.headMs || upstream.limits.headMs
    const idleMs = timeouts.idleMs || upstream.limits.bodyIdleMs
    const { head, stripped } = this
    const bodyLength = this.#bodyLength
    const bodyKept = bodyLength === 0 || this.#access?.whole !== undefined
    const message: Message = {
      ...{ method, target, headerLines, head, stripped, bodyLength, bodyKept, headMs, idleMs },
    }
    if (totalMs > 0) this.#limitTime(totalMs)
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
    if (this.#replyAccess !== undefined) {
      this.#relayThrough(this.#replyAccess, reply, status, headerLines)
      return
    }
    if (this.#leg === undefined) {
      this.respond(502, '', '')
      return
    }
    const silent = this.#isSilent(status) || reply.bodyLength === 0
    if (this.#beginReply(status, headerLines, reply.announcedLength, silent)) this.#leg.startReply()
  }

  /** The request's body is read into memory. */
  startBody(): void {
    this.#taking = true
    if (this.#bodyDone) this.#endTaking()
    else this.#readBody()
  }

  stopBody(): void {
    this.#taking = false
    this.#stream.pause()
    this.#deadline.disarm()
  }

  dropBody(): void {
    // The end of the answer tells the client that it need not send the rest; until then its window is closed.
    this.stopBody()
  }

  onLegReady(): void {
    if (this.#phase > RELAYING) return
    if (this.#access !== undefined) this.#sendThrough(this.#access)
    else if (!this.#bodyDone && !this.#streams) {
      this.#streams = true
      this.#readBody()
    }
  }

  onLegDrain(): void {
    if (this.#rest !== undefined) this.#sendRest()
    else if (this.#streams && !this.#bodyDone && this.#stream.isPaused()) this.#readBody()
  }

  onLegReply(reply: ParsedReply): void {
    this.#phase = REPLIED
    this.#reply = reply
    this.#upstreamMs = performance.now() - this.#sentAt
    // From here on it is the reply that has to make progress; the client may have nothing to say for long (gRPC).
    this.#deadline.disarm()
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
      if (chunk === undefined) this.#onFault(this.#replyAccess)
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
      this.#onFault(access)
      return
    }
    this.#endReply(last)
  }

  onLegLost(failure: UpstreamFailure): void {
    this.#leg = undefined
    this.#rest = undefined
    this.#takingReply = false
    this.#replyAccess?.lose()
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

  /** Of the body as it goes on. What has trailers goes in chunks. */
  get #bodyLength(): number {
    const access = this.#access
    if (access?.whole === undefined) return access?.altered === true ? CHUNKED : this.head.bodyLength
    const trails = !access.replaced && this.#trailers !== noTrailers
    return trails ? CHUNKED : access.whole.length
  }

  /** Reads the client's stream, or reads it on. */
  #readBody(): void {
    const stream = this.#stream
    if (stream.destroyed || stream.closed) return
    this.#deadline.arm(this.#context.limits.bodyProgressMs)
    if (this.#reading) {
      stream.resume()
      return
    }
    this.#reading = true
    if (this.head.expectsContinue) stream.additionalHeaders({ ':status': 100 })
    stream.on('data', (chunk: Buffer) => this.#onData(chunk))
    // Trailers are told in a tick of their own, which may be the one after that of the end.
    stream.on('end', () => process.nextTick(() => this.#onBodyEnd()))
  }

  #endTaking(): void {
    this.#taking = false
    this.#access?.end()
  }

  /** Sends a body that somebody has seen or will see. */
  #sendThrough(access: BodyAccess): void {
    const leg = this.#leg
    if (leg === undefined) return
    if (access.whole !== undefined) {
      this.#rest = new Slices(access.whole)
      this.#sendRest()
      return
    }
    this.#taking = false
    this.#streams = true
    const held = access.through([], this.#bodyDone)
    if (held === undefined) {
      this.#onFault(access)
      return
    }
    // What streams on as it comes needs nobody to look at it.
    if (access.isSpent) this.#access = undefined
    const room = held.length === 0 || leg.write(held)
    if (this.#bodyDone) leg.endBody(this.#forwardedTrailers())
    else if (room) this.#readBody()
  }

  /** Sends on what is in memory, as there is room. */
  #sendRest(): void {
    const rest = this.#rest
    const leg = this.#leg
    if (rest === undefined || leg === undefined) return
    rest.writeTo(leg)
    if (!rest.isOut) return
    this.#rest = undefined
    leg.endBody(this.#access?.replaced === true ? noTrailers : this.#forwardedTrailers())
  }

  #startReply(): void {
    const leg = this.#leg
    this.#takingReply = true
    if (this.#replyBegun) leg?.resumeReply()
    this.#replyBegun = true
    leg?.startReply()
  }

  #stopReply(): void {
    this.#takingReply = false
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
    if (access.fault !== undefined) this.#onFault(access)
    else if (whole !== undefined) this.#relayWhole(access, whole, reply, status, headerLines)
    else if (this.#leg === undefined) this.respond(502, '', '')
    else {
      const held = access.through([], false)
      if (held === undefined) {
        this.#onFault(access)
        return
      }
      const silent = this.#isSilent(status)
      const { announcedLength } = reply
      if (!this.#beginReply(status, headerLines, altered ? -1 : announcedLength, silent)) return
      if (!silent && held.length > 0) this.#write(held)
      if (this.#replyBegun) this.#leg.resumeReply()
      else this.#leg.startReply()
      this.#replyBegun = true
    }
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
    if (silent) this.#endReply(undefined)
    else {
      this.#bytesOut = whole.length
      this.#replyRest = new Slices(whole)
      this.#writeRest(this.#replyRest)
    }
  }

  /** Goes on with a reply that is in memory. */
  #writeRest(rest: Slices): void {
    rest.writeTo(this.#stream)
    if (rest.isOut) this.#endReply(undefined)
    else this.#deadline.arm(this.#context.limits.bodyProgressMs)
  }

  /** All of the reply is here. */
  #endReply(last: Buffer | undefined): void {
    if (last !== undefined && last.length > 0 && !this.#stream.writableEnded) this.#write(last)
    this.#phase = ANSWERED
    if (!this.#stream.writableEnded) this.#stream.end(() => this.#stopReading())
    else this.#stopReading()
    this.#deadline.arm(this.#context.limits.bodyProgressMs)
  }

  #write(chunk: Buffer): boolean {
    this.#bytesOut += chunk.length
    if (this.#stream.write(chunk)) return true
    this.#deadline.arm(this.#context.limits.bodyProgressMs)
    return false
  }

  /** A transform has thrown: the message is broken off, or the user is told, if it can still answer. */
  #onFault({ fault }: BodyAccess): void {
    const { handler } = this.#context
    handler.onProtocolError?.(`body transform: ${String(fault?.error)}`, this.remoteAddress, 0)
    const ofRequest = this.#access?.fault !== undefined
    this.#leaveUpstream()
    if (this.#phase >= RELAYING) {
      this.#stream.close(BROKEN_OFF)
    } else if (this.#phase === FORWARDING || !ofRequest) {
      this.#phase = OPEN
      this.#replyAccess?.close()
      this.#replyAccess = undefined
      this.#listener?.onFailure('transform-failed')
    }
  }

  #onDataThrough(access: BodyAccess, chunk: Buffer): boolean {
    if (this.#taking) {
      access.take(chunk)
      return this.#taking
    }
    // Replaced meanwhile.
    if (access.whole !== undefined) return false
    const data = access.through([chunk], false)
    if (data === undefined) this.#onFault(access)
    return data === undefined || data.length === 0 || this.#leg?.write(data) !== false
  }

  #onData(chunk: Buffer): void {
    if (this.#phase > RELAYING) return
    this.#bytesIn += chunk.length
    const { maxBodyBytes, bodyProgressMs } = this.#context.limits
    if (maxBodyBytes > 0 && this.#bytesIn > maxBodyBytes) {
      this.#refuse(refusals.bodyTooLarge)
    } else if (
      this.#access === undefined
        ? this.#leg?.write(chunk) === false
        : !this.#onDataThrough(this.#access, chunk)
    ) {
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
    const access = this.#access
    if (this.#taking) this.#endTaking()
    else if (access === undefined) this.#leg?.endBody(this.#forwardedTrailers())
    else if (this.#streams) this.#endThrough(access)
  }

  #endThrough(access: BodyAccess): void {
    const last = access.through([], true)
    if (last === undefined) {
      this.#onFault(access)
      return
    }
    if (last.length > 0) this.#leg?.write(last)
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
    if (this.#replyRest !== undefined) this.#writeRest(this.#replyRest)
    else this.#leg?.resumeReply()
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
    // A stream that is paused would not be told its end.
    stream.resume()
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
    this.#access?.close()
    this.#replyAccess?.close()
    this.#context.onClosed(this, whole)
  }

  #leaveUpstream(): void {
    const leg = this.#leg
    this.#leg = undefined
    this.#rest = undefined
    this.#takingReply = false
    leg?.abandon()
    this.#replyAccess?.lose()
  }
}
