import assert from 'node:assert/strict'
import test from 'node:test'
import * as fc from 'fast-check'
import { cookieValue, queryValue } from './query-value.ts'

const queries: [query: string, name: string, value: string | undefined][] = [
  ['a=1&b=2', 'b', '2'],
  ['a=1&a=2', 'a', '1'],
  ['a', 'a', ''],
  ['', 'a', undefined],
  ['ab=1', 'a', undefined],
  ['a=x%20y+z', 'a', 'x y z'],
  ['%61=1', 'a', '1'],
  ['a=%zz', 'a', '%zz'],
  ['a=b=c', 'a', 'b=c'],
  ['&&a=1', 'a', '1'],
]
for (const [query, name, value] of queries) {
  test(`the parameter ${name} of "${query}" is ${value}`, () => assert.equal(queryValue(query, name), value))
}

const cookies: [header: string, name: string, value: string | undefined][] = [
  ['a=1; b=2', 'b', '2'],
  ['a="q"', 'a', 'q'],
  ['a=x=y', 'a', 'x=y'],
  ['ab=1', 'a', undefined],
  ['', 'a', undefined],
  ['a', 'a', undefined],
]
for (const [header, name, value] of cookies) {
  test(`the cookie ${name} of "${header}" is ${value}`, () => assert.equal(cookieValue(header, name), value))
}

test('hostile queries and cookies never throw', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (text, name) => {
      queryValue(text, name)
      cookieValue(text, name)
    }),
  )
})

test('agrees with URLSearchParams on well-formed queries', () => {
  const part = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 5 })
  fc.assert(
    fc.property(fc.array(fc.tuple(part, part), { maxLength: 4 }), part, (pairs, name) => {
      const params = new URLSearchParams(pairs)
      assert.equal(queryValue(params.toString(), name), params.get(name) ?? undefined)
    }),
  )
})
