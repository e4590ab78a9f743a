import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import type { Db, Tables } from './schema.ts'

/** Limits of a pool; all of them bound how long somebody waits. */
export type PoolLimits = {
  readonly connections: number
  readonly connectTimeoutMs: number
  readonly statementTimeoutMs: number
}

const INT8_OID = 20

/** A pool of connections to PostgreSQL; nothing is connected yet. */
export function openPostgresPool(url: string, limits: PoolLimits): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max: limits.connections,
    connectionTimeoutMillis: limits.connectTimeoutMs,
    statement_timeout: limits.statementTimeoutMs,
    // The server may be unable to tell (a cut line): then the client gives up by itself, a little later.
    query_timeout: limits.statementTimeoutMs + limits.connectTimeoutMs,
    types: {
      // Counts and our bigint columns stay far below 2^53.
      getTypeParser: (oid: number, format?: 'text' | 'binary') =>
        oid === INT8_OID
          ? Number
          : format === 'binary'
            ? pg.types.getTypeParser(oid, 'binary')
            : pg.types.getTypeParser(oid, 'text'),
    },
  })
  // A connection that breaks while idle is dropped by the pool, one that breaks while used fails its query. Both tell
  // this event too, which would otherwise end the program.
  pool.on('error', () => undefined)
  pool.on('connect', (client) => client.on('error', () => undefined))
  return pool
}

/** Kysely over a pool. */
export function postgresDb(pool: pg.Pool): Db {
  return new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) })
}
