import assert from 'node:assert/strict'
import test from 'node:test'
import { goRegExp, MAX_REGEXP_LENGTH } from './go-regexp.ts'

const fine = [
  '^/a$',
  '/widgets/[0-9]+$',
  '(/[^/]+)*',
  '(?:/[a-z]+)+$',
  '(foo|bar)*x',
  '[(+*]+x',
  '(a+)b*',
  'a{2,}',
  '(a{1,3})*',
  '\\(a+\\)+',
  '(?P<id>[0-9]+)/x',
]
for (const source of fine) {
  test(`the expression ${source} is compiled`, () => {
    assert.equal(goRegExp(source).problem, undefined)
  })
}

for (const source of [
  '(a+)+',
  '(a*)*b',
  '((a+)b?)*',
  '(.*/)*x',
  '(/.*)+',
  '([a-z]+|b)*',
  '(?:(a+)){2,}',
  '(x(a+)?)+y*(b+)+',
]) {
  test(`the expression ${source} takes linear time on a text that a backtracking engine would hang on`, () => {
    const { regexp } = goRegExp(`^(?:${source})$`)
    assert.equal(typeof regexp?.test(`/${'a'.repeat(5000)}!`), 'boolean')
  })
}

test('an expression that does not parse says so and does not throw', () => {
  for (const source of ['(', '[', '*', 'a{2,1}', '(?<n', '\\']) assert.ok(goRegExp(source).problem)
})

test('an expression that is too long is refused unread', () => {
  assert.match(goRegExp('a'.repeat(MAX_REGEXP_LENGTH + 1)).problem ?? '', /longer/)
})

test('a leading (?i) ignores case', () => {
  assert.equal(goRegExp('(?i)^/ABC$').regexp?.test('/abc'), true)
})
