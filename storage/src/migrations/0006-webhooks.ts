import type { Migration } from './migration.ts'

/** Webhooks. */
export const webhooks: Migration = {
  number: 6,
  name: 'webhooks',
  async up(db, { text }) {
    await db.schema
      .createTable('webhooks')
      .addColumn('id', text, (column) => column.primaryKey())
      .addColumn('seq', 'bigint', (column) => column.notNull())
      .addColumn('org_id', text, (column) => column.notNull())
      .addColumn('webhook_id', text, (column) => column.notNull())
      .addColumn('document', text, (column) => column.notNull())
      .execute()
    await db.schema.createIndex('webhooks_by_org_id_seq').on('webhooks').columns(['org_id', 'seq']).execute()
    await db.schema
      .createIndex('webhooks_unique_webhook_id_org_id')
      .unique()
      .on('webhooks')
      .columns(['webhook_id', 'org_id'])
      .execute()
  },
}
