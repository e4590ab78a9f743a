import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Problem } from '../errors.ts'
import { buildTrial, Trial } from './trial-request.ts'

const definition = { proxy: { listen_path: '/orders/', target_url: 'http://127.0.0.1:1/' } }
const build = (trial: object, more: object = {}) =>
  buildTrial({ ...definition, ...more }, Trial.parse({ method: 'GET', path: '/', ...trial }), 'gate:8080', {
    address: '192.0.2.7',
    callSecret: undefined,
  })

test('a path goes behind the listen path, with its query', () => {
  assert.equal(build({ path: '/a/b?x=1&y=%20' }).target, '/orders/a/b?x=1&y=%20')
  assert.equal(build({ path: 'a' }).target, '/orders/a')
  assert.equal(build({ path: '' }).target, '/orders/')
  const bare = { proxy: { listen_path: '/orders', target_url: 'http://127.0.0.1:1/' } }
  assert.equal(build({ path: '/a' }, bare).target, '/orders/a')
  assert.equal(build({ path: '/' }, bare).target, '/orders')
})

test('no path leaves the API, whoever reads it', () => {
  for (const path of [
    '/../tyk/keys',
    '/..',
    '/a/../../tyk',
    '/%2e%2e/tyk/keys',
    '/.%2E/x',
    '/./x',
    '/a%2fb',
    '/a%5cb',
    '/a\\..\\b',
    '/a b',
    '/a\r\nX: y',
    '/a#b',
    '/%zz',
    '/%00',
    '/\u00e9',
    '/a?x=\r\n',
    '/a?\u0000',
  ]) {
    assert.throws(() => build({ path }), Problem, JSON.stringify(path))
  }
})

test('an API on the root cannot be used to reach the control API', () => {
  const root = { proxy: { listen_path: '/', target_url: 'http://127.0.0.1:1/' } }
  assert.equal(build({ path: '/tykish' }, root).target, '/tykish')
  for (const path of ['/tyk/keys', '/tyk', 'hello', '/hello/', '/ready', '//tyk/keys']) {
    assert.throws(() => build({ path }, root), Problem, path)
  }
})

test('headers that tell where a call comes from or how it travels are the server’s to say', () => {
  for (const name of [
    'Host',
    'X-Forwarded-For',
    'x-forwarded-host',
    'Forwarded',
    'X-Real-IP',
    'Connection',
    'Content-Length',
    'Transfer-Encoding',
    'Upgrade',
    'Proxy-Authorization',
    'x-tyk-authorization',
    'admin-auth',
    'bad name',
    'bad:name',
    '',
  ]) {
    assert.throws(() => build({ headers: [[name, 'x']] }), Problem, name)
  }
  assert.throws(() => build({ headers: [['X-A', 'a\r\nHost: evil']] }), Problem)
  const { headers } = build({ headers: [['X-A', ' b ']] })
  assert.deepEqual(headers, [
    ['Host', 'gate:8080'],
    ['X-A', 'b'],
    ['X-Forwarded-For', '192.0.2.7'],
  ])
})

test('the key goes where the API looks for it, and is not shown again', () => {
  const plain = build({ key: 'the-secret', path: '/a?b=1' })
  assert.deepEqual(plain.headers[1], ['Authorization', 'the-secret'])
  assert.ok(!JSON.stringify([plain.shownHeaders, plain.shownTarget]).includes('the-secret'))
  const named = build({ key: 's3cret' }, { auth: { auth_header_name: 'X-Key' } })
  assert.deepEqual(named.headers[1], ['x-key', 's3cret'])
  const inQuery = build(
    { key: 'a+b/c', path: '/x?y=1' },
    { auth: { disable_header: true, use_param: true, param_name: 'api key' } },
  )
  assert.equal(inQuery.target, '/orders/x?y=1&api%20key=a%2Bb%2Fc')
  assert.equal(inQuery.shownTarget, '/orders/x?y=1&api%20key=•••')
  const cookie = build({ key: 'k' }, { auth: { disable_header: true, use_cookie: true, cookie_name: 'c' } })
  assert.deepEqual(cookie.headers[1], ['Cookie', 'c=k'])
  assert.throws(() => build({ key: 'a\r\nb' }), Problem)
})

test('an API whose place has named parts cannot be tried', () => {
  assert.throws(() => build({}, { proxy: { listen_path: '/{tenant}/', target_url: '' } }), Problem)
  assert.throws(() => build({}, { domain: '{sub}.example.org' }), Problem)
  assert.deepEqual(build({}, { domain: 'api.example.org' }).headers[0], ['Host', 'api.example.org'])
})

test('finding 8: where the gate does not trust this machine, a trial says whose it is by the secret of own calls', () => {
  const client = { address: '2001:db8::7', callSecret: 'abc' }
  const { headers, shownHeaders } = buildTrial(
    definition,
    Trial.parse({ method: 'GET', path: '/' }),
    'gate:8080',
    client,
  )
  assert.deepEqual(headers.at(-1), ['Forwarded', 'for="2001:db8::7";secret=abc'])
  assert.ok(!JSON.stringify(shownHeaders).includes('abc'))
})
