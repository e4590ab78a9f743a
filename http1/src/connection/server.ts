import { createServer, type Server, type Socket } from 'node:net'
import { BodyBudget } from '../exchange/body-budget.ts'
import type { Handler } from '../exchange.ts'
import type { ServerLimits } from '../limits.ts'
import { AddressCount, plainAddress } from './address-count.ts'
import { ClientConnection, type ServerContext } from './client-connection.ts'

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

/** Makes a server; nothing happens until `listen`. `addresses`, `bodies`: shared with whoever else serves the same clients. */
export function createHttpServer(
  handler: Handler,
  limits: ServerLimits,
  addresses = new AddressCount(limits.maxConnectionsPerAddress),
  bodies = new BodyBudget(limits.maxBufferedBodyBytes),
): HttpServer {
  let onEmpty: (() => void) | undefined
  const context: ServerContext = {
    handler,
    limits,
    bodies,
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
