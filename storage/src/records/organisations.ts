import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Organisation } from '@tollgate/model/people/organisation'
import type { Scope } from '../changes/transaction.ts'
import { MissingRecordError } from '../drivers/errors.ts'
import type { Db, Tables } from '../drivers/schema.ts'
import type { KeyStore } from '../keys/keys.ts'
import type { ApiStore } from './apis.ts'
import type { CertificateStore } from './certificates.ts'
import { exact } from './columns.ts'
import type { IdentityProviderStore } from './identity-providers.ts'
import type { OrganisationSessionStore } from './organisation-sessions.ts'
import { type Page, type PageRequest, readPage } from './paging.ts'
import type { PolicyStore } from './policies.ts'
import type { SignInRulesStore } from './sign-in-rules.ts'
import type { UserGroupStore } from './user-groups.ts'
import type { UserStore } from './users.ts'
import type { WebhookStore } from './webhooks.ts'

export type OrganisationRecord = {
  readonly id: string
  readonly organisation: Organisation
  readonly createdAt: string
}

export interface OrganisationStore {
  byId(id: string): Promise<OrganisationRecord | undefined>
  list(page: PageRequest): Promise<Page<OrganisationRecord>>
  insert(record: OrganisationRecord): Promise<void>
  update(record: OrganisationRecord): Promise<void>
  /** Removes the organisation and everything it owns, each with its own change. */
  remove(record: OrganisationRecord): Promise<void>
}

type OrganisationRow = Tables['organisations']
/** The stores of what an organisation owns. */
type OwnedStores = {
  readonly organisationSessions: OrganisationSessionStore
  readonly keys: KeyStore
  readonly apis: ApiStore
  readonly policies: PolicyStore
  readonly certificates: CertificateStore
  readonly webhooks: WebhookStore
  readonly users: UserStore
  readonly userGroups: UserGroupStore
  readonly identityProviders: IdentityProviderStore
  readonly signInRules: SignInRulesStore
}

/** Records that are read at once while an organisation's are removed. */
const REMOVAL_CHUNK = { page: 1, size: 500 }

/** Organisations; listed oldest first. `owned` are the stores of what an organisation owns. */
export const organisationStore = (scope: Scope, owned: OwnedStores): OrganisationStore => ({
  async byId(id) {
    const row = await organisationRow(scope.db, id)
    return row && fromRow(row)
  },

  list: (page) => {
    const query = scope.db.selectFrom('organisations')
    return readPage(
      page,
      {
        rows: ({ limit, offset }) => query.selectAll().orderBy('seq').limit(limit).offset(offset).execute(),
        count: () => query.select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow(),
      },
      fromRow,
    )
  },

  async insert(record) {
    const revision = scope.nextRevision()
    const { id, organisation, createdAt } = record
    await scope.db
      .insertInto('organisations')
      .values({ id, seq: revision, document: JSON.stringify(organisation), created_at: createdAt })
      .execute()
    await scope.record({ revision, kind: 'organisation', orgId: id, id }, undefined, organisation)
  },

  async update(record) {
    const revision = scope.nextRevision()
    const { id, organisation } = record
    const before = await existing(scope.db, record)
    const document = JSON.stringify(organisation)
    await scope.db.updateTable('organisations').set({ document }).where('id', '=', id).execute()
    await scope.record(
      { revision, kind: 'organisation', orgId: id, id },
      JSON.parse(before.document),
      organisation,
    )
  },

  async remove(record) {
    const { id } = record
    const before = await existing(scope.db, record)
    await removeAll(() => owned.keys.list(id, {}, REMOVAL_CHUNK), owned.keys.remove)
    await removeAll(() => owned.policies.list(id, {}, REMOVAL_CHUNK), owned.policies.remove)
    await removeAll(() => owned.apis.list(id, {}, REMOVAL_CHUNK), owned.apis.remove)
    await removeAll(() => owned.certificates.list(id, {}, REMOVAL_CHUNK), owned.certificates.remove)
    await removeAll(() => owned.webhooks.list(id, REMOVAL_CHUNK), owned.webhooks.remove)
    await removeAll(() => owned.users.list(id, '', REMOVAL_CHUNK), owned.users.remove)
    await removeAll(() => owned.userGroups.list(id, REMOVAL_CHUNK), owned.userGroups.remove)
    for (const provider of await owned.identityProviders.list(id))
      await owned.identityProviders.remove(provider)
    await owned.signInRules.remove(id)
    if ((await owned.organisationSessions.byOrganisation(id)) !== undefined)
      await owned.organisationSessions.remove(id)
    const revision = scope.nextRevision()
    await scope.db.deleteFrom('organisations').where('id', '=', id).execute()
    await scope.record(
      { revision, kind: 'organisation', orgId: id, id },
      JSON.parse(before.document),
      undefined,
    )
  },
})

/** Removes what `list` shows until it shows nothing more. */
async function removeAll<T>(
  list: () => Promise<Page<T>>,
  remove: (record: T) => Promise<void>,
): Promise<void> {
  for (;;) {
    const { rows } = await list()
    if (rows.length === 0) return
    for (const row of rows) await remove(row)
    // SQLite answers at once: without this the rest of the program would stand still until the last record is gone.
    await nextTurn()
  }
}

function fromRow(row: OrganisationRow): OrganisationRecord {
  // The document was written from an Organisation.
  return { id: row.id, organisation: JSON.parse(row.document) as Organisation, createdAt: row.created_at }
}

async function organisationRow(db: Db, id: string): Promise<OrganisationRow | undefined> {
  return await db.selectFrom('organisations').selectAll().where('id', '=', exact(id)).executeTakeFirst()
}

async function existing(db: Db, record: OrganisationRecord): Promise<OrganisationRow> {
  const row = await organisationRow(db, record.id)
  if (row === undefined) throw new MissingRecordError(`there is no organisation ${record.id}`)
  return row
}
