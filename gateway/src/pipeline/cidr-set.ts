import { BlockList, isIP } from 'node:net'

/** A set of addresses and networks. */
export interface CidrSet {
  /** Whether the set holds the address; false for a text that is no address. */
  has(address: string): boolean
  /** Entries that are neither an address nor a network. */
  readonly invalid: readonly string[]
}

/** Makes the set of single addresses and CIDR networks (`10.0.0.0/8`, `::1`). */
export function cidrSet(entries: readonly string[]): CidrSet {
  const list = new BlockList()
  const invalid = entries.filter((entry) => !add(list, entry.trim()))
  return {
    invalid,
    has(address) {
      const family = isIP(address)
      return family !== 0 && list.check(address, family === 4 ? 'ipv4' : 'ipv6')
    },
  }
}

function add(list: BlockList, entry: string): boolean {
  const slash = entry.indexOf('/')
  const address = slash < 0 ? entry : entry.slice(0, slash)
  const family = isIP(address)
  if (family === 0) return false
  const type = family === 4 ? 'ipv4' : 'ipv6'
  if (slash < 0) {
    list.addAddress(address, type)
    return true
  }
  const digits = entry.slice(slash + 1)
  if (!/^\d{1,3}$/.test(digits) || Number(digits) > (family === 4 ? 32 : 128)) return false
  list.addSubnet(address, Number(digits), type)
  return true
}
