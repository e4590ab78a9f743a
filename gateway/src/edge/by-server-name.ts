import type { Socket } from 'node:net'
import { Deadline, type Timed } from '@tollgate/http1/connection/timer-wheel'
import { MAX_HELLO_BYTES, readClientHello } from './server-name.ts'

/** Who takes a connection, all of its bytes still to be read. */
export type ServerNameHandlers = {
  /** `serverName` as the client wrote it; undefined = it names none. */
  known(socket: Socket, serverName: string | undefined): void
  /** It is closed: nothing that TLS begins with came in time. */
  nobody(socket: Socket, reason: string): void
}

/** Waits for a client's first message and hands the connection on by the host that it names. */
export function byServerName(socket: Socket, waitMs: number, handlers: ServerNameHandlers): void {
  new NameLook(socket, waitMs, handlers)
}

class NameLook implements Timed {
  readonly #socket: Socket
  readonly #handlers: ServerNameHandlers
  readonly #deadline: Deadline
  readonly #seen: Buffer[] = []
  #length = 0
  /** Nothing is read anew before so many bytes are here. */
  #need = 0
  readonly #onData = (bytes: Buffer): void => this.#look(bytes)
  readonly #onOver = (): void => this.#leave('TLS: no handshake')

  constructor(socket: Socket, waitMs: number, handlers: ServerNameHandlers) {
    this.#socket = socket
    this.#handlers = handlers
    this.#deadline = new Deadline(this)
    socket.on('data', this.#onData)
    socket.on('end', this.#onOver)
    socket.on('error', this.#onOver)
    socket.on('close', this.#onOver)
    this.#deadline.arm(waitMs)
    // One that waited for its balancer is paused.
    if (socket.isPaused()) socket.resume()
  }

  onDeadline(): void {
    this.#leave('TLS: no handshake in time')
  }

  #look(bytes: Buffer): void {
    this.#seen.push(bytes)
    this.#length += bytes.length
    if (this.#length < this.#need) return
    const seen = this.#seen.length === 1 ? bytes : Buffer.concat(this.#seen)
    const hello = readClientHello(seen)
    if (typeof hello === 'number' && seen.length < MAX_HELLO_BYTES) {
      this.#seen.splice(0, this.#seen.length, seen)
      this.#need = hello
      return
    }
    this.#letGo()
    this.#socket.pause()
    this.#socket.unshift(seen)
    this.#handlers.known(this.#socket, typeof hello === 'number' ? undefined : hello.serverName)
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
