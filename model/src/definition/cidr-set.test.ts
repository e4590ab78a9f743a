import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cidrSet } from './cidr-set.ts'

test('a set of addresses knows single ones and networks of both families, and names what is neither', () => {
  const set = cidrSet(['10.0.0.0/8', '192.168.1.1', 'fd00::/8', '::1', 'nonsense', '1.2.3.4/99', ''])
  for (const address of ['10.9.8.7', '192.168.1.1', 'fd12::3', '::1'])
    assert.equal(set.has(address), true, address)
  for (const address of ['11.0.0.1', '192.168.1.2', 'fe80::1', 'x', ''])
    assert.equal(set.has(address), false, address)
  assert.deepEqual(set.invalid, ['nonsense', '1.2.3.4/99', ''])
})
