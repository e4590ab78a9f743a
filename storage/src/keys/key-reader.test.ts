import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import { describe, test } from 'node:test'
import { objectId } from '@tollgate/model/ids'
import { StoreUnavailableError } from '../drivers/errors.ts'
import { openStorage } from '../open.ts'
import { lastingEngines, sqliteDisk } from '../testing/engines.ts'
import { actor, aKey } from '../testing/records.ts'
import { openKeyReader } from './key-reader.ts'

for (const engine of lastingEngines) {
  describe(`reading keys from ${engine.name}`, () => {
    test('a key is found by the hash of its secret as soon as it is written, and not after it is removed', async () => {
      const source = await engine.fresh()
      const storage = await openStorage(source)
      const reader = openKeyReader(source)
      const record = aKey({ orgId: objectId(), session: { alias: 'x', unknown: 1 } })
      assert.equal(await reader.bySecretHash('h'), undefined)
      await storage.write(actor, ({ keys }) => keys.insert(record, ['h']))
      assert.deepEqual(await reader.bySecretHash('h'), record)
      await storage.write(actor, ({ keys }) => keys.remove(record))
      assert.equal(await reader.bySecretHash('h'), undefined)
      await reader.close()
      await storage.close()
    })

    test('a key is not found by a transaction that is still open', async () => {
      const source = await engine.fresh()
      const storage = await openStorage(source)
      const reader = openKeyReader(source)
      await storage.write(actor, async ({ keys }) => {
        await keys.insert(aKey({ orgId: objectId() }), ['h'])
        assert.equal(await reader.bySecretHash('h'), undefined)
      })
      await reader.close()
      await storage.close()
    })
  })
}

test('SQLite answers at once, without a promise', async () => {
  const source = await sqliteDisk.fresh()
  await (await openStorage(source)).close()
  const reader = openKeyReader(source)
  assert.equal(reader.bySecretHash('h'), undefined)
  await reader.close()
  assert.throws(() => reader.bySecretHash('h'), StoreUnavailableError)
})

test('a PostgreSQL that is down is said to be down, never "unknown"', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  await new Promise((resolve) => server.close(resolve))
  const reader = openKeyReader({ kind: 'postgres', url: `postgres://nobody@127.0.0.1:${port}/none` })
  await assert.rejects(async () => reader.bySecretHash('h'), StoreUnavailableError)
  await reader.close()
})

test('a PostgreSQL that accepts and never answers is given up on', async () => {
  const sockets = new Set<{ destroy(): void }>()
  const server = createServer((socket) => sockets.add(socket)).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const reader = openKeyReader({ kind: 'postgres', url: `postgres://nobody@127.0.0.1:${port}/none` })
  await assert.rejects(async () => reader.bySecretHash('h'), StoreUnavailableError)
  for (const socket of sockets) socket.destroy()
  await new Promise((resolve) => server.close(resolve))
  await reader.close()
})
