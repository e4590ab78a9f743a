import type { IdentityProvider } from '@tollgate/model/people/identity-provider'
import type { Scope } from '../changes/transaction.ts'
import { MissingRecordError } from '../drivers/errors.ts'
import type { Db, Tables } from '../drivers/schema.ts'
import { exact } from './columns.ts'

/** An OpenID Connect provider of an organisation. */
export type IdentityProviderRecord = {
  readonly id: string
  readonly orgId: string
  readonly provider: IdentityProvider
  /** The client's secret, sealed; empty for a public client. */
  readonly secretSealed: string
}

/** Who a subject of a provider is here. */
export type UserIdentity = {
  readonly providerId: string
  readonly subject: string
  readonly userId: string
  /** The provider made the account, and says which user group it is in. */
  readonly managed: boolean
}

export interface IdentityProviderStore {
  byId(orgId: string | undefined, id: string): Promise<IdentityProviderRecord | undefined>
  /** Of an organisation, or all of them; oldest first. There are few. */
  list(orgId: string | undefined): Promise<readonly IdentityProviderRecord[]>
  identity(providerId: string, subject: string): Promise<UserIdentity | undefined>
  /** Only inside `write`: */
  insert(record: IdentityProviderRecord): Promise<void>
  update(record: IdentityProviderRecord): Promise<void>
  remove(record: IdentityProviderRecord): Promise<void>
  /** Notes who a subject is. */
  link(identity: UserIdentity): Promise<void>
}

type ProviderRow = Tables['identity_providers']

/** Identity providers, and whom they know. */
export const identityProviderStore = (scope: Scope): IdentityProviderStore => ({
  async byId(orgId, id) {
    const row = await providerRow(scope.db, orgId, id)
    return row && fromRow(row)
  },

  async list(orgId) {
    const rows = await scope.db
      .selectFrom('identity_providers')
      .selectAll()
      .$if(orgId !== undefined, (q) => q.where('org_id', '=', orgId ?? ''))
      .orderBy('seq')
      .execute()
    return rows.map(fromRow)
  },

  async identity(providerId, subject) {
    const row = await scope.db
      .selectFrom('user_identities')
      .selectAll()
      .where('provider_id', '=', exact(providerId))
      .where('subject', '=', exact(subject))
      .executeTakeFirst()
    return row && { providerId, subject, userId: row.user_id, managed: row.managed === 1 }
  },

  async insert(record) {
    const revision = scope.nextRevision()
    const { id, orgId } = record
    await scope.db
      .insertInto('identity_providers')
      .values({ id, seq: revision, org_id: orgId, ...columnsOf(record) })
      .execute()
    await scope.record({ revision, kind: 'identity-provider', orgId, id }, undefined, shown(record))
  },

  async update(record) {
    const revision = scope.nextRevision()
    const { id, orgId } = record
    const before = await existing(scope.db, record)
    await scope.db.updateTable('identity_providers').set(columnsOf(record)).where('id', '=', id).execute()
    await scope.record({ revision, kind: 'identity-provider', orgId, id }, shown(before), shown(record))
  },

  async remove(record) {
    const revision = scope.nextRevision()
    const { id, orgId } = record
    const before = await existing(scope.db, record)
    await scope.db.deleteFrom('user_identities').where('provider_id', '=', id).execute()
    await scope.db.deleteFrom('identity_providers').where('id', '=', id).execute()
    await scope.record({ revision, kind: 'identity-provider', orgId, id }, shown(before), undefined)
  },

  async link({ providerId, subject, userId, managed }) {
    await scope.db
      .insertInto('user_identities')
      .values({
        provider_id: exact(providerId),
        subject: exact(subject),
        user_id: userId,
        managed: managed ? 1 : 0,
      })
      .execute()
  },
})

/** The provider as history shows it: that there is a secret, not which. */
function shown({ provider, secretSealed }: IdentityProviderRecord) {
  return { ...provider, client_secret: secretSealed === '' ? '' : '***' }
}

function fromRow(row: ProviderRow): IdentityProviderRecord {
  // The document was written from an IdentityProvider.
  const provider = JSON.parse(row.document) as IdentityProvider
  return { id: row.id, orgId: row.org_id, provider, secretSealed: row.secret_sealed }
}

function columnsOf({ provider, secretSealed }: IdentityProviderRecord) {
  return { document: JSON.stringify(provider), secret_sealed: secretSealed }
}

async function providerRow(db: Db, orgId: string | undefined, id: string): Promise<ProviderRow | undefined> {
  return await db
    .selectFrom('identity_providers')
    .selectAll()
    .where('id', '=', exact(id))
    .$if(orgId !== undefined, (q) => q.where('org_id', '=', orgId ?? ''))
    .executeTakeFirst()
}

async function existing(db: Db, record: IdentityProviderRecord): Promise<IdentityProviderRecord> {
  const row = await providerRow(db, record.orgId, record.id)
  if (row === undefined) throw new MissingRecordError(`there is no identity provider ${record.id}`)
  return fromRow(row)
}
