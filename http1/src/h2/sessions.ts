import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  type ClientSessionOptions,
  type ClientSessionRequestOptions,
  connect,
} from 'node:http2'
import { isIPv6, type Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { coarseNow, Deadline, type Timed } from '../connection/timer-wheel.ts'
import type { PoolLimits, UpstreamOrigin } from '../limits.ts'
import { openSocket, unfitness } from '../upstream/open-socket.ts'
import { connectFailure, type UpstreamFailure } from '../upstream/upstream-failure.ts'

/** Streams at a time on one connection as long as the upstream has not said its own number, and at most. */
const MAX_STREAMS = 100
/** Of each reply's body that may come before it is asked for, bytes. */
const WINDOW_BYTES = 262_144
/** Memory that one connection may take, megabytes. */
const MAX_SESSION_MB = 16
const PSEUDO_HEADERS = 2

/** Why a stream was not, or no longer, to be had. */
export class SessionFailure extends Error {
  override name = 'SessionFailure'
  readonly failure: UpstreamFailure

  constructor(failure: UpstreamFailure, cause?: unknown) {
    super(failure, { cause })
    this.failure = failure
  }
}

/** One stream, and where it runs. */
export type OpenedStream = { readonly stream: ClientHttp2Stream; readonly session: UpstreamSession }

/** The HTTP/2 connections to one origin: as few as the streams need, at most `maxConnections` of the pool's limits. */
export class Http2Sessions {
  readonly scheme: 'http' | 'https'
  readonly #origin: UpstreamOrigin
  readonly #limits: PoolLimits
  readonly #sessions = new Set<UpstreamSession>()
  #closed = false

  constructor(origin: UpstreamOrigin, limits: PoolLimits) {
    this.#origin = origin
    this.#limits = limits
    this.scheme = origin.tls === undefined ? 'http' : 'https'
  }

  /** Sends a head. Throws `SessionFailure` when all connections are full and too many wait already. */
  open(fields: readonly string[], options: ClientSessionRequestOptions): OpenedStream {
    const session = this.#take()
    return { stream: session.request(fields, options), session }
  }

  /** Tells when there is a connection, or why there is none. */
  whenConnected(done: (failure: SessionFailure | undefined) => void): void {
    try {
      this.#take().whenConnected(done)
    } catch (error) {
      if (!(error instanceof SessionFailure)) throw error
      process.nextTick(done, error)
    }
  }

  /** Requests that run go on to their end; whoever comes after the close gets a connection for once. */
  close(): void {
    this.#closed = true
    for (const session of this.#sessions) session.retire()
  }

  #take(): UpstreamSession {
    let least: UpstreamSession | undefined
    for (const session of this.#sessions) {
      if (!session.isUsable) continue
      if (session.isOld) {
        session.retire()
        continue
      }
      if (session.streams < session.capacity) return session
      if (least === undefined || session.streams < least.streams) least = session
    }
    if (this.#sessions.size < this.#limits.maxConnections || least === undefined) {
      const session = new UpstreamSession(this.#origin, this.#limits, () => this.#sessions.delete(session))
      if (this.#closed) session.retireWhenIdle()
      this.#sessions.add(session)
      return session
    }
    // Beyond its capacity a connection lets streams wait; the time for the reply's head bounds that.
    if (least.streams >= least.capacity + this.#limits.maxWaiting) throw new SessionFailure('pool-exhausted')
    return least
  }
}

/** One connection to an upstream. */
export class UpstreamSession implements Timed {
  streams = 0
  /** Requests that it has carried to their end. */
  served = 0
  /** Why it could not be made. */
  failure: UpstreamFailure | undefined
  readonly #session: ClientHttp2Session
  readonly #limits: PoolLimits
  readonly #deadline: Deadline
  readonly #waiting: ((failure: SessionFailure | undefined) => void)[] = []
  /** By the coarse clock. */
  readonly #madeAt: number
  #connected = false
  #retired = false
  #forOnce = false

  constructor(origin: UpstreamOrigin, limits: PoolLimits, onClosed: () => void) {
    this.#limits = limits
    this.#deadline = new Deadline(this)
    const socket = openSession(origin)
    // Before the session hears of it and ends its streams: these ask for the reason.
    socket.on('error', (error) => this.#fail(connectFailure(error)))
    this.#session = connect(authorityOf(origin), {
      ...sessionOptions(limits),
      createConnection: () => socket,
    })
    this.#session.on('connect', () => this.#onConnect(socket))
    this.#session.on('error', (error) => this.#fail(connectFailure(error)))
    this.#session.on('goaway', () => this.retire())
    this.#session.on('close', () => {
      this.#deadline.remove()
      this.#retired = true
      this.#fail('connect-failed')
      onClosed()
    })
    this.#deadline.arm(limits.connectMs)
    this.#madeAt = coarseNow()
  }

  get isUsable(): boolean {
    return !this.#retired && !this.#session.closed && !this.#session.destroyed
  }

  /** It is time to ask anew where the origin is. */
  get isOld(): boolean {
    const { maxAgeMs } = this.#limits
    return maxAgeMs > 0 && coarseNow() - this.#madeAt >= maxAgeMs
  }

  get capacity(): number {
    const theirs = this.#connected ? this.#session.remoteSettings.maxConcurrentStreams : undefined
    return Math.min(theirs ?? MAX_STREAMS, MAX_STREAMS)
  }

  request(fields: readonly string[], options: ClientSessionRequestOptions): ClientHttp2Stream {
    const stream = this.#session.request(fields, options)
    this.streams++
    if (this.#connected) this.#deadline.disarm()
    stream.on('close', () => this.#onStreamClosed())
    return stream
  }

  whenConnected(done: (failure: SessionFailure | undefined) => void): void {
    if (this.#connected) process.nextTick(done)
    else if (this.failure !== undefined) process.nextTick(done, new SessionFailure(this.failure))
    else this.#waiting.push(done)
  }

  /** Takes no more streams, and closes when the last one is done. */
  retire(): void {
    this.#retired = true
    if (!this.#session.closed && !this.#session.destroyed) this.#session.close()
  }

  /** Closes after the streams that it was made for. */
  retireWhenIdle(): void {
    this.#forOnce = true
  }

  onDeadline(): void {
    if (this.#connected) {
      this.retire()
      return
    }
    this.#fail('timeout')
    this.#session.destroy()
  }

  #onConnect(socket: Socket): void {
    if (socket instanceof TLSSocket && socket.alpnProtocol !== 'h2') {
      this.#fail('connect-failed')
      this.#session.destroy()
      return
    }
    this.#connected = true
    if (this.streams === 0) this.#deadline.arm(this.#limits.idleMs)
    else this.#deadline.disarm()
    for (const done of this.#waiting.splice(0)) done(undefined)
  }

  #onStreamClosed(): void {
    this.streams--
    this.served++
    if (this.streams > 0) return
    if (this.#forOnce) this.retire()
    else this.#deadline.arm(this.#limits.idleMs)
  }

  /** Notes the first reason for which there is no connection. */
  #fail(failure: UpstreamFailure): void {
    if (this.#connected || this.failure !== undefined) return
    this.failure = failure
    for (const done of this.#waiting.splice(0)) done(new SessionFailure(failure))
  }
}

function sessionOptions(limits: PoolLimits): ClientSessionOptions {
  // One option is documented for clients too, but missing from their published type.
  const options: ClientSessionOptions & { strictSingleValueFields: boolean } = {
    maxSessionMemory: MAX_SESSION_MB,
    maxHeaderListPairs: limits.maxReplyHeaders + PSEUDO_HEADERS,
    strictSingleValueFields: false,
    settings: {
      enablePush: false,
      maxHeaderListSize: limits.maxReplyHeadBytes,
      initialWindowSize: WINDOW_BYTES,
    },
  }
  return options
}

function openSession(origin: UpstreamOrigin): Socket {
  const socket = openSocket(origin, 'h2')
  // Before the session hears that the connection stands, and sends.
  socket.once('secureConnect', () => {
    const unfit = unfitness(origin, socket)
    if (unfit !== undefined) socket.destroy(unfit)
  })
  return socket
}

function authorityOf({ host, port, tls }: UpstreamOrigin): string {
  return `${tls === undefined ? 'http' : 'https'}://${isIPv6(host) ? `[${host}]` : host}:${port}`
}
