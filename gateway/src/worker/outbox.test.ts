import assert from 'node:assert/strict'
import { test } from 'node:test'
import { outbox } from './outbox.ts'

test('things are handed over in batches, in order', () => {
  const batches: number[] = []
  const box = outbox(2_000, (batch) => batches.push(batch.length))
  for (let i = 0; i < 250; i++) box.add({ i })
  box.flush()
  assert.deepEqual(batches, [100, 100, 50])
})

test('a flood is cut off and what was dropped is counted', () => {
  let sent = 0
  let lost = 0
  const box = outbox(300, (batch, dropped) => {
    sent += batch.length
    lost += dropped
  })
  for (let i = 0; i < 5_000; i++) box.add({ i })
  box.flush()
  assert.equal(sent + lost, 5_000)
  assert.ok(sent >= 300 && lost > 0)
})
