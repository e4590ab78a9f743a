import type { OutgoingHttpHeaders } from 'node:http2'
import type { OnReadOpts } from 'node:net'
import { Duplex } from 'node:stream'
import { handOver } from '../connection/hand-over.ts'
import { collect, collectedBytes, compose } from '../exchange/message.ts'
import { NOTHING_STRIPPED } from '../exchange/request-trailers.ts'
import type { PoolLimits } from '../limits.ts'
import { BodyReader } from '../syntax/body-reader.ts'
import { endToEndLines } from '../syntax/headers.ts'
import { CHUNKED } from '../syntax/message-head.ts'
import type { ParsedReply } from '../syntax/reply-head.ts'
import { ParsedRequest, parseRequestHead } from '../syntax/request-head.ts'
import { isBodiless } from '../syntax/status-line.ts'
import type { UpstreamFailure } from '../upstream/upstream-failure.ts'
import { fieldsOf, trailerLines, trailersOf } from './head.ts'
import { Http2Leg } from './http2-leg.ts'
import type { Leg, LegUser } from './leg.ts'
import type { Http2Sessions, SessionFailure } from './sessions.ts'

/** What the gate itself has written needs no narrower bounds than its own. */
const OWN_HEADS = { maxTargetBytes: Number.POSITIVE_INFINITY, maxHeaders: 100_000 }
const OWN_BODIES = { maxChunkExtensionBytes: 0, maxTrailerBytes: 65_536 }
const HEAD_END = '\r\n\r\n'
const NOTHING: ReadonlySet<string> = new Set()

/**
 * A connection of HTTP/1.1 to the engine that writes to it, streams of HTTP/2 to the upstream: one request after the
 * other, as the engine never sends the next before the reply is whole.
 */
export class Http1Socket extends Duplex implements LegUser {
  readonly #sessions: Http2Sessions
  readonly #limits: PoolLimits
  #leg: Leg | undefined
  #body: BodyReader | undefined
  #isHead = false
  #chunked = false
  /** Set while a piece of the request waits for the upstream to take more. */
  #written: (() => void) | undefined

  constructor(sessions: Http2Sessions, limits: PoolLimits, onread: OnReadOpts) {
    super({ allowHalfOpen: true })
    this.#sessions = sessions
    this.#limits = limits
    // The engine reads into bytes of its own, as from a socket.
    this.on('data', (bytes: Buffer) => handOver(bytes, onread))
    sessions.whenConnected((failure) => this.#onConnected(failure))
  }

  setNoDelay(): this {
    return this
  }

  override _write(bytes: Buffer, _encoding: BufferEncoding, done: () => void): void {
    if (this.#leg === undefined && this.#body !== undefined) {
      // The reply did not wait for the rest of the request.
      done()
      return
    }
    const rest = this.#leg === undefined ? this.#start(bytes) : bytes
    if (this.#leg === undefined || rest === undefined || this.#pass(rest)) done()
    else this.#written = done
  }

  override _read(): void {
    this.#leg?.resumeReply()
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    const leg = this.#leg
    this.#leg = undefined
    leg?.abandon()
    done(error)
  }

  onLegReady(): void {
    // The body is written when the engine has it.
  }

  onLegDrain(): void {
    const done = this.#written
    this.#written = undefined
    done?.()
  }

  onLegReply(reply: ParsedReply): void {
    const bodiless = this.#isHead || isBodiless(reply.status)
    this.#chunked = !bodiless && reply.bodyLength === CHUNKED
    let framing = ''
    if (this.#chunked) framing = 'Transfer-Encoding: chunked\r\n'
    else if (reply.announcedLength >= 0 && reply.status !== 204)
      framing = `Content-Length: ${reply.announcedLength}\r\n`
    else if (!bodiless) framing = 'Content-Length: 0\r\n'
    this.push(`HTTP/1.1 ${reply.status} \r\n${endToEndLines(reply, NOTHING)}${framing}\r\n`, 'latin1')
    this.#leg?.startReply()
  }

  onLegBytes(chunk: Buffer): boolean {
    if (!this.#chunked) return this.push(chunk)
    this.push(`${chunk.length.toString(16)}\r\n`, 'latin1')
    this.push(chunk)
    return this.push('\r\n', 'latin1')
  }

  onLegEnd(trailers: OutgoingHttpHeaders): void {
    this.#leg = undefined
    // The engine may still be waiting for a piece to be taken that nobody wants any more.
    this.onLegDrain()
    if (this.#chunked) this.push(`0\r\n${trailerLines(trailers)}\r\n`, 'latin1')
  }

  onLegLost(failure: UpstreamFailure): void {
    this.#leg = undefined
    this.destroy(new Error(`HTTP/2 upstream: ${failure}`))
  }

  #onConnected(failure: SessionFailure | undefined): void {
    if (this.destroyed) return
    if (failure === undefined) this.emit('connect')
    else
      this.destroy(Object.assign(failure, { code: failure.failure === 'lookup-failed' ? 'ENOTFOUND' : '' }))
  }

  /** The first bytes of a request hold its whole head. Returns what follows it. */
  #start(bytes: Buffer): Buffer | undefined {
    const end = bytes.indexOf(HEAD_END) + HEAD_END.length
    const head = parseRequestHead(bytes.toString('latin1', 0, end), OWN_HEADS)
    if (!(head instanceof ParsedRequest)) {
      this.destroy(new Error(`not sendable: ${head.reason}`))
      return undefined
    }
    this.#isHead = head.method === 'HEAD'
    this.#body = head.bodyLength === 0 ? undefined : new BodyReader(head.bodyLength, OWN_BODIES)
    const headerLines = `Host: ${head.host}\r\n${endToEndLines(head, HOST)}`
    const { method, target, bodyLength } = head
    const stripped = NOTHING_STRIPPED
    const body = { bodyLength, bodyKept: bodyLength === 0 }
    const message = { method, target, headerLines, head, stripped, ...body, ...LONGER_THAN_THE_ENGINE }
    this.#leg = new Http2Leg(this.#sessions, this.#limits, message, this)
    this.#leg.start()
    return end === bytes.length ? undefined : bytes.subarray(end)
  }

  /** One piece of the request's body; what goes on is a copy. Returns whether the upstream takes more. */
  #pass(bytes: Buffer): boolean {
    const body = this.#body
    const leg = this.#leg
    if (body === undefined || leg === undefined) return true
    collect(body, bytes, 0, bytes.length)
    const total = collectedBytes()
    let room = true
    if (total > 0) {
      const data = compose('', bytes, total, false, '')
      room = leg.write(typeof data === 'string' ? Buffer.from(data, 'latin1') : data)
    }
    if (body.done) {
      this.#body = undefined
      leg.endBody(trailersOf(fieldsOf(body.trailers)))
      return true
    }
    return room
  }
}

const HOST: ReadonlySet<string> = new Set(['host'])
/** The engine's own clocks run for head and body. */
const LONGER_THAN_THE_ENGINE = { headMs: 3_600_000, idleMs: 3_600_000 }
