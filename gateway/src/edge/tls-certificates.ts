import { X509Certificate } from 'node:crypto'
import { createSecureContext, type SecureContext, type SecureContextOptions } from 'node:tls'
import { hostName } from '@tollgate/model/host-name'
import type { CertificatePair, TlsSettings } from '../settings.ts'

/** What the API definitions add to that. */
export type ApiTls = {
  /** Certificates of the store, in the order in which they claim names. */
  readonly certificates: readonly ApiCertificate[]
  /** Whether an API asks clients for a certificate. */
  readonly asksClients: boolean
  /** Whether the store has a certificate of this fingerprint: such a client's needs no authority. */
  readonly knows: (fingerprint: string) => boolean
}

/** A certificate that an API shows on its own domain. */
export type ApiCertificate = CertificatePair & {
  readonly id: string
  /** The API's domain, which is claimed before the names in the certificate; empty for none. */
  readonly domain: string
}

/** What holds where no API has anything to say. */
export const noApiTls: ApiTls = { certificates: [], asksClients: false, knows: () => false }

/** Certificates ready for handshakes. */
export type CertificateRegistry = {
  /** For clients that name no host; what `tls.createServer` takes. */
  readonly fallback: SecureContextOptions
  /**
   * The one for that host, by its whole name, else by a wildcard for its first label, else the first. Those of the
   * settings claim their names before those of APIs.
   */
  find(host: string): SecureContext
}

/** A certificate that was read: for handshakes, and the names that it is for. */
type Ready = { readonly context: SecureContext; readonly names: readonly string[] }

/** Certificates that were read already, by what they were made of: reading one takes long. */
export type ContextCache = Map<string, Ready>

/**
 * Reads the certificates; throws with the reason when one of the settings cannot be used, so that a bad file never
 * replaces a good one. One of an API is left out, and told to `unusable`.
 * @param ticketKeys 48 bytes that all workers share: a session begun with one is taken up by any
 */
export function certificateRegistry(
  settings: TlsSettings,
  ticketKeys: Uint8Array,
  apis: ApiTls = noApiTls,
  cache: ContextCache = new Map(),
  unusable: (certificate: ApiCertificate, reason: string) => void = () => {},
): CertificateRegistry {
  const byName = new Map<string, SecureContext>()
  const used = new Map<string, Ready>()
  const claim = (names: readonly string[], context: SecureContext) => {
    for (const name of names) if (name !== '' && !byName.has(name)) byName.set(name, context)
  }
  const readyFor = (options: SecureContextOptions, { certificate }: CertificatePair): Ready => {
    const key = `${settings.minVersion} ${options.sessionIdContext} ${options.cert}${options.key}${options.ca ?? ''}`
    const ready = used.get(key) ??
      cache.get(key) ?? { context: createSecureContext(options), names: namesOf(certificate) }
    used.set(key, ready)
    return ready
  }

  const [first] = settings.certificates.map((pair, index) => {
    const options = contextOptions(settings, pair, ticketKeys, apis.asksClients)
    try {
      const { context, names } = readyFor(options, pair)
      claim(names, context)
      return { options, context }
    } catch (error) {
      throw new Error(`certificate ${index + 1} cannot be used: ${messageOf(error)}`, { cause: error })
    }
  })
  if (first === undefined) throw new Error('TLS needs at least one certificate')

  const ready: Ready[] = []
  for (const certificate of apis.certificates) {
    try {
      const options = contextOptions(settings, certificate, ticketKeys, apis.asksClients)
      const one = readyFor(options, certificate)
      claim([certificate.domain], one.context)
      ready.push(one)
    } catch (error) {
      unusable(certificate, messageOf(error))
    }
  }
  for (const { names, context } of ready) claim(names, context)

  cache.clear()
  for (const [key, one] of used) cache.set(key, one)
  return {
    fallback: first.options,
    find(host) {
      const name = hostName(host.toLowerCase())
      return byName.get(name) ?? byName.get(`*${name.slice(name.indexOf('.'))}`) ?? first.context
    },
  }
}

function contextOptions(
  settings: TlsSettings,
  { certificate, key }: CertificatePair,
  ticketKeys: Uint8Array,
  asksClients: boolean,
): SecureContextOptions {
  return {
    cert: certificate,
    key,
    minVersion: settings.minVersion,
    // Takes a Buffer and nothing else.
    ticketKeys: Buffer.from(ticketKeys),
    // A session from before clients were asked holds no certificate: it is not taken up again.
    sessionIdContext: asksClients ? 'tollgate asks' : 'tollgate',
    ...(settings.clientAuthorities.length > 0 && { ca: [...settings.clientAuthorities] }),
  }
}

/** Lower-case host names that a certificate is for; its common name only where it has no others. */
function namesOf(pem: string): readonly string[] {
  const certificate = new X509Certificate(pem)
  const listed = certificate.subjectAltName?.matchAll(/DNS:([^,\s"]+)/g).map(([, name = '']) => name)
  const names = listed === undefined ? [] : [...listed]
  const common = /^CN=(.+)$/m.exec(certificate.subject)?.[1]
  if (names.length === 0 && common !== undefined) names.push(common)
  return names.map((name) => name.toLowerCase())
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
