import { X509Certificate } from 'node:crypto'
import { createSecureContext, type SecureContext, type SecureContextOptions } from 'node:tls'

/** One certificate (chain) and its key, both PEM. */
export type CertificatePair = { readonly certificate: string; readonly key: string }

/** TLS on the gateway's port; texts only, so that it survives a structured clone. */
export type TlsSettings = {
  /** The first is for clients that name no host, or one that none is for. At least one. */
  readonly certificates: readonly CertificatePair[]
  readonly minVersion: 'TLSv1.2' | 'TLSv1.3'
  /** `optional`: who presents none is let in, who presents a bad one is not. */
  readonly clientCertificates: 'none' | 'optional' | 'required'
  /** Authorities (PEM) of clients' certificates. */
  readonly clientAuthorities: readonly string[]
}

/** Certificates ready for handshakes. */
export type CertificateBook = {
  /** For clients that name no host; what `tls.Server.setSecureContext` takes. */
  readonly fallback: SecureContextOptions
  /** The one for that host: by its whole name, else by a wildcard for its first label, else the first. */
  find(host: string): SecureContext
}

/**
 * Reads the certificates; throws with the reason when one cannot be used, so that a bad file never replaces a good one.
 * @param ticketKeys 48 bytes that all workers share: a session begun with one is taken up by any
 */
export function certificateBook(settings: TlsSettings, ticketKeys: Uint8Array): CertificateBook {
  const byName = new Map<string, SecureContext>()
  const [first] = settings.certificates.map((pair, index) => {
    const options = contextOptions(settings, pair, ticketKeys)
    try {
      const context = createSecureContext(options)
      for (const name of namesOf(pair.certificate)) if (!byName.has(name)) byName.set(name, context)
      return { options, context }
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      throw new Error(`certificate ${index + 1} cannot be used: ${reason}`, { cause: error })
    }
  })
  if (first === undefined) throw new Error('TLS needs at least one certificate')
  return {
    fallback: first.options,
    find(host) {
      const name = host.toLowerCase()
      return byName.get(name) ?? byName.get(`*${name.slice(name.indexOf('.'))}`) ?? first.context
    },
  }
}

function contextOptions(
  settings: TlsSettings,
  { certificate, key }: CertificatePair,
  ticketKeys: Uint8Array,
): SecureContextOptions {
  return {
    cert: certificate,
    key,
    minVersion: settings.minVersion,
    // Takes a Buffer and nothing else.
    ticketKeys: Buffer.from(ticketKeys),
    sessionIdContext: 'tollgate',
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
