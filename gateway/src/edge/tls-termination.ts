import type { X509Certificate } from 'node:crypto'
import type { Socket } from 'node:net'
import { createServer as createTlsServer, type TLSSocket, type Server as TlsServer } from 'node:tls'
import { fingerprintOf, noteClient } from '../pipeline/client-tls.ts'
import type { CertificatePair, TlsSettings } from '../settings.ts'
import { normalHost } from './asked-hosts.ts'
import { byServerName } from './by-server-name.ts'
import type { Revocation } from './revocation-lists.ts'
import {
  type ApiTls,
  askedDigest,
  askingSessions,
  contextOptions,
  listsOf,
  type NameTable,
  namesOf,
  nameTable,
  noApiTls,
  type SecureContexts,
  type SessionScope,
  secureContexts,
  silentSessions,
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
  let revocation = listsOf(tls)
  // Connections whose client has shown a certificate.
  const shown = new Map<TLSSocket, X509Certificate>()
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
    const certificate = asks ? socket.getPeerX509Certificate() : undefined
    const judged = certificate && judge(certificate)
    const reason = certificate && unwelcome(socket, certificate, judged)
    if (reason !== undefined) {
      parts.onProtocolError(`TLS: the client’s certificate ${reason}`, socket.remoteAddress ?? '')
      socket.destroy()
      return
    }
    const revocation = judged === 'stranger' ? undefined : judged
    noteClient(socket, certificate, revocation, asks ? undefined : (host) => asksFor(normalHost(host)))
    if (certificate !== undefined) {
      shown.set(socket, certificate)
      socket.once('close', () => shown.delete(socket))
    }
    parts.handOn(socket)
  }

  function judge(certificate: X509Certificate): Revocation {
    return revocation.lists.length === 0 ? undefined : revocation.judge(certificate, Date.now())
  }

  /** Why a client is not let in; what an API alone asks for is judged with the request. */
  function unwelcome(
    { authorized }: TLSSocket,
    certificate: X509Certificate,
    judged: Revocation,
  ): string | undefined {
    if (tls.clientCertificates === 'none') return undefined
    if (judged === 'revoked') return 'is revoked'
    if (judged === 'unknown') return 'may be revoked: a list of its authorities has expired'
    // Where a certificate is demanded, a bad one has been refused already.
    if (authorized || tls.clientCertificates === 'required')
      return judged === 'stranger' ? 'may be revoked: the settings do not have its authority' : undefined
    // One that the settings ask for but do not demand is a good one, or one that the store has.
    return apis.knows(fingerprintOf(certificate)) ? undefined : 'is not accepted'
  }

  /** Who has been revoked meanwhile is not served on any longer. */
  function endRevoked(): void {
    for (const [socket, certificate] of shown) {
      if (judge(certificate) !== 'revoked') continue
      parts.onProtocolError('TLS: the client’s certificate has been revoked', socket.remoteAddress ?? '')
      socket.destroy()
    }
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
      const nextRevocation = listsOf(next)
      const before = tls
      tls = next
      try {
        silent = handshakes(silentSessions(parts.ticketKeys), false)
      } catch (error) {
        tls = before
        throw error
      }
      names = nextNames
      revocation = nextRevocation
      asking = undefined
      endRevoked()
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
