/** Reads DER (X.690), as far as revocation lists need it: tags of one byte, definite lengths. */

/** One element: its tag, its content, and all of its bytes. */
export type DerElement = { readonly tag: number; readonly content: Buffer; readonly whole: Buffer }

/** DER that cannot be read. */
export class DerError extends Error {
  override name = 'DerError'
}

export const DER = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  context0: 0xa0,
} as const

/** The elements that follow each other in these bytes. Throws `DerError`. */
export function* derElements(bytes: Buffer): Generator<DerElement> {
  for (let at = 0; at < bytes.length; ) {
    const element = elementAt(bytes, at)
    yield element
    at += element.whole.length
  }
}

/** The only element. Throws `DerError` when there is none, another kind, or more behind it. */
export function onlyElement(bytes: Buffer, tag: number): DerElement {
  const element = elementAt(bytes, 0)
  if (element.tag !== tag || element.whole.length !== bytes.length) throw new DerError('unexpected content')
  return element
}

function elementAt(bytes: Buffer, at: number): DerElement {
  const tag = bytes[at]
  const first = bytes[at + 1]
  if (tag === undefined || first === undefined) throw new DerError('it ends too early')
  let length = first
  let start = at + 2
  if (first > 0x80) {
    const size = first - 0x80
    if (size > 4 || bytes.length < start + size) throw new DerError('a length that cannot be read')
    length = bytes.readUIntBE(start, size)
    start += size
  } else if (first === 0x80) {
    throw new DerError('an indefinite length')
  }
  const end = start + length
  if (end > bytes.length) throw new DerError('it ends too early')
  return { tag, content: bytes.subarray(start, end), whole: bytes.subarray(at, end) }
}

/** Milliseconds since 1970 of a Time (RFC 5280, 4.1.2.5). Throws `DerError`. */
export function derTimeMs({ tag, content }: DerElement): number {
  const text = content.toString('latin1')
  const match =
    tag === DER.utcTime
      ? /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(text)
      : tag === DER.generalizedTime
        ? /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(text)
        : null
  if (match === null) throw new DerError('a time that cannot be read')
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1).map(Number)
  // Two digits are of 1950 to 2049.
  const whole = tag === DER.utcTime ? year + (year < 50 ? 2000 : 1900) : year
  return Date.UTC(whole, month - 1, day, hour, minute, second)
}

/** A whole number in hex as Node writes serial numbers: upper case, a minus for a negative one; without leading zeros. */
export function derIntegerHex(content: Buffer): string {
  const magnitude = BigInt(`0x${content.toString('hex') || '0'}`)
  const isNegative = ((content[0] ?? 0) & 0x80) !== 0
  const value = isNegative ? magnitude - (1n << BigInt(content.length * 8)) : magnitude
  return value.toString(16).toUpperCase()
}
