import { parentPort, workerData } from 'node:worker_threads'
import { cellOf, type Limit } from '@tollgate/model/counters'
import { openCounters } from './counter-table.ts'

/** A worker of the test: takes from a shared cell and one of its own as often as it can, and tells how often it may. */

type Task = {
  readonly table: SharedArrayBuffer
  readonly worker: number
  readonly max: number
  readonly attempts: number
}

// The test sends a Task.
const { table, worker, max, attempts } = workerData as Task
const counters = openCounters(table, worker)
const limit = (name: string, most: number): Limit => ({
  kind: 'quota',
  cell: cellOf(name),
  max: most,
  windowMs: 0,
  scope: 'key',
  source: 'key',
})
// Worker 1 and 2 name the shared cell first, 3 and 4 last: the order of locking must not depend on that.
const limits = [limit('shared', max), limit(`own ${worker}`, attempts)]
if (worker > 2) limits.reverse()
let admitted = 0
for (let i = 0; i < attempts; i++) if (counters.take(limits, 1000) === -1) admitted++
parentPort?.postMessage(admitted)
