import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RequestHead } from '@tollgate/http1/exchange'
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
