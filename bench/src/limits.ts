import { createCounterTable, openCounters } from '@tollgate/limits/counter-table'
import { type Algorithm, cellOf, type Limit, TAKEN } from '@tollgate/model/limits/counters'
import { BY_THE_KEY } from '@tollgate/model/source-ref'
import { table, writeReport } from './report.ts'

/**
 * What one `take` from the table of counters costs, for each algorithm and more and more keys: one thread, the keys in
 * an order that no cache foresees, every request admitted. Writes results/limits.md.
 */

const WINDOW_MS = 3_600_000
const START = 1_800_000_000_000
const TAKES = 500_000
const ROUNDS = 5
const KEYS = [1_000, 100_000, 1_000_000]
const ALGORITHMS: readonly Algorithm[] = [
  'fixed-window',
  'sliding-window',
  'token-bucket',
  'concurrency',
  'quota',
]

/** A limit whose counter is set for each take, so that the table is measured and not the memory of a million limits. */
type Movable = Limit & { readonly cell: { hi: number; lo: number } }

function movable(algorithm: Algorithm, index: number): Movable {
  const name = `${algorithm} ${index}`
  return {
    kind: 'rate',
    algorithm,
    name,
    cell: { ...cellOf(name) },
    max: 1_000_000,
    windowMs: WINDOW_MS,
    burst: 1_000_000,
    calendar: undefined,
    smoothing: undefined,
    scope: 'key',
    source: BY_THE_KEY,
  }
}

function moveTo(limits: readonly Movable[], key: number): void {
  for (const [index, { cell }] of limits.entries()) {
    cell.hi = Math.imul(key + 1, 0x9e3779b1) ^ Math.imul(index, 0xc2b2ae35)
    cell.lo = Math.imul(key + 1, 0x85ebca6b) ^ index
  }
}

type Counters = ReturnType<typeof openCounters>

/** Puts a counter into the table for each key. */
function fill(counters: Counters, limits: readonly Movable[], keys: number): void {
  for (let key = 0; key < keys; key++) {
    moveTo(limits, key)
    for (const limit of limits) {
      const grant = { units: 1_000_000, granted: 1_000_000, endsAtMs: START + WINDOW_MS, lowWater: 0 }
      if (limit.algorithm === 'quota') counters.grant(limit, grant, START)
    }
    mustTake(counters, limits, START)
  }
}

function mustTake(counters: Counters, limits: readonly Movable[], nowMs: number): void {
  const outcome = counters.take(limits, nowMs, 1)
  if (outcome !== TAKEN) throw new Error(`a take was answered ${outcome}`)
  for (const limit of limits) if (limit.algorithm === 'concurrency') counters.release(limit)
}

/** Nanoseconds for one take: the median of some rounds. */
function measure(limits: readonly Movable[], keys: number): number {
  // A sliding window may come to have eleven parts.
  const shared = createCounterTable({ cells: 12 * limits.length * keys })
  const counters = openCounters(shared, 1)
  fill(counters, limits, keys)
  const rounds: number[] = []
  for (let round = 0; round <= ROUNDS; round++) {
    const began = process.threadCpuUsage()
    for (let i = 0; i < TAKES; i++) {
      moveTo(limits, (i * 7919) % keys)
      mustTake(counters, limits, START + round)
    }
    const { user, system } = process.threadCpuUsage(began)
    rounds.push(((user + system) * 1000) / TAKES)
  }
  // The first round warms up.
  return rounds.slice(1).sort((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? 0
}

const rows = ALGORITHMS.map((algorithm) => [
  algorithm === 'concurrency' ? 'concurrency (and release)' : algorithm,
  ...KEYS.map((keys) => measure([movable(algorithm, 0)], keys).toFixed(0)),
])
const five = ALGORITHMS.map((algorithm, index) => movable(algorithm, index))
rows.push(['all five at once', ...KEYS.slice(0, 2).map((keys) => measure(five, keys).toFixed(0)), ''])
const header = ['algorithm', ...KEYS.map((keys) => `${keys.toLocaleString('en')} keys`)]
const text = `One thread takes one unit from counters in the shared table; the keys come in an order that no cache foresees, and every
request is admitted. Nanoseconds of processor time for each take, the median of ${ROUNDS} rounds of ${TAKES.toLocaleString('en')}.

`
writeReport('results/limits.md', 'What it costs to count', text + table(header, rows))
