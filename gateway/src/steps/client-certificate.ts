import type { ApiRules } from '@tollgate/model/definition/api-rules'
import { judgeClientCertificate } from '@tollgate/model/judge/judge-certificate'
import { refusal } from '../pipeline/answer.ts'
import type { StepFactory } from '../pipeline/step.ts'

type Plan = {
  readonly rules: ApiRules
  readonly certificates: { has(orgId: string, id: string): boolean }
}

/** Lets in only clients with a certificate that the API lists (static mutual TLS, gateway contract 4.3, step 8). */
export const clientCertificate: StepFactory<Plan> = {
  name: 'client-certificates',

  create({ rules: { orgId, clientCertificates }, certificates }) {
    if (clientCertificates === undefined) return undefined
    // One that is listed but was deleted lets nobody in.
    const listed = [...clientCertificates]
    const allowed = new Set(listed.filter((fingerprint) => certificates.has(orgId, orgId + fingerprint)))
    return {
      name: 'client-certificates',
      onRequest({ clientTls, nowMs }) {
        const refused = judgeClientCertificate(allowed, clientTls, nowMs)
        if (refused === undefined) return undefined
        const { code, traceStep } = refused
        return refusal(code, traceStep, certificateText(code, clientTls))
      },
    }
  },
}

/** The one refusal whose text names what was refused (gateway contract, 4.4). */
function certificateText(code: string, tls: object | string): string | undefined {
  if (code !== 'client_certificate_not_allowed' || typeof tls === 'string' || !('fingerprint' in tls))
    return undefined
  return `Certificate with SHA256 ${String(tls.fingerprint)} not allowed`
}
