import type { Migration } from './migration.ts'

/** What a revision is about is its kind, in the database as in the code. */
export const revisionKind: Migration = {
  number: 7,
  name: 'revision-kind',
  async up(db) {
    await db.schema.alterTable('revisions').renameColumn('noun', 'kind').execute()
  },
}
