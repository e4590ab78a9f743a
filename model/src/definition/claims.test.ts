import assert from 'node:assert/strict'
import { test } from 'node:test'
import { claimsMeet, claimsOf, hostOf, namesHost } from './claims.ts'

const OWN = ['localhost', 'gw.example']

const meeting: readonly (readonly [string, string, string, string])[] = [
  ['', '/demo/', '', '/demo/get'],
  ['', '/demo/', '', '/demo'],
  ['', '/', '', '/anything/'],
  ['', '/{x}/', '', '/demo/'],
  ['', '/demo/{id}/', '', '/demo/7/'],
  ['shop.example', '/', 'SHOP.example:8443', '/a/'],
  ['shop.example', '/', 'shop.example.', '/a/'],
  ['{any}.example', '/', 'shop.example', '/a/'],
  ['*.example', '/', 'shop.example', '/a/'],
  ['{a}', '/', 'localhost', '/'],
  ['', '/demo/', 'GW.example:443', '/demo/get'],
  ['', '/demo/', '{any}.example', '/'],
  ['', '/demo/', '203.0.113.7', '/demo/'],
  ['', '/demo/', '[2001:db8::1]', '/demo/'],
  ['{a}.shop.example', '/', '{b}.example', '/'],
  ['{a:.*}.shop.example', '/', '*.shop.example', '/'],
]
for (const [domain, path, otherDomain, otherPath] of meeting)
  test(`${domain}${path} and ${otherDomain}${otherPath} meet`, () => {
    const [one, other] = [
      { domain: hostOf(domain), path },
      { domain: hostOf(otherDomain), path: otherPath },
    ]
    assert.equal(claimsMeet(one, other, OWN), true)
    assert.equal(claimsMeet(other, one, OWN), true)
  })

const apart: readonly (readonly [string, string, string, string])[] = [
  ['', '/demo/', '', '/demo2/'],
  ['', '/demo/', 'shop.example', '/demo/'],
  ['a.example', '/', 'b.example', '/'],
  ['{x}.a.example', '/', '{x}.b.example', '/'],
  ['{x}.a.example', '/', 'a.example', '/'],
]
for (const [domain, path, otherDomain, otherPath] of apart)
  test(`${domain}${path} and ${otherDomain}${otherPath} do not meet`, () => {
    const [one, other] = [
      { domain, path },
      { domain: otherDomain, path: otherPath },
    ]
    assert.equal(claimsMeet(one, other, OWN), false)
    assert.equal(claimsMeet(other, one, OWN), false)
  })

test('an API claims its listen path and the path by its id', () => {
  assert.deepEqual(claimsOf('Shop.Example:80', '/a/', 'x1'), [
    { domain: 'shop.example', path: '/a/' },
    { domain: 'shop.example', path: '/x1/' },
  ])
})

test('a domain names a host in every spelling of it', () => {
  for (const domain of ['localhost', 'LOCALHOST.', 'localhost:8080', '{a}', '{a:.*}', '*', 'local{b}'])
    assert.equal(namesHost(domain, 'localhost'), true, domain)
  for (const domain of ['[::1]', '[::1]:8080', '::1'])
    assert.equal(namesHost(domain, '[::1]:9000'), true, domain)
  assert.equal(namesHost('{a}.example', 'a.b.example'), false)
})

test('where the names of the gateway are not known, any domain may be one', () => {
  const [own, foreign] = [
    { domain: '', path: '/demo/' },
    { domain: 'shop.example', path: '/' },
  ]
  assert.equal(claimsMeet(own, foreign, undefined), true)
  assert.equal(claimsMeet(own, foreign, ['gw.example']), false)
})
