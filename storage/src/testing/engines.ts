import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { hex32 } from '@tollgate/model/ids'
import pg from 'pg'
import { type DatabaseSource, openStorage } from '../open.ts'
import type { Storage } from '../storage.ts'

/** A kind of database to run a contract against. `fresh` makes an empty one, which goes away after the suite. */
export type Engine = { readonly name: string; readonly fresh: () => Promise<DatabaseSource> }

/** Why PostgreSQL is left out, or undefined. The runner of all tests starts a server and names it. */
const postgresUrl = process.env.TOLLGATE_TEST_POSTGRES_URL
export const postgresSkipped =
  postgresUrl === undefined ? 'PostgreSQL is skipped: TOLLGATE_TEST_POSTGRES_URL names no server' : undefined
if (postgresSkipped !== undefined) process.stderr.write(`${postgresSkipped}\n`)

export const sqliteMemory: Engine = {
  name: 'SQLite in memory',
  fresh: async () => ({ kind: 'sqlite', file: ':memory:' }),
}

export const sqliteDisk: Engine = {
  name: 'SQLite on disk',
  async fresh() {
    const folder = mkdtempSync(join(tmpdir(), 'tollgate-test-'))
    after(() => rmSync(folder, { recursive: true, force: true }))
    return { kind: 'sqlite', file: join(folder, 'tollgate.db') }
  },
}

export const postgres: Engine = {
  name: 'PostgreSQL',
  async fresh() {
    const name = `tollgate_test_${hex32()}`
    await onServer(`create schema ${name}`)
    after(() => onServer(`drop schema ${name} cascade`))
    const url = new URL(postgresUrl ?? '')
    url.searchParams.set('options', `-c search_path=${name}`)
    return { kind: 'postgres', url: url.href }
  },
}

/** Every engine that this machine has. */
export const engines: readonly Engine[] = [
  sqliteMemory,
  sqliteDisk,
  ...(postgresSkipped === undefined ? [postgres] : []),
]

/** The engines whose database outlives one storage. */
export const lastingEngines = engines.filter((engine) => engine !== sqliteMemory)

/** A storage on an empty database, closed after the suite. */
export async function freshStorage(engine: Engine): Promise<Storage> {
  // Hooks run in the order of their registration: the schema is dropped once the storage is closed.
  let storage: Storage | undefined
  after(() => storage?.close())
  storage = await openStorage(await engine.fresh())
  return storage
}

async function onServer(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: postgresUrl })
  await client.connect()
  await client.query(statement)
  await client.end()
}
