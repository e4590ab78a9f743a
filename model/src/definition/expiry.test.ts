import assert from 'node:assert/strict'
import test from 'node:test'
import { expiryMs } from './expiry.ts'

test('a time of the contract is read as UTC', () => {
  assert.equal(expiryMs('2006-01-02 15:04'), Date.UTC(2006, 0, 2, 15, 4))
})

test('empty, absent and -1 mean never', () => {
  assert.deepEqual([expiryMs(''), expiryMs(undefined), expiryMs('-1')], [0, 0, 0])
})

test('anything else is no time', () => {
  for (const text of [
    'never',
    '2006-01-02',
    '2006-13-02 15:04',
    '2006-02-30 15:04',
    '2006-01-02T15:04',
    ' ',
  ]) {
    assert.equal(expiryMs(text), undefined, text)
  }
})
