import { createServer, type Server, type Socket } from 'node:net'
import type { Handler } from '../exchange.ts'
import { AddressCount, plainAddress } from './address-count.ts'
import { ClientConnection, type ServerContext } from './client-connection.ts'

/** Every bound of the client's side; times in milliseconds, sizes in bytes. */
export type ServerLimits = {
  /** Connections at a time; further ones are closed at once. */
  readonly maxConnections: number
  /** Of these, from one client address (one /64 network of IPv6); 0 for no bound. */
  readonly maxConnectionsPerAddress: number
  /** Request line and headers together. */
  readonly maxHeadBytes: number
  readonly maxTargetBytes: number
  readonly maxHeaders: number
  /** Body of one request, decoded; 0 for no bound. */
  readonly maxBodyBytes: number
  /** Bytes of later requests that wait while one is handled. */
  readonly maxPipelinedBytes: number
  /** Bytes of an unread body that are read and dropped to keep a connection. */
  readonly maxDrainBytes: number
  /** After the last answer, a client may go on sending so much before it is cut off: a reset would destroy the answer. */
  readonly maxLingerBytes: number
  /** Chunk extensions, and trailers, of one body. */
  readonly maxChunkExtensionBytes: number
  readonly maxTrailerBytes: number
  /** Requests on one connection; 0 for no bound. */
  readonly maxRequestsPerConnection: number
  /** From the first byte of a head to its last; also for the first byte on a new connection. */
  readonly headerMs: number
  /** Between two requests. */
  readonly idleMs: number
  /** After the last answer, for the client to close. */
  readonly lingerMs: number
  /** Without any progress of a body, in either direction. */
  readonly bodyProgressMs: number
  /** The least rate of a request's body over the time that the client is waited for; 0 for none. */
  readonly minBodyBytesPerSecond: number
  /** So long it may be slower. */
  readonly bodyRateGraceMs: number
  /** From a request's head to the last byte of its answer; 0 for no bound. A tunnel is exempt once it stands. */
  readonly exchangeMs: number
  /** A tunnel (WebSocket or another upgrade) without a byte in either direction. */
  readonly tunnelIdleMs: number
}

/** The bounds in force where the configuration says nothing. */
export const defaultServerLimits: ServerLimits = {
  maxConnections: 20_000,
  maxConnectionsPerAddress: 0,
  maxHeadBytes: 32_768,
  maxTargetBytes: 8_192,
  maxHeaders: 100,
  maxBodyBytes: 0,
  maxPipelinedBytes: 65_536,
  maxDrainBytes: 65_536,
  maxLingerBytes: 1_048_576,
  maxChunkExtensionBytes: 4_096,
  maxTrailerBytes: 8_192,
  maxRequestsPerConnection: 0,
  headerMs: 15_000,
  idleMs: 65_000,
  lingerMs: 2_000,
  bodyProgressMs: 30_000,
  minBodyBytesPerSecond: 100,
  bodyRateGraceMs: 20_000,
  exchangeMs: 0,
  tunnelIdleMs: 300_000,
}

/** Where to listen; `reusePort` lets several threads share the port. */
export type ListenOptions = { readonly host: string; readonly port: number; readonly reusePort: boolean }

export interface HttpServer {
  /** Resolves with the port. */
  listen(options: ListenOptions): Promise<number>
  /**
   * Serves a connection that was accepted elsewhere, behind TLS for instance; half-open, so that its end is ours to judge.
   * `remoteAddress`: of the client, where that is not the peer.
   */
  handleSocket(socket: Socket, remoteAddress?: string): void
  /** From now on every answer is the last of its connection; nothing is closed yet. */
  drain(): void
  /** Stops accepting, lets running exchanges finish with `Connection: close`, destroys what is left after `graceMs`. */
  close(graceMs: number): Promise<void>
}

/** Makes a server; nothing happens until `listen`. `addresses`: shared with whoever else serves the same clients. */
export function createHttpServer(
  handler: Handler,
  limits: ServerLimits,
  addresses = new AddressCount(limits.maxConnectionsPerAddress),
): HttpServer {
  let onEmpty: (() => void) | undefined
  const context: ServerContext = {
    handler,
    limits,
    connections: new Set(),
    closing: false,
    onClosed(connection) {
      addresses.leave(connection.remoteAddress)
      if (context.connections.size === 0) onEmpty?.()
    },
  }
  // Half-open, so that it is the connection's own code that decides what the end of a client's bytes means.
  const handleSocket = (socket: Socket, remoteAddress = socket.remoteAddress ?? ''): void => {
    const address = plainAddress(remoteAddress)
    if (!addresses.enter(address)) {
      socket.destroy()
      handler.onProtocolError?.('too many connections of one client', address, 0)
      return
    }
    context.connections.add(new ClientConnection(socket, context, address))
  }
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => handleSocket(socket))
  server.maxConnections = limits.maxConnections
  server.on('drop', (dropped) =>
    handler.onProtocolError?.('too many connections', plainAddress(dropped?.remoteAddress ?? ''), 0),
  )
  return {
    listen: ({ host, port, reusePort }) => listen(server, { host, port, reusePort }),
    handleSocket,
    drain() {
      context.closing = true
    },
    async close(graceMs) {
      context.closing = true
      const stopped = new Promise<void>((resolve) => server.close(() => resolve()))
      const empty = new Promise<void>((resolve) => {
        onEmpty = resolve
        if (context.connections.size === 0) resolve()
      })
      for (const connection of context.connections) if (connection.isIdle) connection.destroy()
      const timeout = setTimeout(() => {
        for (const connection of context.connections) connection.destroy()
      }, graceMs)
      await empty
      clearTimeout(timeout)
      await stopped
    },
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
