import { judgeClientCertificate } from '@tollgate/model/judge/judge-certificate'
import { defineMiddleware, refusal } from '../pipeline/middleware.ts'

const NONE: ReadonlySet<string> = new Set()

/** Lets in only clients with a certificate that the API lists (static mutual TLS, gateway contract 4.3, step 8). */
export const clientCertificate = defineMiddleware({
  name: 'client-certificates',

  enabled: ({ rules }) => rules.clientCertificates !== undefined,

  create({ rules: { orgId, clientCertificates }, certificates }) {
    // One that is listed but was deleted lets nobody in.
    const listed = [...(clientCertificates ?? NONE)]
    const allowed = new Set(listed.filter((fingerprint) => certificates.has(orgId, orgId + fingerprint)))

    return function clientCertificate(context, next) {
      const { clientTls } = context
      const refused = judgeClientCertificate(allowed, clientTls, context.nowMs)
      if (refused === undefined) return next(context)
      const { code, traceStep } = refused
      return refusal(code, traceStep, certificateText(code, clientTls))
    }
  },
})

/** The one refusal whose text names what was refused (gateway contract, 4.4). */
function certificateText(code: string, tls: object | string): string | undefined {
  if (code !== 'client_certificate_not_allowed' || typeof tls === 'string' || !('fingerprint' in tls))
    return undefined
  return `Certificate with SHA256 ${String(tls.fingerprint)} not allowed`
}
