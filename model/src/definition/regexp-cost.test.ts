import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { RE2JS } from 're2js'
import { goRegExp } from './go-regexp.ts'
import { MAX_EXPRESSION_COST, regExpCost } from './regexp-cost.ts'

const hostile = [
  '\\pL{1,1000}'.repeat(70),
  '\\pL{1,1000}',
  '(?:\\p{Greek}{100}){100}',
  '((a{100}){100}){100}',
  '[\\pL\\pN]{1000}',
  '(x|y|z){1,1000}',
  `${'('.repeat(300)}a${')'.repeat(300)}`,
]

for (const [index, source] of hostile.entries())
  test(`finding 2: an expression that expands is refused before it is compiled (${index + 1})`, () => {
    const { problem } = goRegExp(source)
    assert.match(problem ?? '', /expands to too much/)
  })

const ordinary = [
  '^/users/[^/]+/orders$',
  '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}',
  '/v[12]/(?:cats|dogs)/\\d{1,9}',
  '\\pL+\\.json',
  '(?i)/reports/20\\d{2}-\\d{2}-\\d{2}\\.(csv|pdf)',
  '.{0,255}',
]

for (const source of ordinary)
  test(`the expression ${source} is accepted`, () => {
    assert.equal(goRegExp(source).problem, undefined)
  })

/** Expressions that compile, from the pieces that change the size of a program. */
const expressions = fc.letrec<{ one: string }>((tie) => ({
  one: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(
      'a',
      '.',
      '\\d',
      '[a-z]',
      '[^/]',
      '\\.',
      '^',
      '$',
      '/',
      '\\Qa.b\\E',
      '[]a]',
      '[[:alpha:]_]',
      '[^\\w-]',
    ),
    fc.tuple(tie('one'), tie('one')).map(([a, b]) => a + b),
    fc.tuple(tie('one'), tie('one')).map(([a, b]) => `(?:${a}|${b})`),
    tie('one').map((a) => `(${a})`),
    fc
      .tuple(tie('one'), fc.constantFrom('*', '+', '?', '*?', '{3}', '{2,}', '{0,4}', '{1,7}', '{0}'))
      .map(([a, times]) => `(?:${a})${times}`),
  ),
})).one

test('the estimate is never below the size of the compiled program', () => {
  fc.assert(
    fc.property(expressions, (source) => {
      const cost = regExpCost(source)
      fc.pre(cost <= MAX_EXPRESSION_COST)
      const size = RE2JS.compile(source).programSize()
      assert.ok(cost >= size, `${source}: ${cost} < ${size}`)
    }),
    { numRuns: 500 },
  )
})

test('what is no expression is counted and ends', () => {
  for (const source of ['(', ')', '[', '\\', '{', '\\p{', 'a{1', '[[:', '\\Q', 'a{999999999}', ')))(((']) {
    assert.ok(regExpCost(source) >= 1)
    assert.doesNotThrow(() => goRegExp(source))
  }
})
