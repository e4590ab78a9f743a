import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type EffectiveAccess, effectiveAccess } from '@tollgate/model/access/effective-access'
import type { Change } from '@tollgate/storage/changes/changes'
import { type KeyCache, keyCache, MAX_PENDING_LOOKUPS } from './key-cache.ts'

const ORG = 'a'.repeat(24)

/** A store of keys by hash, which answers at once or when told to, and counts how often it is asked. */
function store(kind: 'at once' | 'later' = 'at once') {
  const keys = new Map<string, EffectiveAccess>()
  const waiting: (() => void)[] = []
  const failures: unknown[] = []
  let reads = 0
  let down = false
  const source = {
    hashes: (orgId: string, credential: string) => [`${orgId}:${credential}`, credential],
    read: (_orgId: string, hash: string) => {
      reads += 1
      if (down) throw new Error('down')
      const found = keys.get(hash)
      if (kind === 'at once') return found
      return new Promise<EffectiveAccess | undefined>((resolve) => waiting.push(() => resolve(found)))
    },
    failed: (error: unknown) => void failures.push(error),
  }
  return {
    source,
    failures,
    reads: () => reads,
    add: (hash: string, id: string) =>
      keys.set(
        hash,
        effectiveAccess({ id, orgId: ORG, session: {} }, () => undefined),
      ),
    remove: (hash: string) => keys.delete(hash),
    setDown: (value: boolean) => {
      down = value
    },
    async answerAll() {
      while (waiting.length > 0) {
        waiting.shift()?.()
        await new Promise((resolve) => setImmediate(resolve))
      }
    },
  }
}

const keyChange = (id: string, ...secretHashes: string[]): Change => ({
  revision: 1,
  orgId: ORG,
  kind: 'key',
  id,
  secretHashes,
  deleted: false,
})
const idOf = (found: unknown) =>
  typeof found === 'object' && found !== null && 'keyId' in found ? found.keyId : found
const find = (cache: KeyCache, credential: string) => cache.of(ORG).find(credential)

test('a key is read once, an unknown one too', () => {
  const keys = store()
  keys.add('k', 'id-1')
  const cache = keyCache(10, keys.source)
  for (let i = 0; i < 5; i++) assert.equal(idOf(find(cache, 'k')), 'id-1')
  assert.equal(keys.reads(), 2)
  for (let i = 0; i < 5; i++) assert.equal(find(cache, 'x'), 'unknown')
  assert.equal(keys.reads(), 4)
})

test('a change drops the key by its id, and what was unknown by its hash', () => {
  const keys = store()
  keys.add('k', 'id-1')
  const cache = keyCache(10, keys.source)
  find(cache, 'k')
  find(cache, 'new')
  keys.remove('k')
  keys.add('new', 'id-2')
  assert.equal(idOf(find(cache, 'k')), 'id-1')
  assert.equal(find(cache, 'new'), 'unknown')
  cache.apply(keyChange('id-1'))
  cache.apply(keyChange('id-2', 'new'))
  assert.equal(find(cache, 'k'), 'unknown')
  assert.equal(idOf(find(cache, 'new')), 'id-2')
})

test('a key that takes precedence is found although the other was cached', () => {
  const keys = store()
  keys.add('k', 'id-1')
  const cache = keyCache(10, keys.source)
  assert.equal(idOf(find(cache, 'k')), 'id-1')
  keys.add(`${ORG}:k`, 'id-2')
  cache.apply(keyChange('id-2', `${ORG}:k`))
  assert.equal(idOf(find(cache, 'k')), 'id-2')
})

test('a change of a policy drops the keys of its organisation only', () => {
  const keys = store()
  keys.add('k', 'id-1')
  const cache = keyCache(10, keys.source)
  const other = cache.of('other')
  find(cache, 'k')
  other.find('k')
  const reads = keys.reads()
  cache.apply({ revision: 1, orgId: ORG, kind: 'policy', id: 'p', after: undefined })
  other.find('k')
  assert.equal(keys.reads(), reads)
  find(cache, 'k')
  assert.ok(keys.reads() > reads)
})

test('the cache is bounded, and what is in use stays while a flood of others passes', () => {
  const keys = store()
  for (let i = 0; i < 100; i++) keys.add(`k${i}`, `id-${i}`)
  const cache = keyCache(20, keys.source)
  find(cache, 'k0')
  for (let i = 1; i < 100; i++) {
    find(cache, `k${i}`)
    find(cache, 'k0')
  }
  const reads = keys.reads()
  find(cache, 'k0')
  assert.equal(keys.reads(), reads)
  find(cache, 'k1')
  assert.ok(keys.reads() > reads)
})

test('unknown credentials do not push out known ones', () => {
  const keys = store()
  keys.add('k', 'id-1')
  const cache = keyCache(4, keys.source)
  find(cache, 'k')
  for (let i = 0; i < 100; i++) find(cache, `wrong${i}`)
  const reads = keys.reads()
  assert.equal(idOf(find(cache, 'k')), 'id-1')
  assert.equal(keys.reads(), reads)
})

test('a store that is down is said to be down, and what is cached goes on', () => {
  const keys = store()
  keys.add('k', 'id-1')
  const cache = keyCache(10, keys.source)
  find(cache, 'k')
  keys.setDown(true)
  assert.equal(idOf(find(cache, 'k')), 'id-1')
  assert.equal(find(cache, 'other'), 'unavailable')
  assert.equal(keys.failures.length, 1)
  keys.setDown(false)
  assert.equal(find(cache, 'other'), 'unknown')
})

test('requests for one credential share one lookup', async () => {
  const keys = store('later')
  keys.add('k', 'id-1')
  const cache = keyCache(10, keys.source)
  const both = Promise.all([find(cache, 'k'), find(cache, 'k')])
  await keys.answerAll()
  assert.deepEqual((await both).map(idOf), ['id-1', 'id-1'])
  assert.equal(keys.reads(), 2)
  assert.equal(idOf(find(cache, 'k')), 'id-1')
})

test('a lookup that began before a change is neither kept nor shared', async () => {
  const keys = store('later')
  keys.add('k', 'id-1')
  const cache = keyCache(10, keys.source)
  const before = find(cache, 'k')
  keys.remove('k')
  cache.apply(keyChange('id-1', 'k'))
  const afterwards = find(cache, 'k')
  await keys.answerAll()
  assert.equal(idOf(await before), 'unknown')
  assert.equal(await afterwards, 'unknown')
  assert.notEqual(before, afterwards)
})

test('lookups under way are bounded', async () => {
  const keys = store('later')
  const cache = keyCache(10, keys.source)
  const lookups = Array.from({ length: MAX_PENDING_LOOKUPS }, (_, i) => find(cache, `k${i}`))
  assert.equal(find(cache, 'one more'), 'unavailable')
  await keys.answerAll()
  assert.ok((await Promise.all(lookups)).every((found) => found === 'unknown'))
})
