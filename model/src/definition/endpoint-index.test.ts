import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { EndpointIndex, type PathRule } from './endpoint-index.ts'
import { matchesRequest, pathPattern } from './path-pattern.ts'

type Slots = { readonly a: number | undefined; readonly b: number | undefined }

const LISTEN_PATH = '/api/'
const place = { listenPath: LISTEN_PATH, hasVersionInPath: false, matching: {} }
const indexOf = (rules: { a: PathRule<number>[]; b: PathRule<number>[] }) =>
  new EndpointIndex<Slots, Slots>(rules, place, (found) => found)

const piece = fc.constantFrom('/', '/a', '/b', '/ab', '/{x}', '/*', '/a.c', '/(a|b)', 'b', '/api', '/A')
const pattern = fc
  .array(piece, { minLength: 1, maxLength: 4 })
  .map((pieces) => pieces.join('').replaceAll('//', '/'))
const rule = fc.record({
  path: fc.tuple(pattern, fc.boolean()).map(([source, ignoreCase]) => pathPattern(source, { ignoreCase })),
  method: fc.constantFrom('', 'GET', 'POST'),
  value: fc.nat(),
})
const path = fc
  .array(fc.constantFrom('a', 'b', 'ab', 'abc', 'A', 'api', 'a;x', 'b%3By'), { maxLength: 4 })
  .map((segments) => `/${segments.join('/')}`)

test('the index finds what a look at one rule after the other finds', () => {
  const first = (rules: readonly PathRule<number>[], method: string, asked: string) =>
    rules.find(
      (one) =>
        (one.method === '' || one.method === method) &&
        matchesRequest(one.path, asked, `/api${asked}`, LISTEN_PATH),
    )?.value
  fc.assert(
    fc.property(
      fc.array(rule, { maxLength: 12 }),
      fc.array(rule, { maxLength: 12 }),
      fc.array(fc.tuple(fc.constantFrom('GET', 'POST', 'PUT'), path), { minLength: 1, maxLength: 8 }),
      (a, b, requests) => {
        const index = indexOf({ a, b })
        for (const [method, asked] of requests) {
          const found = index.match(method, asked, { path: asked, fullPath: `/api${asked}` })
          const expected = { a: first(a, method, asked), b: first(b, method, asked) }
          assert.deepEqual({ ...found }, expected, `${method} ${asked}`)
        }
      },
    ),
    { numRuns: 1_000 },
  )
})

test('requests that match alike share one frozen record', () => {
  const rules = (source: string, value: number) => [{ path: pathPattern(source), method: '', value }]
  const index = indexOf({ a: rules('/a', 1), b: rules('/{x}', 2) })
  const settings = ['/a', '/a/1', '/a/2', '/c'].map((asked) =>
    index.match('GET', asked, { path: asked, fullPath: asked }),
  )
  assert.equal(settings[0], settings[1])
  assert.equal(settings[1], settings[2])
  assert.notEqual(settings[0], settings[3])
  assert.ok(settings.every((one) => Object.isFrozen(one)))
})

test('a listen path with named segments is told from more by its number of segments', () => {
  const rules = (source: string) => [{ path: pathPattern(source), method: '', value: 1 }]
  const around = { listenPath: '/{tenant}/api/', hasVersionInPath: false, matching: {} }
  const index = new EndpointIndex<Slots, Slots>(
    { a: rules('/acme/api/get'), b: rules('/acme/api') },
    around,
    (found) => found,
  )
  const found = index.match('GET', '/get', { path: '/get', fullPath: '/acme/api/get' })
  assert.deepEqual({ ...found }, { a: 1, b: undefined })
})
