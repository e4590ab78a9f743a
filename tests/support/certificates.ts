import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'

/** A certificate made for a test, with its key. */
export type Made = {
  readonly name: string
  readonly certificate: string
  readonly key: string
  /** SHA-256 of the DER, 64 hex. */
  readonly fingerprint: string
  readonly serial: Buffer
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
}

type Wanted = {
  readonly name: string
  readonly dnsNames?: readonly string[]
  /** By whom it is signed; itself when left out. */
  readonly issuer?: Made
  readonly ca?: boolean
  readonly notBefore?: Date
  readonly notAfter?: Date
}

const DAY_MS = 86_400_000

/** Makes a certificate (X.509 v3, P-256): Node can read such, and does not write them. */
export function makeCertificate(wanted: Wanted): Made {
  const { name, dnsNames = [], issuer, ca = false } = wanted
  const { notBefore = new Date(Date.now() - DAY_MS), notAfter = new Date(Date.now() + DAY_MS) } = wanted
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const serial = Buffer.concat([Buffer.from([1]), randomBytes(15)])
  const extensions = [
    ...(ca ? [extension('551d13', sequence(tlv(0x01, Buffer.from([0xff]))))] : []),
    ...(dnsNames.length > 0
      ? [extension('551d11', sequence(...dnsNames.map((dns) => tlv(0x82, Buffer.from(dns)))))]
      : []),
  ]
  const toBeSigned = sequence(
    tlv(0xa0, integer(Buffer.from([2]))),
    integer(serial),
    ECDSA_SHA256,
    nameOf(issuer?.name ?? name),
    sequence(time(notBefore), time(notAfter)),
    nameOf(name),
    publicKey.export({ type: 'spki', format: 'der' }),
    ...(extensions.length > 0 ? [tlv(0xa3, sequence(...extensions))] : []),
  )
  const der = signed(issuer?.privateKey ?? privateKey, toBeSigned)
  return {
    name,
    certificate: pem('CERTIFICATE', der),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    fingerprint: createHash('sha256').update(der).digest('hex'),
    serial,
    publicKey,
    privateKey,
  }
}

/** The list (PEM) of what an authority has revoked, good for a day (RFC 5280, 5). */
export function makeRevocationList(issuer: Made, revoked: readonly Made[]): string {
  const since = new Date(Date.now() - DAY_MS)
  const entries = revoked.map(({ serial }) => sequence(integer(serial), time(since)))
  const toBeSigned = sequence(
    integer(Buffer.from([1])),
    ECDSA_SHA256,
    nameOf(issuer.name),
    time(since),
    time(new Date(Date.now() + DAY_MS)),
    sequence(...entries),
  )
  return pem('X509 CRL', signed(issuer.privateKey, toBeSigned))
}

function signed(by: KeyObject, toBeSigned: Buffer): Buffer {
  const signature = sign('sha256', toBeSigned, by)
  return sequence(toBeSigned, ECDSA_SHA256, tlv(0x03, Buffer.from([0]), signature))
}

function pem(label: string, der: Buffer): string {
  const lines = der.toString('base64').replaceAll(/.{64}/g, '$&\n').trimEnd()
  return `-----BEGIN ${label}-----\n${lines}\n-----END ${label}-----\n`
}

function nameOf(commonName: string): Buffer {
  const attribute = sequence(oid('550403'), tlv(0x0c, Buffer.from(commonName)))
  return sequence(tlv(0x31, attribute))
}

function extension(id: string, value: Buffer): Buffer {
  return sequence(oid(id), tlv(0x04, value))
}

function time(date: Date): Buffer {
  const text = `${date.toISOString().replace(/\.\d+/, '').replaceAll(/[-:T]/g, '')}`
  return tlv(0x18, Buffer.from(text))
}

const oid = (hex: string) => tlv(0x06, Buffer.from(hex, 'hex'))
const integer = (bytes: Buffer) => tlv(0x02, bytes)
const sequence = (...parts: readonly Buffer[]) => tlv(0x30, ...parts)

function tlv(tag: number, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts)
  const { length } = body
  if (length < 128) return Buffer.concat([Buffer.from([tag, length]), body])
  const bytes = length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...bytes]), body])
}

const ECDSA_SHA256 = sequence(oid('2a8648ce3d040302'))
