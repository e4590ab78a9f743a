import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pageLinkOf } from './page-links.ts'

test('a place of the REST API is told as the page at which it is changed', () => {
  assert.deepEqual(pageLinkOf('/api/keys/0f'), { label: 'Open the key', to: '/keys/0f' })
  assert.match(pageLinkOf('/api/portal/policies/gold%20plan')?.to ?? '', /^\/policies\/gold%20plan/)
  assert.match(pageLinkOf('/api/apis/a1')?.to ?? '', /^\/apis\/a1/)
})

test('what has no page has no place', () => {
  for (const path of ['/admin/org/keys/0f', '/api/keys', '/api/keys/0f/effective', '']) {
    assert.equal(pageLinkOf(path), undefined)
  }
})
