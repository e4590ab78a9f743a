import assert from 'node:assert/strict'
import { test } from 'node:test'
import { localInput, unixOfInput } from './expiry.ts'

test('a moment goes into the input of date and time and comes back', () => {
  const unix = 1_798_000_020

  assert.equal(unixOfInput(localInput(unix)), unix)
  assert.match(localInput(unix), /^\d{4}-\d\d-\d\dT\d\d:\d\d$/)
  assert.equal(unixOfInput(''), undefined)
})

test('V3: an expiry that no date can tell is shown as the last that one can', () => {
  for (const unix of [9_999_999_999_999, Number.MAX_SAFE_INTEGER, 8_640_000_000_001])
    assert.match(localInput(unix), /^\d{6}-\d\d-\d\dT\d\d:\d\d$/)
})
