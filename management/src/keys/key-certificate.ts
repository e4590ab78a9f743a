import type { Session } from '@tollgate/model/access/session'
import { certificateId } from '@tollgate/model/definition/certificate-use'
import type { Storage } from '@tollgate/storage/storage'
import { Problem } from '../errors.ts'
import { keyProblems } from './key-problems.ts'

/**
 * The session with whole ids of the certificates that it is bound to. Each must be in its organisation's store; what
 * `before` (the session that it replaces) named already may stay. A certificate that a key was bound to stays: who could
 * take it away would leave a key whose secret anybody can compute. Throws `key_certificate_unknown`, `key_certificate_kept`.
 */
export async function withCertificates(
  storage: Storage,
  orgId: string,
  sent: Session,
  before?: Session,
): Promise<Session> {
  const bound = before?.certificate ?? ''
  const named = sent.certificate === undefined ? bound : sent.certificate
  const certificate = named === '' ? '' : certificateId(orgId, named)
  if (bound !== '' && certificate !== bound) throw new Problem(keyProblems.key_certificate_kept)
  const bindings = sent.mtls_static_certificate_bindings?.map((id) => certificateId(orgId, id))
  const known = new Set([bound, ...(before?.mtls_static_certificate_bindings ?? [])])
  for (const id of [certificate, ...(bindings ?? [])]) {
    if (id === '' || known.has(id)) continue
    if ((await storage.certificates.byId(orgId, id)) === undefined)
      throw new Problem(keyProblems.key_certificate_unknown, id)
  }
  return {
    ...sent,
    ...(certificate !== '' && { certificate }),
    ...(bindings && { mtls_static_certificate_bindings: bindings }),
  }
}

/** Whether a custom name is the secret of the key that stands behind a certificate: that is given out with the certificate only. */
export function isCertificateSecret(orgId: string, secret: string): boolean {
  return secret.startsWith(orgId + orgId) && /^[0-9a-f]{64}$/i.test(secret.slice(2 * orgId.length))
}
