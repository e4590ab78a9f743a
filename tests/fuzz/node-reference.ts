import http from 'node:http'
import net from 'node:net'
import { digest } from './tagging-upstream.ts'

/** What Node's own parser makes of a stream: digests of the bodies of whole requests, and its error. */
export type Reference = { readonly accepted: readonly string[]; readonly error: string }

type Seen = { accepted: string[]; error: string }

/** A server of node:http, strict as it comes, that says what it has read of each connection. */
export class NodeReference {
  readonly #server: http.Server
  /** Of the connections that are being read, each taken out by its reader. */
  readonly #byPort = new Map<number, Seen>()
  readonly #arrivals = new Map<number, () => void>()
  /** A socket that is closed no longer knows its port. */
  readonly #bySocket = new WeakMap<object, Seen>()
  #port = 0

  constructor() {
    this.#server = http.createServer({ insecureHTTPParser: false }, (request, response) => {
      const seen = this.#of(request.socket)
      let body = ''
      request.on('data', (bytes: Buffer) => {
        body += bytes.toString('latin1')
      })
      request.on('error', () => response.destroy())
      request.on('end', () => {
        seen.accepted.push(digest(body))
        response.end('ok')
      })
    })
    this.#server.on('connection', (socket) => {
      const seen = { accepted: [], error: '' }
      this.#bySocket.set(socket, seen)
      const port = socket.remotePort ?? 0
      this.#byPort.set(port, seen)
      this.#arrivals.get(port)?.()
    })
    this.#server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
      this.#of(socket).error = error.code ?? error.message
      socket.destroy()
    })
    this.#server.on('connect', (request, socket) => {
      this.#of(request.socket).error = 'CONNECT'
      socket.destroy()
    })
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    const address = this.#server.address()
    this.#port = typeof address === 'object' && address !== null ? address.port : 0
    return this
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  /** Sends the bytes at once and waits until nothing more comes of them. */
  async read(text: string, quietMs: number): Promise<Reference> {
    const socket = net.connect(this.#port, '127.0.0.1')
    await new Promise((resolve) => socket.once('connect', resolve))
    // The other end is of this process, and is accepted in a later turn. What an earlier connection of that port has said
    // was taken out by its own reader.
    const port = socket.localPort ?? 0
    if (!this.#byPort.has(port)) await new Promise<void>((resolve) => this.#arrivals.set(port, resolve))
    this.#arrivals.delete(port)
    let heard = 0
    socket.on('data', () => heard++)
    // The close that follows tells enough.
    socket.on('error', () => socket.destroy())
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
    socket.write(text, 'latin1')
    for (let before = -1; heard !== before && !socket.destroyed; ) {
      before = heard
      await Promise.race([closed, quiet(quietMs)])
    }
    socket.destroy()
    const seen = this.#byPort.get(port)
    this.#byPort.delete(port)
    return seen ?? { accepted: [], error: '' }
  }

  #of(socket: object): Seen {
    return this.#bySocket.get(socket) ?? { accepted: [], error: '' }
  }
}

/** Enough for what was sent to be read, answered, and the answer read. */
const turns = 6

/** Lets time pass, and turns of this process too: on a busy machine the one does not mean the other. */
async function quiet(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms))
  for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve))
}

/** What Node's own client makes of a reply: its body's digest, or the error that it raises. */
export function nodeReadsReply(text: string, ends: boolean, quietMs: number): Promise<Reference> {
  return new Promise((resolve) => {
    const server = net.createServer((socket) => {
      socket.on('error', () => socket.destroy())
      socket.once('data', () => {
        socket.write(text, 'latin1')
        if (ends) socket.end()
      })
    })
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      const port = typeof address === 'object' && address !== null ? address.port : 0
      const request = http.get({ port, host: '127.0.0.1', agent: false, insecureHTTPParser: false })
      const timer = setTimeout(() => finish({ accepted: [], error: 'waits' }), quietMs)
      const finish = (reference: Reference) => {
        clearTimeout(timer)
        request.destroy()
        server.close()
        resolve(reference)
      }
      request.on('error', (error: NodeJS.ErrnoException) =>
        finish({ accepted: [], error: error.code ?? error.message }),
      )
      request.on('upgrade', () => finish({ accepted: [], error: 'upgrade' }))
      request.on('response', (response) => {
        let body = ''
        response.on('data', (bytes: Buffer) => {
          body += bytes.toString('latin1')
        })
        response.on('error', (error: NodeJS.ErrnoException) =>
          finish({ accepted: [], error: error.code ?? error.message }),
        )
        response.on('end', () => finish({ accepted: [digest(body)], error: '' }))
      })
    })
  })
}
