/** A set of addresses and networks. */
export interface CidrSet {
  /** Whether the set holds the address; false for a text that is no address. */
  has(address: string): boolean
  /** Entries that are neither an address nor a network. */
  readonly invalid: readonly string[]
}

/** A network as its first bits: of 32, or of 128 as two halves. An IPv4 address in IPv6 form counts as itself. */
type Network = { readonly address: bigint; readonly bits: number; readonly isIpv4: boolean }

/** Makes the set of single addresses and CIDR networks (`10.0.0.0/8`, `::1`). Zones of addresses are not looked at. */
export function cidrSet(entries: readonly string[]): CidrSet {
  const invalid: string[] = []
  // One map per length of prefix: as many looks as there are lengths, however many networks there are.
  const ipv4 = new Map<number, Set<number>>()
  const ipv6 = new Map<number, Set<bigint>>()
  for (const entry of entries) {
    const network = networkOf(entry.trim())
    if (network === undefined) invalid.push(entry)
    else if (network.isIpv4) add(ipv4, network.bits, Number(network.address) & mask(network.bits))
    else add(ipv6, network.bits, network.address >> BigInt(128 - network.bits))
  }
  return {
    invalid,
    has(text) {
      const address = addressOf(text)
      if (address === undefined) return false
      if (address.isIpv4) {
        const number = Number(address.value)
        for (const [bits, networks] of ipv4) if (networks.has(number & mask(bits))) return true
        return false
      }
      for (const [bits, networks] of ipv6) if (networks.has(address.value >> BigInt(128 - bits))) return true
      return false
    },
  }
}

function add<T>(networks: Map<number, Set<T>>, bits: number, prefix: T): void {
  const known = networks.get(bits) ?? new Set<T>()
  networks.set(bits, known.add(prefix))
}

function mask(bits: number): number {
  return bits === 0 ? 0 : -1 << (32 - bits)
}

function networkOf(entry: string): Network | undefined {
  const slash = entry.indexOf('/')
  const address = addressOf(slash < 0 ? entry : entry.slice(0, slash))
  if (address === undefined) return undefined
  const { value, isIpv4, isMapped } = address
  if (slash < 0) return { address: value, bits: isIpv4 ? 32 : 128, isIpv4 }
  const digits = entry.slice(slash + 1)
  if (!/^\d{1,3}$/.test(digits)) return undefined
  const bits = isMapped ? Number(digits) - 96 : Number(digits)
  return bits >= 0 && bits <= (isIpv4 ? 32 : 128) ? { address: value, bits, isIpv4 } : undefined
}

type Address = { readonly value: bigint; readonly isIpv4: boolean; readonly isMapped: boolean }

function addressOf(text: string): Address | undefined {
  if (!text.includes(':')) {
    const value = ipv4Of(text)
    return value === undefined ? undefined : { value: BigInt(value), isIpv4: true, isMapped: false }
  }
  const value = ipv6Of(text)
  if (value === undefined) return undefined
  const isMapped = value >> 32n === 0xffffn
  return { value: isMapped ? value & 0xffffffffn : value, isIpv4: isMapped, isMapped }
}

function ipv4Of(text: string): number | undefined {
  const parts = text.split('.')
  if (parts.length !== 4) return undefined
  let value = 0
  for (const part of parts) {
    if (!/^(?:0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return undefined
    value = value * 256 + Number(part)
  }
  return value
}

function ipv6Of(text: string): bigint | undefined {
  const [head = '', tail, ...more] = text.split('::')
  if (more.length > 0) return undefined
  const first = groupsOf(head, tail === undefined)
  const last = tail === undefined ? [] : groupsOf(tail, true)
  if (first === undefined || last === undefined) return undefined
  const missing = 8 - first.length - last.length
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined
  const groups = [...first, ...Array.from({ length: missing }, () => 0), ...last]
  return groups.reduce((value, group) => (value << 16n) | BigInt(group), 0n)
}

/** The groups of a part of an IPv6 address; the last may be an IPv4 address where the whole address ends. */
function groupsOf(text: string, isEnd: boolean): number[] | undefined {
  if (text === '') return []
  const groups: number[] = []
  const parts = text.split(':')
  for (const [index, part] of parts.entries()) {
    if (isEnd && index === parts.length - 1 && part.includes('.')) {
      const value = ipv4Of(part)
      if (value === undefined) return undefined
      groups.push(Math.floor(value / 65_536), value % 65_536)
    } else if (/^[0-9a-f]{1,4}$/i.test(part)) groups.push(Number.parseInt(part, 16))
    else return undefined
  }
  return groups
}
