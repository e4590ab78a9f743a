import { connect as connectTcp, isIP, type OnReadOpts, type Socket } from 'node:net'
import { type ConnectionOptions, connect as connectTls, TLSSocket } from 'node:tls'
import type { UpstreamOrigin } from '../limits.ts'

/**
 * Begins to connect to an origin. `protocol`: what is offered by ALPN where TLS is spoken. `onread`: whose bytes are read
 * into; the usual events tell of them where it is left out.
 */
export function openSocket(origin: UpstreamOrigin, protocol: 'http/1.1' | 'h2', onread?: OnReadOpts): Socket {
  const { host, port, socketPath, tls, lookup } = origin
  if (onread !== undefined && origin.open !== undefined) return origin.open(onread)
  // Of several addresses Node tries one after the other until one answers (autoSelectFamily, on by itself).
  const place =
    socketPath === undefined ? { host, port, ...(lookup !== undefined && { lookup }) } : { path: socketPath }
  // HTTP/2 knows no half a connection.
  const reading = onread === undefined ? {} : { onread, allowHalfOpen: true }
  if (tls === undefined) return connectTcp({ ...place, ...reading, noDelay: true })
  // The reading option is documented for tls.connect too, but missing from the published types.
  const options: ConnectionOptions & { onread?: OnReadOpts; allowHalfOpen?: boolean } = {
    ...place,
    ...(isIP(host) === 0 && { servername: host }),
    ALPNProtocols: [protocol],
    ...tls,
    ...(protocol === 'h2' && { ALPNProtocols: [protocol] }),
    ...reading,
  }
  const socket = connectTls(options)
  socket.setNoDelay(true)
  return socket
}

/** Why a connection that stands is not to be used. */
export function unfitness(origin: UpstreamOrigin, socket: Socket): Error | undefined {
  return socket instanceof TLSSocket ? origin.accept?.(socket) : undefined
}
