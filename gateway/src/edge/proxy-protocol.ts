import type { Socket } from 'node:net'
import { plainAddress } from '@tollgate/http1/connection/address-count'
import { byProxyHeader } from '@tollgate/http1/connection/by-proxy-header'

/** Load balancers that say by the PROXY protocol which client a connection is of. */
export type TrustedProxies = { has(address: string): boolean }

/** How connections begin. */
export interface ProxyProtocol {
  /**
   * Hands the connection on when it is known whose it is: at once, unless its peer is one that must say so first. It may be
   * paused then, with bytes put back.
   */
  await(socket: Socket, next: (socket: Socket) => void): void
  /** The client's address, where a balancer has told it; of the connection itself, or of the TLS over it. */
  clientOf(socket: Socket): string | undefined
  /** Connections whose balancer has not spoken yet. */
  readonly pending: ReadonlySet<Socket>
}

export type ProxyProtocolParts = {
  /** undefined = nobody is listened to. */
  readonly proxyProtocolFrom: TrustedProxies | undefined
  readonly waitMs: number
  readonly onProtocolError: (reason: string, remoteAddress: string) => void
}

/** Makes the PROXY protocol reader of one listener. */
export function proxyProtocol({
  proxyProtocolFrom,
  waitMs,
  onProtocolError,
}: ProxyProtocolParts): ProxyProtocol {
  // By the balancer's end, which a connection and the TLS over it have in common, and nobody else at the time.
  const clients = new Map<string, string>()
  const pending = new Set<Socket>()

  function remember(socket: Socket, address: string): void {
    const end = endOf(socket)
    clients.set(end, address)
    socket.once('close', () => clients.delete(end))
  }

  return {
    pending,
    clientOf: (socket) => (proxyProtocolFrom === undefined ? undefined : clients.get(endOf(socket))),
    await(socket, next) {
      const peer = plainAddress(socket.remoteAddress ?? '')
      if (!proxyProtocolFrom?.has(peer)) {
        next(socket)
        return
      }
      pending.add(socket)
      byProxyHeader(socket, waitMs, {
        known(known, address) {
          pending.delete(known)
          if (address !== undefined) remember(known, address)
          next(known)
        },
        nobody(gone, reason) {
          pending.delete(gone)
          onProtocolError(reason, peer)
        },
      })
    },
  }
}

function endOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`
}
