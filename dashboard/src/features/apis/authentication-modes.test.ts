import assert from 'node:assert/strict'
import { test } from 'node:test'
import { changesForMode, modeOf, tokenPath, unsupportedIn } from './authentication-modes.ts'

const applied = (stored: Record<string, unknown>, mode: 'token' | 'keyless') => {
  const next = { ...stored, ...Object.fromEntries(changesForMode(stored, mode)) }
  return Object.fromEntries(Object.entries(next).filter(([, value]) => value !== undefined))
}

test('the mode is open only where the definition says so', () => {
  assert.equal(modeOf({}), 'token')
  assert.equal(modeOf({ use_keyless: true, use_standard_auth: true }), 'keyless')
})

test('choosing the stored mode leaves the document as it was', () => {
  for (const stored of [
    {},
    { use_standard_auth: true },
    { use_keyless: false },
    { use_mutual_tls_auth: true },
  ])
    assert.deepEqual(applied(stored, 'token'), stored)
  for (const stored of [{ use_keyless: true }, { use_keyless: true, use_standard_auth: false }])
    assert.deepEqual(applied(stored, 'keyless'), stored)
})

test('another mode is switched on and the first one off', () => {
  assert.deepEqual(applied({ use_standard_auth: true }, 'keyless'), {
    use_keyless: true,
    use_standard_auth: false,
  })
  assert.deepEqual(applied({ use_keyless: true }, 'token'), { use_keyless: false, use_standard_auth: true })
})

test('the settings of the key are those that the gate reads', () => {
  assert.deepEqual(tokenPath({ auth: {}, auth_configs: { authToken: {} } }), ['auth_configs', 'authToken'])
  assert.deepEqual(tokenPath({ auth_configs: { jwt: {} } }), ['auth'])
})

test('ways that cannot be judged are named', () => {
  const names = unsupportedIn({
    enable_jwt: true,
    external_oauth: { enabled: true },
    auth: { validate_signature: true },
  })
  assert.deepEqual(
    names.map(({ name }) => name),
    ['External OAuth', 'JSON Web Tokens', 'Signatures of keys'],
  )
  assert.deepEqual(unsupportedIn({ enable_jwt: 'yes', auth: null }), [])
})
