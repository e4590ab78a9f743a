import type { Socket } from 'node:net'
import { MALFORMED, PARTIAL, readProxyHeader } from './proxy-header.ts'
import { Deadline, type Timed } from './timer-wheel.ts'

/** Who takes a connection whose load balancer has said where the client is. */
export type HeaderHandlers = {
  /** The header is gone, all that follows still to be read. `address`: the client's; undefined when it is the peer itself. */
  known(socket: Socket, address: string | undefined): void
  /** It is closed: there was no header in time, or one that cannot be read. */
  nobody(socket: Socket, reason: string): void
}

/** Reads the PROXY header at the start of a connection, and hands the connection on; see `proxy-header.ts`. */
export function byProxyHeader(socket: Socket, waitMs: number, handlers: HeaderHandlers): void {
  new HeaderLook(socket, waitMs, handlers)
}

class HeaderLook implements Timed {
  readonly #socket: Socket
  readonly #handlers: HeaderHandlers
  readonly #deadline: Deadline
  #seen: Buffer | undefined
  readonly #onData = (bytes: Buffer): void => this.#look(bytes)
  readonly #onOver = (): void => this.#leave('no PROXY header')

  constructor(socket: Socket, waitMs: number, handlers: HeaderHandlers) {
    this.#socket = socket
    this.#handlers = handlers
    this.#deadline = new Deadline(this)
    socket.on('data', this.#onData)
    socket.on('end', this.#onOver)
    socket.on('error', this.#onOver)
    socket.on('close', this.#onOver)
    this.#deadline.arm(waitMs)
  }

  onDeadline(): void {
    this.#leave('no PROXY header in time')
  }

  #look(bytes: Buffer): void {
    const seen = this.#seen === undefined ? bytes : Buffer.concat([this.#seen, bytes])
    this.#seen = seen
    const header = readProxyHeader(seen)
    if (header === PARTIAL) return
    if (header === MALFORMED) {
      this.#leave('malformed PROXY header')
      return
    }
    this.#letGo()
    this.#socket.pause()
    if (seen.length > header.length) this.#socket.unshift(seen.subarray(header.length))
    this.#handlers.known(this.#socket, header.address)
  }

  #leave(reason: string): void {
    this.#letGo()
    // Whoever is cut off may still be heard of.
    this.#socket.on('error', () => this.#socket.destroy())
    this.#socket.destroy()
    this.#handlers.nobody(this.#socket, reason)
  }

  #letGo(): void {
    this.#deadline.remove()
    this.#socket.off('data', this.#onData)
    this.#socket.off('end', this.#onOver)
    this.#socket.off('error', this.#onOver)
    this.#socket.off('close', this.#onOver)
  }
}
