import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Worker } from 'node:worker_threads'
import { createCounterTable, openCounters, releaseLocks } from './counter-table.ts'
import { blocksInUse, layoutOf } from './table-layout.ts'
import { hammeredLimits } from './testing/hammered-limits.ts'
import { fixed } from './testing/limits.ts'

type Result = { readonly admitted: number; readonly wrong: number }

function hammer(table: SharedArrayBuffer, worker: number, max: number, attempts: number, others: number) {
  const workerData = { table, worker, max, attempts, others }
  return new Worker(new URL('./counter-table.hammer.ts', import.meta.url), { workerData })
}

function resultOf(thread: Worker): Promise<Result> {
  return new Promise((resolve, reject) => {
    thread.once('message', resolve)
    thread.once('error', reject)
  })
}

const WORKERS = [1, 2, 3, 4]

test('several workers hammering the same limits of every kind admit exactly the maximum, while the table grows', async () => {
  const table = createCounterTable({ cells: 50_000 })
  const main = openCounters(table, 0)
  const max = 20_000
  const limits = hammeredLimits(max)
  const quota = limits.find(({ algorithm }) => algorithm === 'quota')
  if (quota) main.grant(quota, { units: max, granted: max, endsAtMs: 0, lowWater: -1 }, 1000)
  const blocks = blocksInUse(layoutOf(table))
  const results = await Promise.all(
    WORKERS.map((worker) => resultOf(hammer(table, worker, max, 10_000, 5_000))),
  )
  const admitted = results.map((result) => result.admitted)
  assert.equal(
    admitted.reduce((sum, count) => sum + count, 0),
    max,
  )
  assert.deepEqual(
    results.map(({ wrong }) => wrong),
    [0, 0, 0, 0],
    'every other counter counts exactly',
  )
  assert.ok(blocksInUse(layoutOf(table)) > 2 * blocks, 'the table grew')
  for (const limit of limits) {
    if (limit.algorithm !== 'concurrency') assert.equal(main.peek(limit, 1000).used, max, limit.name)
  }
  assert.deepEqual(
    WORKERS.map((worker) => main.peek(fixed(`own ${worker}`, max, 0), 1000).used),
    admitted,
    'each admitted request was counted in all of its cells, no refused one in any',
  )
})

test('workers killed at any moment leave a table that counts on, exactly, and hold nothing', async () => {
  const table = createCounterTable({ cells: 100_000 })
  const main = openCounters(table, 0)
  const max = 1e9
  const limits = hammeredLimits(max)
  const quota = limits.find(({ algorithm }) => algorithm === 'quota')
  if (quota) main.grant(quota, { units: max, granted: max, endsAtMs: 0, lowWater: -1 }, 1000)
  for (let round = 0; round < 10; round++) {
    const threads = [1, 2].map((worker) => hammer(table, worker, max, 1e9, 1e9))
    await Promise.all(threads.map((thread) => new Promise((resolve) => thread.once('online', resolve))))
    await new Promise((resolve) => setTimeout(resolve, 100 + 7 * round))
    for (const thread of threads) await thread.terminate()
    for (const worker of [1, 2]) releaseLocks(table, worker)
    for (const limit of limits) {
      const { used } = main.peek(limit, 1000)
      if (limit.algorithm === 'concurrency') assert.equal(used, 0, 'nothing is held')
    }
    const used = limits.map((limit) => main.peek(limit, 1000).used).filter((count) => count > 0)
    assert.ok(Math.max(...used) - Math.min(...used) <= 2 * (round + 1), 'one request for each death at most')
  }
  assert.equal(main.take([fixed('after', 1, 1000)], 1000, 1), -1)
})
