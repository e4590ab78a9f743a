import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RequestHead } from '@tollgate/http1/exchange'
import { cidrSet } from './cidr-set.ts'
import { clientAddress, trustedPeers } from './client-address.ts'

const head = (...pairs: [string, string][]): RequestHead => ({
  method: 'GET',
  target: '/',
  path: '/',
  query: '',
  host: 'h',
  minorVersion: 1,
  names: pairs.map(([name]) => name),
  rawNames: pairs.map(([name]) => name),
  values: pairs.map(([, value]) => value),
  bodyLength: 0,
  keepAlive: true,
  expectsContinue: false,
  upgrade: '',
})

test('a set of addresses knows single ones and networks of both families, and names what is neither', () => {
  const set = cidrSet(['10.0.0.0/8', '192.168.1.1', 'fd00::/8', '::1', 'nonsense', '1.2.3.4/99', ''])
  for (const address of ['10.9.8.7', '192.168.1.1', 'fd12::3', '::1'])
    assert.equal(set.has(address), true, address)
  for (const address of ['11.0.0.1', '192.168.1.2', 'fe80::1', 'x', ''])
    assert.equal(set.has(address), false, address)
  assert.deepEqual(set.invalid, ['nonsense', '1.2.3.4/99', ''])
})

test('what an untrusted peer says of the client is not believed', () => {
  const address = clientAddress(trustedPeers(['10.0.0.0/8']))
  assert.equal(address('8.8.8.8', head(['x-real-ip', '1.1.1.1'], ['x-forwarded-for', '2.2.2.2'])), '8.8.8.8')
})

test('a trusted proxy tells by X-Real-IP first, then by X-Forwarded-For', () => {
  const address = clientAddress(trustedPeers(['10.0.0.0/8']))
  assert.equal(address('10.0.0.1', head(['x-forwarded-for', '2.2.2.2'], ['x-real-ip', '1.1.1.1'])), '1.1.1.1')
  assert.equal(address('10.0.0.1', head(['x-forwarded-for', '2.2.2.2'])), '2.2.2.2')
  assert.equal(address('10.0.0.1', head()), '10.0.0.1')
})

test('of several forwarded addresses the nearest one that is no trusted proxy counts', () => {
  const address = clientAddress(trustedPeers(['10.0.0.0/8']))
  assert.equal(address('10.0.0.1', head(['x-forwarded-for', '6.6.6.6, 2.2.2.2, 10.0.0.9'])), '2.2.2.2')
  assert.equal(
    address('10.0.0.1', head(['x-forwarded-for', '6.6.6.6'], ['x-forwarded-for', '10.0.0.9'])),
    '6.6.6.6',
  )
  assert.equal(address('10.0.0.1', head(['x-forwarded-for', '2.2.2.2, garbage'])), '10.0.0.1')
})

test('W9: a forwarded address may carry its port, and an IPv6 one brackets', () => {
  const address = clientAddress(trustedPeers(['10.0.0.0/8', 'fd00::/8']))
  for (const [sent, seen] of [
    ['203.0.113.7:52044', '203.0.113.7'],
    ['[2001:db8::1]:443', '2001:db8::1'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['2001:db8::1', '2001:db8::1'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['[::ffff:203.0.113.7]:1', '203.0.113.7'],
    ['6.6.6.6, 203.0.113.7:1, 10.0.0.9:8080, [fd00::2]:9', '203.0.113.7'],
    ['203.0.113.7:', '10.0.0.1'],
    ['203.0.113.7:http', '10.0.0.1'],
    ['203.0.113.7:123456', '10.0.0.1'],
    ['[203.0.113.7]:80', '10.0.0.1'],
    ['[2001:db8::1', '10.0.0.1'],
    ['[2001:db8::1]x', '10.0.0.1'],
    ['[2001:db8::1]:', '10.0.0.1'],
    [':80', '10.0.0.1'],
    ['unknown', '10.0.0.1'],
  ] as const) {
    assert.equal(address('10.0.0.1', head(['x-forwarded-for', sent])), seen, sent)
    if (!sent.includes(','))
      assert.equal(address('10.0.0.1', head(['x-real-ip', sent])), seen, `x-real-ip ${sent}`)
  }
})

test('finding 8: a peer that is not trusted and sends forwarding headers is told of once', () => {
  const told: string[] = []
  const address = clientAddress(trustedPeers(['10.0.0.0/8']), (peer) => told.push(peer))
  address('8.8.8.8', head(['x-forwarded-for', '1.1.1.1']))
  address('8.8.8.8', head(['x-forwarded-for', '1.1.1.2']))
  address('9.9.9.9', head())
  address('10.0.0.1', head(['x-real-ip', '1.1.1.1']))
  address('2001:db8::9', head(['forwarded', 'for=1.1.1.1']))
  assert.deepEqual(told, ['8.8.8.8', '2001:db8::9'])
  // A proxy's first request may be a health check of its own.
  for (let i = 0; i < 64; i++) address('9.9.9.9', head(['x-forwarded-for', '1.1.1.1']))
  assert.deepEqual(told, ['8.8.8.8', '2001:db8::9', '9.9.9.9'])
})

test('finding 8: a call of the program’s own says whose it is by a secret, not by where it comes from', () => {
  const own = { peer: '127.0.0.1', secret: 'a1b2' }
  const told: string[] = []
  const address = clientAddress(trustedPeers([]), (peer) => told.push(peer), own)
  assert.equal(address('127.0.0.1', head(['forwarded', 'for="2001:db8::1";secret=a1b2'])), '2001:db8::1')
  assert.deepEqual(told, [])
  for (const [peer, forwarded] of [
    ['127.0.0.1', 'for="1.1.1.1";secret=a1b3'],
    ['127.0.0.1', 'for="1.1.1.1";secret='],
    ['127.0.0.1', 'for=1.1.1.1'],
    ['10.0.0.1', 'for="1.1.1.1";secret=a1b2'],
  ] as const)
    assert.equal(address(peer, head(['forwarded', forwarded])), peer, forwarded)
})
