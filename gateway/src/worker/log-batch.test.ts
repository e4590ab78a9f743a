import assert from 'node:assert/strict'
import { test } from 'node:test'
import { logBatch } from './log-batch.ts'

test('lines are handed over in batches, in order', () => {
  const batches: number[] = []
  const log = logBatch((lines) => batches.push(lines.length))
  for (let i = 0; i < 250; i++) log.add({ i })
  log.flush()
  assert.deepEqual(batches, [100, 100, 50])
})

test('a flood is cut off and what was dropped is counted', () => {
  let sent = 0
  let lost = 0
  const log = logBatch((lines, dropped) => {
    sent += lines.length
    lost += dropped
  })
  for (let i = 0; i < 5_000; i++) log.add({ i })
  log.flush()
  assert.equal(sent + lost, 5_000)
  assert.ok(sent >= 2_000 && lost > 0)
})
