import { isIPv4, isIPv6 } from 'node:net'

/**
 * The PROXY protocol, versions 1 and 2 (haproxy.org, proxy-protocol.txt): what a load balancer says of the client before the
 * client's own bytes. Read strictly: whoever is trusted to say it must say it well.
 */

/** Where the client's own bytes begin, and where it is; no address = it is the peer itself (`UNKNOWN`, `LOCAL`). */
export type ProxyHeader = { readonly length: number; readonly address: string | undefined }

/** More bytes are needed. */
export const PARTIAL = 'partial'
/** No such header, or a malformed one. */
export const MALFORMED = 'malformed'

/** Of version 1, by its specification, CRLF included. */
const MAX_TEXT_BYTES = 107
/** Of version 2, with all that it says beside the addresses. */
const MAX_BINARY_BYTES = 2_048

const TEXT_START = Buffer.from('PROXY ', 'latin1')
const SIGNATURE = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1')
/** Signature, command, family, length. */
const BINARY_START_BYTES = 16

const LOCAL = 0x20
const PROXY = 0x21
const UNSPECIFIED = 0x00
const TCP4 = 0x11
const TCP6 = 0x21
const TCP4_BYTES = 12
const TCP6_BYTES = 36

/** Reads the header at the start of what a connection has sent so far. */
export function readProxyHeader(bytes: Buffer): ProxyHeader | typeof PARTIAL | typeof MALFORMED {
  if (startsLike(bytes, TEXT_START)) return readText(bytes)
  if (startsLike(bytes, SIGNATURE)) return readBinary(bytes)
  return MALFORMED
}

/** Whether the bytes are the start of what begins so, as far as they go. */
function startsLike(bytes: Buffer, start: Buffer): boolean {
  const length = Math.min(bytes.length, start.length)
  return bytes.compare(start, 0, length, 0, length) === 0
}

function readText(bytes: Buffer): ProxyHeader | typeof PARTIAL | typeof MALFORMED {
  const end = bytes.indexOf('\r\n', 0, 'latin1')
  if (end < 0 || end + 2 > MAX_TEXT_BYTES)
    return end < 0 && bytes.length < MAX_TEXT_BYTES ? PARTIAL : MALFORMED
  const line = bytes.toString('latin1', TEXT_START.length, end)
  // What follows is to be ignored.
  if (line === 'UNKNOWN' || line.startsWith('UNKNOWN ')) return { length: end + 2, address: undefined }
  const [family, source = '', destination = '', sourcePort, destinationPort, ...more] = line.split(' ')
  const isAddress = family === 'TCP4' ? isIPv4 : family === 'TCP6' ? isPlainIPv6 : undefined
  const isWell =
    isAddress !== undefined &&
    more.length === 0 &&
    isAddress(source) &&
    isAddress(destination) &&
    isPort(sourcePort) &&
    isPort(destinationPort)
  return isWell ? { length: end + 2, address: source } : MALFORMED
}

function isPlainIPv6(text: string): boolean {
  return isIPv6(text) && !text.includes('%')
}

function isPort(text: string | undefined): boolean {
  return text !== undefined && /^(?:0|[1-9]\d{0,4})$/.test(text) && Number(text) <= 65_535
}

function readBinary(bytes: Buffer): ProxyHeader | typeof PARTIAL | typeof MALFORMED {
  if (bytes.length < BINARY_START_BYTES) return PARTIAL
  const command = bytes.readUInt8(12)
  const family = bytes.readUInt8(13)
  const length = BINARY_START_BYTES + bytes.readUInt16BE(14)
  if (length > MAX_BINARY_BYTES || (command !== LOCAL && command !== PROXY)) return MALFORMED
  if (bytes.length < length) return PARTIAL
  const says = bytes.subarray(BINARY_START_BYTES, length)
  if (command === LOCAL || family === UNSPECIFIED) return { length, address: undefined }
  if (family === TCP4 && says.length >= TCP4_BYTES && areVectors(says, TCP4_BYTES))
    return { length, address: says.subarray(0, 4).join('.') }
  if (family === TCP6 && says.length >= TCP6_BYTES && areVectors(says, TCP6_BYTES))
    return { length, address: ipv6(says) }
  return MALFORMED
}

/** Whether all from `at` on is type, length and value, again and again; what they say is not looked at. */
function areVectors(says: Buffer, from: number): boolean {
  let at = from
  while (at + 3 <= says.length) at += 3 + says.readUInt16BE(at + 1)
  return at === says.length
}

/** The address in the first 16 bytes, in its usual form (RFC 5952), an IPv4 address in its own. */
function ipv6(bytes: Buffer): string {
  const groups = Array.from({ length: 8 }, (_, at) => bytes.readUInt16BE(at * 2))
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff)
    return bytes.subarray(12, 16).join('.')
  const text = groups.map((group) => group.toString(16)).join(':')
  return new URL(`http://[${text}]`).hostname.slice(1, -1)
}
