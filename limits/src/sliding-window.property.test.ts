import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { arrivals, excess, type Judged, judgeAll, WINDOW_MS } from './testing/arrivals.ts'

test('no half-open interval as long as a window holds more than the maximum, whatever the clock does', () => {
  fc.assert(
    fc.property(arrivals(), (run) => {
      const { judged, wrongRetries } = judgeAll('sliding-window', run)
      assert.deepEqual(wrongRetries, [])
      assert.equal(
        excess(judged, (lengthMs) => (lengthMs < WINDOW_MS ? 5 : Number.POSITIVE_INFINITY)),
        0,
      )
    }),
    { numRuns: 300 },
  )
})

/** Units that an exact log of so many milliseconds holds before a request. */
function logged(judged: readonly Judged[], index: number, lengthMs: number): number {
  const nowMs = judged[index]?.nowMs ?? 0
  return judged
    .slice(0, index)
    .filter((one) => one.taken && one.nowMs > nowMs - lengthMs)
    .reduce((sum, { cost }) => sum + cost, 0)
}

test('what it refuses, an exact log of 1.1 windows would refuse; what it admits, one of a window would admit', () => {
  const steady = arrivals(true).map((run) => run.map((arrival) => ({ ...arrival, stepMs: 0 })))
  fc.assert(
    fc.property(steady, (run) => {
      const { judged, wrongRetries } = judgeAll('sliding-window', run)
      assert.deepEqual(wrongRetries, [])
      let max = 5
      for (const [i, { taken, cost, max: edited }] of judged.entries()) {
        max = edited ?? max
        if (cost === 0) assert.ok(taken)
        else if (taken) assert.ok(logged(judged, i, WINDOW_MS) + cost <= max)
        else assert.ok(logged(judged, i, 1.1 * WINDOW_MS) + cost > max)
      }
    }),
    { numRuns: 300 },
  )
})

test('a sub-window that has ended stays ended when the clock goes back a little', () => {
  const at = (elapsedMs: number, cost: number, stepMs = 0) => ({
    worker: 0,
    elapsedMs,
    cost,
    stepMs,
    max: undefined,
  })
  const { wrongRetries } = judgeAll('sliding-window', [
    at(0, 1),
    at(0, 1),
    at(0, 4, -2_527_949),
    at(0, 1, -62),
    at(1, 1),
  ])
  assert.deepEqual(wrongRetries, [])
})
