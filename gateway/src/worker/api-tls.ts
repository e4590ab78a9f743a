import type { ApiDefinition } from '@tollgate/model/definition/api-definition'
import { certificateUse, namedCertificates } from '@tollgate/model/definition/certificate-use'
import { hostName } from '@tollgate/model/host-name'
import type { ApiRecord } from '@tollgate/storage/records/apis'
import type { ApiCertificate, ApiTls } from '../edge/tls-certificates.ts'
import { CertificateMissing } from '../pipeline/compile-error.ts'
import type { IdentifiedPair } from '../upstream/upstream-tls.ts'
import type { StoredCertificates } from './stored-certificates.ts'

/**
 * What APIs add to TLS on the gateway's port: the certificates of their domains, and whether clients are asked for one.
 * @param records older ones first: they keep a name that two claim
 */
export function apiTls(records: readonly ApiRecord[], certificates: StoredCertificates): ApiTls {
  const found = new Map<string, ApiCertificate>()
  let asksClients = false
  for (const { definition, orgId } of records) {
    if (definition.active === false) continue
    asksClients ||= asksClient(definition)
    for (const id of certificateUse(definition).server) {
      const pair = pairIfAny(certificates, orgId, id)
      if (pair === undefined) continue
      const domain = domainOf(definition)
      found.set(`${id} ${domain}`, { ...pair, domain })
    }
  }
  return { certificates: [...found.values()], asksClients, knows: certificates.knows }
}

/** Whether a definition names the certificate anywhere. */
export function names(definition: ApiDefinition, id: string): boolean {
  return namedCertificates(certificateUse(definition)).includes(id)
}

/** Certificates that a definition names and that its organisation does not have. */
export function missingCertificates(
  { definition, orgId }: ApiRecord,
  certificates: StoredCertificates,
): readonly string[] {
  const named = new Set(namedCertificates(certificateUse(definition)))
  return [...named].filter((id) => !certificates.has(orgId, id))
}

function asksClient(definition: ApiDefinition): boolean {
  if (definition.use_mutual_tls_auth === true) return true
  const token = definition.auth_configs?.authToken ?? definition.auth
  return definition.use_keyless !== true && token?.use_certificate === true
}

/** The name that clients ask for; none of a pattern, which is left to the names in the certificates. */
function domainOf({ domain = '', domain_disabled }: ApiDefinition): string {
  if (domain_disabled === true || domain.includes('{')) return ''
  return hostName(domain.toLowerCase())
}

/** What is missing was said when the API was compiled; clients of its domain see that by the certificate they get. */
function pairIfAny(certificates: StoredCertificates, orgId: string, id: string): IdentifiedPair | undefined {
  try {
    return certificates.pair(orgId, id)
  } catch (error) {
    if (error instanceof CertificateMissing) return undefined
    throw error
  }
}
