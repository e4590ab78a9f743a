import { isIP } from 'node:net'
import type { RequestHead } from '@tollgate/http1/exchange'
import { headerValue } from '@tollgate/http1/syntax/headers'
import { cidrSet } from '@tollgate/model/definition/cidr-set'

/** Tells the address of the client behind the peer. */
export type ClientAddress = (peer: string, head: RequestHead) => string

/** Peers whose trust is remembered; with more than these the memory starts anew. */
const MAX_REMEMBERED_PEERS = 4_096

/** Addresses of one X-Forwarded-For that are looked at, from the right. */
const MAX_HOPS = 32

/** Who may say what came before it. */
export interface TrustedPeers {
  has(address: string): boolean
  /** The same for the peer of a connection; remembered, because it is asked with every request. */
  hasPeer(peer: string): boolean
}

/** @param networks addresses and networks in CIDR form */
export function trustedPeers(networks: readonly string[]): TrustedPeers {
  const trusted = cidrSet(networks)
  const remembered = new Map<string, boolean>()
  return {
    has: trusted.has,
    hasPeer(peer) {
      const known = remembered.get(peer)
      if (known !== undefined) return known
      if (remembered.size >= MAX_REMEMBERED_PEERS) remembered.clear()
      const answer = trusted.has(peer)
      remembered.set(peer, answer)
      return answer
    },
  }
}

/**
 * The client's address (gateway contract, 4.4 and 11): `X-Real-IP`, else `X-Forwarded-For`, count only when the peer is
 * a trusted proxy. Of X-Forwarded-For the nearest address that is not itself a trusted proxy is taken, because what
 * lies further left was written by someone whom nobody vouches for.
 */
export function clientAddress(trusted: TrustedPeers): ClientAddress {
  return (peer, head) => {
    if (!trusted.hasPeer(peer)) return peer
    const real = headerValue(head, 'x-real-ip')
    if (real !== undefined && isIP(real) !== 0) return real
    const forwarded = joinedValues(head, 'x-forwarded-for')
    return forwarded === '' ? peer : nearestUntrusted(forwarded, peer, trusted.has)
  }
}

/** Every value of a header that may come in several lines, as one list; empty when it is absent. */
export function joinedValues(head: RequestHead, lowerName: string, separator = ', '): string {
  let joined = ''
  for (let i = head.names.indexOf(lowerName); i >= 0; i = head.names.indexOf(lowerName, i + 1)) {
    const value = head.values[i] ?? ''
    joined = joined === '' ? value : joined + separator + value
  }
  return joined
}

function nearestUntrusted(list: string, peer: string, isTrusted: (address: string) => boolean): string {
  const hops = list.split(',', MAX_HOPS * 4).slice(-MAX_HOPS)
  let nearest = peer
  for (let i = hops.length - 1; i >= 0; i--) {
    const hop = hops[i]?.trim() ?? ''
    // Something that is no address ends the chain of hops that were vouched for.
    if (isIP(hop) === 0) return nearest
    nearest = hop
    if (!isTrusted(hop)) return hop
  }
  return nearest
}
