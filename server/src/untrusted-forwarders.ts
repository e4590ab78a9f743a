/**
 * Peers that sent forwarding headers and are not trusted to: a proxy that TOLLGATE_TRUSTED_PROXIES does not name, or
 * somebody who tries. Kept for the overview, and each logged once.
 */
export type UntrustedForwarders = {
  readonly note: (peer: string) => void
  /** Addresses, in the order in which they came. */
  readonly list: () => readonly string[]
}

/** Peers that are named; beyond them more are no news. */
const maxPeers = 5

/** @param warn called once for each peer */
export function untrustedForwarders(warn: (peer: string) => void): UntrustedForwarders {
  const peers = new Set<string>()
  return {
    note(peer) {
      if (peers.has(peer) || peers.size >= maxPeers) return
      peers.add(peer)
      warn(peer)
    },
    list: () => [...peers],
  }
}
