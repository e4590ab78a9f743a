import assert from 'node:assert/strict'
import { test } from 'node:test'
import { NEEDS_GRANT, TAKEN } from '@tollgate/model/limits/counters'
import fc from 'fast-check'
import { createCounterTable, openCounters } from './counter-table.ts'
import { limitFor } from './testing/limits.ts'

const step = fc.record({
  node: fc.nat(1),
  worker: fc.nat(1),
  what: fc.oneof(
    { weight: 12, arbitrary: fc.constant('take' as const) },
    { weight: 1, arbitrary: fc.constant('takeBack' as const) },
    { weight: 1, arbitrary: fc.constant('die' as const) },
  ),
  cost: fc.integer({ min: 1, max: 3 }),
  lease: fc.integer({ min: 1, max: 5 }),
  max: fc.option(fc.integer({ min: 1, max: 60 }), { nil: undefined, freq: 15 }),
  stepMs: fc.oneof(
    { weight: 10, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.integer({ min: -3_600_000, max: 3_600_000 }) },
  ),
})

test('nodes spend what their ledger granted and no more, and lose at most what was unspent when they died', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200, size: 'max' }), (steps) => {
      const open = () => {
        const table = createCounterTable({ cells: 64 })
        return [openCounters(table, 0), openCounters(table, 1)] as const
      }
      const nodes = [open(), open()]
      // A ledger of a period without end, so that no clock may free anything.
      let [granted, admitted, stranded, max, now] = [0, 0, 0, 30, 1_800_000_000_000]
      for (const { node, worker, what, cost, lease, max: edited, stepMs } of steps) {
        now += stepMs
        max = edited ?? max
        const limit = limitFor('quota', 'q', max, 0)
        const counters = nodes[node]?.[worker]
        if (counters === undefined) continue
        if (what === 'takeBack') {
          granted -= counters.takeBack(limit.cell)
        } else if (what === 'die') {
          stranded += counters.unspent(limit.cell, now)
          nodes[node] = open()
        } else {
          let outcome = counters.take([limit], now, cost)
          if (outcome === NEEDS_GRANT) {
            const units = Math.max(0, Math.min(Math.max(cost, lease), max - granted))
            granted += units
            assert.ok(counters.grant(limit, { units, granted, endsAtMs: 0, lowWater: 0 }, now))
            outcome = counters.take([limit], now, cost)
          }
          if (outcome === TAKEN) admitted += cost
        }
        const unspent = nodes.reduce((sum, [first]) => sum + first.unspent(limit.cell, now), 0)
        assert.equal(admitted + unspent + stranded, granted, 'every granted unit is somewhere, once')
      }
    }),
    { numRuns: 300 },
  )
})
