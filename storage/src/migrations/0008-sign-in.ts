import type { Migration } from './migration.ts'

/** Second factors, passkeys, identity providers, rules of sign-in, and what a browser session was begun with. */
export const signIn: Migration = {
  number: 8,
  name: 'sign-in',
  async up(db, { text }) {
    await db.schema
      .alterTable('sign_ins')
      .addColumn('stage', text, (column) => column.notNull().defaultTo('full'))
      .execute()
    await db.schema
      .alterTable('sign_ins')
      .addColumn('method', text, (column) => column.notNull().defaultTo('password'))
      .execute()
    await db.schema
      .alterTable('sign_ins')
      .addColumn('confirmed_at_ms', 'bigint', (column) => column.notNull().defaultTo(0))
      .execute()
    await db.schema
      .createTable('totp_secrets')
      .addColumn('user_id', text, (column) => column.primaryKey())
      .addColumn('org_id', text, (column) => column.notNull())
      .addColumn('secret_sealed', text, (column) => column.notNull())
      .addColumn('active', 'integer', (column) => column.notNull())
      .addColumn('last_step', 'bigint', (column) => column.notNull())
      .addColumn('created_at', text, (column) => column.notNull())
      .execute()
    await db.schema
      .createTable('recovery_codes')
      .addColumn('user_id', text, (column) => column.notNull())
      .addColumn('hash', text, (column) => column.notNull())
      .addPrimaryKeyConstraint('recovery_codes_pkey', ['user_id', 'hash'])
      .execute()
    await db.schema
      .createTable('passkeys')
      .addColumn('id', text, (column) => column.primaryKey())
      .addColumn('credential_id', text, (column) => column.notNull())
      .addColumn('user_id', text, (column) => column.notNull())
      .addColumn('org_id', text, (column) => column.notNull())
      .addColumn('name', text, (column) => column.notNull())
      .addColumn('public_key', text, (column) => column.notNull())
      .addColumn('counter', 'bigint', (column) => column.notNull())
      .addColumn('transports', text, (column) => column.notNull())
      .addColumn('created_at', text, (column) => column.notNull())
      .addColumn('last_used_at_ms', 'bigint', (column) => column.notNull())
      .execute()
    await db.schema
      .createIndex('passkeys_unique_credential_id')
      .unique()
      .on('passkeys')
      .column('credential_id')
      .execute()
    await db.schema.createIndex('passkeys_by_user_id').on('passkeys').column('user_id').execute()
    await db.schema
      .createTable('identity_providers')
      .addColumn('id', text, (column) => column.primaryKey())
      .addColumn('seq', 'bigint', (column) => column.notNull())
      .addColumn('org_id', text, (column) => column.notNull())
      .addColumn('document', text, (column) => column.notNull())
      .addColumn('secret_sealed', text, (column) => column.notNull())
      .execute()
    await db.schema
      .createIndex('identity_providers_by_org_id_seq')
      .on('identity_providers')
      .columns(['org_id', 'seq'])
      .execute()
    await db.schema
      .createTable('user_identities')
      .addColumn('provider_id', text, (column) => column.notNull())
      .addColumn('subject', text, (column) => column.notNull())
      .addColumn('user_id', text, (column) => column.notNull())
      .addColumn('managed', 'integer', (column) => column.notNull())
      .addPrimaryKeyConstraint('user_identities_pkey', ['provider_id', 'subject'])
      .execute()
    await db.schema
      .createIndex('user_identities_by_user_id')
      .on('user_identities')
      .column('user_id')
      .execute()
    await db.schema
      .createTable('sign_in_rules')
      .addColumn('org_id', text, (column) => column.primaryKey())
      .addColumn('document', text, (column) => column.notNull())
      .execute()
    await db.schema
      .createTable('one_time_tokens')
      .addColumn('hash', text, (column) => column.primaryKey())
      .addColumn('document', text, (column) => column.notNull())
      .addColumn('expires_at_ms', 'bigint', (column) => column.notNull())
      .execute()
  },
}
