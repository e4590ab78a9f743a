import { createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer, type TLSSocket, type Server as TlsServer } from 'node:tls'
import { byPreface, type Takers } from '@tollgate/http1/h2/preface'
import type { Http2Server } from '@tollgate/http1/h2/server'
import type { HttpServer, ListenOptions } from '@tollgate/http1/server'
import { type CertificateBook, certificateBook, type TlsSettings } from './tls-certificates.ts'

/** What stands behind the door. */
export type EntranceParts = {
  readonly http1: HttpServer
  /** undefined = HTTP/1.1 alone is spoken. */
  readonly http2: Http2Server | undefined
  /** undefined = plain. */
  readonly tls: TlsSettings | undefined
  readonly ticketKeys: Uint8Array
  /** Connections at a time; further ones are closed at once. */
  readonly maxConnections: number
  /** For a handshake to be done, or the first bytes to come, milliseconds. */
  readonly handshakeMs: number
  /** At the close: for how long the door stays open to say that the gate is about to close, milliseconds. */
  readonly drainMs: number
  /** A connection came to nothing before there was a request. */
  readonly onProtocolError: (reason: string, remoteAddress: string) => void
}

/** The gateway's port: takes connections, secures them, and hands each to who speaks its protocol. */
export interface Entrance {
  /** Resolves with the port. */
  listen(options: ListenOptions): Promise<number>
  /** Uses other certificates from the next handshake on; running connections stay. Throws when these cannot be used. */
  replaceCertificates(tls: TlsSettings): void
  /**
   * Says in every answer that it is the last of its connection, and goes on taking new ones for at most `drainMs`, so
   * that nobody loses a request that was on its way; then closes the door, and lets what runs finish within `graceMs`.
   */
  close(graceMs: number): Promise<void>
}

/** How often a drain looks whether everybody has left, milliseconds. */
const DRAIN_LOOK_MS = 20

/** Makes the entrance; nothing happens until `listen`. Throws when the certificates cannot be used. */
export function createEntrance(parts: EntranceParts): Entrance {
  const door = parts.tls === undefined ? plainDoor(parts) : tlsDoor(parts, parts.tls)
  const { server } = door
  server.maxConnections = parts.maxConnections
  server.on('drop', (dropped) => parts.onProtocolError('too many connections', dropped?.remoteAddress ?? ''))

  return {
    listen: (options) => listen(server, options),
    replaceCertificates: door.replaceCertificates,
    async close(graceMs) {
      const startedAt = performance.now()
      parts.http1.drain()
      parts.http2?.drain()
      const drainMs = Math.min(parts.drainMs, graceMs)
      while (performance.now() - startedAt < drainMs && (await connectionsOf(server)) > 0)
        await pause(DRAIN_LOOK_MS)
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      const leftMs = Math.max(0, graceMs - (performance.now() - startedAt))
      await Promise.all([parts.http1.close(leftMs), parts.http2?.close(leftMs)])
      for (const socket of door.unspoken) socket.destroy()
      await closed
    },
  }
}

type Door = {
  readonly server: Server
  /** Connections that nobody has taken yet: whose handshake is under way, or who have not said a word. */
  readonly unspoken: ReadonlySet<Socket>
  readonly replaceCertificates: Entrance['replaceCertificates']
}

function plainDoor({ http1, http2, handshakeMs }: EntranceParts): Door {
  const unspoken = new Set<Socket>()
  const takers: Takers | undefined = http2 && {
    http1(socket) {
      unspoken.delete(socket)
      http1.handleSocket(socket)
    },
    http2(socket) {
      unspoken.delete(socket)
      http2.handleSocket(socket)
    },
    nobody: (socket) => unspoken.delete(socket),
  }
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    if (takers === undefined) {
      http1.handleSocket(socket)
      return
    }
    unspoken.add(socket)
    byPreface(socket, handshakeMs, takers)
  })
  return {
    server,
    unspoken,
    replaceCertificates() {
      throw new Error('the gateway was started without TLS')
    },
  }
}

function tlsDoor(parts: EntranceParts, tls: TlsSettings): Door {
  let settings = tls
  let book = certificateBook(tls, parts.ticketKeys)
  const server: TlsServer = createTlsServer(
    {
      ...book.fallback,
      ALPNProtocols: parts.http2 === undefined ? ['http/1.1'] : ['h2', 'http/1.1'],
      SNICallback: (host, done) => done(null, book.find(host)),
      requestCert: tls.clientCertificates !== 'none',
      rejectUnauthorized: tls.clientCertificates === 'required',
      handshakeTimeout: parts.handshakeMs,
      allowHalfOpen: true,
      noDelay: true,
    },
    (socket) => {
      if (isUnwelcome(socket, settings)) {
        parts.onProtocolError('TLS: the client’s certificate is not accepted', socket.remoteAddress ?? '')
        socket.destroy()
        return
      }
      if (socket.alpnProtocol === 'h2') parts.http2?.handleSocket(socket)
      else parts.http1.handleSocket(socket)
    },
  )
  // Node does not tell which of these a secured connection came from, so they stay here until their end.
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  server.on('tlsClientError', (error: NodeJS.ErrnoException, socket) => {
    parts.onProtocolError(`TLS: ${error.code ?? error.message}`, socket.remoteAddress ?? '')
    socket.destroy()
  })
  return {
    server,
    unspoken: sockets,
    replaceCertificates(next) {
      if (next.clientCertificates !== settings.clientCertificates)
        throw new Error('whether clients present certificates cannot be changed without a restart')
      const nextBook: CertificateBook = certificateBook(next, parts.ticketKeys)
      book = nextBook
      settings = next
      server.setSecureContext(nextBook.fallback)
    },
  }
}

/** A certificate that was asked for but not demanded is none, or a good one. */
function isUnwelcome(socket: TLSSocket, { clientCertificates }: TlsSettings): boolean {
  if (clientCertificates !== 'optional' || socket.authorized) return false
  return socket.getPeerX509Certificate() !== undefined
}

function listen(server: Server, options: ListenOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(options, () => {
      server.off('error', reject)
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : options.port)
    })
  })
}

function connectionsOf(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.getConnections((error, count) => (error ? reject(error) : resolve(count)))
  })
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
