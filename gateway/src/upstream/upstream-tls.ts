import { createHash } from 'node:crypto'
import { isIP } from 'node:net'
import {
  type ConnectionOptions,
  checkServerIdentity,
  createSecureContext,
  getCACertificates,
  type PeerCertificate,
  type SecureContext,
  type TLSSocket,
} from 'node:tls'
import type { ApiDefinition } from '@tollgate/model/definition/api-definition'
import { certificateUse, forHost } from '@tollgate/model/definition/certificate-use'
import type { UpstreamTls as AskedTls } from '@tollgate/model/features/upstream-transport'
import { CompileError } from '../pipeline/compile-error.ts'

/** A certificate (chain) and its key, both PEM. */
export type IdentifiedPair = { readonly id: string; readonly certificate: string; readonly key: string }

/** The certificates that definitions may name for their upstreams. */
export interface UpstreamCertificates {
  /** With its private key. Throws `CertificateMissing`. */
  pair(orgId: string, id: string): IdentifiedPair
  /** SHA-256 (hex) of the public key's SPKI. Throws `CertificateMissing`. */
  publicKey(orgId: string, id: string): string
}

/** How the connections to an API's targets are secured, as its definition says; part of a pool's identity. */
export type TransportSettings = AskedTls & {
  /** What the gate shows to upstreams that ask for a certificate. */
  readonly clientCertificate: IdentifiedPair | undefined
  /** SHA-256 (hex) of the public keys of which the upstream's must be one; empty = any. */
  readonly pinnedKeys: readonly string[]
}

/** Tells the settings for one host: certificates and pins are named by it. */
export type TransportFor = (host: string, port: number) => TransportSettings

/** Adds what is stored to what a definition asks for. Throws `CertificateMissing` for certificates that are not there. */
export function transportSettings(
  asked: AskedTls,
  definition: ApiDefinition,
  certificates: UpstreamCertificates,
): TransportFor {
  const common: TransportSettings = { ...asked, clientCertificate: undefined, pinnedKeys: [] }
  const { upstream, pinned } = certificateUse(definition)
  if (upstream.length === 0 && pinned.length === 0) return () => common
  const orgId = definition.org_id ?? ''
  return (host, port) => {
    const certificate = forHost(upstream, host, port)
    const pins = forHost(pinned, host, port) ?? []
    return {
      ...common,
      clientCertificate: certificate === undefined ? undefined : certificates.pair(orgId, certificate),
      pinnedKeys: pins.map((id) => certificates.publicKey(orgId, id)).sort(),
    }
  }
}

/** Kinds of transport whose contexts are kept; when there are more, all are made anew as they are needed. */
const MAX_CONTEXTS = 256

/** Two settings with one key are alike. A certificate's id is made from its content, so its key need not be in it. */
export function transportKey({ clientCertificate, ...rest }: TransportSettings): string {
  return JSON.stringify([rest, clientCertificate?.id ?? ''])
}

/** Why a connection whose handshake is done is not to be used: the upstream's key is none of those that are pinned. */
export function acceptPinned({
  pinnedKeys,
}: TransportSettings): ((socket: TLSSocket) => Error | undefined) | undefined {
  if (pinnedKeys.length === 0) return undefined
  return (socket) => {
    const key = socket.getPeerX509Certificate()?.publicKey.export({ type: 'spki', format: 'der' })
    const hash = key && createHash('sha256').update(key).digest('hex')
    if (hash !== undefined && pinnedKeys.includes(hash)) return undefined
    return new Error(`the upstream's public key ${hash ?? ''} is not pinned`)
  }
}

/** Makes the options of connections to a host. */
export type UpstreamTls = (host: string, transport: TransportSettings) => ConnectionOptions

/**
 * TLS towards upstreams: the certificates that Node and the system trust, and those of `ownAuthorities` (PEM). One
 * context per kind of transport, as reading all authorities takes longer than the handshake.
 */
export function upstreamTls(ownAuthorities: readonly string[]): UpstreamTls {
  const contexts = new Map<string, SecureContext>()
  let authorities: string[] | undefined

  function contextOf(transport: TransportSettings): SecureContext {
    const key = transportKey(transport)
    const known = contexts.get(key)
    if (known !== undefined) return known
    authorities ??= [
      ...new Set([...getCACertificates('default'), ...getCACertificates('system'), ...ownAuthorities]),
    ]
    const context = secureContext(transport, authorities)
    if (contexts.size >= MAX_CONTEXTS) contexts.clear()
    contexts.set(key, context)
    return context
  }

  return (host, transport) => ({
    secureContext: contextOf(transport),
    rejectUnauthorized: transport.verifyCertificates,
    ...(isIP(host) === 0 && { servername: host }),
    ...(transport.forceCommonName && { checkServerIdentity: checkCommonName }),
  })
}

function secureContext(transport: TransportSettings, ca: string[]): SecureContext {
  const { minVersion, maxVersion, ciphers, clientCertificate } = transport
  try {
    return createSecureContext({
      ca,
      ...(minVersion !== '' && { minVersion }),
      ...(maxVersion !== '' && { maxVersion }),
      ...(ciphers !== '' && { ciphers }),
      ...(clientCertificate && { cert: clientCertificate.certificate, key: clientCertificate.key }),
    })
  } catch (error) {
    throw new CompileError(`proxy.transport: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function checkCommonName(host: string, certificate: PeerCertificate): Error | undefined {
  const problem = checkServerIdentity(host, certificate)
  if (problem !== undefined) return problem
  const { CN: name } = certificate.subject
  const same = typeof name === 'string' && name.toLowerCase() === host.toLowerCase()
  return same ? undefined : new Error(`the certificate's common name is ${String(name)}, not ${host}`)
}
