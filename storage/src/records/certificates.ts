import type { CertificateRecord } from '../changes/changed-records.ts'
import type { Scope } from '../changes/transaction.ts'
import { MissingRecordError } from '../drivers/errors.ts'
import type { Db, Tables } from '../drivers/schema.ts'
import { exact, oneOf } from './columns.ts'
import { type Page, type PageRequest, readPage } from './paging.ts'

export type { CertificateRecord } from '../changes/changed-records.ts'

export type CertificateFilter = {
  /** Only those with, or only those without a private key. */
  readonly hasKey?: boolean
  readonly ids?: readonly string[]
}

export interface CertificateStore {
  byId(orgId: string | undefined, id: string): Promise<CertificateRecord | undefined>
  /** Newest first. */
  list(
    orgId: string | undefined,
    filter: CertificateFilter,
    page: PageRequest,
  ): Promise<Page<CertificateRecord>>
  /** Only inside `write`: */
  insert(record: CertificateRecord): Promise<void>
  remove(record: CertificateRecord): Promise<void>
}

type CertificateRow = Tables['certificates']

/** Certificates. History holds their public part only. */
export const certificateStore = (scope: Scope): CertificateStore => ({
  async byId(orgId, id) {
    const row = await certificateRow(scope.db, orgId, id)
    return row && fromRow(row)
  },

  list(orgId, { hasKey, ids }, page) {
    const query = scope.db
      .selectFrom('certificates')
      .$if(orgId !== undefined, (q) => q.where('org_id', '=', orgId ?? ''))
      .$if(hasKey === true, (q) => q.where('key_sealed', '!=', ''))
      .$if(hasKey === false, (q) => q.where('key_sealed', '=', ''))
      .$if(ids !== undefined, (q) => q.where((eb) => oneOf(eb.ref('id'), (ids ?? []).map(exact))))
    return readPage(
      page,
      {
        rows: ({ limit, offset }) =>
          query.selectAll().orderBy('seq', 'desc').limit(limit).offset(offset).execute(),
        count: () => query.select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow(),
      },
      fromRow,
    )
  },

  async insert(record) {
    const revision = scope.nextRevision()
    const { id, orgId, pem, keySealed, createdAt } = record
    await scope.db
      .insertInto('certificates')
      .values({ id, seq: revision, org_id: orgId, pem, key_sealed: keySealed, created_at: createdAt })
      .execute()
    await scope.record({ revision, kind: 'certificate', orgId, id, after: record }, undefined, shown(record))
  },

  async remove(record) {
    const revision = scope.nextRevision()
    const { id, orgId } = record
    const before = await certificateRow(scope.db, orgId, id)
    if (before === undefined) throw new MissingRecordError(`there is no certificate ${id}`)
    await scope.db.deleteFrom('certificates').where('id', '=', id).execute()
    const change = { revision, kind: 'certificate', orgId, id, after: undefined } as const
    await scope.record(change, shown(fromRow(before)), undefined)
  },
})

async function certificateRow(
  db: Db,
  orgId: string | undefined,
  id: string,
): Promise<CertificateRow | undefined> {
  return await db
    .selectFrom('certificates')
    .selectAll()
    .where('id', '=', exact(id))
    .$if(orgId !== undefined, (q) => q.where('org_id', '=', orgId ?? ''))
    .executeTakeFirst()
}

function fromRow(row: CertificateRow): CertificateRecord {
  return {
    id: row.id,
    orgId: row.org_id,
    pem: row.pem,
    keySealed: row.key_sealed,
    createdAt: row.created_at,
  }
}

/** What history shows. */
function shown({ id, pem, keySealed }: CertificateRecord) {
  return { id, pem, has_private: keySealed !== '' }
}
