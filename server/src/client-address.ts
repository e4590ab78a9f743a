import { clientAddress, trustedPeers } from '@tollgate/gateway/edge/client-address'
import type { ClientAddress } from '@tollgate/management/dependencies'

type RequestHead = Parameters<ReturnType<typeof clientAddress>>[1]

/** The headers that speak of the client; no other is looked at. */
const telling = ['x-real-ip', 'x-forwarded-for'] as const

/**
 * The client behind a peer of the dashboard's port, by the same rule and the same trust as at the gateway's.
 * @param networks peers that are believed: addresses and networks in CIDR form
 */
export function dashboardClientAddress(networks: readonly string[]): ClientAddress {
  const addressOf = clientAddress(trustedPeers(networks))
  return (peer, headers) => {
    const given = telling.flatMap((name) =>
      [headers[name] ?? []].flat().map((value) => [name, value] as const),
    )
    if (given.length === 0) return peer
    return addressOf(
      peer,
      headOf(
        given.map(([name]) => name),
        given.map(([, value]) => value),
      ),
    )
  }
}

function headOf(names: readonly string[], values: readonly string[]): RequestHead {
  return {
    method: 'GET',
    target: '/',
    path: '/',
    query: '',
    host: '',
    minorVersion: 1,
    names,
    rawNames: names,
    values,
    bodyLength: 0,
    keepAlive: true,
    expectsContinue: false,
    upgrade: '',
  }
}
