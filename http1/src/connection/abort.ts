import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'

/**
 * Breaks a connection off so that the peer notices: by a reset, as an orderly end could be taken for the end of what was
 * said. TLS has its own sign for an orderly end, which is left out; what is no TCP socket has no reset.
 */
export function abortSocket(socket: Socket): void {
  if (socket instanceof TLSSocket || socket.remoteAddress === undefined) socket.destroy()
  else socket.resetAndDestroy()
}
