import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { fairQueue } from './fair-queue.ts'

test('so many run at once and no more, and a failure gives its place free', async () => {
  const queue = fairQueue(2)
  let running = 0
  let most = 0
  const work = async () => {
    running += 1
    most = Math.max(most, running)
    await nextTurn()
    running -= 1
    throw new Error('failed')
  }
  const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => queue.run('a', work)))
  assert.equal(most, 2)
  assert.ok(outcomes.every(({ status }) => status === 'rejected'))
  assert.equal(await queue.run('a', async () => 'after'), 'after')
})

test('whoever asks a hundred times makes another wait a turn, not a hundred', async () => {
  const queue = fairQueue(1)
  const order: string[] = []
  const ask = (key: string) =>
    queue.run(key, async () => {
      order.push(key)
      await nextTurn()
    })
  await Promise.all([...Array.from({ length: 100 }, () => ask('many')), ask('one'), ask('other')])
  assert.deepEqual(order.slice(0, 4), ['many', 'many', 'one', 'other'])
})
