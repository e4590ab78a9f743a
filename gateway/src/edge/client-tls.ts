import type { TLSSocket } from 'node:tls'
import type { Exchange } from '@tollgate/http1/exchange'
import type { ClientTls } from '@tollgate/model/judge/judge-certificate'

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
export function noteClient(tls: TLSSocket, wouldBeAsked: KnownClient['wouldBeAsked']): KnownClient {
  const client = { shown: shownBy(tls), wouldBeAsked }
  clients.set(tls, client)
  return client
}

/**
 * What TLS says of an exchange's client. The handshake has proved that the client owns the certificate's key. Of two hosts
 * that share a connection (HTTP/2 does so) one may ask for certificates and the other not: then the request to the first is
 * misdirected (RFC 9110, 15.5.20).
 */
export function clientTls({ tls, head }: Exchange): ClientTls {
  if (tls === undefined) return 'plain'
  const { shown, wouldBeAsked } = clients.get(tls) ?? noteClient(tls, undefined)
  if (shown === 'no-certificate' && wouldBeAsked?.(head.host) === true) return 'misdirected'
  return shown
}

function shownBy(tls: TLSSocket): ClientTls {
  const certificate = tls.getPeerX509Certificate()
  if (certificate === undefined) return 'no-certificate'
  return {
    fingerprint: certificate.fingerprint256.replaceAll(':', '').toLowerCase(),
    notBeforeMs: certificate.validFromDate.getTime(),
    notAfterMs: certificate.validToDate.getTime(),
  }
}
