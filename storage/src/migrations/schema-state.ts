import { existsSync } from 'node:fs'
import { type DatabaseSource, openConnections } from '../drivers/connections.ts'
import { MIGRATIONS } from './migrate.ts'

/** How old a database is. `schema` 0 = empty; greater than `known` = a newer version of the program was here. */
export type SchemaState = { readonly schema: number; readonly known: number }

const POSTGRES_NO_SUCH_TABLE = '42P01'

/** Reads the number of the database's schema without bringing it up to date. Rejects when it cannot be reached. */
export async function schemaState(source: DatabaseSource): Promise<SchemaState> {
  const known = MIGRATIONS.at(-1)?.number ?? 0
  // Opening would create the file.
  if (source.kind === 'sqlite' && !existsSync(source.file)) return { schema: 0, known }
  const connections = openConnections(source)
  try {
    const query = connections.reader.selectFrom('meta').select('value').where('name', '=', 'schema')
    const row = await query.executeTakeFirst()
    return { schema: Number(row?.value ?? 0), known }
  } catch (error) {
    if (isNoSuchTable(error)) return { schema: 0, known }
    throw error
  } finally {
    await connections.close()
  }
}

function isNoSuchTable(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return (
    ('code' in error && error.code === POSTGRES_NO_SUCH_TABLE) || error.message.startsWith('no such table')
  )
}
