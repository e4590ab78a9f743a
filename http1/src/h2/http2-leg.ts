import { type ClientHttp2Stream, constants, type OutgoingHttpHeaders } from 'node:http2'
import { Deadline, type Timed } from '../connection/timer-wheel.ts'
import { maySendAgain } from '../exchange/exchange-rules.ts'
import type { PoolLimits } from '../limits.ts'
import { headerValue } from '../syntax/headers.ts'
import type { UpstreamFailure } from '../upstream/upstream-failure.ts'
import { type Fields, fieldsOf, replyHeadOf, trailersOf } from './head.ts'
import { type Leg, type LegUser, type Message, noTrailers } from './leg.ts'
import { type Http2Sessions, SessionFailure, type UpstreamSession } from './sessions.ts'

/** To an upstream that speaks HTTP/2: one stream; trailers travel both ways. */
export class Http2Leg implements Leg, Timed {
  readonly #sessions: Http2Sessions
  readonly #limits: PoolLimits
  readonly #message: Message
  readonly #user: LegUser
  readonly #deadline: Deadline
  #session: UpstreamSession | undefined
  #stream: ClientHttp2Stream | undefined
  #requestTrailers: OutgoingHttpHeaders = noTrailers
  #replyTrailers: OutgoingHttpHeaders = noTrailers
  #bodyBegun = false
  #bodyDone: boolean
  #replied = false
  #retried = false
  #interim = 0
  #over = false

  constructor(sessions: Http2Sessions, limits: PoolLimits, message: Message, user: LegUser) {
    this.#sessions = sessions
    this.#limits = limits
    this.#message = message
    this.#user = user
    this.#deadline = new Deadline(this)
    this.#bodyDone = message.bodyLength === 0
  }

  start(): void {
    this.#bodyDone = this.#message.bodyLength === 0
    this.#bodyBegun = false
    try {
      this.#open()
    } catch (error) {
      // Anything else is Node's refusal to send such a head, or to use a connection that has just ended.
      this.#lose(error instanceof SessionFailure ? error.failure : 'connect-failed')
      return
    }
    if (!this.#bodyDone) this.#user.onLegReady()
  }

  write(chunk: Buffer): boolean {
    const stream = this.#stream
    // Even if it is lost on a stream that has just ended: what is gone from here cannot be sent again.
    this.#bodyBegun = true
    if (stream === undefined || stream.destroyed) return true
    this.#progress()
    return stream.write(chunk)
  }

  endBody(trailers: OutgoingHttpHeaders): void {
    this.#bodyDone = true
    this.#bodyBegun = true
    this.#requestTrailers = trailers
    this.#progress()
    this.#stream?.end()
  }

  startReply(): void {
    const stream = this.#stream
    if (stream === undefined) return
    stream.on('data', (chunk: Buffer) => {
      this.#progress()
      if (this.#user.onLegBytes(chunk) || this.#over) return
      stream.pause()
      this.#deadline.disarm()
    })
    // Trailers are told in a tick of their own, which may be the one after that of the end.
    stream.on('end', () => process.nextTick(() => this.#onEnd(stream)))
  }

  resumeReply(): void {
    this.#progress()
    this.#stream?.resume()
  }

  abandon(): void {
    this.#over = true
    this.#deadline.remove()
    const stream = this.#stream
    if (stream !== undefined && !stream.destroyed) stream.close(constants.NGHTTP2_CANCEL)
  }

  onDeadline(): void {
    this.#lose('timeout')
  }

  #open(): void {
    const { headMs } = this.#message
    const opened = this.#sessions.open(this.#fields(), {
      endStream: this.#bodyDone,
      waitForTrailers: !this.#bodyDone,
    })
    const { stream } = opened
    this.#session = opened.session
    this.#stream = stream
    this.#deadline.arm(headMs)
    stream.on('response', (_headers, flags, fields) => this.#onResponse(fields ?? [], flags))
    stream.on('headers', () => {
      if (++this.#interim > this.#limits.maxInterimReplies) this.#lose('bad-reply')
    })
    stream.on('trailers', (_headers, _flags, fields) => {
      this.#replyTrailers = trailersOf(fields ?? [])
    })
    stream.on('wantTrailers', () => {
      // A body that is broken off must not look whole.
      if (!this.#over && !stream.destroyed) stream.sendTrailers(this.#requestTrailers)
    })
    stream.on('drain', () => {
      if (!this.#over) this.#user.onLegDrain()
    })
    // Why it failed is told by its code and by the session, at the close.
    stream.on('error', () => stream.close())
    stream.on('close', () => this.#onClose(stream))
  }

  #fields(): string[] {
    const { method, target, headerLines, head, bodyLength } = this.#message
    const fields = fieldsOf(headerLines)
    const hostAt = fields.indexOf('host')
    const [, host = ''] = hostAt < 0 ? [] : fields.splice(hostAt, 2)
    if (bodyLength > 0) fields.push('content-length', String(bodyLength))
    // The one that may travel on: it says that trailers will be understood (gRPC insists on it).
    if (headerValue(head, 'te') === 'trailers') fields.push('te', 'trailers')
    return [
      ':method',
      method,
      ':scheme',
      this.#sessions.scheme,
      ':authority',
      host,
      ':path',
      target,
      ...fields,
    ]
  }

  #onResponse(fields: Fields, flags: number): void {
    if (this.#over) return
    const ended = (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0
    const reply = replyHeadOf(fields, ended, this.#message.method === 'HEAD', this.#limits)
    if (reply === undefined) {
      this.#lose('bad-reply')
      return
    }
    this.#replied = true
    this.#deadline.arm(this.#message.idleMs)
    this.#user.onLegReply(reply)
  }

  #onEnd(stream: ClientHttp2Stream): void {
    if (this.#over || stream !== this.#stream || stream.aborted) return
    this.#over = true
    this.#deadline.remove()
    // A reply that did not wait for the whole request: the rest has nobody to read it.
    if (!this.#bodyDone) stream.close(constants.NGHTTP2_NO_ERROR)
    this.#user.onLegEnd(this.#replyTrailers)
  }

  #onClose(stream: ClientHttp2Stream): void {
    if (this.#over || stream !== this.#stream) return
    // The end of the reply may be told in the same tick.
    if (stream.readableEnded && stream.rstCode === constants.NGHTTP2_NO_ERROR) return
    const session = this.#session
    const refused = stream.rstCode === constants.NGHTTP2_REFUSED_STREAM
    const { method, bodyKept } = this.#message
    const isHere = bodyKept || !this.#bodyBegun
    const worn = session !== undefined && session.served > 1 && !session.isUsable
    const mayRetry = refused ? isHere : worn && maySendAgain(method, isHere)
    if (mayRetry && !this.#replied && !this.#retried) {
      this.#retried = true
      this.start()
      return
    }
    this.#lose(session?.failure ?? 'reset')
  }

  #lose(failure: UpstreamFailure): void {
    if (this.#over) return
    this.abandon()
    // A connection on which a reply does not come in time may be dead: the next request gets another one.
    if (failure === 'timeout') this.#session?.retire()
    this.#user.onLegLost(failure)
  }

  /** Time for the next piece, in whichever direction. */
  #progress(): void {
    if (!this.#over) this.#deadline.arm(this.#replied ? this.#message.idleMs : this.#message.headMs)
  }
}
