import { kept } from '../connection/shared-reads.ts'
import type { TunnelEnd, UpstreamConnection } from '../upstream/upstream-connection.ts'
import type { ClientSide } from './client-side.ts'

/**
 * Two connections that speak another protocol since a 101: bytes pass both ways, unread and with backpressure. Either
 * side may end its half; an abort of either aborts the other. Without a byte for `idleMs`, both are cut.
 */
export class Tunnel implements TunnelEnd {
  bytesIn = 0
  bytesOut = 0
  readonly #client: ClientSide
  readonly #upstream: UpstreamConnection
  readonly #idleMs: number
  #clientEnded = false
  #upstreamEnded = false

  constructor(client: ClientSide, upstream: UpstreamConnection, idleMs: number) {
    this.#client = client
    this.#upstream = upstream
    this.#idleMs = idleMs
  }

  /** Both sides have said all they had to say. */
  get isComplete(): boolean {
    return this.#clientEnded && this.#upstreamEnded
  }

  /** Begins with what either side had sent ahead. */
  start(early: Buffer | undefined): void {
    this.#client.deadline.arm(this.#idleMs)
    if (early !== undefined) this.onClientBytes(early)
    if (this.#client.socket.isPaused() && !this.#upstream.socket.writableNeedDrain)
      this.#client.socket.resume()
    this.#upstream.startTunnel(this)
  }

  onClientBytes(bytes: Buffer): void {
    this.bytesIn += bytes.length
    this.#client.deadline.arm(this.#idleMs)
    if (!this.#upstream.socket.write(kept(bytes))) this.#client.socket.pause()
  }

  onClientDrain(): void {
    this.#client.deadline.arm(this.#idleMs)
    this.#upstream.socket.resume()
  }

  onClientEnd(): void {
    this.#clientEnded = true
    this.#upstream.socket.end()
  }

  onClientClosed(): void {
    this.#upstream.leaveTunnel(!this.#clientEnded)
  }

  onUpstreamBytes(bytes: Buffer): void {
    this.bytesOut += bytes.length
    this.#client.deadline.arm(this.#idleMs)
    if (!this.#client.socket.write(bytes)) this.#upstream.socket.pause()
  }

  onUpstreamDrain(): void {
    this.#client.deadline.arm(this.#idleMs)
    this.#client.socket.resume()
  }

  onUpstreamEnd(): void {
    this.#upstreamEnded = true
    this.#client.socket.end()
  }

  onUpstreamClosed(): void {
    if (!this.#upstreamEnded) this.#client.abort()
    else if (!this.#clientEnded) this.#client.socket.destroySoon()
  }
}
