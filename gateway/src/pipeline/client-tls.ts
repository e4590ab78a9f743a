import type { X509Certificate } from 'node:crypto'
import type { TLSSocket } from 'node:tls'
import type { Exchange } from '@tollgate/http1/exchange'
import type { ClientCertificate, ClientTls } from '@tollgate/model/judge/judge-certificate'

/** What a connection says of its client. */
type KnownClient = {
  /** It never changes; reading it builds objects, so that is done once. */
  readonly shown: ClientTls
  /**
   * Set where the client was not asked for a certificate in the handshake: whether it would be asked on a connection to that
   * host.
   */
  readonly wouldBeAsked: ((authority: string) => boolean) | undefined
}

const clients = new WeakMap<TLSSocket, KnownClient>()

/** Remembers a client whose handshake is done. */
export function noteClient(
  tls: TLSSocket,
  certificate: X509Certificate | undefined,
  revocation: ClientCertificate['revocation'],
  wouldBeAsked: KnownClient['wouldBeAsked'],
): void {
  const shown = certificate === undefined ? 'no-certificate' : shownAs(certificate, revocation)
  clients.set(tls, { shown, wouldBeAsked })
}

/**
 * What TLS says of an exchange's client. The handshake has proved that the client owns the certificate's key. Of two hosts
 * that share a connection (HTTP/2 does so) one may ask for certificates and the other not: then the request to the first is
 * misdirected (RFC 9110, 15.5.20).
 */
export function clientTls({ tls, head }: Exchange): ClientTls {
  if (tls === undefined) return 'plain'
  const client = clients.get(tls)
  // A connection that nobody has noted is one of nobody.
  if (client === undefined) return 'no-certificate'
  const { shown, wouldBeAsked } = client
  return shown === 'no-certificate' && wouldBeAsked?.(head.host) === true ? 'misdirected' : shown
}

/** SHA-256, 64 hex. */
export function fingerprintOf({ fingerprint256 }: X509Certificate): string {
  return fingerprint256.replaceAll(':', '').toLowerCase()
}

function shownAs(certificate: X509Certificate, revocation: ClientCertificate['revocation']): ClientTls {
  return {
    fingerprint: fingerprintOf(certificate),
    notBeforeMs: certificate.validFromDate.getTime(),
    notAfterMs: certificate.validToDate.getTime(),
    revocation,
  }
}
