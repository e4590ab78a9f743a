import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TAKEN } from '@tollgate/model/limits/counters'
import fc from 'fast-check'
import { createCounterTable, openCounters, releaseLocks } from './counter-table.ts'
import { limitFor } from './testing/limits.ts'

const step = fc.record({
  what: fc.oneof(
    { weight: 5, arbitrary: fc.constant('take' as const) },
    { weight: 3, arbitrary: fc.constant('release' as const) },
    { weight: 1, arbitrary: fc.constant('die' as const) },
  ),
  worker: fc.nat(3),
  key: fc.nat(20),
  max: fc.integer({ min: 1, max: 6 }),
  nowMs: fc.nat(10_000_000),
})

test('never more than the maximum at a time, exactly so many, with releases, edits, deaths and any clock', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300, size: 'max' }), (steps) => {
      const table = createCounterTable({ cells: 512 })
      const workers = [0, 1, 2, 3].map((worker) => openCounters(table, worker))
      const held = workers.map(() => new Map<number, number>())
      const heldOf = (key: number) => held.reduce((sum, keys) => sum + (keys.get(key) ?? 0), 0)
      for (const { what, worker, key, max, nowMs } of steps) {
        const limit = limitFor('concurrency', `key ${key}`, max, 0)
        const own = held[worker]
        if (own === undefined) continue
        if (what === 'take') {
          const room = heldOf(key) < max
          assert.equal(workers[worker]?.take([limit], nowMs, 1), room ? TAKEN : 0)
          if (room) own.set(key, (own.get(key) ?? 0) + 1)
        } else if (what === 'release') {
          workers[worker]?.release(limit)
          own.set(key, Math.max(0, (own.get(key) ?? 0) - 1))
        } else {
          releaseLocks(table, worker)
          own.clear()
          workers[worker] = openCounters(table, worker)
        }
        for (const each of [key, 0, 1])
          assert.equal(
            workers[0]?.peek(limitFor('concurrency', `key ${each}`, 1, 0), nowMs).used,
            heldOf(each),
          )
      }
    }),
    { numRuns: 200 },
  )
})
