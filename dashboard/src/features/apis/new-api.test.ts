import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withApiDefaults } from '@tollgate/model/definition/api-definition'
import { compileApi } from '@tollgate/model/definition/compile-api'
import { copyOf, listenPathOf, newApiTemplate, slugOf } from './new-api.ts'

test('a name becomes a listen path of letters, digits and hyphens', () => {
  assert.equal(listenPathOf('Orders & Co.'), '/orders-co/')
  assert.equal(listenPathOf('  Rechnungsprüfung 2 '), '/rechnungsprufung-2/')
  assert.equal(listenPathOf('…'), '')
  assert.equal(listenPathOf(''), '')
  assert.ok(slugOf('x'.repeat(500)).length <= 60)
})

test('what a new API begins with is valid once it has a name, a target and a listen path', () => {
  const { api_definition: template } = newApiTemplate
  const proxy = { ...template.proxy, listen_path: '/orders/', target_url: 'http://127.0.0.1:1/' }
  const definition = { ...template, name: 'Orders', slug: 'orders', proxy }
  const ids = { apiId: 'a'.repeat(32), id: 'b'.repeat(24), orgId: 'c'.repeat(24) }

  assert.deepEqual(compileApi(withApiDefaults(definition, ids)).problems, [])
})

test('a copy leaves ids behind, listens elsewhere, starts switched off and keeps everything else', () => {
  const definition = {
    api_id: 'a',
    id: 'b',
    name: 'x',
    slug: 'x',
    active: true,
    odd: [1],
    proxy: { a: 1, listen_path: '/x/' },
  }

  assert.deepEqual(copyOf(definition, 'X two', '/x-two/'), {
    name: 'X two',
    slug: 'x-two',
    active: false,
    odd: [1],
    proxy: { a: 1, listen_path: '/x-two/' },
  })
})
