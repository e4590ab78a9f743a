import type { Migration } from './migration.ts'

/** The ledger of quotas: periods, what each node holds of them, and which life of a node is the living one. */
export const quotas: Migration = {
  number: 2,
  name: 'quotas',
  async up(db, { text }) {
    await db.schema
      .createTable('quotas')
      .addColumn('name', text, (column) => column.primaryKey())
      .addColumn('period', text, (column) => column.notNull())
      .addColumn('ends_at_ms', 'bigint', (column) => column.notNull())
      .addColumn('granted', 'bigint', (column) => column.notNull())
      .addColumn('stranded', 'bigint', (column) => column.notNull())
      .execute()
    await db.schema.createIndex('quotas_by_ends_at_ms').on('quotas').column('ends_at_ms').execute()
    await db.schema
      .createTable('quota_holdings')
      .addColumn('name', text, (column) => column.notNull().references('quotas.name').onDelete('cascade'))
      .addColumn('node', text, (column) => column.notNull())
      .addColumn('life', text, (column) => column.notNull())
      .addColumn('period', text, (column) => column.notNull())
      .addColumn('units', 'bigint', (column) => column.notNull())
      .addColumn('total', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('quota_holdings_pkey', ['name', 'node'])
      .execute()
    await db.schema
      .createTable('quota_nodes')
      .addColumn('node', text, (column) => column.primaryKey())
      .addColumn('life', text, (column) => column.notNull())
      .addColumn('alive_until_ms', 'bigint', (column) => column.notNull())
      .execute()
  },
}
