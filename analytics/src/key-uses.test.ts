import assert from 'node:assert/strict'
import { test } from 'node:test'
import { KeyUseRegistry } from './key-use-registry.ts'
import { MAX_NOTED_KEYS, NotedUses } from './key-uses.ts'

const T = 1_800_000_000
type Batch = readonly (readonly [string, number])[]

function registry() {
  const batches: Batch[] = []
  const failures: unknown[] = []
  let broken = false
  const uses = new KeyUseRegistry(
    async (batch) => {
      if (broken) throw new Error('the store is down')
      batches.push(batch)
    },
    (error) => failures.push(error),
  )
  return {
    uses,
    batches,
    failures,
    fail(isBroken: boolean) {
      broken = isBroken
    },
  }
}

test('a worker notes one use per key, the last one, and a bounded number of keys', () => {
  const noted = new NotedUses()
  assert.equal(noted.take(), undefined)
  noted.note('a', T * 1000)
  noted.note('a', T * 1000 + 5999)
  for (let i = 0; i < MAX_NOTED_KEYS + 5; i++) noted.note(`key ${i}`, T * 1000)
  const taken = noted.take()
  assert.equal(taken?.get('a'), T + 5)
  assert.equal(taken?.size, MAX_NOTED_KEYS)
  assert.equal(noted.take(), undefined)
})

test('uses are known at once, stored in batches, and not again for every second', async () => {
  const { uses, batches } = registry()
  uses.note(new Map(Array.from({ length: 1200 }, (_, i) => [`key ${i}`, T])))
  assert.equal(uses.lastUse('key 7'), T)
  await uses.flush()
  assert.deepEqual(
    batches.map((batch) => batch.length),
    [500, 500, 200],
  )
  uses.note(new Map([['key 7', T + 20]]))
  assert.equal(uses.lastUse('key 7'), T + 20)
  await uses.flush()
  assert.equal(batches.length, 3, 'twenty seconds later is not worth a write')
  uses.note(new Map([['key 7', T + 61]]))
  await uses.flush()
  assert.deepEqual(batches[3], [['key 7', T + 61]])
})

test('what could not be stored is stored later', async () => {
  const { uses, batches, failures, fail } = registry()
  fail(true)
  uses.note(new Map([['a', T]]))
  await uses.flush()
  assert.equal(failures.length, 1)
  assert.equal(uses.lastUse('a'), T)
  fail(false)
  await uses.flush()
  assert.deepEqual(batches, [[['a', T]]])
})

test('at the end everything is stored, also what was not worth a write', async () => {
  const { uses, batches } = registry()
  uses.note(new Map([['a', T]]))
  await uses.flush()
  uses.note(new Map([['a', T + 20]]))
  await uses.close()
  assert.deepEqual(batches, [[['a', T]], [['a', T + 20]]])
})
