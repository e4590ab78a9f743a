import { existsSync } from 'node:fs'
import { type KeySource, openConnections } from './connections.ts'
import { MIGRATIONS } from './migrate.ts'

/** How old a database is. `schema` 0 = empty; greater than `known` = a newer version of the program was here. */
export type SchemaState = { readonly schema: number; readonly known: number }

/** Reads the number of the database's schema without bringing it up to date. Rejects when it cannot be reached. */
export async function schemaState(source: KeySource): Promise<SchemaState> {
  const known = MIGRATIONS.at(-1)?.number ?? 0
  // Opening would create the file.
  if (source.kind === 'sqlite' && !existsSync(source.file)) return { schema: 0, known }
  const connections = openConnections(source)
  try {
    const tables = await connections.reader.introspection.getTables()
    if (!tables.some((table) => table.name === 'meta')) return { schema: 0, known }
    const row = await connections.reader
      .selectFrom('meta')
      .select('value')
      .where('name', '=', 'schema')
      .executeTakeFirst()
    return { schema: Number(row?.value ?? 0), known }
  } finally {
    await connections.close()
  }
}
