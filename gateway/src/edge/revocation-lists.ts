import { constants, type KeyLike, verify, X509Certificate } from 'node:crypto'
import { DER, type DerElement, DerError, derElements, derIntegerHex, derTimeMs, onlyElement } from './der.ts'

/**
 * Certificate revocation lists (RFC 5280, 5) of the authorities of clients' certificates. Read here and not by TLS: there
 * each certificate of the port would hold its own copy of every list, and a client whom an API lists could leave out the
 * authorities on the way to ours, and be looked up in none.
 */
export interface RevocationLists {
  readonly lists: readonly { readonly authority: string; readonly nextUpdateMs: number }[]
  /** What the lists say of a client's certificate and of the authorities above it, as far as they are among ours. */
  judge(certificate: X509Certificate, nowMs: number): Revocation
}

/**
 * `unknown`: a list that it would be on is past its time. `stranger`: none of our authorities has issued it, so it would
 * be on no list. undefined = not revoked; who is of an authority that has no list never is.
 */
export type Revocation = 'revoked' | 'unknown' | 'stranger' | undefined

/** A list that cannot be relied on, and why. */
export class RevocationListError extends Error {
  override name = 'RevocationListError'
}

type List = {
  readonly thisUpdateMs: number
  /** Infinity where the list does not say. */
  readonly nextUpdateMs: number
  /** Serial numbers as of `derIntegerHex`. */
  readonly revoked: ReadonlySet<string>
  /** Which part of an authority's certificates it is about; empty for all. */
  readonly scope: string
}

type Authority = { readonly certificate: X509Certificate; readonly byScope: Map<string, List> }

/**
 * Reads PEM texts, each with one or several lists; of two with one scope the newer counts. Throws `RevocationListError` for
 * what cannot be read, and for a list that none of the authorities has signed.
 * @param authorities PEM texts
 */
export function revocationLists(texts: readonly string[], authorities: readonly string[]): RevocationLists {
  const known: Authority[] = texts.length === 0 ? [] : blocks(authorities, 'CERTIFICATE').map(authorityOf)
  texts.forEach((text, index) => {
    const ders = blocks([text], 'X509 CRL')
    if (ders.length === 0) throw new RevocationListError(`file ${index + 1} of revocation lists has none`)
    ders.forEach((der, place) => {
      try {
        keep(der, known)
      } catch (error) {
        if (!(error instanceof DerError || error instanceof RevocationListError)) throw error
        throw new RevocationListError(
          `revocation list ${place + 1} of file ${index + 1} cannot be used: ${error.message}`,
          { cause: error },
        )
      }
    })
  })
  const withLists = known.filter(({ byScope }) => byScope.size > 0)
  return {
    lists: withLists.flatMap(({ certificate, byScope }) =>
      Array.from(byScope.values(), ({ nextUpdateMs }) => ({
        authority: certificate.subject.replaceAll('\n', ', '),
        nextUpdateMs,
      })),
    ),
    judge: (certificate, nowMs) => judgeOne(certificate, known, nowMs),
  }
}

/** @param authorities those above are left out: two may have issued each other */
function judgeOne(
  certificate: X509Certificate,
  authorities: readonly Authority[],
  nowMs: number,
): Revocation {
  const serial = certificate.serialNumber.replace(/^0+(?=.)/, '')
  const issuers = authorities.filter((authority) => certificate.checkIssued(authority.certificate))
  if (issuers.length === 0) return 'stranger'
  const others = authorities.filter((authority) => !issuers.includes(authority))
  const verdicts = issuers.map((issuer): Revocation => {
    const lists = [...issuer.byScope.values()]
    if (lists.some(({ revoked }) => revoked.has(serial))) return 'revoked'
    const above = judgeOne(issuer.certificate, others, nowMs)
    if (above === 'revoked') return 'revoked'
    return above === 'unknown' || lists.some(({ nextUpdateMs }) => nextUpdateMs < nowMs)
      ? 'unknown'
      : undefined
  })
  return (
    verdicts.find((verdict) => verdict === 'revoked') ?? verdicts.find((verdict) => verdict !== undefined)
  )
}

function authorityOf(der: Buffer): Authority {
  return { certificate: new X509Certificate(der), byScope: new Map() }
}

function blocks(texts: readonly string[], label: string): readonly Buffer[] {
  const block = new RegExp(`-----BEGIN ${label}-----([A-Za-z0-9+/=\\s]*)-----END ${label}-----`, 'g')
  return texts.flatMap((text) =>
    Array.from(text.matchAll(block), ([, body = '']) => Buffer.from(body, 'base64')),
  )
}

/** Gives a list to those who signed it: one key may have several certificates. */
function keep(der: Buffer, authorities: readonly Authority[]): void {
  const [toBeSigned, algorithm, signature] = derElements(onlyElement(der, DER.sequence).content)
  if (toBeSigned === undefined || algorithm === undefined || signature?.tag !== DER.bitString)
    throw new DerError('it ends too early')
  const isSignedBy = signatureCheck(toBeSigned.whole, algorithm, signature.content.subarray(1))
  const signers = authorities.filter(({ certificate }) => isSignedBy(certificate.publicKey))
  if (signers.length === 0)
    throw new RevocationListError('no authority of clients’ certificates has signed it')
  const list = readList(toBeSigned.content)
  for (const { byScope } of signers) {
    const other = byScope.get(list.scope)
    if (other === undefined || other.thisUpdateMs < list.thisUpdateMs) byScope.set(list.scope, list)
  }
}

function readList(toBeSigned: Buffer): List {
  const fields = [...derElements(toBeSigned)]
  if (fields[0]?.tag === DER.integer) fields.shift()
  // The algorithm and the issuer's name: who has signed it is known.
  const [, , thisUpdate, ...rest] = fields
  if (thisUpdate === undefined) throw new DerError('it ends too early')
  const isTime = rest[0]?.tag === DER.utcTime || rest[0]?.tag === DER.generalizedTime
  const nextUpdate = isTime ? rest.shift() : undefined
  const entries = rest[0]?.tag === DER.sequence ? rest.shift() : undefined
  const extensions = rest[0]?.tag === DER.context0 ? rest.shift() : undefined
  if (rest.length > 0) throw new DerError('unexpected content')
  return {
    thisUpdateMs: derTimeMs(thisUpdate),
    nextUpdateMs: nextUpdate === undefined ? Number.POSITIVE_INFINITY : derTimeMs(nextUpdate),
    revoked: new Set(entries === undefined ? [] : serials(entries.content)),
    scope: extensions === undefined ? '' : scopeOf(onlyElement(extensions.content, DER.sequence).content),
  }
}

function* serials(entries: Buffer): Generator<string> {
  for (const { content } of derElements(entries)) {
    const [serial, , extensions] = derElements(content)
    if (serial?.tag !== DER.integer) throw new DerError('an entry without a serial number')
    if (extensions !== undefined) {
      for (const { isCritical } of extensionsIn(extensions.content))
        if (isCritical) throw new RevocationListError('an entry has a critical extension that is not known')
    }
    yield derIntegerHex(serial.content)
  }
}

const ISSUING_DISTRIBUTION_POINT = '551d1c'
const DELTA_CRL_INDICATOR = '551d1b'
/** `indirectCRL` and `onlyContainsAttributeCerts` of the issuing distribution point. */
const INDIRECT = 0x84
const ATTRIBUTES_ONLY = 0x85

/** Which part of its authority's certificates a list is about. Throws for what would have to be understood, and is not. */
function scopeOf(extensions: Buffer): string {
  let scope = ''
  for (const { oid, isCritical, value } of extensionsIn(extensions)) {
    if (oid === ISSUING_DISTRIBUTION_POINT) {
      for (const { tag } of derElements(onlyElement(value, DER.sequence).content)) {
        if (tag === INDIRECT || tag === ATTRIBUTES_ONLY)
          throw new RevocationListError(
            'indirect lists and those of attribute certificates are not understood',
          )
      }
      scope = value.toString('hex')
    } else if (oid === DELTA_CRL_INDICATOR) {
      throw new RevocationListError('it holds changes alone (a delta list); the whole list is needed')
    } else if (isCritical) {
      throw new RevocationListError('it has a critical extension that is not known')
    }
  }
  return scope
}

type Extension = { readonly oid: string; readonly isCritical: boolean; readonly value: Buffer }

function* extensionsIn(bytes: Buffer): Generator<Extension> {
  for (const { content } of derElements(bytes)) {
    const parts = [...derElements(content)]
    const [oid, second] = parts
    const value = parts.at(-1)
    if (oid?.tag !== DER.oid || value?.tag !== DER.octetString)
      throw new DerError('an extension that cannot be read')
    const isCritical = second?.tag === DER.boolean && second.content[0] !== 0
    yield { oid: oid.content.toString('hex'), isCritical, value: value.content }
  }
}

const HASHES: Readonly<Record<string, 'sha256' | 'sha384' | 'sha512'>> = {
  '2a864886f70d01010b': 'sha256', // with RSA
  '2a864886f70d01010c': 'sha384',
  '2a864886f70d01010d': 'sha512',
  '2a8648ce3d040302': 'sha256', // with ECDSA
  '2a8648ce3d040303': 'sha384',
  '2a8648ce3d040304': 'sha512',
  '608648016503040201': 'sha256', // of RSASSA-PSS
  '608648016503040202': 'sha384',
  '608648016503040203': 'sha512',
}
const RSASSA_PSS = '2a864886f70d01010a'
/** Ed25519 and Ed448, which hash by themselves. */
const EDWARDS: ReadonlySet<string> = new Set(['2b6570', '2b6571'])

function signatureCheck(signed: Buffer, algorithm: DerElement, signature: Buffer): (by: KeyLike) => boolean {
  const [oid, parameters] = derElements(algorithm.content)
  const name = oid?.content.toString('hex') ?? ''
  if (EDWARDS.has(name)) return (key) => isSigned(null, signed, { key }, signature)
  if (name === RSASSA_PSS) {
    const hash = HASHES[pssHash(parameters)]
    if (hash === undefined)
      throw new RevocationListError('it is signed in a way that is not trusted any more')
    const { RSA_PKCS1_PSS_PADDING: padding, RSA_PSS_SALTLEN_AUTO: saltLength } = constants
    return (key) => isSigned(hash, signed, { key, padding, saltLength }, signature)
  }
  const hash = HASHES[name]
  if (hash === undefined) throw new RevocationListError('it is signed in a way that is not trusted any more')
  return (key) => isSigned(hash, signed, { key }, signature)
}

type SignedBy = { readonly key: KeyLike; readonly padding?: number; readonly saltLength?: number }

/** A key of another kind than the signature has signed nothing. */
function isSigned(hash: string | null, signed: Buffer, by: SignedBy, signature: Buffer): boolean {
  try {
    // Its type wants the object of one kind of key alone.
    return verify(hash, signed, by as Parameters<typeof verify>[2], signature)
  } catch {
    return false
  }
}

/** The hash in the parameters of RSASSA-PSS (RFC 4055, 3.1); SHA-1 where it is left out. */
function pssHash(parameters: DerElement | undefined): string {
  if (parameters?.tag !== DER.sequence) return ''
  const [first] = derElements(parameters.content)
  if (first?.tag !== DER.context0) return ''
  const [oid] = derElements(onlyElement(first.content, DER.sequence).content)
  return oid?.content.toString('hex') ?? ''
}
