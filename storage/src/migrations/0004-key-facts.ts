import { type Kysely, sql } from 'kysely'
import type { Migration } from './migration.ts'

/** What a list of keys is searched and sorted by; first events of an organisation; where a browser session came from. */
export const keyFacts: Migration = {
  number: 4,
  name: 'key-facts',
  async up(db, { text }) {
    await createKeyFacts(db, text)
    await fillKeyFacts(db)
    await db.schema
      .createTable('milestones')
      .addColumn('org_id', text, (column) => column.notNull())
      .addColumn('name', text, (column) => column.notNull())
      .addColumn('at', text, (column) => column.notNull())
      .addPrimaryKeyConstraint('milestones_pkey', ['org_id', 'name'])
      .execute()
    for (const column of ['id', 'address', 'user_agent']) {
      await db.schema
        .alterTable('sign_ins')
        .addColumn(column, text, (definition) => definition.notNull().defaultTo(''))
        .execute()
    }
    // A part of the hash: enough to name a session, nothing to open it with.
    await sql`update sign_ins set id = substr(token_hash, 1, 32)`.execute(db)
  },
}

type AnyDb = Kysely<unknown>
type TextType = Parameters<Migration['up']>[1]['text']

async function createKeyFacts(db: AnyDb, text: TextType): Promise<void> {
  await db.schema
    .createTable('key_facts')
    .addColumn('key_id', text, (column) =>
      column.primaryKey().references('keys.id').onDelete('cascade').notNull(),
    )
    .addColumn('org_id', text, (column) => column.notNull())
    .addColumn('seq', 'bigint', (column) => column.notNull())
    .addColumn('search', text, (column) => column.notNull())
    .addColumn('alias_sort', text, (column) => column.notNull())
    .addColumn('expires', 'bigint', (column) => column.notNull())
    .addColumn('inactive', 'integer', (column) => column.notNull())
    .addColumn('used_at', 'bigint', (column) => column.notNull())
    .execute()
  for (const columns of [
    ['org_id', 'seq'],
    ['org_id', 'alias_sort', 'seq'],
    ['org_id', 'expires', 'seq'],
    ['org_id', 'used_at', 'seq'],
  ]) {
    await db.schema
      .createIndex(`key_facts_by_${columns.join('_')}`)
      .on('key_facts')
      .columns(columns)
      .execute()
  }
}

/** Keys that are read at a time. */
const CHUNK = 1000
const NEVER = Number.MAX_SAFE_INTEGER

type OldKey = { id: string; org_id: string; seq: number; username: string | null; document: string }
type OldSession = {
  alias?: unknown
  tags?: unknown
  owner?: unknown
  expires?: unknown
  is_inactive?: unknown
}

/** For the keys that are there already. The forms of the columns are those of this time: see key-facts.ts for today's. */
async function fillKeyFacts(db: AnyDb): Promise<void> {
  for (let after = -1; ; ) {
    const { rows } = await sql<OldKey>`
      select id, org_id, seq, username, document from keys where seq > ${after} order by seq limit ${CHUNK}
    `.execute(db)
    for (const row of rows) {
      const facts = factsOf(row)
      await sql`
        insert into key_facts (key_id, org_id, seq, search, alias_sort, expires, inactive, used_at)
        values (${row.id}, ${row.org_id}, ${row.seq}, ${facts.search}, ${facts.alias}, ${facts.expires}, ${facts.inactive}, 0)
      `.execute(db)
    }
    const last = rows.at(-1)
    if (last === undefined) return
    after = last.seq
  }
}

function factsOf(row: OldKey) {
  // The document was written from a session; what has another type is passed over.
  const session = JSON.parse(row.document) as OldSession
  const tags = Array.isArray(session.tags) ? session.tags.filter((tag) => typeof tag === 'string') : []
  const parts = [textOf(session.alias), row.id, row.username ?? '', textOf(session.owner), tags.join(' ')]
  const { expires } = session
  return {
    search: parts.map((part) => plain(part.slice(0, 1000))).join('\n'),
    alias: plain(textOf(session.alias).slice(0, 200)),
    expires: typeof expires === 'number' && expires >= 1 ? Math.min(Math.trunc(expires), NEVER) : NEVER,
    inactive: session.is_inactive === true ? 1 : 0,
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** Lower case, and nothing that a database refuses. */
function plain(text: string): string {
  return text.toLowerCase().replaceAll('\0', '\ufffd').toWellFormed()
}
