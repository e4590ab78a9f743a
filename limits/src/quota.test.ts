import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Limit, NEEDS_GRANT, TAKEN } from '@tollgate/model/limits/counters'
import { createCounterTable, openCounters } from './counter-table.ts'
import type { Grant } from './quota-cells.ts'
import { limitFor } from './testing/limits.ts'

const counters = () => openCounters(createCounterTable({ cells: 64 }), 0)
const quotaOf = (max: number, more: Partial<Limit> = {}) => limitFor('quota', 'q', max, 60_000, more)
const grant = (units: number, granted: number, more: Partial<Grant> = {}): Grant => ({
  units,
  granted,
  endsAtMs: 61_000,
  lowWater: -1,
  ...more,
})

test('units are spent as far as they were granted, then a grant is asked for', () => {
  const table = counters()
  const limits = [quotaOf(10)]
  assert.equal(table.take(limits, 1000, 1), NEEDS_GRANT)
  assert.ok(table.grant(quotaOf(10), grant(4, 4), 1000))
  assert.equal(table.take(limits, 1000, 3), TAKEN)
  assert.deepEqual({ ...table.usage(0) }, { used: 3, resetsAtMs: 61_000 })
  assert.equal(table.take(limits, 1000, 2), NEEDS_GRANT)
  table.grant(quotaOf(10), grant(6, 10), 1000)
  assert.equal(table.take(limits, 1000, 7), TAKEN)
  assert.equal(table.take(limits, 1000, 1), 0)
  assert.equal(table.retryAtMs(), 61_000)
})

test('what other nodes were granted counts as used', () => {
  const table = counters()
  table.grant(quotaOf(10), grant(1, 9), 1000)
  assert.deepEqual(table.peek(quotaOf(10), 1000), { used: 8, resetsAtMs: 61_000 })
  table.grant(quotaOf(10), grant(0, 10), 1000)
  assert.equal(table.take([quotaOf(10)], 1000, 2), 0)
  assert.equal(table.take([quotaOf(10)], 1000, 1), TAKEN)
})

test('a lowered quota refuses at once, a raised one asks for more at once', () => {
  const table = counters()
  table.grant(quotaOf(10), grant(10, 10), 1000)
  table.take([quotaOf(10)], 1000, 6)
  assert.equal(table.take([quotaOf(6)], 1000, 1), 0)
  assert.equal(table.take([quotaOf(10)], 1000, 4), TAKEN)
  assert.equal(table.take([quotaOf(20)], 1000, 1), NEEDS_GRANT)
})

test('a cost that no grant could cover is refused, not asked for', () => {
  const table = counters()
  assert.equal(table.take([quotaOf(10)], 1000, 11), 0)
  assert.equal(table.retryAtMs(), 0)
  assert.equal(table.take([quotaOf(10)], 1000, 0), TAKEN)
})

test('units end with their period, and a grant of a later period starts anew', () => {
  const table = counters()
  table.grant(quotaOf(10), grant(5, 5), 1000)
  assert.equal(table.take([quotaOf(10)], 61_000, 1), NEEDS_GRANT)
  table.grant(quotaOf(10), grant(2, 2, { endsAtMs: 121_000 }), 61_000)
  assert.equal(table.unspent(quotaOf(10).cell, 61_000), 2)
  table.grant(quotaOf(10), grant(1, 1, { endsAtMs: 180_000 }), 62_000)
  assert.equal(table.unspent(quotaOf(10).cell, 62_000), 1)
})

test('a period that was shortened keeps its units', () => {
  const table = counters()
  table.grant(quotaOf(10), grant(5, 5), 1000)
  table.grant(quotaOf(10), grant(1, 6, { endsAtMs: 30_000 }), 1000)
  assert.equal(table.unspent(quotaOf(10).cell, 1000), 6)
  assert.equal(table.peek(quotaOf(10), 1000).resetsAtMs, 30_000)
})

test('a period further away than the window allows is a question for the ledger', () => {
  const table = counters()
  table.grant(quotaOf(10), grant(5, 5, { endsAtMs: 61_000 + 60_001 }), 1000)
  assert.equal(table.take([quotaOf(10)], 1000, 1), NEEDS_GRANT)
  assert.equal(table.take([quotaOf(10)], 1001, 1), TAKEN)
  const calendar = { calendar: { unit: 'month', timeZone: 'UTC' } } as const
  assert.equal(table.take([quotaOf(10, calendar)], 1000, 1), TAKEN)
})

test('a period without end never ends', () => {
  const table = counters()
  const endless = quotaOf(5, { windowMs: 0 })
  table.grant(endless, grant(5, 5, { endsAtMs: 0 }), 1000)
  assert.equal(table.take([endless], 9e15, 5), TAKEN)
  assert.deepEqual({ ...table.usage(0) }, { used: 5, resetsAtMs: 0 })
  assert.equal(table.take([endless], 9e15, 1), 0)
  assert.equal(table.retryAtMs(), 0)
})

test('the clock going back leaves a period alone, as its end is the ledger’s', () => {
  const table = counters()
  table.grant(quotaOf(5), grant(5, 5, { endsAtMs: 100_000 }), 95_000)
  assert.equal(table.take([quotaOf(5)], 95_000, 1), TAKEN)
  assert.equal(table.take([quotaOf(5)], 60_000, 1), TAKEN)
  assert.equal(table.usage(0).resetsAtMs, 100_000)
})

test('the take that reaches the low-water mark tells so, once', () => {
  for (const [units, mark] of [
    [10, 4],
    [10_000, 127],
    [1_000_000, 131_072],
  ] as const) {
    const table = counters()
    const limits = [quotaOf(units)]
    table.grant(quotaOf(units), grant(units, units, { lowWater: mark }), 1000)
    assert.equal(table.take(limits, 1000, units - mark - 1), TAKEN)
    assert.equal(table.runningLow(), -1)
    assert.equal(table.take(limits, 1000, 1), TAKEN)
    assert.equal(table.runningLow(), 0)
    assert.equal(table.take(limits, 1000, 1), TAKEN)
    assert.equal(table.runningLow(), -1)
  }
})

test('a low-water mark is kept to within a 64th part, and -1 is never reached', () => {
  for (const mark of [0, 1, 126, 128, 129, 1000, 65_535, 2 ** 33 + 12_345]) {
    const table = counters()
    const units = 2 ** 34
    table.grant(quotaOf(units), grant(units, units, { lowWater: mark }), 1000)
    table.take([quotaOf(units)], 1000, units - mark - 1)
    assert.equal(table.runningLow(), -1)
    table.take([quotaOf(units)], 1000, 1 + Math.ceil(mark / 64))
    assert.equal(table.runningLow(), mark === 0 ? 0 : 0, String(mark))
  }
  const table = counters()
  table.grant(quotaOf(3), grant(3, 3), 1000)
  table.take([quotaOf(3)], 1000, 3)
  assert.equal(table.runningLow(), -1)
})

test('unspent units are taken back once, and what is used stays', () => {
  const table = counters()
  const { cell } = quotaOf(10)
  table.grant(quotaOf(10), grant(6, 8), 1000)
  table.take([quotaOf(10)], 1000, 1)
  assert.equal(table.takeBack(cell), 5)
  assert.equal(table.takeBack(cell), 0)
  assert.equal(table.peek(quotaOf(10), 1000).used, 3)
  assert.equal(table.take([quotaOf(10)], 1000, 1), NEEDS_GRANT)
})

test('a charge beyond the granted units is a debt that the next grant pays', () => {
  const table = counters()
  table.grant(quotaOf(10), grant(3, 3), 1000)
  table.take([quotaOf(10)], 1000, 1)
  table.charge([quotaOf(10)], 4, 1000)
  assert.equal(table.unspent(quotaOf(10).cell, 1000), -2)
  assert.equal(table.peek(quotaOf(10), 1000).used, 5)
  assert.equal(table.takeBack(quotaOf(10).cell), 0)
  table.grant(quotaOf(10), grant(3, 6), 1000)
  assert.equal(table.take([quotaOf(10)], 1000, 2), NEEDS_GRANT)
  assert.equal(table.take([quotaOf(10)], 1000, 1), TAKEN)
  table.charge([quotaOf(10)], -100, 1000)
  assert.equal(table.peek(quotaOf(10), 1000).used, 0)
})

test('reset forgets a quota until it is granted again', () => {
  const table = counters()
  table.grant(quotaOf(10), grant(6, 6), 1000)
  table.reset(quotaOf(10).cell)
  assert.equal(table.unspent(quotaOf(10).cell, 1000), 0)
  assert.equal(table.takeBack(quotaOf(10).cell), 0)
  assert.equal(table.take([quotaOf(10)], 1000, 1), NEEDS_GRANT)
})
