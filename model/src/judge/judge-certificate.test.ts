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
} from './judge-certificate.ts'

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
