import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { Kysely, SqliteDialect } from 'kysely'
import type { Db, Tables } from './schema.ts'

/** Prepared statements kept per connection; the least recently used goes first. */
const MAX_STATEMENTS = 256
/** How long a connection waits for another process that writes, milliseconds. */
const BUSY_TIMEOUT_MS = 5000

/**
 * Opens a connection to an SQLite file. Commits are on disk when they return: WAL with `synchronous = FULL` syncs the
 * log at each. A read-only connection sees what was committed when its statement began.
 */
export function openSqlite(file: string, access: 'read-write' | 'read-only'): DatabaseSync {
  const database = new DatabaseSync(file, {
    readOnly: access === 'read-only',
    timeout: BUSY_TIMEOUT_MS,
    enableForeignKeyConstraints: true,
  })
  try {
    if (access === 'read-write') database.exec('pragma journal_mode = wal; pragma synchronous = full')
  } catch (error) {
    database.close()
    throw error
  }
  return database
}

/** Kysely over one connection of `node:sqlite`. */
export function sqliteDb(database: DatabaseSync): Db {
  return new Kysely<Tables>({
    dialect: new SqliteDialect({ database: asBetterSqlite(database) }),
  })
}

type Prepared = {
  readonly reader: boolean
  all(parameters: readonly unknown[]): unknown[]
  run(parameters: readonly unknown[]): { changes: number | bigint; lastInsertRowid: number | bigint }
  iterate(parameters: readonly unknown[]): IterableIterator<unknown>
}

/** The few members by which Kysely's dialect speaks to the package better-sqlite3, with a bounded statement cache. */
function asBetterSqlite(database: DatabaseSync): { close(): void; prepare(sql: string): Prepared } {
  const cache = new Map<string, Prepared>()
  return {
    close: () => database.close(),
    prepare(sql) {
      let prepared = cache.get(sql)
      if (prepared === undefined) {
        prepared = adapt(database.prepare(sql))
        const oldest = cache.size >= MAX_STATEMENTS ? cache.keys().next() : undefined
        if (oldest && !oldest.done) cache.delete(oldest.value)
      } else {
        cache.delete(sql)
      }
      cache.set(sql, prepared)
      return prepared
    },
  }
}

function adapt(statement: StatementSync): Prepared {
  // Kysely passes on what the queries hold: by the types of the tables that is text, numbers and null.
  const values = (parameters: readonly unknown[]) => parameters as readonly SQLInputValue[]
  return {
    reader: statement.columns().length > 0,
    all: (parameters) => statement.all(...values(parameters)),
    run: (parameters) => statement.run(...values(parameters)),
    iterate: (parameters) => statement.iterate(...values(parameters)),
  }
}
