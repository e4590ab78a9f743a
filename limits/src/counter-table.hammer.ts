import { parentPort, workerData } from 'node:worker_threads'
import { TAKEN } from '@tollgate/model/limits/counters'
import { openCounters } from './counter-table.ts'
import { hammeredLimits } from './testing/hammered-limits.ts'
import { fixed } from './testing/limits.ts'

/**
 * A worker of the test: takes from limits that all share and from one of its own as often as it can, and tells how
 * often it may. Meanwhile it makes the table grow by counters of its own, each of which it takes exactly twice.
 */

type Task = {
  readonly table: SharedArrayBuffer
  readonly worker: number
  readonly max: number
  readonly attempts: number
  /** Counters to make on the way. */
  readonly others: number
}

// The test sends a Task.
const { table, worker, max, attempts, others } = workerData as Task
const counters = openCounters(table, worker)
const limits = [...hammeredLimits(max), fixed(`own ${worker}`, attempts, 0)]
// The order of locking must not depend on the order in which limits are named.
if (worker > 2) limits.reverse()
const held = hammeredLimits(max).filter(({ algorithm }) => algorithm === 'concurrency')
let admitted = 0
let wrong = 0
let other = 0
for (let i = 0; i < attempts; i++) {
  if (counters.take(limits, 1000, 1) === TAKEN) {
    admitted++
    // Half of the requests stay under way, so that the last ones are refused for it.
    for (const limit of held) if (i % 2 === 0) counters.release(limit)
  }
  for (; other < ((i + 1) * others) / attempts; other++) {
    const once = [fixed(`other ${worker} ${other}`, 2, 1000)]
    for (const expected of [TAKEN, TAKEN, 0]) if (counters.take(once, 1000, 1) !== expected) wrong++
  }
}
parentPort?.postMessage({ admitted, wrong })
