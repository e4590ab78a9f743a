import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AuthConfig } from '../definition/api-definition.ts'
import { compileRules } from '../definition/compile-api.ts'
import {
  boundBy,
  type ClientTls,
  certificateCredential,
  judgeBoundKey,
  judgeClientCertificate,
  missingCertificate,
} from './judge-certificate.ts'
import { traceWords } from './trace-words.ts'

const orgId = 'a'.repeat(24)
const fingerprint = 'b'.repeat(64)
const shown = { fingerprint, notBeforeMs: 1_000, notAfterMs: 2_000 }

const code = (allowed: readonly string[], tls: ClientTls, nowMs = 1_500) =>
  judgeClientCertificate(new Set(allowed), tls, nowMs)?.code

test('a client of a mutual-TLS API needs a listed certificate that is in its time', () => {
  assert.equal(code([fingerprint], 'plain'), 'tls_required')
  assert.equal(code([fingerprint], 'no-certificate'), 'client_certificate_required')
  assert.equal(code([], shown), 'client_certificate_not_allowed')
  assert.equal(code([fingerprint], shown, 2_001), 'client_certificate_expired')
  assert.equal(code([fingerprint], shown, 999), 'client_certificate_expired')
  assert.equal(code([fingerprint], shown, 1_000), undefined)
  assert.equal(code([fingerprint], shown, 2_000), undefined)
})

test('a bound key opens nothing without its certificate, whatever the API', () => {
  const open = { orgId, mutualTls: false, useCertificate: false }
  const judge = (session: object, tls: ClientTls, api = open) => judgeBoundKey(session, api, tls, 1_500)?.code
  const bound = { certificate: orgId + fingerprint }
  assert.equal(judge(bound, 'plain'), 'key_certificate_required')
  assert.equal(judge(bound, 'no-certificate'), 'key_certificate_required')
  assert.equal(judge(bound, { ...shown, fingerprint: 'c'.repeat(64) }), 'key_certificate_mismatch')
  assert.equal(judge(bound, { ...shown, notAfterMs: 1_499 }), 'client_certificate_expired')
  assert.equal(judge(bound, shown), undefined)
  assert.equal(judge({}, 'plain'), undefined)
  assert.equal(judge({ certificate: '' }, 'plain'), undefined)
  assert.equal(judge({}, shown, { ...open, useCertificate: true }), 'key_certificate_mismatch')
  const listed = { mtls_static_certificate_bindings: [`${orgId}${'c'.repeat(64)}`] }
  assert.equal(judge(listed, shown), undefined, 'counts only where the API uses mutual TLS')
  assert.equal(judge(listed, shown, { ...open, mutualTls: true }), 'key_certificate_mismatch')
  assert.equal(
    judge({ mtls_static_certificate_bindings: [] }, shown, { ...open, mutualTls: true }),
    undefined,
  )
})

test('a certificate that is revoked, or that no list can speak of any more, opens nothing', () => {
  const bound = { certificate: orgId + fingerprint }
  const open = { orgId, mutualTls: false, useCertificate: false }
  for (const [revocation, words] of [
    ['revoked', 'is revoked'],
    ['unknown', 'may be revoked: the list of its authority has expired'],
  ] as const) {
    const tls = { ...shown, revocation }
    for (const refused of [
      judgeClientCertificate(new Set([fingerprint]), tls, 1_500),
      judgeBoundKey(bound, open, tls, 1_500),
    ]) {
      assert.equal(refused?.code, 'client_certificate_revoked')
      assert.equal(traceWords(refused.traceStep), `${fingerprint} ${words}`)
    }
  }
  assert.equal(code([], { ...shown, revocation: 'revoked' }), 'client_certificate_not_allowed')
})

test('who was not asked on this connection, and would be on another, is told to make that', () => {
  const bound = { certificate: orgId + fingerprint }
  assert.equal(code([fingerprint], 'misdirected'), 'misdirected')
  assert.equal(
    judgeBoundKey(bound, { orgId, mutualTls: false, useCertificate: false }, 'misdirected', 1_500)?.code,
    'misdirected',
  )
  const rules = compileRules({ org_id: orgId, auth: { use_certificate: true } })
  assert.equal(certificateCredential(rules, 'misdirected'), '')
  assert.equal(missingCertificate(rules, 'misdirected')?.code, 'misdirected')
  assert.equal(missingCertificate(rules, 'no-certificate'), undefined)
  assert.equal(missingCertificate(compileRules({ org_id: orgId }), 'misdirected'), undefined)
})

test('a certificate stands for a key only where the API says so', () => {
  const rules = (auth: AuthConfig) => compileRules({ org_id: orgId, auth })
  assert.equal(certificateCredential(rules({ use_certificate: true }), shown), orgId + orgId + fingerprint)
  assert.equal(certificateCredential(rules({ use_certificate: true }), 'no-certificate'), '')
  assert.equal(certificateCredential(rules({}), shown), '')
  assert.deepEqual(boundBy(rules({ use_certificate: true })), {
    orgId,
    mutualTls: false,
    useCertificate: true,
  })
})

test('certificates of another organisation are nobody’s on an API', () => {
  const foreign = `${'f'.repeat(24)}${fingerprint}`
  const { clientCertificates } = compileRules({
    org_id: orgId,
    use_mutual_tls_auth: true,
    client_certificates: [foreign, fingerprint.replace('b', 'd')],
  })
  assert.deepEqual([...(clientCertificates ?? [])], [fingerprint.replace('b', 'd')])
})
