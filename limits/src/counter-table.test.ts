import assert from 'node:assert/strict'
import { test } from 'node:test'
import { NEEDS_GRANT, NO_CELL, TAKEN } from '@tollgate/model/limits/counters'
import { CounterLockedError, createCounterTable, openCounters, releaseLocks } from './counter-table.ts'
import { blocksInUse, layoutOf } from './table-layout.ts'
import { fixed, limitFor } from './testing/limits.ts'
import { lockBlocks } from './testing/locked-blocks.ts'

const counters = (cells = 64) => openCounters(createCounterTable({ cells }), 0)

test('a limit admits exactly its maximum, then refuses until the window ends', () => {
  const table = counters()
  const limits = [fixed('key', 2, 10_000)]
  const outcomes = [1000, 1001, 1002, 10_999, 11_000].map((now) => table.take(limits, now, 1))
  assert.deepEqual(outcomes, [TAKEN, TAKEN, 0, 0, TAKEN])
})

test('a request that one limit refuses is counted by none, whatever the algorithms', () => {
  const algorithms = ['fixed-window', 'sliding-window', 'token-bucket', 'concurrency'] as const
  for (const algorithm of algorithms) {
    const table = counters()
    const wide = limitFor(algorithm, 'wide', 5, 10_000)
    const limits = [wide, fixed('narrow', 1, 1000)]
    assert.equal(table.take(limits, 1000, 1), TAKEN)
    assert.equal(table.take(limits, 1001, 1), 1)
    assert.equal(table.peek(wide, 1001).used, 1, algorithm)
  }
})

test('a refused request opens no window in the limits that had room', () => {
  const table = counters()
  const [fresh, spent] = [fixed('fresh', 9, 1000), fixed('spent', 1, 0)]
  table.take([spent], 1000, 1)
  assert.equal(table.take([fresh, spent], 1000, 1), 1)
  assert.deepEqual(table.peek(fresh, 1000), { used: 0, resetsAtMs: 0 })
})

test('usage tells what each limit of the last take holds, also when it was refused', () => {
  const table = counters()
  const limits = [fixed('a', 9, 500), fixed('b', 1, 1000)]
  table.take(limits, 1000, 1)
  assert.deepEqual({ ...table.usage(0) }, { used: 1, resetsAtMs: 1500 })
  assert.equal(table.take(limits, 1100, 1), 1)
  assert.deepEqual({ ...table.usage(0) }, { used: 1, resetsAtMs: 1500 })
  assert.deepEqual({ ...table.usage(1) }, { used: 1, resetsAtMs: 2000 })
})

test('a request without limits is always counted', () => {
  assert.equal(counters().take([], 1000, 1), TAKEN)
})

test('a cost is counted as a whole or not at all, and a cost of 0 passes and counts nothing', () => {
  const table = counters()
  const limits = [fixed('k', 10, 1000)]
  assert.equal(table.take(limits, 1000, 7), TAKEN)
  assert.equal(table.take(limits, 1001, 4), 0)
  assert.equal(table.take(limits, 1002, 3), TAKEN)
  assert.equal(table.take(limits, 1003, 0), TAKEN)
  assert.equal(table.usage(0).used, 10)
})

test('a refusal tells when the request could pass, by the limit that takes longest', () => {
  const table = counters()
  const limits = [fixed('a', 2, 1000), fixed('b', 2, 5000)]
  table.take(limits, 1000, 2)
  assert.equal(table.take(limits, 1500, 1), 0)
  assert.equal(table.retryAtMs(), 6000)
  assert.equal(table.take(limits, 1500, 3), 0)
  assert.equal(table.retryAtMs(), 0, 'never')
  table.take([fixed('endless', 1, 0)], 1000, 1)
  table.take([fixed('endless', 1, 0)], 1000, 1)
  assert.equal(table.retryAtMs(), 0)
})

test('a charge counts without asking, takes back when negative, and opens no window', () => {
  const table = counters()
  const one = fixed('k', 10, 1000)
  table.charge([one], 5, 1000)
  assert.equal(table.peek(one, 1000).used, 0)
  table.take([one], 1000, 1)
  table.charge([one], 20, 1001)
  assert.deepEqual(table.peek(one, 1001), { used: 21, resetsAtMs: 2000 })
  assert.equal(table.take([one], 1002, 1), 0)
  table.charge([one], -15, 1003)
  assert.equal(table.take([one], 1004, 4), TAKEN)
  table.charge([one], -100, 1005)
  assert.equal(table.peek(one, 1005).used, 0)
})

test('a window of length 0 never ends', () => {
  const table = counters()
  assert.equal(table.take([fixed('k', 1, 0)], 1000, 1), TAKEN)
  assert.equal(table.take([fixed('k', 1, 0)], Number.MAX_SAFE_INTEGER, 1), 0)
  assert.equal(table.usage(0).resetsAtMs, 0)
})

test('a raised or lowered maximum holds at once and keeps the count', () => {
  const table = counters()
  for (let i = 0; i < 3; i++) table.take([fixed('k', 3, 1000)], 1000, 1)
  assert.equal(table.take([fixed('k', 5, 1000)], 1001, 1), TAKEN)
  assert.equal(table.take([fixed('k', 2, 1000)], 1002, 1), 0)
  assert.deepEqual({ ...table.usage(0) }, { used: 4, resetsAtMs: 2000 })
})

test('a shortened window ends at most its new length from now', () => {
  const table = counters()
  table.take([fixed('k', 1, 1_000_000)], 1000, 1)
  assert.equal(table.take([fixed('k', 1, 100)], 2000, 1), 0)
  assert.equal(table.take([fixed('k', 1, 100)], 2099, 1), 0)
  assert.equal(table.take([fixed('k', 1, 100)], 2100, 1), TAKEN)
})

test('a window that became endless keeps its count', () => {
  const table = counters()
  table.take([fixed('k', 1, 100)], 1000, 1)
  assert.equal(table.take([fixed('k', 1, 0)], 1050, 1), 0)
  assert.equal(table.take([fixed('k', 1, 0)], 9_999_999, 1), 0)
})

test('a limit that counts in another way from now on starts anew', () => {
  const table = counters()
  assert.equal(table.take([fixed('k', 1, 1000)], 1000, 1), TAKEN)
  assert.equal(table.take([limitFor('sliding-window', 'k', 1, 1000)], 1000, 1), TAKEN)
  assert.equal(table.take([limitFor('token-bucket', 'k', 1, 1000)], 1000, 1), TAKEN)
})

test('a clock that goes back leaves open windows the time that they had, and ended ones ended', () => {
  const table = counters()
  const [open, ended] = [fixed('open', 1, 1000), fixed('ended', 1, 100)]
  assert.equal(table.take([open, ended], 5_000_000, 1), TAKEN)
  assert.equal(table.take([open], 5_000_400, 1), 0)
  assert.equal(table.take([open], 1000, 1), 0)
  assert.equal(table.usage(0).resetsAtMs, 1600)
  assert.equal(table.take([ended], 1000, 1), TAKEN)
  assert.equal(table.take([open], 1600, 1), TAKEN)
})

test('a clock that goes back a little frees nothing, and nothing sticks for longer than a window after it', () => {
  const table = counters()
  const limits = [fixed('k', 1, 1000)]
  assert.equal(table.take(limits, 10_000, 1), TAKEN)
  assert.equal(table.take(limits, 7000, 1), 0)
  assert.equal(table.usage(0).resetsAtMs, 8000)
  assert.equal(table.take(limits, 7999, 1), 0)
  assert.equal(table.take(limits, 8000, 1), TAKEN)
})

test('reset makes the next request open a new window, and leaves requests under way', () => {
  const table = counters()
  const algorithms = ['fixed-window', 'sliding-window', 'token-bucket'] as const
  for (const algorithm of algorithms) {
    const limits = [limitFor(algorithm, 'k', 2, 1000)]
    table.take(limits, 1000, 2)
    table.reset(limits[0]?.cell ?? { hi: 0, lo: 0 })
    assert.equal(table.take(limits, 1001, 2), TAKEN, algorithm)
  }
  const held = limitFor('concurrency', 'k', 1, 0)
  table.take([held], 1000, 1)
  table.reset(held.cell)
  assert.equal(table.take([held], 1000, 1), 0)
})

test('a table without room answers NO_CELL and changes nothing', () => {
  const table = counters(1)
  let live = 0
  while (table.take([fixed(`k${live}`, 9, 1000)], 1000, 1) === TAKEN) live++
  assert.ok(live >= 64, 'more than were asked for')
  const old = fixed('k0', 999, 1000)
  let outcome = TAKEN
  for (let i = 0; outcome === TAKEN; i++) outcome = table.take([old, fixed(`more ${i}`, 9, 1000)], 1000, 1)
  assert.equal(outcome, NO_CELL)
  const used = table.peek(old, 1000).used
  assert.deepEqual({ ...table.usage(0) }, { used, resetsAtMs: 2000 })
  assert.equal(table.take([old], 1000, 1), TAKEN)
  assert.equal(
    table.take([fixed(`k${live}`, 9, 1000)], 2000, 1),
    TAKEN,
    'the room of ended windows is used again',
  )
})

test('a table holds at least as many counters as were asked for, in blocks that come as they are needed', () => {
  for (const cells of [1, 1000, 5000]) {
    const shared = createCounterTable({ cells })
    const layout = layoutOf(shared)
    const table = openCounters(shared, 0)
    let blocks = blocksInUse(layout)
    for (let i = 0; i < cells; i++) {
      assert.equal(table.take([fixed(`key ${i}`, 1, 1000)], 1000, 1), TAKEN, `${i} of ${cells}`)
      assert.ok(blocksInUse(layout) - blocks <= 2)
      blocks = blocksInUse(layout)
    }
    for (let i = 0; i < cells; i++) assert.equal(table.take([fixed(`key ${i}`, 1, 1000)], 1000, 1), 0)
  }
})

test('cells of ended windows are used again, however many keys come and go', () => {
  const shared = createCounterTable({ cells: 1000 })
  const table = openCounters(shared, 0)
  let blocks = 0
  for (let round = 0; round < 100; round++) {
    const now = 1000 + round * 100
    for (let i = 0; i < 300; i++) assert.equal(table.take([fixed(`${round}-${i}`, 1, 100)], now, 1), TAKEN)
    for (let i = 0; i < 300; i++) assert.equal(table.take([fixed(`${round}-${i}`, 1, 100)], now, 1), 0)
    if (round === 20) blocks = blocksInUse(layoutOf(shared))
  }
  assert.equal(blocksInUse(layoutOf(shared)), blocks, 'the table does not grow')
})

test('two limits on one cell count a request once', () => {
  const table = counters()
  const limits = [fixed('k', 3, 1000), fixed('k', 2, 1000)]
  assert.deepEqual(
    [1, 2, 3].map(() => table.take(limits, 1000, 1)),
    [TAKEN, TAKEN, 1],
  )
  assert.equal(table.usage(1).used, 2)
})

test('a concurrency limit counts requests, whatever they cost, until they are released', () => {
  const table = counters()
  const held = limitFor('concurrency', 'k', 2, 0)
  assert.equal(table.take([held], 1000, 0), TAKEN)
  assert.equal(table.take([held], 1000, 50), TAKEN)
  assert.equal(table.take([held], 9_999_999, 1), 0)
  assert.equal(table.retryAtMs(), 0)
  table.release(held)
  assert.equal(table.take([held], 1000, 1), TAKEN)
  for (let i = 0; i < 5; i++) table.release(held)
  assert.equal(table.peek(held, 1000).used, 0)
})

test('requests of a worker that died are no longer under way, those of others are', () => {
  const shared = createCounterTable({ cells: 1024 })
  const [one, two] = [openCounters(shared, 1), openCounters(shared, 2)]
  const held = limitFor('concurrency', 'k', 5, 0)
  for (const table of [one, one, one, two]) table.take([held], 1000, 1)
  assert.equal(two.peek(held, 1000).used, 4)
  releaseLocks(shared, 1)
  assert.equal(two.peek(held, 1000).used, 1)
  const again = openCounters(shared, 1)
  again.release(held)
  assert.equal(two.peek(held, 1000).used, 1, 'it holds nothing yet')
  two.release(held)
  assert.equal(again.peek(held, 1000).used, 0)
})

test('the locks of a dead worker stop its blocks only until they are released', () => {
  const shared = createCounterTable({ cells: 8 })
  lockBlocks(shared, 3)
  const table = openCounters(shared, 0)
  assert.equal(table.take([fixed('k', 1, 1000)], 1000, 1), NO_CELL)
  assert.throws(() => table.peek(fixed('k', 1, 1000), 1000), CounterLockedError)
  releaseLocks(shared, 2)
  assert.throws(() => table.reset(fixed('k', 1, 1000).cell), CounterLockedError)
  releaseLocks(shared, 3)
  assert.equal(table.take([fixed('k', 1, 1000)], 1000, 1), TAKEN)
})

test('a refusal by any limit comes before a question for a grant', () => {
  const table = counters()
  const limits = [limitFor('quota', 'q', 5, 0), fixed('k', 1, 1000)]
  assert.equal(table.take(limits, 1000, 1), NEEDS_GRANT)
  assert.equal(table.wanting(), 0)
  table.take([fixed('k', 1, 1000)], 1000, 1)
  assert.equal(table.take(limits, 1000, 1), 1)
  assert.equal(table.wanting(), -1)
})
