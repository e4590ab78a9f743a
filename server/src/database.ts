import type { DatabaseSource } from '@tollgate/storage/drivers/connections'
import { NewerDatabaseError } from '@tollgate/storage/drivers/errors'
import { openStorage } from '@tollgate/storage/open'
import type { Storage } from '@tollgate/storage/storage'
import { errorText, StartFailure } from './start-failure.ts'

/** Where the records are: the embedded database's file, or the PostgreSQL of the settings. */
export function databaseSource(databaseUrl: string | undefined, file: string): DatabaseSource {
  return databaseUrl === undefined ? { kind: 'sqlite', file } : { kind: 'postgres', url: databaseUrl }
}

/** The database's name for people: never its password. */
export function databaseLabel(source: DatabaseSource): string {
  if (source.kind === 'sqlite') return source.file
  const { hostname, port, pathname } = new URL(source.url)
  return `PostgreSQL ${hostname}${port ? `:${port}` : ''}${pathname}`
}

/**
 * Opens the records, bringing an older database up to date.
 * @throws {StartFailure} when it is newer than the program, unreachable or damaged.
 */
export async function openDatabase(source: DatabaseSource): Promise<Storage> {
  try {
    return await openStorage(source)
  } catch (error) {
    throw new StartFailure(databaseProblem(source, error), { cause: error })
  }
}

/** Why the database cannot be used, in one line. */
export function databaseProblem(source: DatabaseSource, error: unknown): string {
  if (error instanceof NewerDatabaseError) {
    return `the database ${databaseLabel(source)} was written by a newer version of Tollgate: ${errorText(error)}`
  }
  return `the database ${databaseLabel(source)} cannot be opened: ${errorText(error)}`
}
