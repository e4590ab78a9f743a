import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TAKEN } from '@tollgate/model/limits/counters'
import fc from 'fast-check'
import { createCounterTable, openCounters } from './counter-table.ts'
import { arrivals, excess, judgeAll, WINDOW_MS } from './testing/arrivals.ts'
import { fixed } from './testing/limits.ts'

test('no interval as long as a window holds more than two windows’ units, whatever the clock does', () => {
  fc.assert(
    fc.property(arrivals(), (run) => {
      const { judged, wrongRetries } = judgeAll('fixed-window', run)
      assert.deepEqual(wrongRetries, [])
      assert.equal(
        excess(judged, (lengthMs) => (lengthMs < WINDOW_MS ? 10 : Number.POSITIVE_INFINITY)),
        0,
      )
    }),
    { numRuns: 300 },
  )
})

/** The specification, as plainly as possible: where each window began, and the log of what was admitted in it. */
class ExactLog {
  readonly #windows = new Map<string, { beganMs: number; units: number[] }>()

  units(name: string, windowMs: number, nowMs: number): number {
    const window = this.#windows.get(name)
    if (window === undefined || (windowMs !== 0 && nowMs >= window.beganMs + windowMs)) return 0
    return window.units.reduce((sum, units) => sum + units, 0)
  }

  take(limits: readonly Named[], nowMs: number, cost: number): number {
    const used = limits.map(({ name, windowMs }) => this.units(name, windowMs, nowMs))
    const refused = limits.findIndex(({ max }, i) => cost > 0 && (used[i] ?? 0) + cost > max)
    if (refused !== -1 || cost === 0) return refused
    for (const [i, { name }] of limits.entries()) {
      if (used[i] === 0) this.#windows.set(name, { beganMs: nowMs, units: [] })
      this.#windows.get(name)?.units.push(cost)
    }
    return TAKEN
  }
}

type Named = { readonly name: string; readonly max: number; readonly windowMs: number }
const WINDOWS: Readonly<Record<string, number>> = { a: 10, b: 25, c: 100, d: 0, e: 7 }

test('several limits at once, with costs and edits, are judged as an exact log judges them', () => {
  const named = fc.record({ name: fc.constantFrom(...'abcde'), max: fc.integer({ min: 1, max: 6 }) })
  const limits = fc.uniqueArray(named, { maxLength: 4, selector: ({ name }) => name })
  const step = fc.record({ limits, advanceMs: fc.nat(15), cost: fc.nat(3), worker: fc.nat(1) })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 100, size: 'max' }), (steps) => {
      const table = createCounterTable({ cells: 64 })
      const workers = [0, 1].map((worker) => openCounters(table, worker))
      const log = new ExactLog()
      let now = 100_000
      for (const { limits, advanceMs, cost, worker } of steps) {
        now += advanceMs
        const wanted = limits.map(({ name, max }) => ({ name, max, windowMs: WINDOWS[name] ?? 0 }))
        const taken = wanted.map(({ name, max, windowMs }) => fixed(name, max, windowMs))
        assert.equal(workers[worker]?.take(taken, now, cost), log.take(wanted, now, cost))
        for (const limit of taken)
          assert.equal(workers[0]?.peek(limit, now).used, log.units(limit.name, limit.windowMs, now))
      }
    }),
    { numRuns: 300 },
  )
})

test('many keys that come, go and come back in a small table are each counted exactly', () => {
  const step = fc.tuple(fc.nat(400), fc.nat(3))
  fc.assert(
    fc.property(fc.array(step, { minLength: 300, maxLength: 900, size: 'max' }), (steps) => {
      const table = openCounters(createCounterTable({ cells: 400 }), 0)
      const log = new ExactLog()
      let now = 1000
      for (const [key, advanceMs] of steps) {
        now += advanceMs
        const one = { name: `key ${key}`, max: 2, windowMs: 50 }
        assert.equal(table.take([fixed(one.name, one.max, one.windowMs)], now, 1), log.take([one], now, 1))
      }
    }),
    { numRuns: 50 },
  )
})
