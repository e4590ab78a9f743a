import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Routed, routeTable } from './route.ts'

const api = (apiId: string, listenPath: string, domain = ''): Routed => ({ apiId, listenPath, domain })
const found = (apis: Routed[], host: string, path: string) => {
  const match = routeTable(apis).find(host, path)
  return match === undefined ? undefined : [match.api.apiId, match.prefixLength]
}

test('the longest listen path wins, whatever the order', () => {
  const apis = [api('a', '/'), api('b', '/orders/'), api('c', '/orders/archive/')]
  assert.deepEqual(found(apis, 'h', '/orders/archive/1'), ['c', 16])
  assert.deepEqual(found(apis, 'h', '/orders/1'), ['b', 8])
  assert.deepEqual(found(apis, 'h', '/x'), ['a', 1])
})

test('a listen path is a raw prefix', () => {
  assert.deepEqual(found([api('a', '/sample')], 'h', '/samplefoo'), ['a', 7])
  assert.equal(found([api('a', '/sample/')], 'h', '/sample'), undefined)
})

test('strictly, a listen path is itself and what goes on with a slash', () => {
  const strict = (apis: Routed[], path: string) => routeTable(apis, true).find('h', path)?.api.apiId
  const apis = [api('a', '/users'), api('b', '/'), api('c', '/{tenant}/orders')]
  assert.deepEqual(
    ['/users', '/users/', '/users/1', '/usersx', '/users-admin/1'].map((path) => strict(apis, path)),
    ['a', 'a', 'a', 'b', 'b'],
  )
  assert.deepEqual(
    ['/t/orders', '/t/orders/1', '/t/ordersx'].map((path) => strict(apis, path)),
    ['c', 'c', 'b'],
  )
  assert.equal(strict([api('a', '/users/')], '/users/1'), 'a')
})

test('every API is also found under its id', () => {
  assert.deepEqual(found([api('0a1b', '/x/')], 'h', '/0a1b/get'), ['0a1b', 6])
})

test('an API of a listed domain comes before one of every domain, and the port does not count', () => {
  const apis = [api('a', '/x/'), api('b', '/', 'api.example.com')]
  assert.deepEqual(found(apis, 'api.example.com:8080', '/x/1'), ['b', 1])
  assert.deepEqual(found(apis, 'other.example.com', '/x/1'), ['a', 3])
  assert.equal(found(apis, 'other.example.com', '/b/'), undefined)
})

test('a domain may hold named parts, and what it does not serve falls to the others', () => {
  const apis = [api('a', '/x/'), api('b', '/y/', '{tenant}.example.com')]
  assert.deepEqual(found(apis, 'one.example.com', '/y/1'), ['b', 3])
  assert.deepEqual(found(apis, 'one.example.com', '/x/1'), ['a', 3])
  assert.equal(found(apis, 'a.b.example.com', '/y/1'), undefined)
})

test('named segments match any segment and count nothing', () => {
  const apis = [api('a', '/{tenant}/orders/'), api('b', '/acme/'), api('c', '/{n:[0-9]+}/')]
  assert.deepEqual(found(apis, 'h', '/zeta/orders/5'), ['a', 13])
  assert.deepEqual(found(apis, 'h', '/acme/orders/5'), ['a', 13])
  assert.deepEqual(found(apis, 'h', '/acme/5'), ['b', 6])
  assert.deepEqual(found(apis, 'h', '/42/5'), ['c', 4])
})

test('the later of two APIs with one listen path moves aside', () => {
  const apis = [api('a', '/x/'), api('b', '/x/')]
  assert.deepEqual(found(apis, 'h', '/x/1'), ['a', 3])
  assert.deepEqual(found(apis, 'h', '/x/-b'), ['b', 5])
})

test('W8: an API of a domain is found in every spelling of its host, and so is one whose domain is spelled so', () => {
  const spellings = ['shop.example', 'shop.example.', 'shop.example:8080', 'shop.example.:8080']
  for (const domain of ['shop.example', 'Shop.Example.', 'shop.example:443', '{sub}.example.'])
    for (const host of spellings)
      assert.deepEqual(
        found([api('a', '/'), api('b', '/', domain)], host, '/x'),
        ['b', 1],
        `${domain} ${host}`,
      )
})
