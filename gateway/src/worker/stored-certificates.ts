import { createHash, createPublicKey, X509Certificate } from 'node:crypto'
import type { CertificateRecord } from '@tollgate/storage/records/certificates'
import { unseal } from '@tollgate/storage/secrets'
import type { StoredPair } from '../edge/tls-certificates.ts'
import { CertificateMissing } from '../pipeline/compile-error.ts'
import type { CertificatePair } from '../settings.ts'
import type { UpstreamCertificates } from '../upstream/upstream-tls.ts'

/** The certificates of all organisations, as the definitions of one organisation may use them. */
export interface StoredCertificates extends UpstreamCertificates {
  put(record: CertificateRecord): void
  remove(id: string): void
  /** Whether the organisation has it. */
  has(orgId: string, id: string): boolean
  /** With its private key; the same object each time, until it changes. Throws `CertificateMissing`. */
  pair(orgId: string, id: string): StoredPair
  /** Whether `pair` gave that, and still does. */
  holds(pair: CertificatePair): boolean
  /** Whether any organisation has a certificate of this fingerprint. */
  knows(fingerprint: string): boolean
  /** Changes with the set of certificates that an organisation has; undefined = all organisations together. */
  digest(orgId: string | undefined): string
}

export function storedCertificates(
  records: readonly CertificateRecord[],
  pepper: string,
): StoredCertificates {
  const byId = new Map<string, CertificateRecord>()
  /** Those whose keys were opened. */
  const pairs = new Map<string, StoredPair>()
  const current = new Set<CertificatePair>()
  const digests = new Map<string | undefined, string>()
  /** How many organisations have it. */
  const fingerprints = new Map<string, number>()

  function find(orgId: string, id: string): CertificateRecord {
    const record = byId.get(id)
    // Another organisation's is as unknown as one that does not exist.
    if (record === undefined || record.orgId !== orgId)
      throw new CertificateMissing(`there is no certificate ${id}`)
    return record
  }

  function count(record: CertificateRecord, by: 1 | -1): void {
    const fingerprint = record.id.slice(record.orgId.length)
    const left = (fingerprints.get(fingerprint) ?? 0) + by
    if (left > 0) fingerprints.set(fingerprint, left)
    else fingerprints.delete(fingerprint)
  }

  const store: StoredCertificates = {
    put(record) {
      store.remove(record.id)
      byId.set(record.id, record)
      digests.clear()
      count(record, 1)
    },
    remove(id) {
      const record = byId.get(id)
      if (record === undefined) return
      byId.delete(id)
      const pair = pairs.get(id)
      if (pair !== undefined) current.delete(pair)
      pairs.delete(id)
      digests.clear()
      count(record, -1)
    },
    has: (orgId, id) => byId.get(id)?.orgId === orgId,
    pair(orgId, id) {
      const { pem, keySealed } = find(orgId, id)
      if (keySealed === '') throw new CertificateMissing(`certificate ${id} has no private key`)
      const known = pairs.get(id)
      if (known !== undefined) return known
      const pair = { id, certificate: pem, key: opened(pepper, id, keySealed) }
      pairs.set(id, pair)
      current.add(pair)
      return pair
    },
    holds: (pair) => current.has(pair),
    publicKey(orgId, id) {
      const { pem } = find(orgId, id)
      const isKey = !pem.startsWith('-----BEGIN CERTIFICATE')
      const key = isKey ? createPublicKey(pem) : new X509Certificate(pem).publicKey
      return createHash('sha256')
        .update(key.export({ type: 'spki', format: 'der' }))
        .digest('hex')
    },
    knows: (fingerprint) => fingerprints.has(fingerprint),
    digest(orgId) {
      const known = digests.get(orgId)
      if (known !== undefined) return known
      const hash = createHash('sha256')
      const ids = [...byId.values()].filter((record) => orgId === undefined || record.orgId === orgId)
      for (const id of ids.map(({ id }) => id).sort()) hash.update(`${id} `)
      const digest = hash.digest('hex')
      digests.set(orgId, digest)
      return digest
    },
  }
  for (const record of records) store.put(record)
  return store
}

function opened(pepper: string, id: string, sealed: string): string {
  try {
    return unseal(pepper, sealed)
  } catch (cause) {
    // Sealed under another pepper, or damaged.
    throw new CertificateMissing(`the private key of certificate ${id} cannot be opened`, { cause })
  }
}
