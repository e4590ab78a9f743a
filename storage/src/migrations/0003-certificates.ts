import type { Migration } from './migration.ts'

/** Certificates; a private key is there in sealed form only. */
export const certificates: Migration = {
  number: 3,
  name: 'certificates',
  async up(db, { text }) {
    await db.schema
      .createTable('certificates')
      .addColumn('id', text, (column) => column.primaryKey())
      .addColumn('seq', 'bigint', (column) => column.notNull())
      .addColumn('org_id', text, (column) => column.notNull())
      .addColumn('pem', text, (column) => column.notNull())
      .addColumn('key_sealed', text, (column) => column.notNull())
      .addColumn('created_at', text, (column) => column.notNull())
      .execute()
    await db.schema
      .createIndex('certificates_by_org_id_seq')
      .on('certificates')
      .columns(['org_id', 'seq'])
      .execute()
  },
}
