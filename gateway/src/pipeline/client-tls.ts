import type { TLSSocket } from 'node:tls'
import type { Exchange } from '@tollgate/http1/exchange'
import type { ClientTls } from '@tollgate/model/judge/judge-certificate'

/** What a connection says of its client never changes; reading it builds objects, so that is done once. */
const remembered = new WeakMap<TLSSocket, ClientTls>()

/** What TLS says of an exchange's client. The handshake has proved that the client owns the certificate's key. */
export function clientTls({ tls }: Exchange): ClientTls {
  if (tls === undefined) return 'plain'
  const known = remembered.get(tls)
  if (known !== undefined) return known
  const certificate = tls.getPeerX509Certificate()
  const said: ClientTls =
    certificate === undefined
      ? 'no-certificate'
      : {
          fingerprint: certificate.fingerprint256.replaceAll(':', '').toLowerCase(),
          notBeforeMs: certificate.validFromDate.getTime(),
          notAfterMs: certificate.validToDate.getTime(),
        }
  remembered.set(tls, said)
  return said
}
