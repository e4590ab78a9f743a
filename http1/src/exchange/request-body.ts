import { performance } from 'node:perf_hooks'
import type { ServerLimits } from '../limits.ts'
import { BodyReader } from '../syntax/body-reader.ts'
import { CHUNKED, type RequestHead } from '../syntax/message-head.ts'
import { type Refusal, refusals } from '../syntax/protocol-errors.ts'
import type { UpstreamConnection } from '../upstream/upstream-connection.ts'
import { collect, collectedBytes, compose, composeRequest, writeMessage } from './message.ts'
import { announcement, forwardedTrailers, NOTHING_STRIPPED } from './request-trailers.ts'

/** The body of one request on its way: read from the client, held until there is an upstream, then streamed. */
export class RequestBody {
  /** The last byte has come. */
  done: boolean
  /** Data bytes so far. */
  bytes = 0
  /** Why the body is refused. */
  problem: Refusal | undefined = undefined
  /** What takes the body takes no more for now. */
  blocked = false
  /** Some of it is on its way to an upstream, and gone from here. */
  sent = false
  /** `100 Continue` was sent. */
  continued = false
  readonly #length: number
  readonly #limits: ServerLimits
  readonly #reader: BodyReader | undefined
  #held: Buffer[] | undefined
  #chunkedOut = false
  /** What was sent as the head, where trailers may come that are judged by it. */
  #top = ''
  #stripped = NOTHING_STRIPPED
  /** Data of the read that is being handled. */
  #fresh = 0
  /** How long the client was waited for, and since when it is again; negative = not now. */
  #waitedMs = 0
  #waitsSince = -1

  /** `length` as in `RequestHead.bodyLength`. */
  constructor(length: number, limits: ServerLimits) {
    this.#length = length
    this.#limits = limits
    this.done = length === 0
    this.#reader = this.done ? undefined : new BodyReader(length, limits)
  }

  /** Bytes still to come; only of a Content-Length. */
  get remaining(): number {
    return this.#reader?.remaining ?? 0
  }

  /** Takes what belongs to the body; returns where it ended. Look at `problem`, then `pass` it on. */
  take(bytes: Buffer, pos: number): number {
    const reader = this.#reader
    if (reader === undefined || this.done) return pos
    const end = collect(reader, bytes, pos, bytes.length)
    this.#fresh = collectedBytes()
    this.bytes += this.#fresh
    const { maxBodyBytes } = this.#limits
    if (maxBodyBytes > 0 && this.bytes > maxBodyBytes) this.problem = refusals.bodyTooLarge
    else this.problem = reader.problem ?? this.#judgeRate()
    if (reader.done) this.done = true
    return end
  }

  /** From now on it is the client that is waited for. */
  awaitClient(): void {
    if (this.#waitsSince < 0) this.#waitsSince = performance.now()
  }

  /** What was just taken, to the upstream, or kept until there is one. Returns whether anything was sent. */
  pass(connection: UpstreamConnection | undefined, bytes: Buffer): boolean {
    if (connection === undefined || !this.sent) {
      this.#hold(bytes)
      return false
    }
    const last = this.#chunkedOut && this.done ? `0\r\n${this.#trailers}\r\n` : ''
    if (this.#fresh === 0 && last === '') return false
    if (!writeMessage(connection.socket, '', bytes, this.#fresh, this.#chunkedOut, last)) this.blocked = true
    return true
  }

  /** The request's head, with framing and what is held of the body: one message. `head` is the client's. */
  begin(top: string, head: RequestHead, stripped: ReadonlySet<string>): string | Buffer {
    const pieces = this.#held ?? []
    this.#held = undefined
    this.sent = true
    this.#stripped = stripped
    if (this.#length === CHUNKED) this.#top = top
    // A body that is whole goes by its length, unless there is something behind it.
    this.#chunkedOut = this.#length === CHUNKED && !(this.done && this.#trailers === '')
    if (!this.#chunkedOut) {
      const length = this.#length === CHUNKED ? this.bytes : this.#length
      return composeRequest(`${top}Content-Length: ${length}\r\n\r\n`, pieces, false, '')
    }
    const framing = `Transfer-Encoding: chunked\r\n${announcement(head, top, stripped)}\r\n`
    return composeRequest(top + framing, pieces, true, this.done ? `0\r\n${this.#trailers}\r\n` : '')
  }

  /** From now on the body is read and dropped. */
  drop(): void {
    this.blocked = false
    this.#held = undefined
  }

  #hold(bytes: Buffer): void {
    if (this.#fresh === 0 && !this.done) return
    this.#held ??= []
    const data = compose('', bytes, this.#fresh, false, '')
    this.#held.push(typeof data === 'string' ? Buffer.from(data, 'latin1') : data)
    this.blocked = true
  }

  /** Those that go on. */
  get #trailers(): string {
    return forwardedTrailers(this.#reader?.trailers ?? '', this.#top, this.#stripped)
  }

  /** A client that drips holds a connection for nothing: over the time it was waited for, it must keep the least rate. */
  #judgeRate(): Refusal | undefined {
    const { minBodyBytesPerSecond, bodyRateGraceMs } = this.#limits
    if (this.#waitsSince < 0 || minBodyBytesPerSecond === 0) return undefined
    this.#waitedMs += performance.now() - this.#waitsSince
    this.#waitsSince = -1
    if (this.#waitedMs <= bodyRateGraceMs) return undefined
    return this.bytes * 1000 < this.#waitedMs * minBodyBytesPerSecond ? refusals.bodyTooSlow : undefined
  }
}
