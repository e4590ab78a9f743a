import type { Kysely } from 'kysely'
import type { Migration } from './migration.ts'

/** Organisations, users, groups, APIs, policies, keys, revisions, browser sessions. */
export const firstRecords: Migration = {
  number: 1,
  name: 'first-records',
  async up(db, { text }) {
    await createPeople(db, text)
    await createApis(db, text)
    await createPolicies(db, text)
    await createKeys(db, text)
    await createHistory(db, text)
  },
}

// A migration describes the schema of its time: it does not use the types of today's tables.
type AnyDb = Kysely<unknown>
type TextType = Parameters<Migration['up']>[1]['text']

async function createIndex(
  db: AnyDb,
  table: string,
  columns: readonly string[],
  unique = false,
): Promise<void> {
  const index = db.schema
    .createIndex(`${table}_${unique ? 'unique' : 'by'}_${columns.join('_')}`)
    .on(table)
    .columns([...columns])
  await (unique ? index.unique() : index).execute()
}

async function createPeople(db: AnyDb, text: TextType): Promise<void> {
  await db.schema
    .createTable('organisations')
    .addColumn('id', text, (column) => column.primaryKey())
    .addColumn('seq', 'bigint', (column) => column.notNull())
    .addColumn('document', text, (column) => column.notNull())
    .addColumn('created_at', text, (column) => column.notNull())
    .execute()
  await createIndex(db, 'organisations', ['seq'])
  await db.schema
    .createTable('users')
    .addColumn('id', text, (column) => column.primaryKey())
    .addColumn('seq', 'bigint', (column) => column.notNull())
    .addColumn('org_id', text, (column) => column.notNull())
    .addColumn('email', text, (column) => column.notNull())
    .addColumn('search', text, (column) => column.notNull())
    .addColumn('document', text, (column) => column.notNull())
    .addColumn('password_hash', text, (column) => column.notNull())
    .addColumn('password_provisional', 'integer', (column) => column.notNull())
    .addColumn('password_history', text, (column) => column.notNull())
    .addColumn('access_key_hash', text)
    .addColumn('access_key_sealed', text, (column) => column.notNull())
    .addColumn('created_at', text, (column) => column.notNull())
    .addColumn('updated_at', text, (column) => column.notNull())
    .execute()
  await createIndex(db, 'users', ['email', 'org_id'], true)
  await createIndex(db, 'users', ['access_key_hash'], true)
  await createIndex(db, 'users', ['org_id', 'seq'])
  await db.schema
    .createTable('user_groups')
    .addColumn('id', text, (column) => column.primaryKey())
    .addColumn('seq', 'bigint', (column) => column.notNull())
    .addColumn('org_id', text, (column) => column.notNull())
    .addColumn('document', text, (column) => column.notNull())
    .execute()
  await createIndex(db, 'user_groups', ['org_id', 'seq'])
  await db.schema
    .createTable('sign_ins')
    .addColumn('token_hash', text, (column) => column.primaryKey())
    .addColumn('user_id', text, (column) => column.notNull())
    .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('last_seen_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('expires_at_ms', 'bigint', (column) => column.notNull())
    .execute()
  await createIndex(db, 'sign_ins', ['user_id'])
  await createIndex(db, 'sign_ins', ['expires_at_ms'])
}

async function createApis(db: AnyDb, text: TextType): Promise<void> {
  await db.schema
    .createTable('apis')
    .addColumn('id', text, (column) => column.primaryKey())
    .addColumn('seq', 'bigint', (column) => column.notNull())
    .addColumn('api_id', text, (column) => column.notNull())
    .addColumn('org_id', text, (column) => column.notNull())
    .addColumn('name_sort', text, (column) => column.notNull())
    .addColumn('search', text, (column) => column.notNull())
    .addColumn('listen', text, (column) => column.notNull())
    .addColumn('document', text, (column) => column.notNull())
    .addColumn('wrapper', text, (column) => column.notNull())
    .addColumn('created_at', text, (column) => column.notNull())
    .addColumn('updated_at', text, (column) => column.notNull())
    .execute()
  await createIndex(db, 'apis', ['api_id'], true)
  await createIndex(db, 'apis', ['listen'])
  await createIndex(db, 'apis', ['org_id', 'seq'])
  await createIndex(db, 'apis', ['org_id', 'name_sort', 'seq'])
  await createIndex(db, 'apis', ['org_id', 'created_at', 'seq'])
  await createIndex(db, 'apis', ['org_id', 'updated_at', 'seq'])
  await db.schema
    .createTable('api_categories')
    .addColumn('api_id', text, (column) => column.notNull().references('apis.id').onDelete('cascade'))
    .addColumn('category', text, (column) => column.notNull())
    .addPrimaryKeyConstraint('api_categories_pkey', ['api_id', 'category'])
    .execute()
  await createIndex(db, 'api_categories', ['category', 'api_id'])
}

async function createPolicies(db: AnyDb, text: TextType): Promise<void> {
  await db.schema
    .createTable('policies')
    .addColumn('id', text, (column) => column.primaryKey())
    .addColumn('seq', 'bigint', (column) => column.notNull())
    .addColumn('explicit_id', text)
    .addColumn('org_id', text, (column) => column.notNull())
    .addColumn('name', text, (column) => column.notNull())
    .addColumn('name_sort', text, (column) => column.notNull())
    .addColumn('search', text, (column) => column.notNull())
    .addColumn('state', text, (column) => column.notNull())
    .addColumn('active', 'integer', (column) => column.notNull())
    .addColumn('document', text, (column) => column.notNull())
    .addColumn('created_at', text, (column) => column.notNull())
    .addColumn('updated_at', text, (column) => column.notNull())
    .execute()
  await createIndex(db, 'policies', ['explicit_id', 'org_id'], true)
  await createIndex(db, 'policies', ['org_id', 'name'])
  await createIndex(db, 'policies', ['org_id', 'seq'])
  await createIndex(db, 'policies', ['org_id', 'name_sort', 'seq'])
  await createIndex(db, 'policies', ['org_id', 'created_at', 'seq'])
  await createIndex(db, 'policies', ['org_id', 'state', 'seq'])
  await db.schema
    .createTable('policy_apis')
    .addColumn('policy_id', text, (column) => column.notNull().references('policies.id').onDelete('cascade'))
    .addColumn('api_id', text, (column) => column.notNull())
    .addPrimaryKeyConstraint('policy_apis_pkey', ['policy_id', 'api_id'])
    .execute()
  await createIndex(db, 'policy_apis', ['api_id', 'policy_id'])
}

async function createKeys(db: AnyDb, text: TextType): Promise<void> {
  await db.schema
    .createTable('keys')
    .addColumn('id', text, (column) => column.primaryKey())
    .addColumn('seq', 'bigint', (column) => column.notNull())
    .addColumn('org_id', text, (column) => column.notNull())
    .addColumn('username', text)
    .addColumn('search', text, (column) => column.notNull())
    .addColumn('document', text, (column) => column.notNull())
    .addColumn('created_at', text, (column) => column.notNull())
    .addColumn('updated_at', text, (column) => column.notNull())
    .execute()
  await createIndex(db, 'keys', ['username', 'org_id'], true)
  await createIndex(db, 'keys', ['org_id', 'seq'])
  await createIndex(db, 'keys', ['seq'])
  await db.schema
    .createTable('key_secrets')
    .addColumn('hash', text, (column) => column.primaryKey())
    .addColumn('key_id', text, (column) => column.notNull().references('keys.id').onDelete('cascade'))
    .addColumn('created_at', text, (column) => column.notNull())
    .execute()
  await createIndex(db, 'key_secrets', ['key_id'])
  for (const [table, named] of [
    ['key_apis', 'api_id'],
    ['key_policies', 'policy_id'],
  ] as const) {
    await db.schema
      .createTable(table)
      .addColumn(named, text, (column) => column.notNull())
      .addColumn('org_id', text, (column) => column.notNull())
      .addColumn('seq', 'bigint', (column) => column.notNull())
      .addColumn('key_id', text, (column) => column.notNull().references('keys.id').onDelete('cascade'))
      .addPrimaryKeyConstraint(`${table}_pkey`, [named, 'org_id', 'seq'])
      .execute()
    await createIndex(db, table, ['key_id'])
  }
}

async function createHistory(db: AnyDb, text: TextType): Promise<void> {
  await db.schema
    .createTable('revisions')
    .addColumn('revision', 'bigint', (column) => column.primaryKey())
    .addColumn('at', text, (column) => column.notNull())
    .addColumn('actor_kind', text, (column) => column.notNull())
    .addColumn('actor_id', text, (column) => column.notNull())
    .addColumn('org_id', text, (column) => column.notNull())
    .addColumn('noun', text, (column) => column.notNull())
    .addColumn('record_id', text, (column) => column.notNull())
    .addColumn('before', text)
    .addColumn('after', text)
    .execute()
  await createIndex(db, 'revisions', ['org_id', 'revision'])
}
