import type { Session } from '@tollgate/model/access/session'
import type { OrganisationSessionRecord } from '../changes/changed-records.ts'
import type { Scope } from '../changes/transaction.ts'
import { MissingRecordError } from '../drivers/errors.ts'
import type { Db, Tables } from '../drivers/schema.ts'
import { exact } from './columns.ts'
import { type Page, type PageRequest, readPage } from './paging.ts'

export type { OrganisationSessionRecord } from '../changes/changed-records.ts'

export interface OrganisationSessionStore {
  byOrganisation(orgId: string): Promise<OrganisationSessionRecord | undefined>
  /** Oldest first. */
  list(page: PageRequest): Promise<Page<OrganisationSessionRecord>>
  /** Only inside `write`: */
  insert(record: OrganisationSessionRecord): Promise<void>
  update(record: OrganisationSessionRecord): Promise<void>
  remove(orgId: string): Promise<void>
}

type Row = Tables['organisation_sessions']

export const organisationSessionStore = (scope: Scope): OrganisationSessionStore => ({
  async byOrganisation(orgId) {
    const row = await rowOf(scope.db, orgId)
    return row && fromRow(row)
  },

  list(page) {
    const query = scope.db.selectFrom('organisation_sessions')
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
    const { orgId, session, createdAt, updatedAt } = record
    await scope.db
      .insertInto('organisation_sessions')
      .values({
        org_id: orgId,
        seq: revision,
        document: JSON.stringify(session),
        created_at: createdAt,
        updated_at: updatedAt,
      })
      .execute()
    const change = { revision, kind: 'organisation-session', orgId, id: orgId, after: record } as const
    await scope.record(change, undefined, session)
  },

  async update(record) {
    const revision = scope.nextRevision()
    const { orgId, session, updatedAt } = record
    const before = await existing(scope.db, orgId)
    await scope.db
      .updateTable('organisation_sessions')
      .set({ document: JSON.stringify(session), updated_at: updatedAt })
      .where('org_id', '=', orgId)
      .execute()
    const change = { revision, kind: 'organisation-session', orgId, id: orgId, after: record } as const
    await scope.record(change, JSON.parse(before.document), session)
  },

  async remove(orgId) {
    const revision = scope.nextRevision()
    const before = await existing(scope.db, orgId)
    await scope.db.deleteFrom('organisation_sessions').where('org_id', '=', orgId).execute()
    const change = { revision, kind: 'organisation-session', orgId, id: orgId, after: undefined } as const
    await scope.record(change, JSON.parse(before.document), undefined)
  },
})

async function rowOf(db: Db, orgId: string): Promise<Row | undefined> {
  return await db
    .selectFrom('organisation_sessions')
    .selectAll()
    .where('org_id', '=', exact(orgId))
    .executeTakeFirst()
}

async function existing(db: Db, orgId: string): Promise<Row> {
  const row = await rowOf(db, orgId)
  if (row === undefined) throw new MissingRecordError(`organisation ${orgId} has no limits of its own`)
  return row
}

function fromRow(row: Row): OrganisationSessionRecord {
  return {
    orgId: row.org_id,
    // The document was written from a Session.
    session: JSON.parse(row.document) as Session,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}
