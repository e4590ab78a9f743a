import type { Migration } from './migration.ts'

/** Organisations' own limits. */
export const organisationSessions: Migration = {
  number: 5,
  name: 'organisation-sessions',
  async up(db, { text }) {
    await db.schema
      .createTable('organisation_sessions')
      .addColumn('org_id', text, (column) => column.primaryKey())
      .addColumn('seq', 'bigint', (column) => column.notNull())
      .addColumn('document', text, (column) => column.notNull())
      .addColumn('created_at', text, (column) => column.notNull())
      .addColumn('updated_at', text, (column) => column.notNull())
      .execute()
  },
}
