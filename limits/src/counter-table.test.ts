import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Worker } from 'node:worker_threads'
import { type Cell, cellOf, type Limit } from '@tollgate/model/counters'
import fc from 'fast-check'
import { CounterLockedError, createCounterTable, openCounters, releaseLocks } from './counter-table.ts'
import { layoutOf } from './table-layout.ts'

const limit = (name: string, max: number, windowMs: number): Limit => ({
  kind: 'rate',
  cell: cellOf(name),
  max,
  windowMs,
  scope: 'key',
  source: 'key',
})

const counters = (cells = 64) => openCounters(createCounterTable({ cells }), 0)

test('a limit admits exactly its maximum, then refuses until the window ends', () => {
  const table = counters()
  const limits = [limit('key', 2, 10_000)]
  const outcomes = [1000, 1001, 1002, 10_999, 11_000].map((now) => table.take(limits, now))
  assert.deepEqual(outcomes, [-1, -1, 0, 0, -1])
})

test('a request that one limit refuses is counted by none', () => {
  const table = counters()
  const limits = [limit('quota', 5, 0), limit('rate', 1, 1000)]
  assert.equal(table.take(limits, 1000), -1)
  assert.equal(table.take(limits, 1001), 1)
  assert.deepEqual(table.peek(cellOf('quota'), 1001), { used: 1, resetsAtMs: 0 })
  assert.equal(table.peek(cellOf('rate'), 1001).used, 1)
})

test('a refused request opens no window in the limits that had room', () => {
  const table = counters()
  table.take([limit('spent', 1, 0)], 1000)
  assert.equal(table.take([limit('fresh', 9, 1000), limit('spent', 1, 0)], 1000), 1)
  assert.deepEqual(table.peek(cellOf('fresh'), 1000), { used: 0, resetsAtMs: 0 })
})

test('usage tells what each limit of the last take holds, also when it was refused', () => {
  const table = counters()
  const limits = [limit('a', 9, 500), limit('b', 1, 1000)]
  table.take(limits, 1000)
  assert.deepEqual({ ...table.usage(0) }, { used: 1, resetsAtMs: 1500 })
  assert.equal(table.take(limits, 1100), 1)
  assert.deepEqual({ ...table.usage(0) }, { used: 1, resetsAtMs: 1500 })
  assert.deepEqual({ ...table.usage(1) }, { used: 1, resetsAtMs: 2000 })
})

test('a request without limits is always counted', () => {
  assert.equal(counters().take([], 1000), -1)
})

test('a window of length 0 never ends', () => {
  const table = counters()
  assert.equal(table.take([limit('k', 1, 0)], 1000), -1)
  assert.equal(table.take([limit('k', 1, 0)], Number.MAX_SAFE_INTEGER), 0)
  assert.equal(table.usage(0).resetsAtMs, 0)
})

test('a raised or lowered maximum holds at once and keeps the count', () => {
  const table = counters()
  for (let i = 0; i < 3; i++) table.take([limit('k', 3, 1000)], 1000)
  assert.equal(table.take([limit('k', 5, 1000)], 1001), -1)
  assert.equal(table.take([limit('k', 2, 1000)], 1002), 0)
  assert.deepEqual({ ...table.usage(0) }, { used: 4, resetsAtMs: 2000 })
})

test('a shortened window ends at most its new length from now', () => {
  const table = counters()
  table.take([limit('k', 1, 1_000_000)], 1000)
  assert.equal(table.take([limit('k', 1, 100)], 2000), 0)
  assert.equal(table.take([limit('k', 1, 100)], 2100), -1)
})

test('a window that became endless keeps its count', () => {
  const table = counters()
  table.take([limit('k', 1, 100)], 1000)
  assert.equal(table.take([limit('k', 1, 0)], 1050), 0)
  assert.equal(table.take([limit('k', 1, 0)], 9_999_999), 0)
})

test('a clock that goes back frees no budget and lets nothing stick longer than one window', () => {
  const table = counters()
  const limits = [limit('k', 1, 1000)]
  assert.equal(table.take(limits, 5_000_000), -1)
  assert.equal(table.take(limits, 1000), 0, 'the count is kept')
  assert.equal(table.usage(0).resetsAtMs, 2000)
  assert.equal(table.take(limits, 1999), 0)
  assert.equal(table.take(limits, 2000), -1)
})

test('a cell opened while the clock was ahead is reusable one window after it is seen', () => {
  const table = counters(1)
  table.take([limit('ahead', 1, 1000)], 5_000_000)
  assert.equal(table.take([limit('other', 1, 1000)], 1000), -2)
  assert.equal(table.take([limit('other', 1, 1000)], 2000), -1)
})

test('reset makes the next request open a new window', () => {
  const table = counters()
  const limits = [limit('k', 1, 1000)]
  table.take(limits, 1000)
  table.reset(cellOf('k'))
  assert.deepEqual(table.peek(cellOf('k'), 1001), { used: 0, resetsAtMs: 0 })
  assert.equal(table.take(limits, 1500), -1)
  assert.equal(table.usage(0).resetsAtMs, 2500)
})

test('a table full of open windows answers -2 and changes nothing', () => {
  const table = counters(2)
  table.take([limit('a', 9, 1000)], 1000)
  assert.equal(table.take([limit('b', 9, 1000), limit('c', 9, 1000)], 1000), -2)
  assert.equal(table.take([limit('a', 9, 1000), limit('b', 9, 1000), limit('c', 9, 1000)], 1000), -2)
  assert.equal(table.peek(cellOf('a'), 1000).used, 1)
  assert.equal(table.peek(cellOf('b'), 1000).used, 0)
  assert.equal(table.take([limit('b', 9, 1000)], 1000), -1)
})

test('cells of ended windows are used again, however many keys come and go', () => {
  const table = counters(8)
  for (let round = 0; round < 200; round++) {
    const now = 1000 + round * 100
    for (let i = 0; i < 8; i++) assert.equal(table.take([limit(`${round}-${i}`, 1, 100)], now), -1)
    for (let i = 0; i < 8; i++) assert.equal(table.take([limit(`${round}-${i}`, 1, 100)], now), 0)
  }
})

test('two limits on one cell count a request once', () => {
  const table = counters()
  const limits = [limit('k', 3, 1000), limit('k', 2, 1000)]
  assert.deepEqual(
    [1, 2, 3].map(() => table.take(limits, 1000)),
    [-1, -1, 1],
  )
})

test('a large table takes memory only for what is used', () => {
  const before = process.memoryUsage().rss
  const table = createCounterTable({ cells: 2 ** 21 })
  const opened = openCounters(table, 0)
  for (let i = 0; i < 100; i++) opened.take([limit(`k${i}`, 1, 1000)], 1000)
  assert.ok(table.byteLength >= 2 ** 26)
  assert.ok(process.memoryUsage().rss - before < 2 ** 24)
})

test('the locks of a dead worker stop its stripes only until they are released', () => {
  const table = createCounterTable({ cells: 8 })
  const { locks } = layoutOf(table)
  Atomics.store(locks, 0, 4)
  const opened = openCounters(table, 0)
  assert.equal(opened.take([limit('k', 1, 1000)], 1000), -2)
  assert.throws(() => opened.peek(cellOf('k'), 1000), CounterLockedError)
  releaseLocks(table, 2)
  assert.equal(locks[0], 4, 'the locks of others stay')
  releaseLocks(table, 3)
  assert.equal(opened.take([limit('k', 1, 1000)], 1000), -1)
})

/** The specification, kept as plainly as possible: the log of admitted requests, and where each window began. */
class ExactLog {
  readonly admitted = new Map<string, number[]>()
  readonly began = new Map<string, number>()

  open(name: string, windowMs: number, now: number): number[] {
    const began = this.began.get(name)
    if (began === undefined || (windowMs !== 0 && now >= began + windowMs)) return []
    if (windowMs !== 0 && began > now) this.began.set(name, now)
    return this.admitted.get(name) ?? []
  }

  take(limits: readonly { name: string; max: number; windowMs: number }[], now: number): number {
    const logs = limits.map(({ name, windowMs }) => this.open(name, windowMs, now))
    const refused = limits.findIndex(({ max }, i) => (logs[i] ?? []).length >= max)
    if (refused !== -1) return refused
    limits.forEach(({ name }, i) => {
      const log = logs[i] ?? []
      if (log.length === 0) this.began.set(name, now)
      this.admitted.set(name, [...log, now])
    })
    return -1
  }
}

const WINDOWS: Readonly<Record<string, number>> = { a: 10, b: 25, c: 100, d: 0, e: 7 }

const stepsWith = (advanceMs: fc.Arbitrary<number>) => {
  const named = fc.record({
    name: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
    max: fc.integer({ min: 1, max: 4 }),
  })
  const limits = fc.uniqueArray(named, { maxLength: 4, selector: ({ name }) => name })
  return fc.array(fc.record({ limits, advanceMs }), { maxLength: 100, size: 'max' })
}
type Steps = readonly {
  readonly limits: readonly { name: string; max: number }[]
  readonly advanceMs: number
}[]

function compareWithLog(cells: number, steps: Steps): void {
  const table = counters(cells)
  const log = new ExactLog()
  let now = 100_000
  for (const { limits, advanceMs } of steps) {
    now += advanceMs
    const wanted = limits.map(({ name, max }) => ({ name, max, windowMs: WINDOWS[name] ?? 0 }))
    const taken = wanted.map(({ name, max, windowMs }) => limit(name, max, windowMs))
    assert.equal(table.take(taken, now), log.take(wanted, now))
    for (const { name, windowMs } of wanted) {
      assert.equal(table.peek(cellOf(name), now).used, log.open(name, windowMs, now).length)
    }
  }
}

test('any sequence of requests is judged as an exact log judges it', () => {
  const property = fc.property(stepsWith(fc.nat(15)), fc.constantFrom(8, 64, 2048), (steps, cells) =>
    compareWithLog(cells, steps),
  )
  fc.assert(property, { numRuns: 200 })
})

test('a clock that goes back and forth is judged as an exact log judges it', () => {
  // A table with room: in a crowded one, other keys may move a window's end or take over a cell that had ended.
  const advanceMs = fc.oneof(
    { weight: 9, arbitrary: fc.nat(12) },
    { weight: 1, arbitrary: fc.integer({ min: -90, max: 60 }) },
  )
  fc.assert(
    fc.property(stepsWith(advanceMs), (steps) => compareWithLog(2 ** 16, steps)),
    { numRuns: 200 },
  )
})

test('a clock that goes back never lets more than two windows of requests pass in the true time of one', () => {
  const step = fc.record({
    name: fc.constantFrom('a', 'b', 'c'),
    elapsedMs: fc.nat(6),
    back: fc.oneof(fc.constant(0), fc.nat(40)),
  })
  const max = 2
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200, size: 'max' }), fc.constantFrom(4, 64), (steps, cells) => {
      const table = counters(cells)
      const admitted = new Map<string, number[]>()
      let trueTime = 0
      let clock = 100_000
      for (const { name, elapsedMs, back } of steps) {
        trueTime += elapsedMs
        clock += elapsedMs - back
        if (table.take([limit(name, max, WINDOWS[name] ?? 0)], clock) !== -1) continue
        admitted.set(name, [...(admitted.get(name) ?? []), trueTime])
      }
      for (const [name, times] of admitted) {
        for (let i = 0; i + 2 * max < times.length; i++) {
          assert.ok((times[i + 2 * max] ?? 0) - (times[i] ?? 0) >= (WINDOWS[name] ?? 0))
        }
      }
    }),
    { numRuns: 200 },
  )
})

test('many keys in a small table are each counted exactly', () => {
  const step = fc.tuple(fc.nat(40), fc.nat(30))
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300, size: 'max' }), (steps) => {
      const table = counters(64)
      const log = new ExactLog()
      let now = 1000
      for (const [key, advanceMs] of steps) {
        now += advanceMs
        const one = { name: `key ${key}`, max: 2, windowMs: 50 }
        assert.equal(table.take([limit(one.name, one.max, one.windowMs)], now), log.take([one], now))
      }
    }),
    { numRuns: 200 },
  )
})

test('several workers hammering the same cells admit exactly the maximum', async () => {
  const table = createCounterTable({ cells: 1024 })
  const max = 20_000
  const shared: Cell = cellOf('shared')
  const admitted = await Promise.all(
    [1, 2, 3, 4].map(
      (worker) =>
        new Promise<number>((resolve, reject) => {
          const data = { table, worker, max, attempts: 10_000 }
          const thread = new Worker(new URL('./counter-table.hammer.ts', import.meta.url), {
            workerData: data,
          })
          thread.once('message', resolve)
          thread.once('error', reject)
        }),
    ),
  )
  assert.equal(
    admitted.reduce((sum, count) => sum + count, 0),
    max,
  )
  const table0 = openCounters(table, 0)
  assert.equal(table0.peek(shared, 1000).used, max)
  const own = [1, 2, 3, 4].map((worker) => table0.peek(cellOf(`own ${worker}`), 1000).used)
  assert.deepEqual(
    own,
    admitted,
    'each admitted request was counted in both of its cells, no refused one in either',
  )
})
