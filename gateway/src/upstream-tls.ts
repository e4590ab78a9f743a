import { isIP } from 'node:net'
import {
  type ConnectionOptions,
  checkServerIdentity,
  createSecureContext,
  getCACertificates,
  type PeerCertificate,
  type SecureContext,
  type SecureVersion,
} from 'node:tls'
import type { ApiDefinition } from '@tollgate/model/api-definition'
import { CompileError } from './compile-error.ts'

/** How the connections to an API's targets are secured, as its definition says; part of a pool's identity. */
export type TransportSettings = {
  readonly verifyCertificates: boolean
  /** The certificate's common name must be the host's, whatever its other names say. */
  readonly forceCommonName: boolean
  /** `''` for the platform's own bound. */
  readonly minVersion: SecureVersion | ''
  readonly maxVersion: SecureVersion | ''
  /** OpenSSL's form of a list; empty for the platform's own. */
  readonly ciphers: string
}

/** What holds where a definition says nothing: certificates are verified. */
export const defaultTransport: TransportSettings = {
  verifyCertificates: true,
  forceCommonName: false,
  minVersion: '',
  maxVersion: '',
  ciphers: '',
}

/** The wire's numbers of the versions, and the texts of the newer form. */
const VERSIONS: Readonly<Record<string, SecureVersion>> = {
  769: 'TLSv1',
  770: 'TLSv1.1',
  771: 'TLSv1.2',
  772: 'TLSv1.3',
  '1.0': 'TLSv1',
  '1.1': 'TLSv1.1',
  '1.2': 'TLSv1.2',
  '1.3': 'TLSv1.3',
}

/** Reads `proxy.transport`. Throws `CompileError` for what cannot be obeyed: nothing is secured less than was asked. */
export function transportSettings(definition: ApiDefinition): TransportSettings {
  const transport = definition.proxy?.transport
  if (transport === undefined || transport === null) return defaultTransport
  const settings = {
    verifyCertificates: transport.ssl_insecure_skip_verify !== true,
    forceCommonName: transport.ssl_force_common_name_check === true,
    minVersion: versionOf('ssl_min_version', transport.ssl_min_version),
    maxVersion: versionOf('ssl_max_version', transport.ssl_max_version),
    ciphers: cipherList(transport.ssl_ciphers),
  }
  const { minVersion, maxVersion } = settings
  if (minVersion !== '' && maxVersion !== '' && minVersion > maxVersion) {
    throw new CompileError('proxy.transport: ssl_min_version is above ssl_max_version')
  }
  return settings
}

function versionOf(name: string, value: unknown): SecureVersion | '' {
  if (value === undefined || value === null || value === 0 || value === '') return ''
  const version = VERSIONS[String(value)]
  if (version === undefined) throw new CompileError(`proxy.transport.${name}: ${value} is no TLS version`)
  return version
}

function cipherList(value: unknown): string {
  if (value === undefined || value === null) return ''
  if (!Array.isArray(value) || value.some((name) => typeof name !== 'string' || !/^[\w-]+$/.test(name)))
    throw new CompileError('proxy.transport.ssl_ciphers is not a list of cipher names')
  return value.join(':')
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
    const key = JSON.stringify(transport)
    const known = contexts.get(key)
    if (known !== undefined) return known
    authorities ??= [
      ...new Set([...getCACertificates('default'), ...getCACertificates('system'), ...ownAuthorities]),
    ]
    const context = secureContext(transport, authorities)
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
  const { minVersion, maxVersion, ciphers } = transport
  try {
    return createSecureContext({
      ca,
      ...(minVersion !== '' && { minVersion }),
      ...(maxVersion !== '' && { maxVersion }),
      ...(ciphers !== '' && { ciphers }),
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
