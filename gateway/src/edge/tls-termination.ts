import type { Socket } from 'node:net'
import { createServer as createTlsServer, type TLSSocket, type Server as TlsServer } from 'node:tls'
import { normalHost } from './asked-hosts.ts'
import { byServerName } from './by-server-name.ts'
import { noteClient } from './client-tls.ts'
import {
  type ApiTls,
  askedDigest,
  askingSessions,
  type CertificatePair,
  contextOptions,
  type NameTable,
  namesOf,
  nameTable,
  noApiTls,
  type SecureContexts,
  type SessionScope,
  secureContexts,
  silentSessions,
  type TlsSettings,
} from './tls-certificates.ts'

export type TlsTerminationParts = {
  readonly tls: TlsSettings
  readonly ticketKeys: Uint8Array
  readonly protocols: readonly string[]
  readonly handshakeMs: number
  readonly onProtocolError: (reason: string, remoteAddress: string) => void
  readonly onUnusableCertificate: (certificate: CertificatePair, reason: string) => void
  /** Takes each secured connection whose client is welcome. */
  readonly handOn: (socket: TLSSocket) => void
}

/** Secures connections that others accept. */
export interface TlsTermination {
  /** It may be paused, with bytes put back. */
  secure(socket: Socket): void
  /** From the next handshake on; running connections stay. Throws when these cannot be used: then nothing changes. */
  replaceSettings(tls: TlsSettings): void
  useApis(apis: ApiTls): void
}

/** Does handshakes: of clients who are all asked for a certificate, or none of whom is. */
type Handshakes = { readonly server: TlsServer; readonly contexts: SecureContexts }

/** Throws when the settings cannot be used. */
export function tlsTermination(parts: TlsTerminationParts): TlsTermination {
  let tls = parts.tls
  let apis = noApiTls
  let names = settingsNames(tls)
  let silent = handshakes(silentSessions(parts.ticketKeys), false)
  // Made when the first client is asked, and anew when what it is judged by has changed.
  let asking: Handshakes | undefined
  let clientDigest = ''

  function handshakes(sessions: SessionScope, asks: boolean): Handshakes {
    const [first] = tls.certificates
    if (first === undefined) throw new Error('TLS needs at least one certificate')
    const contexts = secureContexts(tls, sessions, parts.onUnusableCertificate)
    const server = createTlsServer(
      {
        ...contextOptions(tls, first, sessions),
        ALPNProtocols: [...parts.protocols],
        SNICallback(serverName, done) {
          const pair = certificateFor(normalHost(serverName))
          done(null, pair && contexts.of(pair))
        },
        requestCert: asks,
        rejectUnauthorized: asks && tls.clientCertificates === 'required',
        handshakeTimeout: parts.handshakeMs,
      },
      (socket) => welcome(socket, asks),
    )
    server.on('tlsClientError', (error: NodeJS.ErrnoException, socket) => {
      parts.onProtocolError(`TLS: ${error.code ?? error.message}`, socket.remoteAddress ?? '')
      socket.destroy()
    })
    return { server, contexts }
  }

  /** Those of the settings come first, with their wildcards too; undefined = the first of them. */
  function certificateFor(host: string | undefined): CertificatePair | undefined {
    return host === undefined ? undefined : (names.find(host) ?? apis.certificateFor(host))
  }

  function asksFor(host: string | undefined): boolean {
    return tls.clientCertificates !== 'none' || apis.asked.has(host)
  }

  function welcome(socket: TLSSocket, asks: boolean): void {
    if (isUnwelcome(socket, tls, apis)) {
      parts.onProtocolError('TLS: the client’s certificate is not accepted', socket.remoteAddress ?? '')
      socket.destroy()
      return
    }
    noteClient(socket, asks ? undefined : (authority) => asksFor(normalHost(authority)))
    parts.handOn(socket)
  }

  function shake(socket: Socket, asks: boolean): void {
    if (asks) asking ??= handshakes(askingSessions(parts.ticketKeys, tls, clientDigest), true)
    const by = asks ? asking : silent
    by?.server.emit('connection', socket)
  }

  return {
    secure(socket) {
      if (tls.clientCertificates !== 'none' || apis.asked.always) shake(socket, true)
      else if (!apis.asked.ever) shake(socket, false)
      else {
        const remoteAddress = socket.remoteAddress ?? ''
        byServerName(socket, parts.handshakeMs, {
          known: (known, serverName) => shake(known, asksFor(normalHost(serverName))),
          nobody: (_gone, reason) => parts.onProtocolError(reason, remoteAddress),
        })
      }
    },
    replaceSettings(next) {
      const nextNames = settingsNames(next)
      const before = tls
      tls = next
      try {
        silent = handshakes(silentSessions(parts.ticketKeys), false)
      } catch (error) {
        tls = before
        throw error
      }
      names = nextNames
      asking = undefined
    },
    useApis(next) {
      apis = next
      const digest = askedDigest(tls, apis)
      if (digest !== clientDigest) asking = undefined
      clientDigest = digest
      const isThere = (pair: CertificatePair) => tls.certificates.includes(pair) || next.holds(pair)
      silent.contexts.retain(isThere)
      asking?.contexts.retain(isThere)
    },
  }
}

function settingsNames({ certificates }: TlsSettings): NameTable<CertificatePair> {
  return nameTable(certificates.map((pair) => [namesOf(pair), pair] as const))
}

/** A certificate that the settings ask for but do not demand is none, a good one, or one that the store has. */
function isUnwelcome(socket: TLSSocket, { clientCertificates }: TlsSettings, apis: ApiTls): boolean {
  if (clientCertificates !== 'optional' || socket.authorized) return false
  const shown = socket.getPeerX509Certificate()
  return shown !== undefined && !apis.knows(shown.fingerprint256.replaceAll(':', '').toLowerCase())
}
