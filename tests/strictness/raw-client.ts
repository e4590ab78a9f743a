import { connect, type Socket } from 'node:net'

/** A client that writes bytes as they are and keeps what it gets. */
export class RawClient {
  readonly socket: Socket
  text = ''
  /** The proxy has ended or reset the connection. */
  ended = false
  wasReset = false
  #wake: (() => void) | undefined

  constructor(port: number, host = '127.0.0.1') {
    this.socket = connect({ port, host, allowHalfOpen: true, noDelay: true })
    this.socket.on('data', (bytes) => {
      this.text += bytes.toString('latin1')
      this.#notify()
    })
    this.socket.on('end', () => this.#end(false))
    this.socket.on('error', () => this.#end(true))
    this.socket.on('close', () => this.#end(false))
  }

  write(text: string): void {
    if (this.socket.writable) this.socket.write(text, 'latin1')
  }

  /** Resolves when `isDone`, when the proxy has closed, or when nothing came for so long. Says whether `isDone`. */
  async until(isDone: () => boolean, quietMs: number): Promise<boolean> {
    while (!isDone()) {
      if (this.ended) return false
      const moved = await new Promise<boolean>((resolve) => {
        const timer = setTimeout(() => resolve(false), quietMs)
        this.#wake = () => {
          clearTimeout(timer)
          resolve(true)
        }
      })
      if (!moved) return isDone()
    }
    return true
  }

  destroy(): void {
    this.socket.destroy()
  }

  #end(wasReset: boolean): void {
    if (this.ended) return
    this.ended = true
    this.wasReset = wasReset
    this.#notify()
  }

  #notify(): void {
    const wake = this.#wake
    this.#wake = undefined
    wake?.()
  }
}
