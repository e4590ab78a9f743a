import { connect as connectTcp, isIPv6, type OnReadOpts, type Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { type ConnectionOptions, connect as connectTls } from 'node:tls'
import { handOver } from '../connection/hand-over.ts'
import { findHeadEnd, INCOMPLETE } from '../syntax/head-end.ts'

/** A proxy that is asked for a tunnel (RFC 9110, section 9.3.6). */
export type TunnelProxy = {
  readonly host: string
  readonly port: number
  /** Value of Proxy-Authorization; empty = none is sent. */
  readonly authorization: string
}

/** Longest head of the proxy's answer, bytes. */
const MAX_ANSWER_BYTES = 16_384

/**
 * Makes the `open` of an upstream's origin: TLS to the upstream through the proxy's tunnel. What the handshake needs is in
 * `tls`; how long it may all take is the pool's connect limit.
 */
export function throughProxy(
  place: { readonly host: string; readonly port: number },
  tls: ConnectionOptions,
  proxy: TunnelProxy,
): (onread: OnReadOpts) => Socket {
  return (onread) => {
    const tunnel = new ProxyTunnel(place, proxy)
    const socket = connectTls({ ALPNProtocols: ['http/1.1'], ...tls, host: place.host, socket: tunnel })
    // A socket over a stream has no reading into given bytes of its own.
    socket.on('data', (bytes: Buffer) => handOver(bytes, onread))
    return socket
  }
}

/** The connection to a proxy, which becomes one to the upstream when the proxy agrees; until then it takes and gives nothing. */
class ProxyTunnel extends Duplex {
  readonly #proxy: Socket
  #answer = Buffer.alloc(0)
  #open = false
  /** What was written before the proxy agreed. */
  #early: (() => void) | undefined

  constructor(
    { host, port }: { readonly host: string; readonly port: number },
    { authorization, ...proxy }: TunnelProxy,
  ) {
    super({ allowHalfOpen: true })
    const authority = `${isIPv6(host) ? `[${host}]` : host}:${port}`
    const lines = authorization === '' ? '' : `Proxy-Authorization: ${authorization}\r\n`
    this.#proxy = connectTcp({ ...proxy, noDelay: true, allowHalfOpen: true }, () =>
      this.#proxy.write(`CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n${lines}\r\n`, 'latin1'),
    )
    this.#proxy.on('data', (bytes: Buffer) => this.#onData(bytes))
    this.#proxy.on('error', (error) => this.destroy(error))
    this.#proxy.on('end', () => this.#onEnd())
    this.#proxy.on('close', () => this.destroy())
  }

  override _write(bytes: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    const send = () => {
      this.#proxy.write(bytes, done)
    }
    if (this.#open) send()
    else this.#early = send
  }

  override _final(done: () => void): void {
    this.#proxy.end(done)
  }

  override _read(): void {
    if (this.#open) this.#proxy.resume()
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#proxy.destroy()
    done(error)
  }

  #onData(bytes: Buffer): void {
    if (this.#open) {
      if (!this.push(bytes)) this.#proxy.pause()
      return
    }
    this.#answer = Buffer.concat([this.#answer, bytes])
    const end = findHeadEnd(this.#answer, 0, 0, this.#answer.length)
    if (end === INCOMPLETE && this.#answer.length <= MAX_ANSWER_BYTES) return
    const [, status = ''] = /^HTTP\/1\.[01] (\d{3})[ \r]/.exec(this.#answer.toString('latin1', 0, 16)) ?? []
    // Nothing may follow the head before the upstream was spoken to.
    if (!status.startsWith('2') || end !== this.#answer.length) {
      this.destroy(new Error(`the proxy refuses the tunnel${status === '' ? '' : ` with ${status}`}`))
      return
    }
    this.#answer = Buffer.alloc(0)
    this.#open = true
    this.#early?.()
    this.#early = undefined
  }

  #onEnd(): void {
    if (this.#open) this.push(null)
    else this.destroy(new Error('the proxy closed the connection'))
  }
}
