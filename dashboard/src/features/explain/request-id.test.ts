import assert from 'node:assert/strict'
import { test } from 'node:test'
import { requestIdIn } from './request-id.ts'

test('an id is found alone, in a header’s line and in a line of the log', () => {
  const id = '0f3a9c2b1d4e-1-7k'
  for (const text of [id, ` X-Request-Id: ${id} `, `{"requestId":"${id}","status":429}`]) {
    assert.equal(requestIdIn(text), id)
  }
})

test('a key is no request', () => {
  for (const text of [
    '',
    'orders',
    '5e9d9544a1dcd60001d0ed20e7f75a3f8e4b45e1b7b2c9c1a1b2c3d4',
    'my-own-key',
  ]) {
    assert.equal(requestIdIn(text), undefined)
  }
})
