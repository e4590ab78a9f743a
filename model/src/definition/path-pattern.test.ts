import assert from 'node:assert/strict'
import test from 'node:test'
import * as fc from 'fast-check'
import { matchesPath, type PathMatching, pathPattern } from './path-pattern.ts'

const cases: [pattern: string, path: string, matches: boolean, matching?: PathMatching][] = [
  ['/get', '/get', true],
  ['/get', '/get/1', true],
  ['/get', '/getter', false],
  ['/get', '/x/get', false],
  ['/get', '/x/get', true, { loose: true }],
  ['/get', '/getter', true, { loose: true }],
  ['/', '/anything', true],
  ['/get/', '/get/1', true],
  ['/get/', '/get', false],
  ['/GET', '/get', false],
  ['/GET', '/get', true, { ignoreCase: true }],
  ['/users/{id}', '/users/7', true],
  ['/users/{id}', '/users/7/orders', true],
  ['/users/{id}$', '/users/7/orders', false],
  ['/users/{id}/orders', '/users/7/orders', true],
  ['/users/{id}/orders', '/users/7/8/orders', false],
  ['/users/{id:[0-9]+}', '/users/x', false],
  ['/users/{id:[0-9]+}', '/users/12', true],
  ['/users/{id:[0-9]+}', '/users/12x', false],
  ['/a/*/c', '/a/b/c', true],
  ['/a/*/c', '/a/b/b/c', false],
  ['/a/*', '/a/b/c', true],
  ['/a/*', '/a/', true],
  ['/a/*', '/a', false],
  ['/v1.0/x', '/v1.0/x', true],
  ['^/get$', '/get', true],
  ['^/get$', '/get/1', false],
  ['/status/(200|201)', '/status/200', true],
  ['/status/(200|201)', '/status/2001', false],
  ['/a|/b', '/b', true],
  ['/a|/b', '/c', false],
  ['/x{2}', '/xx', true],
  ['/a|/b/', '/ab', false],
  ['/a[0-9]*', '/a1b', false],
  ['', '/anything', true],
]
for (const [pattern, path, matches, matching] of cases) {
  const how = matching ? ` (${JSON.stringify(matching)})` : ''
  test(`pattern "${pattern}" ${matches ? 'matches' : 'does not match'} ${path}${how}`, () => {
    assert.equal(matchesPath(pathPattern(pattern, matching), path), matches)
  })
}

test('a pattern that cannot be compiled matches nothing and says why', () => {
  for (const source of ['/a(', '/(?=a)', `/${'a.'.repeat(600)}`]) {
    const pattern = pathPattern(source)
    assert.ok(pattern.problem)
    assert.equal(matchesPath(pattern, source), false)
  }
})

test('compiling and matching never throw, whatever the pattern', () => {
  fc.assert(
    fc.property(
      fc.string({ maxLength: 30 }),
      fc.string({ maxLength: 30 }),
      fc.boolean(),
      (source, path, loose) => {
        matchesPath(pathPattern(source, { loose }), path)
      },
    ),
  )
})

test('a plain pattern and the same pattern as an expression agree', () => {
  const segment = fc.stringMatching(/^[a-z0-9_-]{0,3}$/)
  const path = fc.array(segment, { minLength: 1, maxLength: 3 }).map((segments) => `/${segments.join('/')}`)
  fc.assert(
    fc.property(path, path, (source, subject) => {
      fc.pre(source !== '/')
      const expression = pathPattern(`/(?:)${source.slice(1)}`)
      assert.equal(expression.segments, undefined)
      assert.equal(matchesPath(pathPattern(source), subject), matchesPath(expression, subject))
    }),
  )
})
