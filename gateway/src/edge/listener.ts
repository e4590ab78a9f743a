import { createServer, type Server, type Socket } from 'node:net'
import type { HttpServer, ListenOptions } from '@tollgate/http1/connection/server'
import { byPreface, type ProtocolHandlers } from '@tollgate/http1/h2/preface'
import type { Http2Server } from '@tollgate/http1/h2/server'
import type { CertificatePair, TlsSettings } from '../settings.ts'
import { proxyProtocol, type TrustedProxies } from './proxy-protocol.ts'
import type { ApiTls } from './tls-certificates.ts'
import { tlsTermination } from './tls-termination.ts'

/** What a listener hands its connections to. */
export type ListenerParts = {
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
  /** Whose connections begin with a PROXY header; undefined = nobody's. */
  readonly proxyProtocolFrom: TrustedProxies | undefined
  /** At the close: for how long the port stays open to say that the gate is about to close, milliseconds. */
  readonly drainMs: number
  /** A connection came to nothing before there was a request. */
  readonly onProtocolError: (reason: string, remoteAddress: string) => void
  /** A certificate cannot be used for handshakes. */
  readonly onUnusableCertificate: (certificate: CertificatePair, reason: string) => void
}

/** The gateway's port: takes connections, secures them, and hands each to who speaks its protocol. */
export interface GatewayListener {
  /** Resolves with the port. */
  listen(options: ListenOptions): Promise<number>
  /** Uses other certificates from the next handshake on; running connections stay. Throws when these cannot be used. */
  replaceCertificates(tls: TlsSettings): void
  /** The same for what the APIs add; without TLS it changes nothing. */
  useApis(apis: ApiTls): void
  /**
   * Says in every answer that it is the last of its connection, and goes on taking new ones for at most `drainMs`, so
   * that nobody loses a request that was on its way; then stops listening, and lets what runs finish within `graceMs`.
   */
  close(graceMs: number): Promise<void>
}

/** How often a drain looks whether everybody has left, milliseconds. */
const DRAIN_LOOK_MS = 20

/** Makes the listener; nothing happens until `listen`. Throws when the certificates cannot be used. */
export function createListener(parts: ListenerParts): GatewayListener {
  const portServer = parts.tls === undefined ? plainServer(parts) : tlsServer(parts, parts.tls)
  const { server } = portServer
  server.maxConnections = parts.maxConnections
  server.on('drop', (dropped) => parts.onProtocolError('too many connections', dropped?.remoteAddress ?? ''))

  return {
    listen: (options) => listen(server, options),
    replaceCertificates: portServer.replaceCertificates,
    useApis: portServer.useApis,
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
      for (const socket of [...portServer.unspoken, ...portServer.pending]) socket.destroy()
      await closed
    },
  }
}

type PortServer = {
  readonly server: Server
  /** Connections that nobody has taken yet: whose handshake is under way, or who have not said a word. */
  readonly unspoken: ReadonlySet<Socket>
  /** Those whose balancer has not said whose they are. */
  readonly pending: ReadonlySet<Socket>
  readonly replaceCertificates: GatewayListener['replaceCertificates']
  readonly useApis: GatewayListener['useApis']
}

function plainServer(parts: ListenerParts): PortServer {
  const { http1, http2, handshakeMs } = parts
  const unspoken = new Set<Socket>()
  const begin = proxyProtocol({ ...parts, waitMs: handshakeMs })
  const handlers: ProtocolHandlers | undefined = http2 && {
    http1(socket) {
      unspoken.delete(socket)
      http1.handleSocket(socket, begin.clientOf(socket))
    },
    http2(socket) {
      unspoken.delete(socket)
      http2.handleSocket(socket, begin.clientOf(socket))
    },
    nobody: (socket) => unspoken.delete(socket),
  }
  const serve = (socket: Socket): void => {
    if (handlers === undefined) {
      http1.handleSocket(socket, begin.clientOf(socket))
    } else {
      unspoken.add(socket)
      byPreface(socket, handshakeMs, handlers)
    }
    if (socket.isPaused()) socket.resume()
  }
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => begin.await(socket, serve))
  return {
    server,
    unspoken,
    pending: begin.pending,
    replaceCertificates() {
      throw new Error('the gateway was started without TLS')
    },
    useApis() {},
  }
}

function tlsServer(parts: ListenerParts, tls: TlsSettings): PortServer {
  const begin = proxyProtocol({ ...parts, waitMs: parts.handshakeMs })
  const termination = tlsTermination({
    ...parts,
    tls,
    protocols: parts.http2 === undefined ? ['http/1.1'] : ['h2', 'http/1.1'],
    handOn(socket) {
      const client = begin.clientOf(socket)
      if (socket.alpnProtocol === 'h2') parts.http2?.handleSocket(socket, client)
      else parts.http1.handleSocket(socket, client)
    },
  })
  const sockets = new Set<Socket>()
  const secure = (socket: Socket): void => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    termination.secure(socket)
  }
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => begin.await(socket, secure))
  return {
    server,
    pending: begin.pending,
    // A secured connection does not tell which of these it came from, so they stay here until their end.
    unspoken: sockets,
    replaceCertificates: termination.replaceSettings,
    useApis: termination.useApis,
  }
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
