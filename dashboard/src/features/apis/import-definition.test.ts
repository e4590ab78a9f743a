import assert from 'node:assert/strict'
import { test } from 'node:test'
import { importedDocument, readImport } from './import-definition.ts'

const definition = { api_id: 'abc', org_id: 'theirs', name: 'Orders', active: true, odd: { a: [1] } }

test('a definition is read with and without its wrapper', () => {
  const bare = readImport(JSON.stringify(definition))
  const wrapped = readImport(JSON.stringify({ api_definition: definition, hook_references: [] }))

  assert.ok(bare.kind === 'definition' && wrapped.kind === 'definition')
  assert.deepEqual([bare.name, bare.apiId, wrapped.name], ['Orders', 'abc', 'Orders'])
  assert.deepEqual(wrapped.document.hook_references, [])
})

test('what is no definition is told as what it is', () => {
  for (const [text, words] of [
    ['{', /not JSON/],
    ['[]', /must be an object/],
    ['{"openapi":"3.0.0","info":{}}', /OpenAPI/],
    ['{"a":1}', /neither a name/],
  ] as const) {
    const read = readImport(text)
    assert.ok(read.kind === 'problem')
    assert.match(read.message, words)
  }
})

test('an import is switched off, belongs to who imports it, and keeps its API ID only if it shall', () => {
  const document = { api_definition: definition, sort_by: 1 }

  assert.deepEqual(importedDocument(document, true), {
    sort_by: 1,
    api_definition: { api_id: 'abc', name: 'Orders', active: false, odd: { a: [1] } },
  })
  assert.deepEqual(importedDocument(document, false).api_definition, {
    name: 'Orders',
    active: false,
    odd: { a: [1] },
  })
})
