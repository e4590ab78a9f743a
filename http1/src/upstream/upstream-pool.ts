import type { LookupFunction, OnReadOpts, Socket } from 'node:net'
import { performance } from 'node:perf_hooks'
import type { ConnectionOptions, TLSSocket } from 'node:tls'
import { Deadline, type Timed } from '../connection/timer-wheel.ts'
import type { Upstream } from '../exchange.ts'
import { type ConnectionOwner, UpstreamConnection, type UpstreamUser } from './upstream-connection.ts'

/** Where an upstream is. With `tls` its certificate is verified unless `rejectUnauthorized: false` is said. */
export type UpstreamOrigin = {
  readonly host: string
  readonly port: number
  /** Finds the addresses of `host`; that of the system when left out. Asked anew for every connection. */
  readonly lookup?: LookupFunction
  readonly tls?: ConnectionOptions
  /** Looks at a secured connection before anything is sent over it; what it answers is why there shall be none. */
  readonly accept?: (socket: TLSSocket) => Error | undefined
  /** Path of a unix socket, instead of host and port. */
  readonly socketPath?: string
  /** Instead of a connection to any place: something that speaks HTTP/1.1 like one, and reads into the bytes of `onread`. */
  readonly open?: (onread: OnReadOpts) => Socket
}

/** Every bound of one pool; times in milliseconds, sizes in bytes. */
export type PoolLimits = {
  readonly maxConnections: number
  readonly maxIdleConnections: number
  /** Requests that wait for a connection, and for how long. */
  readonly maxWaiting: number
  readonly waitMs: number
  readonly connectMs: number
  /** From the request sent to the reply's whole head. */
  readonly headMs: number
  /** Without any progress of a body, in either direction. */
  readonly bodyIdleMs: number
  /** An unused connection is kept for so long; keep it below the upstream's own. */
  readonly idleMs: number
  /** A connection of that age takes no further request, so that a changed address of the host is followed; 0 for no bound. */
  readonly maxAgeMs: number
  readonly maxReplyHeadBytes: number
  readonly maxReplyHeaders: number
  /** Chunk extensions, and trailers, of one reply's body. */
  readonly maxChunkExtensionBytes: number
  readonly maxTrailerBytes: number
  /** 1xx replies before the final one. */
  readonly maxInterimReplies: number
}

/** The bounds in force where the configuration says nothing. */
export const defaultPoolLimits: PoolLimits = {
  maxConnections: 256,
  maxIdleConnections: 256,
  maxWaiting: 1_024,
  waitMs: 5_000,
  connectMs: 5_000,
  headMs: 30_000,
  bodyIdleMs: 60_000,
  idleMs: 4_000,
  maxAgeMs: 300_000,
  maxReplyHeadBytes: 65_536,
  maxReplyHeaders: 200,
  maxChunkExtensionBytes: 4_096,
  maxTrailerBytes: 16_384,
  maxInterimReplies: 8,
}

/** A pool of connections to one origin; connects when first used. */
export function upstreamPool(origin: UpstreamOrigin, limits: PoolLimits): Upstream {
  return new UpstreamPool(origin, limits)
}

/** See `upstreamPool`. Idle connections are used last in, first out, so that a quiet pool shrinks by itself. */
export class UpstreamPool implements Upstream, ConnectionOwner, Timed {
  readonly origin: string
  readonly limits: PoolLimits
  readonly #origin: UpstreamOrigin
  readonly #connections = new Set<UpstreamConnection>()
  readonly #idle: UpstreamConnection[] = []
  /** Users without a connection, oldest first, with `performance.now()` of their coming. */
  readonly #waiting = new Map<UpstreamUser, number>()
  readonly #deadline: Deadline
  #closed = false

  constructor(origin: UpstreamOrigin, limits: PoolLimits) {
    this.#origin = origin
    this.limits = limits
    this.#deadline = new Deadline(this)
    const scheme = origin.tls === undefined ? 'http' : 'https'
    this.origin = origin.socketPath ?? `${scheme}://${origin.host}:${origin.port}`
  }

  /** Gives the user a connection: at once when one is idle. `fresh` asks for a new one, after an old one has died. */
  acquire(user: UpstreamUser, fresh = false): void {
    if (!fresh) {
      const connection = this.#idle.pop()
      if (connection !== undefined) {
        connection.user = user
        user.onConnection(connection)
        return
      }
    } else if (this.#connections.size >= this.limits.maxConnections) {
      this.#idle.shift()?.destroy()
    }
    if (this.#connections.size < this.limits.maxConnections) this.#open(user)
    else this.#enqueue(user)
  }

  /** The user no longer wants the connection it has not got yet. */
  cancel(user: UpstreamUser): void {
    if (this.#waiting.delete(user)) return
    for (const connection of this.#connections) {
      if (connection.user === user && connection.isConnecting) connection.user = undefined
    }
  }

  /** Requests that run or wait go on to their end; whoever comes after the close gets a connection for once. */
  close(): void {
    this.#closed = true
    for (const connection of this.#idle.splice(0)) connection.destroy()
  }

  onConnected(connection: UpstreamConnection): void {
    if (connection.user !== undefined) connection.user.onConnection(connection)
    else this.onReleased(connection)
  }

  onReleased(connection: UpstreamConnection): void {
    const next = this.#nextWaiting()
    if (next !== undefined) {
      connection.user = next
      next.onConnection(connection)
    } else if (this.#closed || this.#idle.length >= this.limits.maxIdleConnections) {
      connection.destroy()
    } else {
      this.#idle.push(connection)
    }
  }

  onClosed(connection: UpstreamConnection): void {
    this.#connections.delete(connection)
    const at = this.#idle.lastIndexOf(connection)
    if (at >= 0) this.#idle.splice(at, 1)
    const next = this.#connections.size < this.limits.maxConnections ? this.#nextWaiting() : undefined
    if (next !== undefined) this.#open(next)
  }

  onDeadline(): void {
    const now = performance.now()
    for (const [user, since] of this.#waiting) {
      const left = since + this.limits.waitMs - now
      if (left > 0) {
        this.#deadline.arm(left)
        return
      }
      this.#waiting.delete(user)
      user.onNoConnection('pool-exhausted')
    }
  }

  #open(user: UpstreamUser): void {
    this.#connections.add(new UpstreamConnection(this.#origin, this.limits, this, user))
  }

  #enqueue(user: UpstreamUser): void {
    if (this.#waiting.size >= this.limits.maxWaiting) {
      user.onNoConnection('pool-exhausted')
      return
    }
    if (this.#waiting.size === 0) this.#deadline.arm(this.limits.waitMs)
    this.#waiting.set(user, performance.now())
  }

  #nextWaiting(): UpstreamUser | undefined {
    for (const user of this.#waiting.keys()) {
      this.#waiting.delete(user)
      return user
    }
    return undefined
  }
}
