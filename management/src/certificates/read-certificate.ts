import { createHash, createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from 'node:crypto'
import { createSecureContext } from 'node:tls'
import { Problem } from '../errors.ts'
import { certificateProblems as problems } from './certificate-problems.ts'

/** Largest upload, bytes: a chain and a key take some ten thousand. */
const MAX_UPLOAD_BYTES = 262_144
/** Certificates of one upload: a chain, or a bundle of authorities. */
const MAX_CHAIN = 100

/** An upload, read and checked. */
export type ReadCertificate = {
  /** SHA-256, 64 hex: of the certificate's DER, or of a bare public key's SPKI. */
  readonly fingerprint: string
  /** The certificate first, then the others in the order in which they came; or one public key. */
  readonly pem: string
  /** PKCS#8 PEM; undefined when the upload has none. */
  readonly key: string | undefined
}

const BEGIN = /-----BEGIN ([A-Z0-9 ]{1,40})-----\r?\n/g

type Block = { readonly label: string; readonly pem: string }

/**
 * Reads PEM: a certificate with those of its issuers, its private key or none, in any order; or one public key. An expired
 * certificate is taken: it may be needed to refuse who shows it. Throws `certificate_invalid` with what is wrong,
 * `certificate_too_large`, `certificate_absent`.
 */
export function readCertificate(bytes: Buffer): ReadCertificate {
  if (bytes.length === 0) throw new Problem(problems.certificate_absent)
  if (bytes.length > MAX_UPLOAD_BYTES)
    throw new Problem(problems.certificate_too_large, `it may have ${MAX_UPLOAD_BYTES} bytes`)
  const text = bytes.toString('latin1')
  const blocks = pemBlocks(text)
  if (blocks.length === 0) throw invalid(whatElse(bytes))
  const certificates = blocks.filter(({ label }) => CERTIFICATES.has(label)).map(({ pem }) => parsed(pem))
  const keys = blocks.filter(({ label }) => label.endsWith('PRIVATE KEY'))
  if (keys.length > 1) throw invalid('it holds several private keys')
  const key = keys[0] === undefined ? undefined : privateKey(keys[0])
  if (certificates.length === 0) return publicKeyAlone(blocks, key)
  if (certificates.length > MAX_CHAIN) throw invalid(`it holds more than ${MAX_CHAIN} certificates`)
  return chain(certificates, key)
}

/** One after the other, each looked at once: who uploads chooses every byte, and everyone waits meanwhile. */
function pemBlocks(text: string): readonly Block[] {
  const blocks: Block[] = []
  const begin = new RegExp(BEGIN)
  for (let found = begin.exec(text); found !== null; found = begin.exec(text)) {
    const [, label = ''] = found
    const ending = `-----END ${label}-----`
    const end = text.indexOf(ending, begin.lastIndex)
    if (end === -1) throw invalid(`it holds a block ${label} without an end`)
    begin.lastIndex = end + ending.length
    blocks.push({ label, pem: text.slice(found.index, begin.lastIndex) })
  }
  return blocks
}

const CERTIFICATES: ReadonlySet<string> = new Set(['CERTIFICATE', 'X509 CERTIFICATE'])

function chain(certificates: readonly X509Certificate[], key: KeyObject | undefined): ReadCertificate {
  const own = key === undefined ? certificates[0] : certificates.find((one) => one.checkPrivateKey(key))
  if (own === undefined) throw invalid('the private key does not match the certificate')
  const others = certificates.filter((one) => one.fingerprint256 !== own.fingerprint256)
  const pem = [own, ...others].map(String).join('')
  const exported = key?.export({ type: 'pkcs8', format: 'pem' }).toString()
  if (exported !== undefined) refuseUnusable(pem, exported)
  return { fingerprint: fingerprintOf(own), pem, key: exported }
}

/** What a handshake could not use, such as a key that is too short, is said now. */
function refuseUnusable(cert: string, key: string): void {
  try {
    createSecureContext({ cert, key })
  } catch (error) {
    throw invalid(`it cannot be used for TLS: ${reasonOf(error)}`)
  }
}

function publicKeyAlone(blocks: readonly Block[], key: KeyObject | undefined): ReadCertificate {
  if (key !== undefined) throw invalid('it holds a private key and no certificate')
  const [first, ...more] = blocks.filter(({ label }) => label.endsWith('PUBLIC KEY'))
  if (first === undefined) throw invalid('it holds no certificate')
  if (more.length > 0) throw invalid('it holds several public keys')
  try {
    const spki = createPublicKey(first.pem).export({ type: 'spki', format: 'der' })
    const pem = createPublicKey(first.pem).export({ type: 'spki', format: 'pem' }).toString()
    return { fingerprint: createHash('sha256').update(spki).digest('hex'), pem, key: undefined }
  } catch (error) {
    throw invalid(`the public key cannot be read: ${reasonOf(error)}`)
  }
}

function parsed(pem: string): X509Certificate {
  try {
    return new X509Certificate(pem.replaceAll(/(BEGIN|END) X509 /g, '$1 '))
  } catch (error) {
    throw invalid(`a certificate cannot be read: ${reasonOf(error)}`)
  }
}

function privateKey({ label, pem }: Block): KeyObject {
  if (label.startsWith('ENCRYPTED') || /^Proc-Type: 4,ENCRYPTED/m.test(pem))
    throw invalid('the private key is encrypted; upload it without a passphrase')
  try {
    return createPrivateKey(pem)
  } catch (error) {
    throw invalid(`the private key cannot be read: ${reasonOf(error)}`)
  }
}

/** What a body without a single PEM block may be instead. */
function whatElse(bytes: Buffer): string {
  // A DER sequence; PKCS#12 begins with the version 3 (RFC 7292, section 4).
  const isDer = bytes[0] === 0x30 && (bytes[1] ?? 0) >= 0x80
  if (isDer && bytes.subarray(0, 12).includes(Buffer.from([0x02, 0x01, 0x03])))
    return 'this is PKCS#12 (.p12, .pfx); convert it to PEM, with the key in it and without a passphrase'
  if (isDer) return 'this is DER; convert it to PEM'
  return 'it holds no PEM'
}

/** 64 hex. */
export function fingerprintOf(certificate: X509Certificate): string {
  return certificate.fingerprint256.replaceAll(':', '').toLowerCase()
}

function invalid(reason: string): Problem {
  return new Problem(problems.certificate_invalid, reason)
}

/** OpenSSL's last words only: what stands before them is numbers. */
function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  return message.split(':').at(-1)?.trim() || 'unreadable'
}
