import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CompiledQuery, type DatabaseConnection } from 'kysely'
import { openPostgresPool, postgresDb } from './postgres.ts'
import type { Db } from './schema.ts'
import { openSqlite, sqliteDb } from './sqlite.ts'

/** Where the records are. The file ':memory:' is a database of one's own that ends with the storage, for tests. */
export type DatabaseSource =
  | { readonly kind: 'sqlite'; readonly file: string }
  | { readonly kind: 'postgres'; readonly url: string }

/** The way to the database, and the few things in which the two databases differ. */
export type Connections = {
  readonly kind: DatabaseSource['kind']
  /** Reads see what is committed, never a transaction that is still open. */
  readonly reader: Db
  /** Only for transactions begun with `begin`. */
  readonly writer: Db
  /** Begins a transaction that keeps every other writer out until it ends, those of other processes too. */
  begin(connection: DatabaseConnection): Promise<void>
  close(): Promise<void>
}

const POSTGRES_LIMITS = { connections: 10, connectTimeoutMs: 5000, statementTimeoutMs: 30_000 }
/** Any number will do, as long as every Tollgate uses the same: "toll". */
const POSTGRES_WRITE_LOCK = 0x746f6c6c

const BEGIN = CompiledQuery.raw('begin')
const BEGIN_IMMEDIATE = CompiledQuery.raw('begin immediate')
const LOCK_OUT_WRITERS = CompiledQuery.raw(`select pg_advisory_xact_lock(${POSTGRES_WRITE_LOCK})`)

export function openConnections(source: DatabaseSource): Connections {
  return source.kind === 'sqlite' ? sqliteConnections(source.file) : postgresConnections(source.url)
}

/**
 * Two connections to one file: the writer's has an open transaction most of the time, whose changes a read must not
 * see. That is also why ':memory:' is a temporary file: SQLite's own cannot be read while it is written.
 */
function sqliteConnections(file: string): Connections {
  const folder = file === ':memory:' ? temporaryFolder() : undefined
  const path = folder === undefined ? file : join(folder, 'memory.db')
  const writing = openSqlite(path, 'read-write')
  if (folder !== undefined) writing.exec('pragma synchronous = off')
  const writer = sqliteDb(writing)
  const reading = openSqlite(path, 'read-only')
  const reader = sqliteDb(reading)
  return {
    kind: 'sqlite',
    reader,
    writer,
    async begin(connection) {
      await connection.executeQuery(BEGIN_IMMEDIATE)
    },
    async close() {
      // Kysely closes a connection only if it was ever used.
      await Promise.all([reader.destroy(), writer.destroy()])
      if (reading.isOpen) reading.close()
      if (writing.isOpen) writing.close()
      if (folder !== undefined) removeFolder(folder)
    },
  }
}

const temporaryFolders = new Set<string>()

function temporaryFolder(): string {
  // A program that ends without closing its storage leaves nothing behind either.
  if (temporaryFolders.size === 0) process.once('exit', removeAllFolders)
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-memory-'))
  temporaryFolders.add(folder)
  return folder
}

function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true })
  temporaryFolders.delete(folder)
  if (temporaryFolders.size === 0) process.off('exit', removeAllFolders)
}

function removeAllFolders(): void {
  for (const folder of temporaryFolders) rmSync(folder, { recursive: true, force: true })
}

function postgresConnections(url: string): Connections {
  const db = postgresDb(openPostgresPool(url, POSTGRES_LIMITS))
  return {
    kind: 'postgres',
    reader: db,
    writer: db,
    async begin(connection) {
      await connection.executeQuery(BEGIN)
      await connection.executeQuery(LOCK_OUT_WRITERS)
    },
    close: () => db.destroy(),
  }
}
