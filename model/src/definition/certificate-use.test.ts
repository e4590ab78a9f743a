import assert from 'node:assert/strict'
import { test } from 'node:test'
import { certificateId, certificateUse, forHost, namedCertificates } from './certificate-use.ts'

const org = 'a'.repeat(24)
const print = (digit: string) => digit.repeat(64)

test('a bare fingerprint means a certificate of the API’s own organisation', () => {
  assert.equal(certificateId(org, ` ${print('B')} `), org + print('b'))
  assert.equal(certificateId(org, `${'c'.repeat(24)}${print('b')}`), `${'c'.repeat(24)}${print('b')}`)
})

test('every place that names a certificate is read, and what is switched off is not', () => {
  const definition = {
    org_id: org,
    certificates: [print('1'), ''],
    client_certificates: [print('2')],
    upstream_certificates: { 'Host.test': print('3') },
    pinned_public_keys: { '*': `${print('4')}, ${print('5')}` },
  }
  const use = certificateUse(definition)
  assert.deepEqual(use, {
    server: [org + print('1')],
    client: [org + print('2')],
    upstream: [['host.test', org + print('3')]],
    pinned: [['*', [org + print('4'), org + print('5')]]],
  })
  assert.equal(namedCertificates(use).length, 5)
  const off = { ...definition, upstream_certificates_disabled: true, certificate_pinning_disabled: true }
  assert.deepEqual(namedCertificates(certificateUse(off)), [org + print('1'), org + print('2')])
  assert.deepEqual(namedCertificates(certificateUse({ certificates: null })), [])
})

test('the most particular pattern of a host counts', () => {
  const listed = [
    ['*', 'all'],
    ['*.test', 'wildcard'],
    ['a.test', 'name'],
    ['a.test:8443', 'port'],
  ] as const
  assert.equal(forHost(listed, 'A.test', 8443), 'port')
  assert.equal(forHost(listed, 'a.test', 443), 'name')
  assert.equal(forHost(listed, 'b.test', 443), 'wildcard')
  assert.equal(forHost(listed, 'localhost', 443), 'all')
  assert.equal(forHost([['*.test', 'x']], 'deep.b.test', 443), undefined)
})
