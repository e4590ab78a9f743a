import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Recent, withRecent } from './recent.ts'

test('what was opened last comes first, once, and the list stays short', () => {
  const thing = (to: string): Recent => ({ label: to, to })
  let known: readonly Recent[] = []
  for (const to of ['/a', '/b', '/a', '/c', '/d', '/e', '/f', '/g']) known = withRecent(known, thing(to))
  assert.deepEqual(
    known.map(({ to }) => to),
    ['/g', '/f', '/e', '/d', '/c', '/a'],
  )
})
