import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TAKEN } from '@tollgate/model/limits/counters'
import fc from 'fast-check'
import { createCounterTable, openCounters } from './counter-table.ts'
import { arrivals, excess, judgeAll, WINDOW_MS } from './testing/arrivals.ts'
import { limitFor } from './testing/limits.ts'

test('no interval holds more than the burst and what comes back in its time, whatever the clock does', () => {
  fc.assert(
    fc.property(arrivals(), fc.integer({ min: 1, max: 12 }), (run, burst) => {
      const { judged, wrongRetries } = judgeAll('token-bucket', run, { burst })
      assert.deepEqual(wrongRetries, [])
      assert.equal(
        excess(judged, (lengthMs) => Math.floor(burst + (lengthMs * 5) / WINDOW_MS)),
        0,
      )
    }),
    { numRuns: 300 },
  )
})

/** A bucket in exact whole numbers: what is lacking, in units of 1 / max ms. */
function exactBucket(max: bigint, windowMs: bigint, burst: bigint) {
  let [lacking, at] = [0n, 0n]
  return (nowMs: bigint, cost: bigint): boolean => {
    const drained = lacking - (nowMs - at) * max
    lacking = drained > 0n ? drained : 0n
    at = nowMs
    if (cost > 0n && lacking + cost * windowMs > burst * windowMs) return false
    lacking += cost * windowMs
    return true
  }
}

test('every request is judged as an exact bucket judges it, at any rate', () => {
  const step = fc.record({ elapsedMs: fc.oneof(fc.constant(0), fc.nat(5), fc.nat(5000)), cost: fc.nat(300) })
  const steps = fc.array(step, { maxLength: 200, size: 'max' })
  const max = fc.oneof(fc.integer({ min: 1, max: 10 }), fc.integer({ min: 1, max: 1_000_000 }))
  const windowMs = fc.constantFrom(1000, 7000, 60_000, 86_400_000)
  const burst = fc.integer({ min: 1, max: 1000 })
  fc.assert(
    fc.property(steps, max, windowMs, burst, (run, most, length, room) => {
      const table = openCounters(createCounterTable({ cells: 64 }), 0)
      const limit = limitFor('token-bucket', 'k', most, length, { burst: room })
      const exact = exactBucket(BigInt(most), BigInt(length), BigInt(room))
      let now = 1_800_000_000_000
      for (const { elapsedMs, cost } of run) {
        now += elapsedMs
        assert.equal(table.take([limit], now, cost) === TAKEN, exact(BigInt(now), BigInt(cost)))
      }
    }),
    { numRuns: 300 },
  )
})

test('a limit that is edited holds from then on, and nothing waits longer than a window or a burst', () => {
  fc.assert(
    fc.property(arrivals(true), (run) => {
      const { judged, wrongRetries } = judgeAll('token-bucket', run)
      assert.deepEqual(wrongRetries, [])
      // Between two edits the new numbers hold, as for a bucket that begins with what the old one left.
      let since: typeof judged = []
      let max = 5
      const check = () => {
        const allowed = (lengthMs: number) => Math.floor(max + (lengthMs * max) / WINDOW_MS)
        assert.equal(excess(since, allowed), 0)
      }
      for (const one of judged) {
        if (one.max !== undefined && one.max !== max) {
          check()
          since = []
          max = one.max
        }
        since.push(one)
      }
      check()
    }),
    { numRuns: 300 },
  )
})
