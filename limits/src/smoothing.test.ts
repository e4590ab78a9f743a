import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Smoothing, TAKEN } from '@tollgate/model/limits/counters'
import fc from 'fast-check'
import { createCounterTable, openCounters } from './counter-table.ts'
import { fixed, limitFor } from './testing/limits.ts'

const counters = () => openCounters(createCounterTable({ cells: 64 }), 0)
const smoothing: Smoothing = { threshold: 2, trigger: 0.5, step: 2, delayMs: 1000 }
const smooth = (max: number, more: Partial<Smoothing> = {}) =>
  limitFor('fixed-window', 'k', max, 10_000, { smoothing: { ...smoothing, ...more } })

test('a smoothed rate begins at its threshold and grows a step at a time with demand, up to the rate', () => {
  const table = counters()
  const limits = [smooth(5)]
  const at = (now: number) => [table.take(limits, now, 1), table.allowance(0)]
  // The second request finds one unit, half a step less than two: from now on four pass. The next step waits a second.
  assert.deepEqual(
    [at(0), at(0), at(0), at(0), at(0)].map(([outcome]) => outcome),
    [-1, -1, -1, -1, 0],
  )
  assert.deepEqual(at(999), [0, 4])
  assert.deepEqual(at(1000), [TAKEN, 5])
  assert.deepEqual(at(9999), [0, 5])
  assert.deepEqual(table.peek(smooth(5), 9999), { used: 5, resetsAtMs: 10_000, allowance: 5 })
})

test('it shrinks a step at a time when there is little demand, down to the threshold', () => {
  const table = counters()
  const limits = [smooth(6)]
  for (const now of [0, 0, 0, 1000, 1000, 1000]) table.take(limits, now, 1)
  assert.equal(table.allowance(0), 6)
  const allowances = [10_000, 10_500, 20_000, 20_500, 30_000].map((now) => {
    table.take(limits, now, 1)
    return table.allowance(0)
  })
  assert.deepEqual(allowances, [4, 4, 2, 2, 2])
})

test('a request that is refused moves no allowance', () => {
  const table = counters()
  const limit = smooth(6, { trigger: 0 })
  const limits = [limit, fixed('narrow', 2, 0)]
  for (let i = 0; i < 2; i++) assert.equal(table.take(limits, 0, 1), TAKEN)
  assert.equal(table.take(limits, 0, 1), 1)
  assert.equal(table.peek(limit, 0).allowance, 2)
  assert.equal(table.take([limit], 0, 1), TAKEN)
  assert.equal(table.peek(limit, 0).allowance, 4)
})

test('after an idle window it begins at the threshold again, and so does a counter that is reset', () => {
  const table = counters()
  const limit = smooth(6)
  const grow = (now: number) => {
    for (const later of [0, 0, 0]) table.take([limit], now + later, 1)
    assert.equal(table.peek(limit, now).allowance, 4)
  }
  grow(0)
  assert.equal(table.peek(limit, 21_000).allowance, 2)
  grow(30_000)
  table.reset(limit.cell)
  assert.equal(table.peek(limit, 30_000).allowance, 2)
})

test('an edit of the rate or of the threshold holds at once', () => {
  const table = counters()
  for (const now of [0, 0, 0, 1000, 1000]) table.take([smooth(9)], now, 1)
  assert.equal(table.peek(smooth(9), 1000).allowance, 6)
  assert.equal(table.peek(smooth(5), 1000).allowance, 5)
  assert.equal(table.peek(smooth(9, { threshold: 8 }), 1000).allowance, 8)
  assert.equal(table.take([fixed('k', 5, 10_000)], 1000, 1), 0, 'not smoothed any more')
})

/** The specification, as plainly as possible: the allowance, from when on it may change, and until when it is kept. */
class PlainModel {
  #allowance = 0
  #changesFromMs = 0
  #keptUntilMs = Number.NEGATIVE_INFINITY

  /** What the allowance is for a request that finds so many units, and what to do when it is counted. */
  look(
    max: number,
    windowMs: number,
    { threshold, trigger, step, delayMs }: Smoothing,
    now: number,
    used: number,
  ) {
    const isKept = now < this.#keptUntilMs
    const before = isKept ? this.#allowance : threshold
    let after = before
    if (!isKept || now >= this.#changesFromMs) {
      if (used >= before - trigger * step) after = Math.min(max, before + step)
      else if (used <= before - step - trigger * step) after = Math.max(threshold, before - step)
    }
    const idleMs = 2 * Math.max(windowMs, delayMs)
    const counted = () => {
      if (after !== before) {
        this.#allowance = after
        this.#changesFromMs = now + delayMs
        this.#keptUntilMs = this.#changesFromMs + idleMs
      } else if (
        isKept &&
        now >= this.#changesFromMs &&
        after > threshold &&
        this.#keptUntilMs - now <= idleMs / 2
      )
        this.#keptUntilMs = now + idleMs
    }
    return { allowance: after, counted }
  }
}

test('random runs are judged as a plain model judges them, and never above the rate nor below the threshold', () => {
  const step = fc.record({
    worker: fc.nat(1),
    elapsedMs: fc.oneof(fc.constant(0), fc.nat(40), fc.nat(400)),
    cost: fc.oneof(fc.constant(1), fc.nat(3)),
  })
  const terms = fc.record({
    algorithm: fc.constantFrom('fixed-window' as const, 'sliding-window' as const),
    max: fc.integer({ min: 4, max: 12 }),
    threshold: fc.integer({ min: 1, max: 3 }),
    trigger: fc.constantFrom(0, 0.5, 1, 2),
    step: fc.integer({ min: 0, max: 4 }),
    delayMs: fc.constantFrom(0, 30, 100, 250),
  })
  fc.assert(
    fc.property(terms, fc.array(step, { maxLength: 150, size: 'max' }), (terms, steps) => {
      const { algorithm, max, ...smoothing } = terms
      const shared = createCounterTable({ cells: 64 })
      const workers = [openCounters(shared, 0), openCounters(shared, 1)] as const
      const limit = limitFor(algorithm, 'k', max, 100, { smoothing })
      const plain = new PlainModel()
      let now = 1_800_000_000_000
      for (const { worker, elapsedMs, cost } of steps) {
        now += elapsedMs
        const table = workers[worker === 0 ? 0 : 1]
        const { used, allowance: shown } = table.peek(limit, now)
        const outcome = table.take([limit], now, cost)
        if (cost === 0) {
          assert.deepEqual([outcome, table.allowance(0)], [TAKEN, shown])
          continue
        }
        const { allowance, counted } = plain.look(max, 100, smoothing, now, used)
        assert.ok(allowance <= max && allowance >= smoothing.threshold)
        assert.equal(table.allowance(0), allowance)
        assert.equal(outcome, used + cost <= allowance ? TAKEN : 0)
        if (outcome === TAKEN) counted()
      }
    }),
    { numRuns: 300 },
  )
})
