import type { Session } from '../access/session.ts'
import type { RefusalCode } from './refusals.ts'
import type { TraceStep } from './verdict.ts'

/** The certificate that a client has shown, and proved to own, in the handshake. */
export type ClientCertificate = {
  /** SHA-256 of its DER, 64 hex. */
  readonly fingerprint: string
  readonly notBeforeMs: number
  readonly notAfterMs: number
  /** Its authority's revocation list has it (`revoked`), or is past its time and says nothing any more (`unknown`). */
  readonly revocation?: 'revoked' | 'unknown' | undefined
}

/**
 * What TLS says of a client: nothing (`plain`), that it has shown no certificate, that it was not asked for one on this
 * connection and would be on another one to the host of the request (`misdirected`), or which.
 */
export type ClientTls = 'plain' | 'no-certificate' | 'misdirected' | ClientCertificate

/** Why a client certificate does not do. */
export type CertificateRefusal = { readonly code: RefusalCode; readonly traceStep: TraceStep }

/**
 * Static mutual TLS (gateway contract, section 4.4): the certificate must be one of those that the API lists.
 * @param allowed fingerprints
 */
export function judgeClientCertificate(
  allowed: ReadonlySet<string>,
  tls: ClientTls,
  nowMs: number,
): CertificateRefusal | undefined {
  if (tls === 'plain') return { code: 'tls_required', traceStep: { step: 'credential', code: 'tls_missing' } }
  if (tls === 'misdirected') return MISDIRECTED
  if (tls === 'no-certificate') return { code: 'client_certificate_required', traceStep: NOT_SHOWN }
  const { fingerprint } = tls
  if (!allowed.has(fingerprint)) {
    const traceStep: TraceStep = { step: 'credential', code: 'certificate_not_listed', args: { fingerprint } }
    return { code: 'client_certificate_not_allowed', traceStep }
  }
  return revoked(tls) ?? outOfTime(tls, nowMs)
}

/**
 * A key that is bound to a certificate opens nothing without it: `certificate` everywhere, and
 * `mtls_static_certificate_bindings` where the API uses mutual TLS.
 */
export function judgeBoundKey(
  session: BindingSession,
  api: Binding,
  tls: ClientTls,
  nowMs: number,
): CertificateRefusal | undefined {
  if (!isBound(session, api)) return undefined
  const own = session.certificate ?? ''
  const bindings = api.mutualTls ? (session.mtls_static_certificate_bindings ?? []) : []
  if (tls === 'misdirected') return MISDIRECTED
  if (tls === 'plain' || tls === 'no-certificate')
    return { code: 'key_certificate_required', traceStep: NOT_SHOWN }
  const id = api.orgId + tls.fingerprint
  const same = (named: string) => named === id || named === tls.fingerprint
  if (own === '' && api.useCertificate)
    return {
      code: 'key_certificate_mismatch',
      traceStep: { step: 'credential', code: 'key_bound_to_none' },
    }
  if ((own !== '' && !same(own)) || (bindings.length > 0 && !bindings.some(same))) {
    const args = { fingerprint: tls.fingerprint }
    return {
      code: 'key_certificate_mismatch',
      traceStep: { step: 'credential', code: 'key_bound_to_other', args },
    }
  }
  return revoked(tls) ?? outOfTime(tls, nowMs)
}

/** What an API asks of the keys that open it. */
export type Binding = {
  readonly orgId: string
  readonly mutualTls: boolean
  readonly useCertificate: boolean
}

/** Whether a key opens this API only together with a certificate; asked for each request. */
export function isBound(
  { certificate, mtls_static_certificate_bindings: bindings }: BindingSession,
  { useCertificate, mutualTls }: Binding,
): boolean {
  if (useCertificate || (certificate !== undefined && certificate !== '')) return true
  return mutualTls && bindings !== undefined && bindings !== null && bindings.length > 0
}

type BindingSession = Pick<Session, 'certificate' | 'mtls_static_certificate_bindings'>

/** What of a compiled API its keys are bound by. */
type BindingApi = {
  readonly orgId: string
  readonly clientCertificates: ReadonlySet<string> | undefined
  readonly auth: { readonly useCertificate: boolean }
}

export function boundBy({ orgId, clientCertificates, auth }: BindingApi): Binding {
  return { orgId, mutualTls: clientCertificates !== undefined, useCertificate: auth.useCertificate }
}

/** Why a request without any credential is refused, where the client's certificate could have been it. */
export function missingCertificate(
  { auth }: Pick<BindingApi, 'auth'>,
  tls: ClientTls,
): CertificateRefusal | undefined {
  return auth.useCertificate && tls === 'misdirected' ? MISDIRECTED : undefined
}

/**
 * The secret of the key that a certificate stands for (gateway contract, sections 2 and 7); empty when the API takes none.
 * It can be computed from the certificate, so it opens nothing without it: see `judgeBoundKey`.
 */
export function certificateCredential(
  { orgId, auth }: Pick<BindingApi, 'orgId' | 'auth'>,
  tls: ClientTls,
): string {
  if (!auth.useCertificate || typeof tls === 'string') return ''
  return certificateSecret(orgId, orgId + tls.fingerprint)
}

/** @param certificate id of the certificate, organisation's id included */
export function certificateSecret(orgId: string, certificate: string): string {
  return orgId + certificate
}

const NOT_SHOWN: TraceStep = { step: 'credential', code: 'certificate_missing' }

/** The client may ask again on a connection of its own to that host (RFC 9110, 15.5.20). */
const MISDIRECTED: CertificateRefusal = {
  code: 'misdirected',
  traceStep: { step: 'credential', code: 'certificate_not_asked' },
}

function revoked({ fingerprint, revocation }: ClientCertificate): CertificateRefusal | undefined {
  if (revocation === undefined) return undefined
  const code = revocation === 'revoked' ? 'certificate_revoked' : 'certificate_not_checkable'
  return {
    code: 'client_certificate_revoked',
    traceStep: { step: 'credential', code, args: { fingerprint } },
  }
}

function outOfTime(
  { fingerprint, notBeforeMs, notAfterMs }: ClientCertificate,
  nowMs: number,
): CertificateRefusal | undefined {
  if (nowMs >= notBeforeMs && nowMs <= notAfterMs) return undefined
  const code = nowMs > notAfterMs ? 'certificate_expired' : 'certificate_not_valid_yet'
  return {
    code: 'client_certificate_expired',
    traceStep: { step: 'credential', code, args: { fingerprint } },
  }
}
