import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hex32, isObjectId, objectId } from './ids.ts'

test('ids have the form that clients rely on and do not repeat across refills of the pool', () => {
  const seen = new Set<string>()
  for (let i = 0; i < 1000; i++) {
    const [short, long] = [objectId(), hex32()]
    assert.ok(isObjectId(short))
    assert.match(long, /^[0-9a-f]{32}$/)
    seen.add(short).add(long)
  }
  assert.equal(seen.size, 2000)
})
