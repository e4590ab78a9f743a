import type { UserGroup } from '@tollgate/model/people/user-group'
import type { Scope } from '../changes/transaction.ts'
import { MissingRecordError } from '../drivers/errors.ts'
import type { Db, Tables } from '../drivers/schema.ts'
import { exact } from './columns.ts'
import { type Page, type PageRequest, readPage } from './paging.ts'

export type UserGroupRecord = { readonly id: string; readonly orgId: string; readonly group: UserGroup }

export interface UserGroupStore {
  byId(orgId: string | undefined, id: string): Promise<UserGroupRecord | undefined>
  list(orgId: string, page: PageRequest): Promise<Page<UserGroupRecord>>
  insert(record: UserGroupRecord): Promise<void>
  update(record: UserGroupRecord): Promise<void>
  remove(record: UserGroupRecord): Promise<void>
}

type UserGroupRow = Tables['user_groups']

/** User groups; listed oldest first. */
export const userGroupStore = (scope: Scope): UserGroupStore => ({
  async byId(orgId, id) {
    const row = await groupRow(scope.db, orgId, id)
    return row && fromRow(row)
  },

  list: (orgId, page) => {
    const query = scope.db.selectFrom('user_groups').where('org_id', '=', orgId)
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
    const { id, orgId, group } = record
    await scope.db
      .insertInto('user_groups')
      .values({ id, seq: revision, org_id: orgId, document: JSON.stringify(group) })
      .execute()
    await scope.record({ revision, kind: 'user-group', orgId, id }, undefined, group)
  },

  async update(record) {
    const revision = scope.nextRevision()
    const { id, orgId, group } = record
    const before = await existing(scope.db, record)
    await scope.db
      .updateTable('user_groups')
      .set({ document: JSON.stringify(group) })
      .where('id', '=', id)
      .execute()
    await scope.record({ revision, kind: 'user-group', orgId, id }, JSON.parse(before.document), group)
  },

  async remove(record) {
    const revision = scope.nextRevision()
    const { id, orgId } = record
    const before = await existing(scope.db, record)
    await scope.db.deleteFrom('user_groups').where('id', '=', id).execute()
    await scope.record({ revision, kind: 'user-group', orgId, id }, JSON.parse(before.document), undefined)
  },
})

function fromRow(row: UserGroupRow): UserGroupRecord {
  // The document was written from a UserGroup.
  return { id: row.id, orgId: row.org_id, group: JSON.parse(row.document) as UserGroup }
}

async function groupRow(db: Db, orgId: string | undefined, id: string): Promise<UserGroupRow | undefined> {
  return await db
    .selectFrom('user_groups')
    .selectAll()
    .where('id', '=', exact(id))
    .$if(orgId !== undefined, (q) => q.where('org_id', '=', orgId ?? ''))
    .executeTakeFirst()
}

async function existing(db: Db, record: UserGroupRecord): Promise<UserGroupRow> {
  const row = await groupRow(db, record.orgId, record.id)
  if (row === undefined) throw new MissingRecordError(`there is no user group ${record.id}`)
  return row
}
