import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hashPassword, seal, secretHash, unseal, verifyPassword } from './secrets.ts'

const pepper = 'ab'.repeat(32)

test('the hash of a secret is an HMAC-SHA-256 under the pepper', () => {
  assert.match(secretHash(pepper, 'secret'), /^[0-9a-f]{64}$/)
  assert.equal(secretHash(pepper, 'secret'), secretHash(pepper, 'secret'))
  assert.notEqual(secretHash(pepper, 'secret'), secretHash('cd'.repeat(32), 'secret'))
  // RFC 4231, test case 2.
  assert.equal(
    secretHash('Jefe', 'what do ya want for nothing?'),
    '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  )
})

test('a sealed text opens under its own pepper only, and not when it was altered', () => {
  const sealed = seal(pepper, 'access key ü')
  assert.equal(unseal(pepper, sealed), 'access key ü')
  assert.notEqual(seal(pepper, 'access key ü'), sealed)
  assert.equal(unseal(pepper, seal(pepper, '')), '')
  assert.throws(() => unseal('cd'.repeat(32), sealed))
  const altered = sealed.slice(0, -3) + (sealed.at(-3) === 'A' ? 'B' : 'A') + sealed.slice(-2)
  assert.throws(() => unseal(pepper, altered))
  for (const broken of ['', 'v1', 'v1.', 'v1.AAAA', 'v2.AAAA', sealed.slice(0, 30)]) {
    assert.throws(() => unseal(pepper, broken))
  }
})

test('a password is verified against its own hash only', async () => {
  const phc = await hashPassword('correct horse')
  assert.match(phc, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
  assert.equal(await verifyPassword('correct horse', phc), true)
  assert.equal(await verifyPassword('Correct horse', phc), false)
  assert.notEqual(await hashPassword('correct horse'), phc)
})

test('a hash that another program made is verified', async () => {
  // The test vector of the argon2 reference program: password, somesalt, 64 MiB, two passes.
  const phc = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc'
  assert.equal(await verifyPassword('password', phc), true)
  assert.equal(await verifyPassword('passwort', phc), false)
})

test('no password matches an empty, broken or greedy hash', async () => {
  const salt = 'A'.repeat(22)
  for (const phc of [
    '',
    'x',
    '$argon2id$v=19$m=19456,t=2,p=1$$',
    `$argon2id$v=19$m=99999999,t=2,p=1$${salt}$${'A'.repeat(43)}`,
  ]) {
    assert.equal(await verifyPassword('', phc), false)
  }
  assert.equal(await verifyPassword('', ''), false)
})

test('many passwords at once are all computed', async () => {
  const hashes = await Promise.all(Array.from({ length: 6 }, (_, i) => hashPassword(`password ${i}`)))
  assert.equal(new Set(hashes).size, 6)
})
