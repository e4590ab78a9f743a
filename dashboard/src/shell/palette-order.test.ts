import assert from 'node:assert/strict'
import { test } from 'node:test'
import { orderOf } from './palette-order.ts'

const keys = { takesSecrets: true }
const apis = {}
const order = (text: string) => orderOf([apis, keys], text)

test('a text that may be a whole key goes to the searches that keep it out of addresses, first or alone', () => {
  assert.deepEqual(order('orders of the second shop, north'), { first: [apis, keys], after: [] })
  assert.deepEqual(order('orders'), { first: [apis, keys], after: [] })
  assert.deepEqual(order('c903116fd4e67784d64a1f89e7bc286a'), { first: [keys], after: [apis] })
  assert.deepEqual(order('5f2a8c0de7b94a1f6c3d2e10'.padEnd(56, '0')), { first: [keys], after: [] })
})
