import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hostName } from './host-name.ts'

test('W8: a host is found by its name, without port and final dot', () => {
  const spellings = [
    'shop.example',
    'shop.example.',
    'shop.example:8080',
    'shop.example.:8080',
    'shop.example:',
  ]
  for (const spelling of spellings) assert.equal(hostName(spelling), 'shop.example', spelling)
})

test('W8: addresses, patterns and what is no name stay what they are', () => {
  for (const [spelling, name] of [
    ['[2001:db8::1]', '[2001:db8::1]'],
    ['[2001:db8::1]:443', '[2001:db8::1]'],
    ['127.0.0.1:80', '127.0.0.1'],
    ['{sub:a|b}.example', '{sub:a|b}.example'],
    ['{sub:a|b}.example.:80', '{sub:a|b}.example'],
    ['.', '.'],
    ['', ''],
  ] as const)
    assert.equal(hostName(spelling), name, spelling)
})
