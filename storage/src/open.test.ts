import assert from 'node:assert/strict'
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { objectId } from '@tollgate/model/ids'
import { CompiledQuery } from 'kysely'
import { openConnections } from './drivers/connections.ts'
import { NewerDatabaseError } from './drivers/errors.ts'
import { firstRecords } from './migrations/0001-first-records.ts'
import { MIGRATIONS, migrate } from './migrations/migrate.ts'
import { schemaState } from './migrations/schema-state.ts'
import { type DatabaseSource, openStorage } from './open.ts'
import { engines, lastingEngines, postgres, postgresSkipped, sqliteDisk } from './testing/engines.ts'
import { actor, aKey } from './testing/records.ts'

const KNOWN = MIGRATIONS.at(-1)?.number ?? 0
const WRITER = fileURLToPath(new URL('./testing/durability.ts', import.meta.url))

for (const engine of lastingEngines) {
  test(`records and revisions are there after reopening, on ${engine.name}`, async () => {
    const source = await engine.fresh()
    const record = aKey({ orgId: objectId() })
    assert.deepEqual(await schemaState(source), { schema: 0, known: KNOWN })
    const first = await openStorage(source)
    assert.deepEqual(await schemaState(source), { schema: KNOWN, known: KNOWN })
    await first.write(actor, ({ keys }) => keys.insert(record, ['h']))
    await first.close()
    const second = await openStorage(source)
    assert.deepEqual(await second.keys.bySecretHash('h'), record)
    await second.write(actor, ({ keys }) => keys.remove(record))
    assert.equal(await second.revision(), 2)
    await second.close()
  })

  test(`programs that start at once on an empty database all succeed, on ${engine.name}`, async () => {
    const source = await engine.fresh()
    const exits = await Promise.all([1, 2, 3].map(() => once(child(source, 0), 'exit')))
    assert.deepEqual(
      exits.map(([code]) => code),
      [0, 0, 0],
    )
  })

  test(`what was answered survives kill -9 in the middle of writes, on ${engine.name}`, async () => {
    const source = await engine.fresh()
    const writer = child(source, 100_000)
    const answered: string[] = []
    writer.on('message', (id: string) => {
      answered.push(id)
      if (answered.length === 300) writer.kill('SIGKILL')
    })
    await once(writer, 'exit')
    assert.ok(answered.length >= 300)
    const storage = await openStorage(source)
    for (const id of answered) assert.equal((await storage.keys.bySecretHash(`hash of ${id}`))?.id, id)
    const total = (await storage.keys.list(undefined, {}, { page: 1, size: 1 })).total
    assert.equal(await storage.revision(), total, 'each key has its revision, and each revision its key')
    await storage.close()
  })
}

for (const engine of engines) {
  test(`a step that fails leaves the schema as it was, on ${engine.name}`, async () => {
    const connections = openConnections(await engine.fresh())
    const broken = {
      number: 2,
      name: 'broken',
      up: async (db: Parameters<typeof firstRecords.up>[0]) => {
        await db.schema.dropTable('revisions').execute()
        throw new RangeError('broken')
      },
    }
    await assert.rejects(migrate(connections, [firstRecords, broken]), RangeError)
    await migrate(connections, [firstRecords])
    await connections.reader.selectFrom('revisions').selectAll().execute()
    await connections.close()
  })
}

for (const engine of lastingEngines) {
  test(`a database of a newer version is refused and left alone, on ${engine.name}`, async () => {
    const source = await engine.fresh()
    const connections = openConnections(source)
    const next = { number: KNOWN + 1, name: 'of the future', up: async () => undefined }
    await migrate(connections, [...MIGRATIONS, next])
    await connections.close()
    await assert.rejects(openStorage(source), NewerDatabaseError)
    assert.deepEqual(await schemaState(source), { schema: KNOWN + 1, known: KNOWN })
  })
}

test('a file that is no database is refused', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-test-'))
  after(() => rmSync(folder, { recursive: true, force: true }))
  writeFileSync(
    join(folder, 'x.db'),
    'this is no database, but long enough to have a header of one hundred bytes '.repeat(9),
  )
  await assert.rejects(openStorage({ kind: 'sqlite', file: join(folder, 'x.db') }))
})

test('a folder that does not exist is refused', async () => {
  await assert.rejects(openStorage({ kind: 'sqlite', file: '/nonexistent/folder/x.db' }))
})

test('commits on SQLite are synced to disk', async () => {
  const connections = openConnections(await sqliteDisk.fresh())
  await connections.writer.getExecutor().provideConnection(async (connection) => {
    const facts = await Promise.all(
      ['synchronous', 'journal_mode', 'foreign_keys'].map(async (name) => {
        const { rows } = await connection.executeQuery<object>(CompiledQuery.raw(`pragma ${name}`))
        return Object.values(rows[0] ?? {})[0]
      }),
    )
    assert.deepEqual(facts, [2, 'wal', 1])
  })
  await connections.close()
})

test('revisions of two nodes that write at once are gapless and in order', {
  skip: postgresSkipped ?? false,
  timeout: 10_000,
}, async () => {
  const source = await postgres.fresh()
  const nodes = await Promise.all([openStorage(source), openStorage(source)])
  const seen: number[] = []
  for (const node of nodes)
    node.subscribe(async (changes) => void seen.push(...changes.map(({ revision }) => revision)))
  await Promise.all(
    Array.from({ length: 60 }, (_, i) =>
      nodes[i % 2]?.write(actor, ({ keys }) => keys.insert(aKey({ orgId: objectId() }), [`${i}`])),
    ),
  )
  assert.deepEqual(
    seen.toSorted((a, b) => a - b),
    Array.from({ length: 60 }, (_, i) => i + 1),
  )
  for (const node of nodes) await node.close()
})

test('a connection that breaks fails the writes it carried, not the next ones', {
  skip: postgresSkipped ?? false,
  timeout: 10_000,
}, async () => {
  const source = await postgres.fresh()
  const storage = await openStorage(source)
  const killer = openConnections(source)
  const record = aKey({ orgId: objectId() })
  const write = storage.write(actor, async ({ keys }) => {
    await keys.insert(record, ['h'])
    const others = `select pg_terminate_backend(pid) from pg_stat_activity
      where pid <> pg_backend_pid() and state = 'idle in transaction' and query not like '%advisory%'`
    await killer.reader.getExecutor().executeQuery(CompiledQuery.raw(others))
    await keys.byId(undefined, record.id)
  })
  await assert.rejects(write)
  assert.equal(await storage.keys.byId(undefined, record.id), undefined)
  await storage.write(actor, ({ keys }) => keys.insert(record, ['h']))
  await storage.close()
  await killer.close()
})

function child(source: DatabaseSource, writes: number): ChildProcess {
  const running = fork(WRITER, [JSON.stringify(source), String(writes)])
  after(() => running.kill('SIGKILL'))
  return running
}
