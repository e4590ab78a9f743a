import { performance } from 'node:perf_hooks'
import { BodyReader } from '../syntax/body-reader.ts'
import { CHUNKED } from '../syntax/message-head.ts'
import { type Refusal, refusals } from '../syntax/protocol-errors.ts'
import type { ParsedRequest } from '../syntax/request-head.ts'
import type { UpstreamConnection } from '../upstream/upstream-connection.ts'
import { BodyAccess, type BodySource } from './body-access.ts'
import type { ClientSide } from './client-side.ts'
import { isTooSlow, tellsEmptyBody } from './exchange-rules.ts'
import {
  collect,
  collectedBytes,
  collectedPieces,
  compose,
  composeRequest,
  writeData,
  writeMessage,
} from './message.ts'
import { announcement, forwardedTrailers, NOTHING_STRIPPED } from './request-trailers.ts'
import { Slices } from './slices.ts'

/** Up to this many bytes a body in memory goes out with its head, in one write. */
const SMALL_BYTES = 16_384

/** The body of one request on its way: read from the client, held until there is an upstream, then streamed. */
export class RequestBody implements BodySource {
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
  /** Of who wants to see it, if anybody does. */
  access: BodyAccess | undefined
  /** It is being read into memory. */
  reading = false
  readonly #client: ClientSide
  readonly #head: ParsedRequest
  readonly #reader: BodyReader | undefined
  /** What came before there was an upstream; a string is latin1. */
  #held: (string | Buffer)[] | undefined
  #chunkedOut = false
  /** `100 Continue` was sent. */
  #continued = false
  #dropping = false
  /** Of a body in memory: what is still to be sent. */
  #rest: Slices | undefined
  /** What was sent as the head, where trailers may come that are judged by it. */
  #top = ''
  #stripped = NOTHING_STRIPPED
  /** Data of the read that is being handled. */
  #fresh = 0
  /** How long the client was waited for, and since when it is again; negative = not now. */
  #waitedMs = 0
  #waitsSince = -1

  constructor(client: ClientSide, head: ParsedRequest) {
    this.#client = client
    this.#head = head
    this.done = head.bodyLength === 0
    this.#reader = this.done ? undefined : new BodyReader(head.bodyLength, client.context.limits)
  }

  /** Bytes still to come; only of a Content-Length. */
  get remaining(): number {
    return this.#reader?.remaining ?? 0
  }

  /** It can be sent once more: there is none, or all of it is in memory. */
  get isKept(): boolean {
    return this.access === undefined ? this.#head.bodyLength === 0 : this.access.whole !== undefined
  }

  /** All of what goes on is on its way. */
  get isOut(): boolean {
    if (this.access?.whole === undefined) return this.done
    return this.#rest === undefined || this.#rest.isOut
  }

  /** Whether the rest of the body is known to be short enough to be read and dropped. */
  get mayDrain(): boolean {
    const { bodyLength, expectsContinue } = this.#head
    if (expectsContinue && !this.#continued) return false
    return bodyLength !== CHUNKED && this.remaining <= this.#client.context.limits.maxDrainBytes
  }

  /** For who wants to see the body. */
  open(): BodyAccess {
    if (this.access !== undefined) return this.access
    const access = new BodyAccess(this, this.#client.context.bodies, this.#head.bodyLength)
    if (this.sent) access.seal()
    this.access = access
    return access
  }

  startBody(): void {
    const held = this.#held ?? []
    this.#held = undefined
    this.reading = true
    this.blocked = false
    for (const piece of held) this.access?.take(bufferOf(piece))
    if (this.done) this.#endReading()
    else this.ask()
  }

  stopBody(): void {
    this.reading = false
    this.blocked = true
    if (!this.done) this.await()
  }

  dropBody(): void {
    this.reading = false
    this.#dropping = true
    this.#held = undefined
    if (this.done) return
    this.blocked = !this.mayDrain
    this.await()
  }

  /** Lets the client go on with the body, and tells it so if it waits for that. */
  ask(): void {
    if (this.#head.expectsContinue && this.bytes === 0 && !this.#continued) {
      this.#continued = true
      this.#client.socket.write('HTTP/1.1 100 Continue\r\n\r\n', 'latin1')
    }
    this.await()
  }

  /** Reads on in the body, unless the upstream is slower than the client: then it is the upstream's clock that runs. */
  await(): void {
    const { deadline, context, socket } = this.#client
    if (this.blocked || this.#dropping) {
      // Where the client is slow in reading its answer, that is what it is waited for.
      if (!socket.writableNeedDrain) deadline.disarm()
    } else {
      deadline.arm(context.limits.bodyProgressMs)
      if (this.#waitsSince < 0) this.#waitsSince = performance.now()
    }
    this.#client.updateReading()
  }

  /** Takes what belongs to the body; returns where it ended. Look at `problem`, then `pass` it on. */
  take(bytes: Buffer, pos: number, limit: number): number {
    const reader = this.#reader
    if (reader === undefined || this.done) return pos
    const end = collect(reader, bytes, pos, limit)
    this.#fresh = collectedBytes()
    this.bytes += this.#fresh
    const { maxBodyBytes } = this.#client.context.limits
    if (maxBodyBytes > 0 && this.bytes > maxBodyBytes) this.problem = refusals.bodyTooLarge
    else this.problem = reader.problem ?? this.#judgeRate()
    if (reader.done) this.done = true
    return end
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

  /** As `pass`, where somebody wants to see the body. */
  passThrough(access: BodyAccess, connection: UpstreamConnection | undefined, bytes: Buffer): boolean {
    if (this.#dropping) return false
    if (this.reading) {
      for (const piece of collectedPieces(bytes)) access.take(piece)
      if (this.done) this.#endReading()
      return false
    }
    if (connection === undefined || !this.sent) {
      this.#hold(bytes)
      return false
    }
    const data = access.through(collectedPieces(bytes), this.done)
    const last = this.#chunkedOut && this.done ? `0\r\n${this.#trailers}\r\n` : ''
    if (data === undefined || (data.length === 0 && last === '')) return false
    if (!writeData(connection.socket, '', data, this.#chunkedOut, last)) this.blocked = true
    return true
  }

  /** The request's head, with framing and what is held of the body: one message. */
  begin(top: string, stripped: ReadonlySet<string>): string | Buffer {
    const pieces = this.#held ?? []
    this.#held = undefined
    this.sent = true
    this.#stripped = stripped
    if (this.#head.bodyLength === CHUNKED) this.#top = top
    // A body that is whole goes by its length, unless there is something behind it.
    this.#chunkedOut = this.#head.bodyLength === CHUNKED && !(this.done && this.#trailers === '')
    if (!this.#chunkedOut) {
      const length = this.#head.bodyLength === CHUNKED ? this.bytes : this.#head.bodyLength
      return composeRequest(`${top}Content-Length: ${length}\r\n\r\n`, pieces, false, '')
    }
    const framing = `Transfer-Encoding: chunked\r\n${announcement(this.#head, top, stripped)}\r\n`
    return composeRequest(top + framing, pieces, true, this.done ? `0\r\n${this.#trailers}\r\n` : '')
  }

  /** As `begin`, where somebody wants to see the body. Returns undefined when a transform throws. */
  beginThrough(
    access: BodyAccess,
    method: string,
    top: string,
    stripped: ReadonlySet<string>,
  ): string | Buffer | undefined {
    const pieces = this.#held ?? []
    this.#held = undefined
    this.#rest = undefined
    this.reading = false
    access.settle()
    const { whole } = access
    const data = whole ?? access.through(pieces.map(bufferOf), this.done)
    if (data === undefined || access.fault !== undefined) return undefined
    this.sent = true
    this.#stripped = stripped
    if (this.#head.bodyLength === CHUNKED) this.#top = top
    // What streams on as it comes needs nobody to look at it.
    if (access.isSpent) this.access = undefined
    const isWhole = whole !== undefined || this.done
    const trailers = isWhole && !access.replaced ? this.#trailers : ''
    const streams = this.#head.bodyLength === CHUNKED || access.altered
    this.#chunkedOut = isWhole ? trailers !== '' : streams
    if (this.#chunkedOut) {
      const framing = `Transfer-Encoding: chunked\r\n${announcement(this.#head, top, stripped)}\r\n`
      return composeRequest(top + framing, [data], true, isWhole ? `0\r\n${trailers}\r\n` : '')
    }
    const length = isWhole ? data.length : this.#head.bodyLength
    const framing = length > 0 || tellsEmptyBody(method) ? `Content-Length: ${length}\r\n` : ''
    if (whole === undefined || whole.length <= SMALL_BYTES)
      return composeRequest(`${top}${framing}\r\n`, [data], false, '')
    this.#rest = new Slices(whole)
    return `${top}${framing}\r\n`
  }

  /** Sends on what is in memory, as there is room. Returns whether there is room for more. */
  goOn(connection: UpstreamConnection): boolean {
    return this.#rest === undefined || this.#rest.writeTo(connection.socket)
  }

  /** From now on the body is read and dropped. */
  drop(): void {
    this.#dropping = false
    this.blocked = false
    this.#held = undefined
  }

  #endReading(): void {
    this.reading = false
    this.access?.end()
  }

  #hold(bytes: Buffer): void {
    if (this.#fresh === 0 && !this.done) return
    this.#held ??= []
    const data = compose('', bytes, this.#fresh, false, '')
    this.#held.push(data)
    this.blocked = true
  }

  /** Those that go on. */
  get #trailers(): string {
    return forwardedTrailers(this.#reader?.trailers ?? '', this.#top, this.#stripped)
  }

  /** A client that drips holds a connection for nothing: over the time it was waited for, it must keep the least rate. */
  #judgeRate(): Refusal | undefined {
    if (this.#waitsSince < 0) return undefined
    this.#waitedMs += performance.now() - this.#waitsSince
    this.#waitsSince = -1
    return isTooSlow(this.bytes, this.#waitedMs, this.#client.context.limits)
      ? refusals.bodyTooSlow
      : undefined
  }
}

function bufferOf(piece: string | Buffer): Buffer {
  return typeof piece === 'string' ? Buffer.from(piece, 'latin1') : piece
}
