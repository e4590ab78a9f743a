import { timingSafeEqual } from 'node:crypto'
import { isIP, isIPv4, isIPv6 } from 'node:net'
import { plainAddress } from '@tollgate/http1/connection/address-count'
import type { RequestHead } from '@tollgate/http1/exchange'
import { headerValue } from '@tollgate/http1/syntax/headers'
import type { OwnCalls } from '../settings.ts'
import { cidrSet } from './cidr-set.ts'

/** Log line of a worker about a peer that is not trusted and sent forwarding headers; the program gathers these. */
export const UNTRUSTED_FORWARDER = 'forwarding headers of a peer that is not trusted'

/** Tells the address of the client behind the peer. */
export type ClientAddress = (peer: string, head: RequestHead) => string

/** Peers whose trust is remembered; with more than these the memory starts anew. */
const MAX_REMEMBERED_PEERS = 4_096

/** Peers that are told of; more are no news. */
const MAX_TOLD_PEERS = 16
const LOOK_MASK = 63

/** Addresses of one X-Forwarded-For that are looked at, from the right. */
const MAX_HOPS = 32

/** What only a trusted proxy may say of the client. */
export const CLAIMS: ReadonlySet<string> = new Set([
  'x-forwarded-for',
  'x-forwarded-proto',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-real-ip',
  'forwarded',
])

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
 * lies further left was written by someone whom nobody vouches for. Proxies that add the port are understood.
 * @param onUntrusted called with a peer that is not trusted and yet sent such headers: most often a proxy that the
 * settings do not name. Once for each, as far as a look now and then finds it
 */
export function clientAddress(
  trusted: TrustedPeers,
  onUntrusted?: (peer: string) => void,
  ownCalls?: OwnCalls,
): ClientAddress {
  const looked = new Set<string>()
  const told = new Set<string>()
  let requests = 0
  return (peer, head) => {
    if (!trusted.hasPeer(peer)) {
      if (ownCalls !== undefined && peer === ownCalls.peer) {
        const client = ownClient(headerValue(head, 'forwarded'), ownCalls.secret)
        if (client !== '') return client
      }
      // A look costs more than the rest of this: the first request of a peer gets one, and every 64th of all.
      requests = (requests + 1) & LOOK_MASK
      if (onUntrusted !== undefined && (requests === 0 || !looked.has(peer))) {
        if (looked.size >= MAX_REMEMBERED_PEERS) looked.clear()
        looked.add(peer)
        if (told.size < MAX_TOLD_PEERS && !told.has(peer) && saysWhatCameBefore(head)) {
          told.add(peer)
          onUntrusted(peer)
        }
      }
      return peer
    }
    const real = addressIn(headerValue(head, 'x-real-ip') ?? '')
    if (real !== '') return real
    const forwarded = joinedValues(head, 'x-forwarded-for')
    return forwarded === '' ? peer : nearestUntrusted(forwarded, peer, trusted.has)
  }
}

/** The client of an own call; empty for any other. */
function ownClient(forwarded: string | undefined, secret: string): string {
  if (forwarded === undefined) return ''
  const [, client = '', given = ''] = /^for="([^"]+)";secret=(\w+)$/.exec(forwarded) ?? []
  const isOwn = given.length === secret.length && timingSafeEqual(Buffer.from(given), Buffer.from(secret))
  return isOwn ? client : ''
}

function saysWhatCameBefore(head: RequestHead): boolean {
  return (
    headerValue(head, 'x-forwarded-for') !== undefined ||
    headerValue(head, 'x-real-ip') !== undefined ||
    headerValue(head, 'forwarded') !== undefined
  )
}

/** The address in `203.0.113.7`, `203.0.113.7:52044`, `2001:db8::1`, `[2001:db8::1]` or `[2001:db8::1]:443`; else empty. */
function addressIn(hop: string): string {
  if (isIP(hop) !== 0) return plainAddress(hop)
  const colon = hop.lastIndexOf(':')
  if (hop.startsWith('[')) {
    const end = hop.indexOf(']')
    const inner = end < 0 ? '' : hop.slice(1, end)
    const isAlone = end === hop.length - 1 || (end === colon - 1 && isPort(hop, colon + 1))
    return isAlone && isIPv6(inner) ? plainAddress(inner) : ''
  }
  const host = colon < 0 ? '' : hop.slice(0, colon)
  return isIPv4(host) && isPort(hop, colon + 1) ? host : ''
}

/** Whether the text is a port number from there on. */
function isPort(text: string, from: number): boolean {
  if (text.length === from || text.length > from + 5) return false
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code < 0x30 || code > 0x39) return false
  }
  return true
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
    const hop = addressIn(hops[i]?.trim() ?? '')
    // Something that is no address ends the chain of hops that were vouched for.
    if (hop === '') return nearest
    nearest = hop
    if (!isTrusted(hop)) return hop
  }
  return nearest
}
