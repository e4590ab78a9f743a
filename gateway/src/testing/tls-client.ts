import { once } from 'node:events'
import { type ClientHttp2Session, connect as connectHttp2 } from 'node:http2'
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls'
import type { Issued } from './issue.ts'

/** What a test's client says in the handshake. */
export type Asking = ConnectionOptions & { readonly as?: Issued | undefined }

/** What a client asked, got, and may resume by. */
export type Asked = {
  /** `closed` = the connection was ended without an answer. */
  readonly status: number | 'closed'
  readonly reused: boolean
  readonly session: Buffer | undefined
}

function options(port: number, { as, ...more }: Asking): ConnectionOptions {
  const own = as === undefined ? {} : { cert: as.certificate, key: as.key }
  return { host: '127.0.0.1', port, rejectUnauthorized: false, ...own, ...more }
}

/** A connection whose handshake is done. */
export async function secured(port: number, asking: Asking = {}): Promise<TLSSocket> {
  const socket = connect(options(port, asking))
  await once(socket, 'secureConnect')
  return socket
}

/** Common name of the certificate that is shown to a client. */
export async function shownTo(port: number, asking: Asking): Promise<string> {
  const socket = await secured(port, asking)
  const { CN } = socket.getPeerCertificate().subject
  socket.destroy()
  return String(CN)
}

/** One request by HTTP/1.1 over a connection of its own. */
export async function ask(port: number, path: string, host: string, asking: Asking = {}): Promise<Asked> {
  const socket = connect(options(port, asking))
  let session: Buffer | undefined
  let text = ''
  socket.on('session', (ticket) => {
    session = ticket
  })
  socket.on('data', (chunk) => {
    text += String(chunk)
    if (text.includes('\r\n\r\n')) socket.end()
  })
  let reused = false
  socket.on('secureConnect', () => {
    reused = socket.isSessionReused()
    socket.write(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)
  })
  // A client that is cut off gets an error or not, as it happens.
  socket.on('error', () => {})
  await new Promise((resolve) => socket.once('close', resolve))
  const status = /^HTTP\/1\.1 (\d{3})/.exec(text)?.[1]
  return { status: status === undefined ? 'closed' : Number(status), reused, session }
}

/** A session of HTTP/2, and what it was begun with. */
export type Http2Asking = {
  readonly session: ClientHttp2Session
  readonly reused: boolean
  readonly ticket: Promise<Buffer>
  /** The status of a request to that authority. */
  ask(path: string, authority: string): Promise<number | 'closed'>
  close(): void
}

export async function overHttp2(port: number, asking: Asking = {}): Promise<Http2Asking> {
  const socket = connect({ ...options(port, asking), ALPNProtocols: ['h2'] })
  const ticket = new Promise<Buffer>((resolve) => socket.once('session', resolve))
  await once(socket, 'secureConnect')
  const session = connectHttp2('https://gate', { createConnection: () => socket })
  session.on('error', () => {})
  return {
    session,
    ticket,
    reused: socket.isSessionReused(),
    ask(path, authority) {
      const stream = session.request({ ':path': path, ':authority': authority })
      return new Promise((resolve) => {
        stream.on('error', () => resolve('closed'))
        stream.on('close', () => resolve('closed'))
        stream.on('response', (headers) => {
          stream.resume()
          resolve(Number(headers[':status']))
        })
      })
    },
    close: () => session.destroy(),
  }
}
