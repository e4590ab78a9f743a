import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'

/**
 * Certificates and revocation lists that tests make as they need them (RFC 5280): Node reads certificates and writes
 * none. ECDSA with P-256 and SHA-256.
 */

/** A certificate and its key. */
export type Issued = {
  readonly name: string
  readonly certificate: string
  readonly key: string
  /** SHA-256 of the DER, 64 hex. */
  readonly fingerprint: string
  readonly serial: Buffer
  readonly privateKey: KeyObject
}

/** A certificate for these host names, signed by the issuer, or by itself. */
export function issue(wanted: {
  readonly name: string
  readonly hosts?: readonly string[]
  readonly issuer?: Issued
  readonly authority?: boolean
}): Issued {
  const { name, hosts = [], issuer } = wanted
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const serial = Buffer.concat([Buffer.from([1]), randomBytes(15)])
  const extensions = [
    ...(wanted.authority === true ? [extension('551d13', sequence(tlv(0x01, Buffer.from([0xff]))))] : []),
    ...(hosts.length > 0
      ? [extension('551d11', sequence(...hosts.map((host) => tlv(0x82, Buffer.from(host)))))]
      : []),
  ]
  const der = signed(
    issuer?.privateKey ?? privateKey,
    sequence(
      tlv(0xa0, integer(Buffer.from([2]))),
      integer(serial),
      ECDSA_SHA256,
      nameOf(issuer?.name ?? name),
      sequence(time(Date.now() - DAY_MS), time(Date.now() + DAY_MS)),
      nameOf(name),
      publicKey.export({ type: 'spki', format: 'der' }),
      ...(extensions.length > 0 ? [tlv(0xa3, sequence(...extensions))] : []),
    ),
  )
  return {
    name,
    certificate: pem('CERTIFICATE', der),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    fingerprint: createHash('sha256').update(der).digest('hex'),
    serial,
    privateKey,
  }
}

/** The list of what an authority has revoked. */
export function revocationList(wanted: {
  readonly issuer: Issued
  readonly revoked: readonly Issued[]
  /** Milliseconds since 1970; null = the list does not say. */
  readonly nextUpdateMs?: number | null
  readonly thisUpdateMs?: number
  readonly extensions?: readonly Buffer[]
}): string {
  const { issuer, revoked, nextUpdateMs = Date.now() + DAY_MS, thisUpdateMs = Date.now() - DAY_MS } = wanted
  const entries = revoked.map(({ serial }) => sequence(integer(serial), time(thisUpdateMs)))
  const der = signed(
    issuer.privateKey,
    sequence(
      integer(Buffer.from([1])),
      ECDSA_SHA256,
      nameOf(issuer.name),
      time(thisUpdateMs),
      ...(nextUpdateMs === null ? [] : [time(nextUpdateMs)]),
      ...(entries.length > 0 ? [sequence(...entries)] : []),
      ...(wanted.extensions === undefined ? [] : [tlv(0xa0, sequence(...wanted.extensions))]),
    ),
  )
  return pem('X509 CRL', der)
}

/** @param oidHex the identifier's content */
export function extension(oidHex: string, value: Buffer, critical = false): Buffer {
  const mark = critical ? [tlv(0x01, Buffer.from([0xff]))] : []
  return sequence(oid(oidHex), ...mark, tlv(0x04, value))
}

const DAY_MS = 86_400_000

function signed(by: KeyObject, toBeSigned: Buffer): Buffer {
  return sequence(toBeSigned, ECDSA_SHA256, tlv(0x03, Buffer.from([0]), sign('sha256', toBeSigned, by)))
}

function pem(label: string, der: Buffer): string {
  const lines = der.toString('base64').replaceAll(/.{64}/g, '$&\n').trimEnd()
  return `-----BEGIN ${label}-----\n${lines}\n-----END ${label}-----\n`
}

function nameOf(commonName: string): Buffer {
  return sequence(tlv(0x31, sequence(oid('550403'), tlv(0x0c, Buffer.from(commonName)))))
}

function time(atMs: number): Buffer {
  const text = new Date(atMs).toISOString().replace(/\.\d+/, '').replaceAll(/[-:T]/g, '')
  return tlv(0x18, Buffer.from(text))
}

function oid(hex: string): Buffer {
  return tlv(0x06, Buffer.from(hex, 'hex'))
}

function integer(bytes: Buffer): Buffer {
  return tlv(0x02, bytes)
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return tlv(0x30, ...parts)
}

function tlv(tag: number, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts)
  const { length } = body
  if (length < 128) return Buffer.concat([Buffer.from([tag, length]), body])
  const bytes =
    length < 256
      ? [0x81, length]
      : length < 65_536
        ? [0x82, length >> 8, length & 0xff]
        : [0x83, length >> 16, (length >> 8) & 0xff, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...bytes]), body])
}

const ECDSA_SHA256 = sequence(oid('2a8648ce3d040302'))
