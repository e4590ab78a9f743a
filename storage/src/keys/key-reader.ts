import {
  type DialectAdapter,
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresQueryCompiler,
  type QueryCompiler,
  SqliteAdapter,
  SqliteQueryCompiler,
} from 'kysely'
import type { DatabaseSource } from '../drivers/connections.ts'
import { StoreUnavailableError } from '../drivers/errors.ts'
import { openPostgresPool } from '../drivers/postgres.ts'
import type { Tables } from '../drivers/schema.ts'
import { openSqlite } from '../drivers/sqlite.ts'
import { compileSlots } from '../drivers/statement.ts'
import { type KeyRecord, keyBySecretHash, keyFromRow } from './keys.ts'

/** Looks keys up for a worker of the gateway, over connections of its own. */
export interface KeyReader {
  /**
   * The key whose secret has this hash. SQLite answers at once, PostgreSQL with a promise. Throws or rejects with
   * StoreUnavailableError when the store could not be asked: that is never "unknown".
   */
  bySecretHash(hash: string): KeyRecord | undefined | Promise<KeyRecord | undefined>
  close(): Promise<void>
}

type KeyRow = Tables['keys']

/** A request waits for this: better an honest 503 soon than an answer late. */
const POSTGRES_LIMITS = { connections: 4, connectTimeoutMs: 2000, statementTimeoutMs: 2000 }
/** Lookups under way at once; more are refused at once. */
const MAX_LOOKUPS = 1000

/** Opens a reader on a store that `openStorage` has prepared. */
export function openKeyReader(source: DatabaseSource): KeyReader {
  return source.kind === 'sqlite' ? sqliteReader(source.file) : postgresReader(source.url)
}

function sqliteReader(file: string): KeyReader {
  if (file === ':memory:') throw new TypeError('a database in memory has no second reader')
  const database = openSqlite(file, 'read-only')
  const select = database.prepare(sqlOf(new SqliteAdapter(), new SqliteQueryCompiler()))
  return {
    bySecretHash(hash) {
      let row: unknown
      try {
        row = select.get(hash)
      } catch (cause) {
        throw new StoreUnavailableError('the key could not be looked up', { cause })
      }
      // The statement selects the columns of `keys`.
      return row === undefined ? undefined : keyFromRow(row as KeyRow)
    },
    async close() {
      database.close()
    },
  }
}

function postgresReader(url: string): KeyReader {
  const pool = openPostgresPool(url, POSTGRES_LIMITS)
  const text = sqlOf(new PostgresAdapter(), new PostgresQueryCompiler())
  let lookups = 0
  return {
    async bySecretHash(hash) {
      if (lookups >= MAX_LOOKUPS) throw new StoreUnavailableError('too many keys are being looked up')
      lookups++
      try {
        const { rows } = await pool.query<KeyRow>({ name: 'key-by-secret-hash', text, values: [hash] })
        return rows[0] && keyFromRow(rows[0])
      } catch (cause) {
        throw new StoreUnavailableError('the key could not be looked up', { cause })
      } finally {
        lookups--
      }
    },
    close: () => pool.end(),
  }
}

/** The stores' own query in the words of one database. */
function sqlOf(adapter: DialectAdapter, compiler: QueryCompiler): string {
  const db = new Kysely<Tables>({
    dialect: {
      createAdapter: () => adapter,
      createQueryCompiler: () => compiler,
      createDriver: () => new DummyDriver(),
      createIntrospector() {
        throw new TypeError('nothing is connected here')
      },
    },
  })
  return compileSlots<{ hash: string }, KeyRow>(keyBySecretHash, db).query.sql
}
