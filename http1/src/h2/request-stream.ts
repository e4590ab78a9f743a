import type { OutgoingHttpHeaders, ServerHttp2Stream } from 'node:http2'
import { performance } from 'node:perf_hooks'
import type { Deadline } from '../connection/timer-wheel.ts'
import { BodyAccess, type BodySource } from '../exchange/body-access.ts'
import type { BodyBudget } from '../exchange/body-budget.ts'
import { isTooSlow } from '../exchange/exchange-rules.ts'
import { forwardedTrailers } from '../exchange/request-trailers.ts'
import { Slices } from '../exchange/slices.ts'
import type { ServerLimits } from '../limits.ts'
import { CHUNKED } from '../syntax/message-head.ts'
import { type Refusal, refusals } from '../syntax/protocol-errors.ts'
import type { ParsedRequest } from '../syntax/request-head.ts'
import { fieldsOf, trailerLines, trailersOf } from './head.ts'
import { type Leg, noTrailers } from './leg.ts'

/** What the streams of a connection share. */
export type StreamContext = {
  readonly limits: ServerLimits
  /** Of the bodies that are read into memory. */
  readonly bodies: BodyBudget
}

/** Whose request it is. */
export interface StreamOwner {
  readonly head: ParsedRequest
  /** Of the client's inactivity. */
  readonly deadline: Deadline
  /** An answer has begun: it is no more the request that has to make progress. */
  readonly isAnswering: boolean
  /** All of the answer is on its way: nobody wants the rest of the request. */
  readonly isAnswered: boolean
  onBodyRefused(refusal: Refusal): void
  /** A transform of the body has thrown. */
  onBodyFault(access: BodyAccess): void
}

/** The body of a request on a stream of HTTP/2: read when it is asked for, then streamed, or sent from memory. */
export class RequestStream implements BodySource {
  /** The last byte has come. */
  done: boolean
  /** Data bytes so far. */
  bytes = 0
  /** Of who wants to see it, if anybody does. */
  access: BodyAccess | undefined
  readonly #stream: ServerHttp2Stream
  readonly #owner: StreamOwner
  readonly #context: StreamContext
  /** The stream was asked for its bytes. */
  #begun = false
  /** It goes to an upstream as it comes, and is gone from here. */
  #streams = false
  /** What comes is read into memory. */
  #taking = false
  /** How long the client was waited for while it is, and since when it is again. */
  #waitedMs = 0
  #waitsSince = 0
  #trailers: OutgoingHttpHeaders = noTrailers
  #leg: Leg | undefined
  /** Of a body in memory: what is still to be sent. */
  #rest: Slices | undefined
  /** What the upstream is sent as header lines, and what was taken out of them. */
  #headerLines = ''
  #stripped: ReadonlySet<string> | undefined

  constructor(stream: ServerHttp2Stream, owner: StreamOwner, context: StreamContext) {
    this.#stream = stream
    this.#owner = owner
    this.#context = context
    this.done = stream.endAfterHeaders || owner.head.bodyLength === 0
    // A body that is announced as empty ends in a frame of its own.
    if (this.done && !stream.endAfterHeaders) stream.resume()
    stream.on('trailers', (_trailers, _flags, fields) => {
      this.#trailers = trailersOf(fields ?? [])
    })
  }

  /** It was streamed, and is not here to be sent again. */
  get isLost(): boolean {
    return this.#streams && this.access?.whole === undefined
  }

  /** Of the body as it goes on. What has trailers goes in chunks. */
  get bodyLength(): number {
    const { access } = this
    if (access?.whole === undefined) return access?.altered === true ? CHUNKED : this.#owner.head.bodyLength
    const trails = !access.replaced && this.#trailers !== noTrailers
    return trails ? CHUNKED : access.whole.length
  }

  /** For who wants to see the body. */
  open(): BodyAccess {
    if (this.access !== undefined) return this.access
    const length = this.done && !this.#begun ? 0 : this.#owner.head.bodyLength
    const access = new BodyAccess(this, this.#context.bodies, length)
    if (this.#streams) access.seal()
    this.access = access
    return access
  }

  startBody(): void {
    this.#taking = true
    this.#waitsSince = performance.now()
    if (this.done) this.#endTaking()
    else this.#read()
  }

  stopBody(): void {
    this.#taking = false
    this.#stream.pause()
    this.#owner.deadline.disarm()
  }

  dropBody(): void {
    // The end of the answer tells the client that it need not send the rest; until then its window is closed.
    this.stopBody()
  }

  /** Says where the body will go. `headerLines`: of the head before it. */
  address(leg: Leg, headerLines: string, stripped: ReadonlySet<string>): void {
    this.#leg = leg
    this.#headerLines = headerLines
    this.#stripped = stripped
  }

  /** The upstream takes the body, from its beginning. */
  send(): void {
    const { access } = this
    if (access !== undefined) this.#sendThrough(access)
    else if (!this.done && !this.#streams) {
      this.#streams = true
      this.#read()
    }
  }

  /** The upstream takes more of it. */
  sendOn(): void {
    if (this.#rest !== undefined) this.#sendRest(this.#rest)
    else if (this.#streams && !this.done && this.#stream.isPaused()) this.#read()
  }

  /** The upstream is left. */
  leave(): void {
    this.#leg = undefined
    this.#rest = undefined
  }

  /** Reads the stream, or reads it on. */
  #read(): void {
    const stream = this.#stream
    if (stream.destroyed || stream.closed) return
    this.#owner.deadline.arm(this.#context.limits.bodyProgressMs)
    if (this.#begun) {
      stream.resume()
      return
    }
    this.#begun = true
    if (this.#owner.head.expectsContinue) stream.additionalHeaders({ ':status': 100 })
    stream.on('data', (chunk: Buffer) => this.#onData(chunk))
    // Trailers are told in a tick of their own, which may be the one after that of the end.
    stream.on('end', () => process.nextTick(() => this.#onEnd()))
  }

  #endTaking(): void {
    this.#taking = false
    this.access?.end()
  }

  /** Sends a body that somebody has seen or will see. */
  #sendThrough(access: BodyAccess): void {
    if (access.whole !== undefined) {
      this.#rest = new Slices(access.whole)
      this.#sendRest(this.#rest)
      return
    }
    this.#taking = false
    this.#streams = true
    const held = access.through([], this.done)
    // What streams on as it comes needs nobody to look at it.
    if (access.isSpent) this.access = undefined
    const room = this.#pass(access, held)
    if (held === undefined) return
    if (this.done) this.#leg?.endBody(this.#forwardedTrailers())
    else if (room) this.#read()
  }

  /** Sends on what is in memory, as there is room. */
  #sendRest(rest: Slices): void {
    const leg = this.#leg
    if (leg === undefined) return
    rest.writeTo(leg)
    if (!rest.isOut) return
    this.#rest = undefined
    leg.endBody(this.access?.replaced === true ? noTrailers : this.#forwardedTrailers())
  }

  /** Sends what has come of a body through the hands of somebody. Returns whether there is room for more. */
  #pass(access: BodyAccess, data: Buffer | undefined): boolean {
    if (data === undefined) this.#owner.onBodyFault(access)
    return data === undefined || data.length === 0 || this.#leg?.write(data) !== false
  }

  #onData(chunk: Buffer): void {
    if (this.#owner.isAnswered) return
    this.bytes += chunk.length
    const { maxBodyBytes, bodyProgressMs } = this.#context.limits
    if (maxBodyBytes > 0 && this.bytes > maxBodyBytes) {
      this.#owner.onBodyRefused(refusals.bodyTooLarge)
    } else if (!this.#takeOn(chunk)) {
      this.#stream.pause()
      this.#owner.deadline.disarm()
    } else if (!this.#owner.isAnswering) {
      this.#owner.deadline.arm(bodyProgressMs)
    }
  }

  /** Returns whether more is wanted. */
  #takeOn(chunk: Buffer): boolean {
    const { access } = this
    if (access === undefined) return this.#leg?.write(chunk) !== false
    if (this.#taking) {
      if (this.#isTooSlow()) this.#owner.onBodyRefused(refusals.bodyTooSlow)
      else access.take(chunk)
      return this.#taking
    }
    // Replaced meanwhile.
    if (access.whole !== undefined) return false
    return this.#pass(access, access.through([chunk], false))
  }

  /** A body that streams may be slow, as calls of gRPC are; one that is held takes memory from others. */
  #isTooSlow(): boolean {
    const now = performance.now()
    this.#waitedMs += now - this.#waitsSince
    this.#waitsSince = now
    return isTooSlow(this.bytes, this.#waitedMs, this.#context.limits)
  }

  #onEnd(): void {
    // A reset ends a stream for Node as well; what it cut short must not look whole.
    if (this.done || this.#stream.aborted) return
    this.done = true
    if (!this.#owner.isAnswering) this.#owner.deadline.disarm()
    const { access } = this
    if (this.#taking) {
      this.#endTaking()
    } else if (this.#streams) {
      if (access !== undefined) this.#pass(access, access.through([], true))
      this.#leg?.endBody(this.#forwardedTrailers())
    }
  }

  /** Those that go on; see `request-trailers.ts`. */
  #forwardedTrailers(): OutgoingHttpHeaders {
    if (this.#trailers === noTrailers || this.#stripped === undefined) return noTrailers
    const lines = trailerLines(this.#trailers)
    return trailersOf(fieldsOf(forwardedTrailers(lines, `\r\n${this.#headerLines}`, this.#stripped)))
  }
}
