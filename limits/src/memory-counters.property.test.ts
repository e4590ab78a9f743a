import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TAKEN } from '@tollgate/model/limits/counters'
import { memoryCounters } from '@tollgate/model/limits/memory-counters'
import fc from 'fast-check'
import { createCounterTable, openCounters } from './counter-table.ts'
import { limitFor } from './testing/limits.ts'

test('counters in memory and in the table judge alike, several limits at once', () => {
  const algorithm = fc.constantFrom('fixed-window', 'token-bucket', 'concurrency')
  const names = fc.uniqueArray(algorithm, { maxLength: 3 })
  const step = fc.record({
    names,
    advanceMs: fc.nat(40),
    cost: fc.nat(3),
    charge: fc.integer({ min: -2, max: 3 }),
    release: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80, size: 'max' }), (steps) => {
      const both = [memoryCounters(), openCounters(createCounterTable({ cells: 64 }), 0)] as const
      let now = 1000
      for (const { names, advanceMs, cost, charge, release } of steps) {
        now += advanceMs
        // A token each 20 ms: exact for both.
        const limits = names.map((name) => limitFor(name, name, 5, 100))
        const [one, two] = both.map((counters) => [
          counters.take(limits, now, cost),
          limits.map((_, index) => ({ ...counters.usage(index) })),
        ])
        assert.deepEqual(one, two)
        for (const counters of both) {
          if (charge < 0 || (cost > 0 && one?.[0] === TAKEN)) counters.charge(limits, charge, now)
          for (const limit of limits)
            if (release && limit.algorithm === 'concurrency') counters.release(limit)
        }
        for (const limit of limits) assert.deepEqual(both[0].peek(limit, now), both[1].peek(limit, now))
      }
    }),
    { numRuns: 200 },
  )
})
