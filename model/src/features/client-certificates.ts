import { certificateUse } from '../definition/certificate-use.ts'
import { judgeClientCertificate } from '../judge/judge-certificate.ts'
import { apiFeature } from './feature.ts'
import { flag, strings } from './field-types.ts'

/**
 * `use_mutual_tls_auth`: only clients that show a listed certificate are let in, to a keyless API too (gateway contract,
 * section 4.3, step 8). Comes to the fingerprints that are let in; undefined = none is asked for.
 */
export const clientCertificates = apiFeature({
  name: 'client-certificates',
  label: 'client certificates',
  slot: 'clientCertificates',
  fields: { api: { use_mutual_tls_auth: flag, client_certificates: strings } },
  compile(document, { orgId }): ReadonlySet<string> | undefined {
    if (document.use_mutual_tls_auth !== true) return undefined
    // One of another organisation is nobody's here.
    const own = certificateUse({ ...document, org_id: orgId }).client.filter((id) => id.startsWith(orgId))
    return new Set(own.map((id) => id.slice(orgId.length)))
  },
  judge(allowed, { clientTls = 'plain' }, nowMs) {
    if (allowed === undefined) return undefined
    const refusal = judgeClientCertificate(allowed, clientTls, nowMs)
    return refusal && { code: refusal.code, decided: refusal.traceStep }
  },
  notJudged: (allowed) =>
    allowed === undefined ? undefined : 'whether the certificate is still among those that are stored',
})
