import { performance } from 'node:perf_hooks'
import { Deadline, type Timed } from '../connection/timer-wheel.ts'
import type { Http2Sessions } from '../h2/sessions.ts'
import type { PoolLimits, UpstreamOrigin } from '../limits.ts'
import { type ConnectionOwner, UpstreamConnection, type UpstreamUser } from './upstream-connection.ts'

/** A pool of connections to one origin; connects when first used. */
export function upstreamPool(origin: UpstreamOrigin, limits: PoolLimits): UpstreamPool {
  return new UpstreamPool(origin, limits)
}

/** See `upstreamPool`. Idle connections are used last in, first out, so that a quiet pool shrinks by itself. */
export class UpstreamPool implements ConnectionOwner, Timed {
  readonly origin: string
  readonly limits: PoolLimits
  /** The streams of an upstream that speaks HTTP/2, for exchanges that do so too. */
  readonly sessions: Http2Sessions | undefined
  readonly #origin: UpstreamOrigin
  readonly #connections = new Set<UpstreamConnection>()
  readonly #idle: UpstreamConnection[] = []
  /** Users without a connection, oldest first, with `performance.now()` of their coming. */
  readonly #waiting = new Map<UpstreamUser, number>()
  readonly #deadline: Deadline
  #closed = false

  constructor(origin: UpstreamOrigin, limits: PoolLimits, sessions?: Http2Sessions) {
    this.#origin = origin
    this.limits = limits
    this.sessions = sessions
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

  /**
   * Closes idle connections, and those in use as soon as they are done. Requests that run or wait go on to their end; whoever
   * comes after the close gets a connection for once.
   */
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
