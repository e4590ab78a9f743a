import assert from 'node:assert/strict'
import test from 'node:test'
import * as fc from 'fast-check'
import { customToken, generatedToken, lookupCandidates, MAX_KEY_LENGTH, tokenOrg } from './key-format.ts'

const ORG = '64f0c1a2b3d4e5f601020304'
const OTHER = '64f0c1a2b3d4e5f6010203ff'
const jsonToken = btoa(JSON.stringify({ org: ORG, id: 'x', h: 'murmur64' }))

test('a generated key is the organisation and 32 hex digits', () => {
  assert.match(generatedToken(ORG), new RegExp(`^${ORG}[0-9a-f]{32}$`))
})

test('a custom key gets the prefix of its organisation once', () => {
  assert.equal(customToken(ORG, 'mine'), `${ORG}mine`)
  assert.equal(customToken(ORG, `${ORG}mine`), `${ORG}mine`)
})

test('the organisation of a key is in its JSON or its first 24 hex digits', () => {
  assert.equal(tokenOrg(jsonToken), ORG)
  assert.equal(tokenOrg(`${ORG}abc`), ORG)
  for (const token of [
    '',
    'abc',
    'ey',
    'ey!!',
    btoa('[1]'),
    btoa('null'),
    btoa('{"org":1}'),
    'zz'.repeat(20),
  ]) {
    assert.equal(tokenOrg(token), '', token)
  }
})

test('a key that names the organisation is looked up as it is', () => {
  assert.deepEqual(lookupCandidates(ORG, `${ORG}abc`), [`${ORG}abc`])
  assert.deepEqual(lookupCandidates(ORG, jsonToken), [jsonToken, ORG + jsonToken])
})

test('another key is looked up with the prefix first, then as it is', () => {
  assert.deepEqual(lookupCandidates(ORG, 'my_custom_key'), [`${ORG}my_custom_key`, 'my_custom_key'])
  assert.deepEqual(lookupCandidates(ORG, `${OTHER}abc`), [`${ORG}${OTHER}abc`, `${OTHER}abc`])
})

test('what is too short or too long is not looked up', () => {
  for (const text of ['', 'ab', 'a'.repeat(MAX_KEY_LENGTH + 1)])
    assert.deepEqual(lookupCandidates(ORG, text), [])
})

test('the full key of a custom name is always among its candidates', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 3, maxLength: 60 }), (name) => {
      assert.ok(lookupCandidates(ORG, name).includes(customToken(ORG, name)))
      assert.ok(lookupCandidates(ORG, customToken(ORG, name)).includes(customToken(ORG, name)))
    }),
  )
})
