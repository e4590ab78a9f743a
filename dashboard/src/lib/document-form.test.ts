import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { changesBetween, type Patch, type Path, patched, valueAt, withPatch } from './document-form.ts'

/** Documents as JSON can hold them, odd names included. */
const name = fc.oneof(
  fc.constantFrom('a', 'b', 'rate', '__proto__', 'constructor', '', '0', 'x.y'),
  fc.string(),
)
const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.jsonValue({ maxDepth: 0 }),
    fc.array(tie('value'), { maxLength: 4 }),
    tie('object'),
  ),
  object: fc
    .array(fc.tuple(name, tie('value')), { maxLength: 5 })
    .map((entries) =>
      JSON.parse(`{${entries.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`)}}`),
    ),
}))

/** Every path that leads to something in the document. */
function pathsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path]
  const below = Array.isArray(value)
    ? value.flatMap((item, index) => pathsOf(item, [...path, index]))
    : Object.entries(value).flatMap(([key, item]) => pathsOf(item, [...path, key]))
  return [path, ...below]
}

const edit = (document: unknown, edits: readonly [Path, unknown][]) =>
  edits.reduce<readonly Patch[]>((patches, [path, value]) => withPatch(document, patches, path, value), [])

suite('a form over a document', () => {
  test('sends the very document when nothing was touched', () => {
    fc.assert(
      fc.property(json.object, (document) => {
        assert.equal(patched(document, []), document)
      }),
    )
  })

  test('has no change when each touched value is set back to what was stored', () => {
    const edited = fc.tuple(json.object, fc.infiniteStream(fc.tuple(fc.nat(), json.value)), fc.nat(6))
    fc.assert(
      fc.property(edited, ([document, picks, count]) => {
        const paths = pathsOf(document)
        const edits = [...picks.take(count)].map(([at, value]): [Path, unknown] => [
          paths[at % paths.length] ?? [],
          value,
        ])
        const back = edits.map(([path]): [Path, unknown] => [path, valueAt(document, path)])
        // Shortest first: a value that was set as a whole comes back as a whole.
        back.sort(([one], [other]) => one.length - other.length)
        const patches = edit(document, [...edits, ...back])

        assert.deepEqual(patches, [])
      }),
    )
  })

  test('differs from the stored document in the one place that was set, keys in their order', () => {
    const edited = fc.tuple(json.object, fc.nat(), json.value)
    fc.assert(
      fc.property(edited, ([document, at, value]) => {
        const paths = pathsOf(document)
        const path = paths[at % paths.length] ?? []
        const sent = patched(document, edit(document, [[path, value]]))
        const expected = structuredWith(document, path, value)

        assert.equal(
          JSON.stringify(sent),
          JSON.stringify(changesBetween(document, sent).length === 0 ? document : expected),
        )
        for (const change of changesBetween(document, sent)) {
          assert.deepEqual(
            change.path.slice(0, path.length),
            path.map(String).length ? path.slice(0, change.path.length) : [],
          )
        }
      }),
    )
  })

  test('makes what lies on the way to a new field, and takes it away again', () => {
    const document = { name: 'orders', access_rights: null }
    const path = ['access_rights', 'a1', 'limit', 'rate']
    const patches = withPatch(document, [], path, 5)

    assert.deepEqual(patched(document, patches), {
      name: 'orders',
      access_rights: { a1: { limit: { rate: 5 } } },
    })
    assert.deepEqual(patched(document, withPatch(document, patches, path, undefined)), document)
  })

  test('an edit below one that set the whole goes into it', () => {
    const document = { tags: ['a', 'b'] }
    const whole = withPatch(document, [], ['tags'], ['a', 'b', 'c'])
    const patches = withPatch(document, whole, ['tags', 2], 'd')

    assert.deepEqual(patches, [{ path: ['tags'], value: ['a', 'b', 'd'] }])
    assert.deepEqual(
      edit(document, [
        [['tags'], ['x']],
        [['tags'], ['a', 'b']],
      ]),
      [],
    )
  })

  test('a field that is taken away is gone, and the rest stays in order', () => {
    const document = { z: 1, a: 2, m: 3 }
    const sent = patched(document, withPatch(document, [], ['a'], undefined))

    assert.equal(JSON.stringify(sent), '{"z":1,"m":3}')
    assert.deepEqual(changesBetween(document, sent), [{ path: ['a'], before: 2, after: undefined }])
  })
})

/** The obvious way to set one value: over a copy of the whole. */
function structuredWith(document: unknown, path: Path, value: unknown): unknown {
  if (path.length === 0) return value
  const copy = JSON.parse(JSON.stringify(document))
  const last = path.at(-1) ?? ''
  const parent = valueAt(copy, path.slice(0, -1)) as Record<string | number, unknown>
  Object.defineProperty(parent, last, { value, enumerable: true, configurable: true, writable: true })
  return copy
}
