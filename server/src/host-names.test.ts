import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hostNames } from './host-names.ts'

test('finding 20: on loopback only names and addresses that nobody can point elsewhere are known', () => {
  const knows = hostNames('127.0.0.1', [])
  for (const host of [
    'localhost:3000',
    'LOCALHOST',
    'a.localhost',
    '127.0.0.1:3000',
    '[::1]:3000',
    '10.0.0.7',
    '',
  ])
    assert.equal(knows(host), true, host)
  for (const host of [
    'evil.example',
    'evil.example:3000',
    'localhost.evil.example',
    '127.0.0.1.evil.example:80',
    '[evil]',
  ])
    assert.equal(knows(host), false, host)
})

test('finding 20: names that are set are the only ones, wherever the port listens', () => {
  const knows = hostNames('0.0.0.0', ['Gate.example', '*.ops.example'])
  for (const host of ['gate.example', 'gate.example.:443', 'a.ops.example:1', 'localhost', '192.0.2.1:3000'])
    assert.equal(knows(host), true, host)
  for (const host of ['other.example', 'ops.example', 'xgate.example']) assert.equal(knows(host), false, host)
})

test('a port that is open to others answers to every name unless names are set; `*` says so of any port', () => {
  assert.equal(hostNames('0.0.0.0', [])('evil.example'), true)
  assert.equal(hostNames('127.0.0.1', ['*'])('evil.example'), true)
  assert.equal(hostNames('gate.example', ['other.example'])('gate.example:3000'), true)
})
