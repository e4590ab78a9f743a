import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Problem } from './errors.ts'
import { secretCheck } from './secret-guesses.ts'

const clock = { nowMs: 1_000_000 }
const asked = (secret: string | undefined, address: string) => ({
  method: 'GET',
  headers: { 'admin-auth': secret },
  address,
  isForm: false,
})

test('finding 21: an address that guesses a secret has some guesses, then one each second', () => {
  const check = secretCheck('admin-auth', 'the right one', { now: () => clock.nowMs, wrongSecrets: 3 })
  const tooOften = (secret: string, address = '192.0.2.1') =>
    assert.throws(
      () => check(asked(secret, address)),
      (error) => error instanceof Problem && error.status === 429,
    )

  for (const guess of ['a', 'b', 'c']) assert.equal(check(asked(guess, '192.0.2.1')), false)
  tooOften('d')
  tooOften('the right one')
  assert.equal(check(asked('the right one', '192.0.2.2')), true, 'others are not concerned')
  clock.nowMs += 1_000
  assert.equal(check(asked('d', '192.0.2.1')), false)
  tooOften('e')
  clock.nowMs += 1_000
  assert.equal(check(asked('the right one', '192.0.2.1')), true)
  assert.equal(check(asked('the right one', '192.0.2.1')), true, 'a right one costs nothing')
})

test('finding 21: no secret is no guess, and one subscriber of IPv6 is one address', () => {
  const check = secretCheck('admin-auth', 'right', { now: () => clock.nowMs, wrongSecrets: 2 })
  for (let i = 0; i < 10; i++) assert.equal(check(asked(undefined, '2001:db8::1')), false)
  for (let i = 0; i < 2; i++) assert.equal(check(asked('wrong', `2001:db8::${i}`)), false)
  assert.throws(() => check(asked('wrong', '2001:db8::7')))
  assert.equal(check(asked('wrong', '2001:db8:0:1::7')), false)
})
