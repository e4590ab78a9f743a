import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hasPrivateKey, inPairs, nameInWords, pemProblem, standingOf } from './certificate-words.ts'

const now = Date.UTC(2026, 0, 5)
const day = (days: number) => new Date(now + days * 86_400_000).toISOString()
const validity = (from: number, until: number) =>
  standingOf({ not_before: day(from), not_after: day(until) }, now).word

test('a certificate is warned of a month before its end', () => {
  assert.deepEqual(
    [validity(-1, 90), validity(-1, 29), validity(-1, 0), validity(1, 90)],
    ['Valid', 'Expires soon', 'Expired', 'Not valid yet'],
  )
})

test('a name is one line without what it does not have', () => {
  const name = {
    CommonName: 'orders.example',
    Organization: ['Example'],
    Country: ['DE'],
    OrganizationalUnit: null,
    Locality: null,
    Province: null,
    StreetAddress: null,
    PostalCode: null,
    SerialNumber: '',
    Names: null,
    ExtraNames: null,
  }
  assert.equal(nameInWords(name), 'orders.example, Example, DE')
  assert.equal(nameInWords({ ...name, CommonName: '', Organization: null, Country: null }), 'No name')
})

test('a text that is no certificate is known before it is sent', () => {
  const certificate = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n'
  const key = '-----BEGIN EC PRIVATE KEY-----\nMIIB\n-----END EC PRIVATE KEY-----\n'
  assert.equal(pemProblem(certificate + key), undefined)
  for (const wrong of ['', 'hello', key]) assert.notEqual(pemProblem(wrong), undefined)
  assert.deepEqual([hasPrivateKey(certificate), hasPrivateKey(certificate + key)], [false, true])
})

test('a fingerprint is shown in pairs', () => {
  assert.equal(inPairs('0fa9'), '0F:A9')
})
