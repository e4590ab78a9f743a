import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Worker } from 'node:worker_threads'
import { NEEDS_GRANT, TAKEN } from '@tollgate/model/limits/counters'
import fc from 'fast-check'
import { createCounterTable, openCounters } from './counter-table.ts'
import { SLACK_MS, steadyClock } from './steady-clock.ts'
import { layoutOf } from './table-layout.ts'
import { fixed, limitFor } from './testing/limits.ts'

const HOUR_MS = 3_600_000

/** Threads of one table, under clocks that the test moves. */
function world(threads = 2) {
  const table = createCounterTable({ cells: 64 })
  const clock = layoutOf(table).clock
  const time = { passedMs: 0, aheadMs: 0 }
  const startMs = Date.now()
  // The clock begins at some time of the system's monotonic clock; here that is when the test begins.
  const behindMs = startMs - (clock[0] ?? 0)
  const wall = () => startMs + time.passedMs + time.aheadMs
  const counters = Array.from({ length: threads }, (_, worker) =>
    openCounters(table, worker, steadyClock(clock, { steady: () => time.passedMs, behindMs, wall })),
  )
  const [one, two] = counters
  if (one === undefined || two === undefined) throw new RangeError('two threads at least')
  return { time, wall, counters, one, two }
}

test('a wall clock that jumps neither ends a window nor makes it longer', () => {
  for (const algorithm of ['fixed-window', 'sliding-window', 'token-bucket'] as const) {
    for (const jumpMs of [HOUR_MS, -HOUR_MS, 5_000, -5_000, 400 * 24 * HOUR_MS]) {
      const { time, wall, one, two } = world()
      const limits = [limitFor(algorithm, 'k', 1, 60_000)]
      assert.equal(one.take(limits, wall(), 1), TAKEN)
      time.passedMs += 1_000
      time.aheadMs += jumpMs
      assert.equal(two.take(limits, wall(), 1), 0, `${algorithm} ${jumpMs}`)
      time.passedMs += 58_999
      assert.equal(one.take(limits, wall(), 1), 0, `${algorithm} ${jumpMs}`)
      time.passedMs += 1
      assert.equal(one.take(limits, wall(), 1), TAKEN, `${algorithm} ${jumpMs}`)
    }
  }
})

test('what is shown is a time of the wall clock as it is now, for all threads the same', () => {
  const { time, wall, one, two } = world()
  const limits = [fixed('k', 1, 60_000)]
  const beganMs = wall()
  one.take(limits, beganMs, 1)
  assert.equal(one.usage(0).resetsAtMs, beganMs + 60_000)
  time.passedMs += 10_000
  time.aheadMs += HOUR_MS
  const endMs = wall() + 50_000
  for (const counters of [two, one]) {
    assert.equal(counters.take(limits, wall(), 1), 0)
    assert.equal(counters.usage(0).resetsAtMs, endMs)
    assert.equal(counters.retryAtMs(), endMs)
    assert.equal(counters.peek(fixed('k', 1, 60_000), wall()).resetsAtMs, endMs)
  }
})

test('a request that had to wait is counted when it asks, and is not taken for a clock that was set', () => {
  const { time, wall, one } = world()
  const limits = [fixed('k', 1, 60_000)]
  const startMs = wall()
  time.passedMs += 30_000
  assert.equal(one.take(limits, startMs, 1), TAKEN)
  assert.equal(one.usage(0).resetsAtMs, wall() + 60_000)
  time.passedMs += SLACK_MS
  one.take([fixed('other', 1, 60_000)], wall() - SLACK_MS, 1)
  assert.equal(one.usage(0).resetsAtMs, wall() - SLACK_MS + 60_000, 'one that just began, by its start')
})

test('the period of a quota goes by the wall clock, as its ledger does', () => {
  const { time, wall, one } = world()
  const quota = limitFor('quota', 'q', 5, 0, { calendar: { unit: 'day', timeZone: 'UTC' } })
  const endsAtMs = wall() + HOUR_MS
  one.grant(quota, { units: 5, granted: 5, endsAtMs, lowWater: -1 }, wall())
  assert.equal(one.take([quota, fixed('k', 9, 1000)], wall(), 1), TAKEN)
  assert.equal(one.usage(0).resetsAtMs, endsAtMs)
  time.aheadMs += HOUR_MS - 1
  assert.equal(one.take([quota], wall(), 1), TAKEN)
  assert.equal(one.usage(0).resetsAtMs, endsAtMs)
  time.aheadMs += 1
  assert.equal(one.take([quota], wall(), 1), NEEDS_GRANT)
})

test('with any jumps every request is judged as if the clock had not been touched', () => {
  const step = fc.record({
    thread: fc.nat(1),
    elapsedMs: fc.oneof(fc.constant(0), fc.nat(30), fc.nat(300)),
    // Less than the slack is not seen as a jump.
    jumpMs: fc.oneof(
      { weight: 5, arbitrary: fc.constant(0) },
      fc.integer({ min: SLACK_MS + 50, max: HOUR_MS }),
      fc.integer({ min: -HOUR_MS, max: -SLACK_MS - 50 }),
    ),
    cost: fc.integer({ min: 1, max: 3 }),
  })
  const algorithm = fc.constantFrom('fixed-window', 'sliding-window', 'token-bucket')
  fc.assert(
    fc.property(algorithm, fc.array(step, { maxLength: 80, size: 'max' }), (algorithm, steps) => {
      const { time, wall, counters } = world()
      const plain = openCounters(createCounterTable({ cells: 64 }), 0)
      const limits = [limitFor(algorithm, 'k', 5, 200)]
      const startMs = wall()
      for (const { thread, elapsedMs, jumpMs, cost } of steps) {
        time.passedMs += elapsedMs
        time.aheadMs += jumpMs
        const expected = plain.take(limits, startMs + time.passedMs, cost)
        const table = counters[thread]
        assert.equal(table?.take(limits, wall(), cost), expected)
        assert.equal(
          (table?.usage(0).resetsAtMs ?? 0) - wall(),
          plain.usage(0).resetsAtMs - startMs - time.passedMs,
        )
      }
    }),
    { numRuns: 200 },
  )
})

test('all threads of the machine read the same time', async () => {
  const table = createCounterTable({ cells: 64 })
  const thread = `
    const { parentPort, workerData } = require('node:worker_threads')
    Promise.all([import(workerData.clock), import(workerData.layout)]).then(([{ steadyClock }, { layoutOf }]) => {
      const clock = steadyClock(layoutOf(workerData.table).clock)
      parentPort.on('message', () => parentPort.postMessage(clock.nowMs(0)))
      parentPort.postMessage('ready')
    })`
  const here = steadyClock(layoutOf(table).clock)
  const workerData = {
    table,
    clock: new URL('./steady-clock.ts', import.meta.url).href,
    layout: new URL('./table-layout.ts', import.meta.url).href,
  }
  const worker = new Worker(thread, { eval: true, workerData })
  const answer = () => new Promise<number>((resolve) => worker.once('message', resolve))
  await answer()
  for (let i = 0; i < 20; i++) {
    const before = here.nowMs(0)
    const answered = answer()
    worker.postMessage('now')
    const there = await answered
    assert.ok(before - 1 <= there && there <= here.nowMs(0) + 1, `${before} ${there}`)
  }
  assert.ok(Math.abs(here.nowMs(Date.now()) - Date.now()) < 60_000, 'it looks like Unix time')
  await worker.terminate()
})
