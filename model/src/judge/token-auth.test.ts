import assert from 'node:assert/strict'
import test from 'node:test'
import type { ApiDefinition } from '../definition/api-definition.ts'
import { presentedCredential, tokenAuth } from './token-auth.ts'

function presented(definition: ApiDefinition, headers: Record<string, string>, query = ''): string {
  const header = (name: string) => headers[name]
  return presentedCredential(tokenAuth(definition), {
    method: 'GET',
    path: '/',
    fullPath: '/',
    query,
    header,
  })
}

const everywhere: ApiDefinition = {
  auth: { auth_header_name: 'X-Key', use_param: true, use_cookie: true, cookie_name: 'c' },
}

test('the header is Authorization unless another is named', () => {
  assert.equal(presented({}, { authorization: 'k1' }), 'k1')
  assert.equal(
    presented({ auth: { auth_header_name: 'X-Key' } }, { 'x-key': 'k2', authorization: 'no' }),
    'k2',
  )
})

test('auth_configs.authToken takes the place of auth', () => {
  const definition = {
    auth: { auth_header_name: 'old' },
    auth_configs: { authToken: { auth_header_name: 'New' } },
  }
  assert.equal(presented(definition, { old: 'a', new: 'b' }), 'b')
})

test('cookie beats query beats header, and an empty one is passed over', () => {
  assert.equal(presented(everywhere, { cookie: 'c=1', 'x-key': '3' }, 'X-Key=2'), '1')
  assert.equal(presented(everywhere, { cookie: 'c=', 'x-key': '3' }, 'X-Key=2'), '2')
  assert.equal(presented(everywhere, { cookie: 'd=1', 'x-key': '3' }, 'X-Key='), '3')
})

test('query and cookie do not count unless they are switched on, the header unless it is switched off', () => {
  assert.equal(presented({}, { cookie: 'Authorization=1' }, 'Authorization=2'), '')
  assert.equal(presented({ auth: { disable_header: true } }, { authorization: 'k' }), '')
})

test('Bearer is stripped whatever its case', () => {
  for (const word of ['Bearer', 'bearer', 'BEARER'])
    assert.equal(presented({}, { authorization: `${word} k` }), 'k')
  assert.equal(presented({}, { authorization: 'Bearerk' }), 'Bearerk')
})
