import type { Limit } from '@tollgate/model/limits/counters'
import { TAKEN } from '@tollgate/model/limits/counters'
import fc from 'fast-check'
import { createCounterTable, openCounters } from '../counter-table.ts'
import { limitFor } from './limits.ts'

/** One request of a random run: who asks when, what it costs, and what the clock and the limit do before it. */
export type Arrival = {
  readonly worker: number
  readonly elapsedMs: number
  readonly cost: number
  /** The clock goes ahead or back by so much. */
  readonly stepMs: number
  /** The limit is set to this many units. */
  readonly max: number | undefined
}

/** What became of a request. `trueMs` is time that passed, whatever the clock did; `era` counts its steps ahead. */
export type Judged = Arrival & {
  readonly trueMs: number
  readonly nowMs: number
  readonly era: number
  readonly taken: boolean
}

/** Windows of the random runs are 100 ms long. */
export const WINDOW_MS = 100

const STEPS = fc.oneof(
  { weight: 30, arbitrary: fc.constant(0) },
  { weight: 1, arbitrary: fc.integer({ min: -150, max: 150 }) },
  { weight: 1, arbitrary: fc.integer({ min: -3_600_000, max: 3_600_000 }) },
)

/** Random runs; `edits` = whether the limit's maximum changes on the way. */
export function arrivals(edits = false): fc.Arbitrary<Arrival[]> {
  const arrival = fc.record({
    worker: fc.nat(2),
    elapsedMs: fc.oneof(fc.constant(0), fc.nat(20), fc.nat(150)),
    cost: fc.oneof(fc.constant(1), fc.nat(4)),
    stepMs: STEPS,
    max: edits
      ? fc.option(fc.integer({ min: 1, max: 8 }), { nil: undefined, freq: 6 })
      : fc.constant(undefined),
  })
  return fc.array(arrival, { maxLength: 120, size: 'max' })
}

/** Sends the requests of a run through three workers of one table. Refused ones must be told a true time to retry. */
export function judgeAll(
  algorithm: Limit['algorithm'],
  run: readonly Arrival[],
  more: Partial<Limit> = {},
): { judged: Judged[]; wrongRetries: string[] } {
  const table = createCounterTable({ cells: 64 })
  const workers = [0, 1, 2].map((worker) => openCounters(table, worker))
  let limit = limitFor(algorithm, 'k', 5, WINDOW_MS, more)
  let [trueMs, offsetMs, era] = [0, 1_800_000_000_000, 0]
  const judged: Judged[] = []
  const wrongRetries: string[] = []
  for (const arrival of run) {
    trueMs += arrival.elapsedMs
    offsetMs += arrival.stepMs
    if (arrival.stepMs > 0) era++
    if (arrival.max !== undefined) limit = { ...limit, max: arrival.max, burst: arrival.max }
    const nowMs = offsetMs + trueMs
    const counters = workers[arrival.worker]
    if (counters === undefined) continue
    const taken = counters.take([limit], nowMs, arrival.cost) === TAKEN
    judged.push({ ...arrival, trueMs, nowMs, era, taken })
    if (taken) continue
    const room = algorithm === 'token-bucket' ? limit.burst : limit.max
    const retryMs = counters.retryAtMs()
    if (arrival.cost > room) {
      if (retryMs !== 0) wrongRetries.push(`never, but told ${retryMs - nowMs}`)
      continue
    }
    const waitMs = retryMs - nowMs
    const fillMs = algorithm === 'token-bucket' ? Math.ceil((limit.burst * WINDOW_MS) / limit.max) : 0
    if (waitMs < 1 || waitMs > WINDOW_MS + fillMs) wrongRetries.push(`told to wait ${waitMs} ms`)
    if (counters.take([limit], retryMs - 1, arrival.cost) === TAKEN) wrongRetries.push('passed before')
    if (counters.take([limit], retryMs, arrival.cost) !== TAKEN)
      wrongRetries.push('refused when told to retry')
    trueMs += waitMs
    judged.push({ ...arrival, trueMs, nowMs: retryMs, era, taken: true })
  }
  return { judged, wrongRetries }
}

/**
 * The most units by which any interval exceeds what `allowed(lengthMs)` says, over all intervals that begin and end
 * with an admitted request and in which the clock did not jump ahead. Intervals are closed: lengths are end - begin.
 */
export function excess(judged: readonly Judged[], allowed: (lengthMs: number) => number): number {
  const admitted = judged.filter(({ taken }) => taken)
  let most = 0
  for (const [i, first] of admitted.entries()) {
    let units = 0
    for (let j = i; j < admitted.length; j++) {
      const last = admitted[j]
      if (last === undefined || last.era !== first.era) break
      units += last.cost
      most = Math.max(most, units - allowed(last.trueMs - first.trueMs))
    }
  }
  return most
}
