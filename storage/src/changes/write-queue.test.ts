import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Connections, openConnections } from '../drivers/connections.ts'
import { StoreBusyError, WorkTimeoutError } from '../drivers/errors.ts'
import { migrate } from '../migrations/migrate.ts'
import { storesOver } from '../open.ts'
import { actor, at } from '../testing/records.ts'
import { Transaction } from './transaction.ts'
import { WriteQueue } from './write-queue.ts'

async function queueOver(connections: Connections, workTimeoutMs: number): Promise<WriteQueue> {
  await migrate(connections)
  return new WriteQueue({
    connections,
    begin: (connection, who, revision) => new Transaction(connections.writer, connection, who, at, revision),
    stores: storesOver,
    notify: async () => undefined,
    workTimeoutMs,
  })
}

test('a work that waits for another write is given up, and the other write is done', async () => {
  const connections = openConnections({ kind: 'sqlite', file: ':memory:' })
  const queue = await queueOver(connections, 20)
  let inner: Promise<number> | undefined
  const outer = queue.run(actor, async () => {
    inner = queue.run(actor, async () => 7)
    return await inner
  })
  await assert.rejects(outer, WorkTimeoutError)
  assert.equal(await inner, 7)
  await queue.close()
  await connections.close()
})

test('no more works wait than the queue has places for; those that wait are done', async () => {
  const connections = openConnections({ kind: 'sqlite', file: ':memory:' })
  const queue = await queueOver(connections, 10_000)
  const outcomes = await Promise.allSettled(
    Array.from({ length: 10_001 }, (_, i) => queue.run(actor, async () => i)),
  )
  const refused = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []))
  assert.equal(refused.length, 1)
  assert.ok(refused[0] instanceof StoreBusyError)
  await queue.close()
  await connections.close()
})
