/** Counts connections by the network they come from, so that one client cannot have them all. */
export class AddressCount {
  readonly #limit: number
  readonly #counts = new Map<string, number>()

  /** 0 = no limit, and nothing is counted. */
  constructor(limit: number) {
    this.#limit = limit
  }

  /** Counts the connection, unless its network has as many as it may have: then false. Every true needs its `leave`. */
  enter(address: string): boolean {
    if (this.#limit === 0) return true
    const network = networkOf(address)
    const count = this.#counts.get(network) ?? 0
    if (count >= this.#limit) return false
    this.#counts.set(network, count + 1)
    return true
  }

  leave(address: string): void {
    if (this.#limit === 0) return
    const network = networkOf(address)
    const count = this.#counts.get(network) ?? 0
    if (count > 1) this.#counts.set(network, count - 1)
    else this.#counts.delete(network)
  }
}

/** An IPv4 address itself; of an IPv6 address its first 64 bits, as one subscriber usually has all that share them. */
export function networkOf(address: string): string {
  if (!address.includes(':')) return address
  const [front = '', back] = address.split('::')
  const head = front === '' ? [] : front.split(':')
  if (back === undefined) return head.slice(0, 4).join(':')
  const tail = back === '' ? [] : back.split(':')
  const zeros = Array.from({ length: Math.max(0, 8 - head.length - tail.length) }, () => '0')
  return [...head, ...zeros, ...tail].slice(0, 4).join(':')
}

/** An IPv4 address that came in as an IPv6 one, in its own form. */
export function plainAddress(address: string): string {
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address
}
