/**
 * Which black-box file runs on which database: every one is in exactly one of the three lists, and a file that is in none
 * ends the run. Every store's own contract (`storage/src/*.contract.ts`) runs on both, whatever is listed here.
 */

/** On both: the files about storing, about what several do to the store at once, and about texts that reach SQL. */
const onBoth: readonly string[] = [
  'activity',
  'apis-resource',
  'change-in-force',
  'control-api',
  'crash',
  'hostile-input',
  'keys-resource',
  'life-cycle',
  'limit-clock',
  'limit-edits',
  'odd-documents',
  'policies-resource',
  'quota-durable',
  'quota-exact',
  'start-up',
  'tenant-matrix',
  'users-resource',
]

/** On PostgreSQL alone: two programs on one database, and a database that goes away, which an embedded one cannot. */
const onPostgres: readonly string[] = ['quota-cluster', 'second-node', 'store-down']

/** On SQLite alone: the wire, the engine and the rules above the stores, where nothing depends on the database. */
const onSqlite: readonly string[] = [
  'ports',
  'containers',
  'advisories',
  'bootstrap-script',
  'certificates',
  'effective-access',
  'every-refusal',
  'exhaustion',
  'explained-strangers',
  'fuzz',
  'gateway-credentials',
  'gateway-policies',
  'gateway-routing',
  'gateway-upstream',
  'gateway-wire',
  'grpc',
  'host-spellings',
  'key-fields',
  'key-tutorial',
  'large-bodies',
  'limit-headers',
  'limit-kinds',
  'permission-matrix',
  'quick-start',
  'sign-in',
  'single-sign-on',
  'streaming',
  'strictness',
  'tagged-requests',
  'tutorial',
  'unreadable-requests',
  'webhooks',
  'wire-rules',
]

/** Names of the files that run on each database. */
export const filesOn = {
  sqlite: new Set([...onBoth, ...onSqlite]),
  postgres: new Set([...onBoth, ...onPostgres]),
} as const

/** What is wrong with the lists, a line each, given the names of the files that there are. */
export function wrongInLists(names: readonly string[]): readonly string[] {
  const listed = [...onBoth, ...onPostgres, ...onSqlite]
  return [
    ...names
      .filter((name) => !listed.includes(name))
      .map((name) => `${name}.test.ts is in no list of tests/databases.ts: it would run on no database`),
    ...listed
      .filter((name) => !names.includes(name))
      .map((name) => `tests/databases.ts lists ${name}, and there is no such file`),
    ...listed
      .filter((name, index) => listed.indexOf(name) !== index)
      .map((name) => `tests/databases.ts lists ${name} twice`),
  ]
}
