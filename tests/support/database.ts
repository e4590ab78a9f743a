import { randomBytes } from 'node:crypto'
import pg from 'pg'

/** The database this run of the suite is about. */
export const databaseKind: 'sqlite' | 'postgres' =
  process.env.TOLLGATE_TEST_DATABASE === 'postgres' ? 'postgres' : 'sqlite'

const asAdministrator = (statement: string): Promise<void> => onPostgres(postgresUrl(), statement)

/** Runs one statement on a PostgreSQL database, behind the program's back. */
export async function onPostgres(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}

function postgresUrl(): string {
  const url = process.env.TOLLGATE_TEST_POSTGRES_URL
  if (!url) throw new Error('TOLLGATE_TEST_DATABASE=postgres needs TOLLGATE_TEST_POSTGRES_URL')
  return url
}

/** A new empty PostgreSQL database on the server of TOLLGATE_TEST_POSTGRES_URL. */
export async function freshPostgres(): Promise<{ readonly url: string; drop(): Promise<void> }> {
  const name = `tollgate_test_${randomBytes(8).toString('hex')}`
  await asAdministrator(`create database ${name}`)
  const url = new URL(postgresUrl())
  url.pathname = `/${name}`
  return { url: url.href, drop: () => asAdministrator(`drop database if exists ${name} with (force)`) }
}

/** Takes a database of `freshPostgres` away while the program uses it. */
export async function dropDatabase(url: string): Promise<void> {
  await asAdministrator(`drop database ${new URL(url).pathname.slice(1)} with (force)`)
}
