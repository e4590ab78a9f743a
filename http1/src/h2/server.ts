import {
  constants,
  performServerHandshake,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2'
import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { AddressCount, plainAddress } from '../connection/address-count.ts'
import { Deadline, type Timed } from '../connection/timer-wheel.ts'
import { BodyBudget } from '../exchange/body-budget.ts'
import type { Handler } from '../exchange.ts'
import type { ServerLimits } from '../limits.ts'
import { type Refusal, refusals } from '../syntax/protocol-errors.ts'
import { ParsedRequest } from '../syntax/request-head.ts'
import { type Fields, type HeadLimits, replyFieldsOf, requestHeadOf } from './head.ts'
import { type Http2Context, Http2Exchange } from './server-exchange.ts'

/** Bounds of one HTTP/2 connection, beside those of `ServerLimits`. */
export type Http2Limits = {
  /** Requests at a time. */
  readonly maxStreams: number
  /**
   * Requests that came to nothing (reset by the client, or by us for what it did, or refused by Node for the size of their
   * heads), SETTINGS and PING frames: so many at once, and so many per second. Whoever goes beyond is cut off.
   */
  readonly maxNuisances: number
  readonly nuisancesPerSecond: number
  /** Memory that one connection may take, megabytes. */
  readonly maxSessionMb: number
  /** Of each request's body that may come before it is asked for, bytes. */
  readonly windowBytes: number
}

/** The bounds in force where the configuration says nothing. */
export const defaultHttp2Limits: Http2Limits = {
  maxStreams: 100,
  maxNuisances: 1_000,
  nuisancesPerSecond: 50,
  maxSessionMb: 8,
  windowBytes: 262_144,
}

/** Serves connections that speak HTTP/2; who accepts them has found that out. */
export interface Http2Server {
  /**
   * Bytes that were read already must have been put back (`unshift`). `remoteAddress`: of the client, where that is not the
   * peer.
   */
  handleSocket(socket: Socket, remoteAddress?: string): void
  /** Tells every client to go elsewhere with its next request; those that come all the same are still served. */
  drain(): void
  /** Lets running requests finish, destroys what is left after `graceMs`. */
  close(graceMs: number): Promise<void>
}

/** Makes a server of HTTP/2 connections. `addresses`, `bodies`: shared with whoever else serves the same clients. */
export function createHttp2Server(
  handler: Handler,
  limits: ServerLimits,
  own: Http2Limits,
  addresses = new AddressCount(limits.maxConnectionsPerAddress),
  bodies = new BodyBudget(limits.maxBufferedBodyBytes),
): Http2Server {
  const connections = new Set<Http2Connection>()
  let draining = false
  let onEmpty: (() => void) | undefined

  return {
    handleSocket(socket, remoteAddress = socket.remoteAddress ?? '') {
      const address = plainAddress(remoteAddress)
      if (!addresses.enter(address)) {
        socket.destroy()
        handler.onProtocolError?.('too many connections of one client', address, 0)
        return
      }
      const connection = new Http2Connection(socket, address, { handler, limits, bodies }, own, () => {
        addresses.leave(address)
        connections.delete(connection)
        if (connections.size === 0) onEmpty?.()
      })
      connections.add(connection)
      if (draining) connection.drain()
    },
    drain() {
      draining = true
      for (const connection of connections) connection.drain()
    },
    async close(graceMs) {
      draining = true
      const empty = new Promise<void>((resolve) => {
        onEmpty = resolve
        if (connections.size === 0) resolve()
      })
      for (const connection of connections) connection.close()
      const timeout = setTimeout(() => {
        for (const connection of connections) connection.destroy()
      }, graceMs)
      await empty
      clearTimeout(timeout)
    },
  }
}

/** What nghttp2 allows as the highest id: said first when closing, so that requests on their way are still served. */
const LAST_STREAM_ID = 2 ** 31 - 1

/** One connection: its streams become exchanges; floods end it. */
class Http2Connection implements Timed {
  readonly #session: ServerHttp2Session
  readonly #socket: Socket
  readonly #context: Http2Context
  readonly #headLimits: HeadLimits
  readonly #own: Http2Limits
  /** Without a request, between requests or before the first. */
  readonly #idle: Deadline
  /** Looks for heads that only Node has seen. */
  readonly #watch: Deadline
  #streams = 0
  #requests = 0
  #nuisances = 0
  #nuisancesSince = performance.now()
  /** Streams of the client that were told of, or counted because they were not. */
  #known = 0
  #bytesRead = 0

  constructor(
    socket: Socket,
    remoteAddress: string,
    server: Pick<Http2Context, 'handler' | 'limits' | 'bodies'>,
    own: Http2Limits,
    onClosed: () => void,
  ) {
    const { handler, limits } = server
    this.#socket = socket
    this.#own = own
    this.#headLimits = {
      maxTargetBytes: limits.maxTargetBytes,
      // `Host` and a line for the framing are ours.
      maxHeaders: limits.maxHeaders + 2,
      maxHeadBytes: limits.maxHeadBytes,
    }
    this.#context = {
      ...server,
      remoteAddress,
      tls: socket instanceof TLSSocket ? socket : undefined,
      onClosed: (_exchange, orderly) => this.#onExchangeClosed(orderly),
    }
    this.#idle = new Deadline(this)
    this.#session = performServerHandshake(socket, sessionOptions(limits, own))
    this.#session.on('stream', (stream, _headers, _flags, fields) => this.#onStream(stream, fields))
    this.#session.on('remoteSettings', () => this.#onNuisance())
    this.#session.on('ping', () => this.#onNuisance())
    // What the session says of its end is for whoever debugs the client; that it ended is told by the close.
    this.#session.on('error', (error) =>
      handler.onProtocolError?.(`HTTP/2: ${error.message}`, this.#context.remoteAddress, 0),
    )
    this.#session.on('close', () => {
      this.#idle.remove()
      this.#watch.remove()
      onClosed()
    })
    socket.on('error', () => this.destroy())
    // In HTTP/2 there is no half a connection: who ends has left.
    socket.allowHalfOpen = false
    socket.on('end', () => this.destroy())
    this.#idle.arm(limits.headerMs)
    this.#watch = new Deadline({ onDeadline: () => this.#lookForUntold() })
    this.#watch.arm(WATCH_MS)
  }

  drain(): void {
    if (!this.#session.closed && !this.#session.destroyed)
      this.#session.goaway(constants.NGHTTP2_NO_ERROR, LAST_STREAM_ID)
  }

  close(): void {
    if (!this.#session.closed) this.#session.close()
  }

  destroy(): void {
    this.#session.destroy()
    this.#socket.destroy()
  }

  /** Nobody asked for anything for too long. */
  onDeadline(): void {
    this.close()
  }

  /** Node resets a stream whose head is too large, and says nothing of it. Bytes tell when it is worth to look. */
  #lookForUntold(): void {
    if (this.#session.destroyed) return
    this.#watch.arm(WATCH_MS)
    if (this.#socket.bytesRead === this.#bytesRead) return
    this.#countUntold((this.#session.state.lastProcStreamID ?? 0) + 1)
  }

  /** Counts what was not told of the streams before this id. A client may leave out ids: no frame is without its bytes. */
  #countUntold(id: number): void {
    const untold = Math.floor(id / 2) - this.#known
    const { bytesRead } = this.#socket
    const frames = Math.floor((bytesRead - this.#bytesRead) / FRAME_HEAD_BYTES)
    this.#bytesRead = bytesRead
    if (untold <= 0) return
    this.#known += untold
    this.#onNuisance(Math.min(untold, frames))
  }

  #onStream(stream: ServerHttp2Stream, fields: Fields): void {
    const { id = 0 } = stream
    if (Math.floor(id / 2) > this.#known) this.#countUntold(id)
    this.#known++
    // It is told a tick later, and may have been reset or have died with its connection meanwhile.
    if (stream.destroyed || stream.closed) {
      stream.on('error', () => stream.close())
      this.#onNuisance()
      return
    }
    const head = requestHeadOf(fields, stream.endAfterHeaders, this.#headLimits)
    if (!(head instanceof ParsedRequest)) {
      this.#refuse(stream, head)
      return
    }
    const { maxBodyBytes } = this.#context.limits
    if (maxBodyBytes > 0 && head.bodyLength > maxBodyBytes) {
      this.#refuse(stream, refusals.bodyTooLarge)
      return
    }
    this.#streams++
    this.#requests++
    this.#idle.disarm()
    const { maxRequestsPerConnection } = this.#context.limits
    if (maxRequestsPerConnection > 0 && this.#requests >= maxRequestsPerConnection) this.close()
    this.#context.handler.onRequest(new Http2Exchange(stream, head, this.#context))
  }

  /** Refuses what is not even a request: the stream's, not the connection's end. */
  #refuse(stream: ServerHttp2Stream, refusal: Refusal): void {
    const { handler, remoteAddress } = this.#context
    const lines = handler.onProtocolError?.(refusal.reason, remoteAddress, refusal.status) ?? ''
    stream.on('error', () => stream.close())
    stream.respond(replyFieldsOf(refusal.status, `${lines}content-type: text/plain\r\n`))
    stream.end(`${refusal.reason}\n`, () => stream.close(constants.NGHTTP2_NO_ERROR))
    this.#onNuisance()
  }

  #onExchangeClosed(orderly: boolean): void {
    this.#streams--
    if (this.#streams === 0) this.#idle.arm(this.#context.limits.idleMs)
    if (!orderly) this.#onNuisance()
  }

  /** Counts what costs us more than the client; a leaky bucket. */
  #onNuisance(count = 1): void {
    const now = performance.now()
    const leaked = ((now - this.#nuisancesSince) / 1_000) * this.#own.nuisancesPerSecond
    this.#nuisances = Math.max(0, this.#nuisances - leaked) + count
    this.#nuisancesSince = now
    if (this.#nuisances <= this.#own.maxNuisances || this.#session.destroyed) return
    this.#context.handler.onProtocolError?.(
      'HTTP/2: too many resets, refused heads or control frames',
      this.#context.remoteAddress,
      0,
    )
    this.#session.destroy(undefined, constants.NGHTTP2_ENHANCE_YOUR_CALM)
  }
}

function sessionOptions(
  limits: ServerLimits,
  own: Http2Limits,
): Parameters<typeof performServerHandshake>[1] {
  return {
    maxSessionMemory: own.maxSessionMb,
    maxHeaderListPairs: limits.maxHeaders + PSEUDO_HEADERS,
    maxSettings: MAX_SETTINGS_ENTRIES,
    maxOutstandingPings: 4,
    maxSessionInvalidFrames: MAX_INVALID_FRAMES,
    maxSessionRejectedStreams: own.maxNuisances,
    streamResetBurst: own.maxNuisances,
    streamResetRate: own.nuisancesPerSecond,
    // A header twice that Node wants once is the upstream's to judge, as in HTTP/1.1.
    strictSingleValueFields: false,
    settings: {
      enablePush: false,
      maxConcurrentStreams: own.maxStreams,
      maxHeaderListSize: limits.maxHeadBytes,
      initialWindowSize: own.windowBytes,
    },
  }
}

const PSEUDO_HEADERS = 4
/** How often heads are looked for of which Node says nothing. */
const WATCH_MS = 1_000
/** The least that a frame takes (RFC 9113, 4.1). */
const FRAME_HEAD_BYTES = 9
/** Entries of one SETTINGS frame. */
const MAX_SETTINGS_ENTRIES = 32
const MAX_INVALID_FRAMES = 100
