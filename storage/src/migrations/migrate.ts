import {
  type ColumnDataType,
  CompiledQuery,
  type DatabaseConnection,
  type Expression,
  type Kysely,
  sql,
} from 'kysely'
import { boundTo } from '../changes/transaction.ts'
import type { Connections } from '../drivers/connections.ts'
import { NewerDatabaseError } from '../drivers/errors.ts'
import type { Db } from '../drivers/schema.ts'
import { firstRecords } from './0001-first-records.ts'
import { quotas } from './0002-quotas.ts'
import { certificates } from './0003-certificates.ts'
import { keyFacts } from './0004-key-facts.ts'
import { organisationSessions } from './0005-organisation-sessions.ts'
import { webhooks } from './0006-webhooks.ts'
import { revisionKind } from './0007-revision-kind.ts'
import { signIn } from './0008-sign-in.ts'
import type { Migration } from './migration.ts'

export const MIGRATIONS: readonly Migration[] = [
  firstRecords,
  quotas,
  certificates,
  keyFacts,
  organisationSessions,
  webhooks,
  revisionKind,
  signIn,
]

/**
 * Brings the schema up to date, one transaction per step. Several programs may start at once on one database: each
 * step is taken by one of them while the others wait. Throws NewerDatabaseError, and changes nothing, when a newer
 * version of the program was here.
 */
export async function migrate(
  connections: Connections,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<void> {
  const last = migrations.at(-1)?.number ?? 0
  while ((await takeStep(connections, migrations)) < last);
}

/** Takes the next step, if there is one; the number that the schema then has. */
async function takeStep(connections: Connections, migrations: readonly Migration[]): Promise<number> {
  return await connections.writer.getExecutor().provideConnection(async (connection) => {
    await connections.begin(connection)
    try {
      const number = await stepWithin(connections, connection, migrations)
      await connection.executeQuery(CompiledQuery.raw('commit'))
      return number
    } catch (error) {
      await connection.executeQuery(CompiledQuery.raw('rollback'))
      throw error
    }
  })
}

async function stepWithin(
  connections: Connections,
  connection: DatabaseConnection,
  migrations: readonly Migration[],
): Promise<number> {
  const db = boundTo(connections.writer, connection)
  const text = textType(connections.kind)
  const done = await schemaNumber(db, text)
  const known = migrations.at(-1)?.number ?? 0
  if (done > known) {
    throw new NewerDatabaseError(
      `the database has schema ${done}; this version of the program knows only ${known}`,
    )
  }
  const next = migrations.find((migration) => migration.number > done)
  if (next === undefined) return done
  // The steps know no tables by type: see migrations/0001.
  await next.up(db as unknown as Kysely<unknown>, { text })
  await db.deleteFrom('meta').where('name', '=', 'schema').execute()
  await db
    .insertInto('meta')
    .values([
      { name: 'schema', value: String(next.number) },
      { name: `migration ${next.number} ${next.name}`, value: new Date().toISOString() },
    ])
    .execute()
  return next.number
}

async function schemaNumber(db: Db, text: ColumnDataType | Expression<unknown>): Promise<number> {
  await db.schema
    .createTable('meta')
    .ifNotExists()
    .addColumn('name', text, (column) => column.primaryKey())
    .addColumn('value', text, (column) => column.notNull())
    .execute()
  const row = await db.selectFrom('meta').select('value').where('name', '=', 'schema').executeTakeFirst()
  return Number(row?.value ?? 0)
}

/** Text that is compared and sorted byte by byte on both databases, whatever the locale of the server. */
function textType(kind: Connections['kind']): ColumnDataType | Expression<unknown> {
  return kind === 'postgres' ? sql`text collate "C"` : 'text'
}
