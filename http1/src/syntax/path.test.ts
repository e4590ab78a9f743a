import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { normalisePath } from './path.ts'

const same = [
  '/',
  '/a',
  '/a/b/',
  '/a.b/c..d',
  '/~x/a-b_c',
  '/a;v=1/b,c',
  '/a:b@c',
  '*',
  "/!$&'()+=",
  '/a.',
  '/a..',
]
const changed: readonly (readonly [string, string])[] = [
  ['//', '/'],
  ['/a//b', '/a/b'],
  ['///a', '/a'],
  ['/a/./b', '/a/b'],
  ['/a/../b', '/b'],
  ['/a/b/..', '/a/'],
  ['/a/.', '/a/'],
  ['/.', '/'],
  ['/a/..', '/'],
  ['/%2e/a', '/a'],
  ['/a/%2e%2E/b', '/b'],
  ['/a/.%2e/b', '/b'],
  ['/%61', '/a'],
  ['/%7Ea', '/~a'],
  ['/%c3%a9', '/%C3%A9'],
  ['/a%20b', '/a%20b'],
  ['/%2520', '/%2520'],
  ['/a//../b', '/b'],
  ['/.well-known/x', '/.well-known/x'],
  ['/...', '/...'],
  ['/a/..b', '/a/..b'],
]
const refused = [
  '',
  'a',
  '/..',
  '/a/../..',
  '/%2e%2e',
  '/a/%2e%2e/%2e%2e/b',
  '/a%2fb',
  '/a%2Fb',
  '/a%5cb',
  '/a\\b',
  '/open/..;/prot/s',
  '/open/.;x/a',
  '/open/..%3b/a',
  '/open/%2e%2e%3Bx/a',
  '/..;',
  '/%00',
  '/%0a',
  '/%7f',
  '/%',
  '/%2',
  '/%zz',
  '/a%2',
  '/a b',
  '/a\tb',
  '/a\0',
  '/é',
  '/a#b',
  '/a?b',
  '/\x7f',
  '**',
]

test('a path in normal form is returned as the same string', () => {
  for (const path of same) assert.equal(normalisePath(path), path)
})

test('every other form of a path becomes the normal one', () => {
  for (const [path, normal] of changed) assert.equal(normalisePath(path), normal, path)
})

test('a path that can be read in two ways is refused', () => {
  for (const path of refused) assert.equal(normalisePath(path), undefined, JSON.stringify(path))
})

test('an encoded slash stays in its segment where it is allowed, and hides no dot segment', () => {
  const open = (path: string) => normalisePath(path, true)
  assert.equal(open('/@scope%2fname'), '/@scope%2Fname')
  assert.equal(open('/projects/a%2Fb/x'), '/projects/a%2Fb/x')
  assert.equal(open('/a%2fb/../c'), '/c')
  assert.equal(open('/a;x%2Fb'), '/a;x%2Fb')
  for (const path of ['/a%2f..%2fb', '/..%2fb', '/a%2f..', '/a%2f./b', '/a%2F..;x/b', '/.%2fb', '/a%5cb'])
    assert.equal(open(path), undefined, path)
})

test('normalising twice is normalising once, and the result holds no dot segment and no empty one', () => {
  const piece = fc.constantFrom(
    '/',
    '.',
    '..',
    '%2e',
    '%2E',
    'a',
    'B',
    '%41',
    '%c3',
    '%25',
    '%2f',
    '~',
    ';',
    '//',
    '/./',
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const normal = normalisePath(`/${pieces.join('')}`)
      if (normal === undefined) return
      assert.equal(normalisePath(normal), normal)
      const segments = normal.split('/').slice(1)
      assert.ok(!segments.includes('.') && !segments.includes('..') && !segments.slice(0, -1).includes(''))
    }),
  )
})
