import type { Socket } from 'node:net'
import { Deadline, type Timed } from '../connection/timer-wheel.ts'

/** What a client of HTTP/2 says first (RFC 9113, 3.4). */
const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1')

/** Who takes a connection, all of its bytes still to be read. */
export type ProtocolHandlers = {
  http1(socket: Socket): void
  http2(socket: Socket): void
  /** It was closed before it was known what it speaks. */
  nobody(socket: Socket): void
}

/**
 * Looks at the first bytes of a plain connection and hands it on: HTTP/2 with prior knowledge begins with a preface that no
 * request of HTTP/1.1 can begin with. Closes it when nothing comes in time.
 */
export function byPreface(socket: Socket, firstByteMs: number, handlers: ProtocolHandlers): void {
  new Look(socket, firstByteMs, handlers)
}

class Look implements Timed {
  readonly #socket: Socket
  readonly #handlers: ProtocolHandlers
  readonly #deadline: Deadline
  #seen: Buffer | undefined
  readonly #onData = (bytes: Buffer): void => this.#look(bytes)
  readonly #onOver = (): void => this.#leave()

  constructor(socket: Socket, firstByteMs: number, handlers: ProtocolHandlers) {
    this.#socket = socket
    this.#handlers = handlers
    this.#deadline = new Deadline(this)
    socket.on('data', this.#onData)
    socket.on('end', this.#onOver)
    socket.on('error', this.#onOver)
    socket.on('close', this.#onOver)
    this.#deadline.arm(firstByteMs)
  }

  onDeadline(): void {
    this.#leave()
  }

  #look(bytes: Buffer): void {
    const seen = this.#seen === undefined ? bytes : Buffer.concat([this.#seen, bytes])
    const length = Math.min(seen.length, PREFACE.length)
    const isPreface = seen.compare(PREFACE, 0, length, 0, length) === 0
    this.#seen = seen
    // Part of a preface is also what the client of HTTP/1.1 sends whose method begins with P.
    if (isPreface && length < PREFACE.length) return
    this.#letGo()
    const socket = this.#socket
    socket.pause()
    socket.unshift(seen)
    if (isPreface) {
      this.#handlers.http2(socket)
    } else {
      this.#handlers.http1(socket)
      socket.resume()
    }
  }

  #leave(): void {
    this.#letGo()
    this.#handlers.nobody(this.#socket)
    // Whoever ends before a word is said has nothing to be told.
    this.#socket.on('error', () => this.#socket.destroy())
    this.#socket.destroy()
  }

  #letGo(): void {
    this.#deadline.remove()
    this.#socket.off('data', this.#onData)
    this.#socket.off('end', this.#onOver)
    this.#socket.off('error', this.#onOver)
    this.#socket.off('close', this.#onOver)
  }
}
