import type { Actor } from '@tollgate/storage/changes/changes'
import type { CertificateRecord } from '@tollgate/storage/records/certificates'
import { seal } from '@tollgate/storage/secrets'
import type { Dependencies } from '../dependencies.ts'
import { Problem } from '../errors.ts'
import { type Adopting, requireOrganisation } from '../organisation/adopt-organisation.ts'
import { certificateProblems } from './certificate-problems.ts'
import { readCertificate } from './read-certificate.ts'

/** What the certificate verbs work with. */
export type CertificateContext = Adopting & Pick<Dependencies, 'storage' | 'pepper'>

/**
 * Stores a certificate; its private key is sealed and never given out again. In force in the gateway when this resolves.
 * Throws the problems of `readCertificate`, `certificate_taken`, `organisation_unknown`.
 */
export async function addCertificate(
  context: CertificateContext,
  actor: Actor,
  orgId: string,
  upload: Buffer,
): Promise<CertificateRecord> {
  const { fingerprint, pem, key } = readCertificate(upload)
  const record = {
    id: orgId + fingerprint,
    orgId,
    pem,
    keySealed: key === undefined ? '' : seal(context.pepper, key),
    createdAt: new Date(context.now()).toISOString(),
  }
  await context.storage.write(actor, async (stores) => {
    await requireOrganisation(stores, context, orgId)
    if ((await stores.certificates.byId(orgId, record.id)) !== undefined) throw taken(record.id)
    await stores.certificates.insert(record)
  })
  return record
}

/** Deletes a certificate. What names it is closed from then on. Throws `certificate_not_deletable` when it went meanwhile. */
export async function deleteCertificate(
  { storage }: CertificateContext,
  actor: Actor,
  { orgId, id }: CertificateRecord,
): Promise<void> {
  await storage.write(actor, async (stores) => {
    const current = await stores.certificates.byId(orgId, id)
    if (current === undefined) throw new Problem(certificateProblems.certificate_not_deletable)
    await stores.certificates.remove(current)
  })
}

function taken(id: string): Problem {
  const { certificate_taken: spec } = certificateProblems
  return new Problem({ ...spec, message: `${spec.message} ${id} ID already exists` })
}
