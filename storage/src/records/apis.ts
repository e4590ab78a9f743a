import type { ApiDefinition } from '@tollgate/model/definition/api-definition'
import { hostName } from '@tollgate/model/host-name'
import type { ApiRecord } from '../changes/changed-records.ts'
import type { Scope } from '../changes/transaction.ts'
import { MissingRecordError } from '../drivers/errors.ts'
import type { Db, Tables } from '../drivers/schema.ts'
import { contains, exact, isHashed, oneOf, original, searchable, sortable } from './columns.ts'
import { type Page, type PageRequest, readPage } from './paging.ts'

export type { ApiRecord } from '../changes/changed-records.ts'

/** What an API takes of the names that organisations share. */
export type ApiClaim = Pick<ApiRecord, 'apiId' | 'orgId'> & {
  readonly domain: string
  readonly listenPath: string
}

export type ApiSort = 'name' | '-name' | 'created_at' | '-created_at' | 'updated_at' | '-updated_at'
export type ApiFilter = {
  readonly nameContains?: string
  readonly sort?: ApiSort
  readonly category?: readonly string[]
}

/** API definitions. `orgId` undefined = over all organisations (control API and workers only). */
export interface ApiStore {
  /** By database id or api_id. */
  byId(orgId: string | undefined, id: string): Promise<ApiRecord | undefined>
  list(orgId: string | undefined, filter: ApiFilter, page: PageRequest): Promise<Page<ApiRecord>>
  /** Domain, listen path and api_id of every API of other organisations: for the check of claims. */
  claimsOfOthers(orgId: string): Promise<readonly ApiClaim[]>
  /** The same of the organisation's own APIs. */
  claimsOfOwn(orgId: string): Promise<readonly ApiClaim[]>
  /** All of one listen path on one domain, however that is spelled: for the clash check. The path is case-sensitive. */
  byListenPath(domain: string, listenPath: string): Promise<readonly ApiRecord[]>
  /** Only inside `write`: */
  insert(record: ApiRecord): Promise<void>
  update(record: ApiRecord): Promise<void>
  remove(record: ApiRecord): Promise<void>
}

type ApiRow = Tables['apis']

/** API definitions; listed newest first unless the filter sorts otherwise. */
export const apiStore = (scope: Scope): ApiStore => ({
  async byId(orgId, id) {
    const row = await scope.db
      .selectFrom('apis')
      .selectAll()
      .where((eb) => eb.or([eb('id', '=', exact(id)), eb('api_id', '=', exact(id))]))
      .$if(orgId !== undefined, (q) => q.where('org_id', '=', orgId ?? ''))
      // One API's chosen api_id may be another's database id: the database id goes first.
      .orderBy((eb) => eb.case().when('id', '=', exact(id)).then(0).else(1).end())
      .limit(1)
      .executeTakeFirst()
    return row && fromRow(row)
  },

  list: (orgId, filter, page) => listApis(scope.db, orgId, filter, page),

  async byListenPath(domain, listenPath) {
    const listen = listenColumn(domain, listenPath)
    const rows = await scope.db
      .selectFrom('apis')
      .selectAll()
      .where('listen', '=', listen)
      .orderBy('seq')
      .execute()
    return rows.map(fromRow)
  },

  claimsOfOthers: (orgId) => claimsWhere(scope.db, '!=', orgId),

  claimsOfOwn: (orgId) => claimsWhere(scope.db, '=', orgId),

  async insert(record) {
    const revision = scope.nextRevision()
    await scope.db
      .insertInto('apis')
      .values({ seq: revision, ...columnsOf(record) })
      .execute()
    await insertCategories(scope.db, record)
    const change = { revision, kind: 'api', orgId: record.orgId, id: record.id, after: record } as const
    await scope.record(change, undefined, record.definition)
  },

  async update(record) {
    const revision = scope.nextRevision()
    const before = await existing(scope.db, record)
    const { id, org_id: _, created_at: __, ...columns } = columnsOf(record)
    await scope.db.updateTable('apis').set(columns).where('id', '=', id).execute()
    await scope.db.deleteFrom('api_categories').where('api_id', '=', id).execute()
    await insertCategories(scope.db, record)
    const change = { revision, kind: 'api', orgId: record.orgId, id, after: record } as const
    await scope.record(change, JSON.parse(before.document), record.definition)
  },

  async remove(record) {
    const revision = scope.nextRevision()
    const before = await existing(scope.db, record)
    await scope.db.deleteFrom('apis').where('id', '=', record.id).execute()
    const change = { revision, kind: 'api', orgId: record.orgId, id: record.id, after: undefined } as const
    await scope.record(change, JSON.parse(before.document), undefined)
  },
})

function claimOf(row: Pick<ApiRow, 'api_id' | 'org_id' | 'listen'>): ApiClaim {
  const [domain = '', listenPath = ''] = row.listen.split('\n')
  return { apiId: row.api_id, orgId: row.org_id, domain, listenPath }
}

function wholeClaimOf(row: ApiRow): ApiClaim {
  const { apiId, orgId, definition } = fromRow(row)
  return { apiId, orgId, domain: definition.domain ?? '', listenPath: definition.proxy?.listen_path ?? '' }
}

async function claimsWhere(db: Db, whose: '=' | '!=', orgId: string): Promise<readonly ApiClaim[]> {
  const rows = await db
    .selectFrom('apis')
    .select(['api_id', 'org_id', 'listen'])
    .where('org_id', whose, orgId)
    .execute()
  const isLong = (row: Pick<ApiRow, 'api_id' | 'listen'>) => isHashed(row.api_id) || isHashed(row.listen)
  const short = rows.filter((row) => !isLong(row)).map(claimOf)
  if (short.length === rows.length) return short
  // Names that are too long for a column are read from the document.
  const whole = await db
    .selectFrom('apis')
    .selectAll()
    .where('org_id', whose, orgId)
    .where((eb) => eb.or([eb('listen', 'like', 'sha256:%'), eb('api_id', 'like', 'sha256:%')]))
    .execute()
  return [...short, ...whole.map(wholeClaimOf)]
}

const SORT_COLUMNS = { name: 'name_sort', created_at: 'created_at', updated_at: 'updated_at' } as const

async function listApis(
  db: Db,
  orgId: string | undefined,
  filter: ApiFilter,
  page: PageRequest,
): Promise<Page<ApiRecord>> {
  const { nameContains: text, category, sort = '-created_at' } = filter
  const direction = sort.startsWith('-') ? 'desc' : 'asc'
  // The type ApiSort is these three names with and without the minus.
  const column = SORT_COLUMNS[sort.replace('-', '') as keyof typeof SORT_COLUMNS]
  const query = db
    .selectFrom('apis')
    .$if(orgId !== undefined, (q) => q.where('org_id', '=', orgId ?? ''))
    .$if(text !== undefined && text !== '', (q) => q.where((eb) => contains(eb.ref('search'), text ?? '')))
    .$if(category !== undefined, (q) =>
      q.where('id', 'in', (eb) =>
        eb
          .selectFrom('api_categories')
          .select('api_id')
          .where((inner) => oneOf(inner.ref('category'), (category ?? []).map(categoryColumn))),
      ),
    )
  return await readPage(
    page,
    {
      rows: ({ limit, offset }) =>
        query
          .selectAll()
          .orderBy(column, direction)
          .orderBy('seq', direction)
          .limit(limit)
          .offset(offset)
          .execute(),
      count: () => query.select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow(),
    },
    fromRow,
  )
}

function fromRow(row: ApiRow): ApiRecord {
  // The documents were written from values of these types.
  const definition = JSON.parse(row.document) as ApiDefinition
  return {
    id: row.id,
    apiId: original(row.api_id, definition.api_id),
    orgId: row.org_id,
    definition,
    wrapper: JSON.parse(row.wrapper) as ApiRecord['wrapper'],
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}

function columnsOf(record: ApiRecord): Omit<ApiRow, 'seq'> {
  const { definition } = record
  return {
    id: record.id,
    api_id: exact(record.apiId),
    org_id: record.orgId,
    name_sort: sortable(definition.name ?? ''),
    search: searchable(definition.name ?? ''),
    listen: listenColumn(definition.domain ?? '', definition.proxy?.listen_path ?? ''),
    document: JSON.stringify(definition),
    wrapper: JSON.stringify(record.wrapper),
    created_at: record.createdAt,
    updated_at: record.updatedAt,
  }
}

function listenColumn(domain: string, listenPath: string): string {
  return exact(`${hostName(domain.toLowerCase())}\n${listenPath}`)
}

/** Categories are the `#words` of an API's name; they compare without regard to case. */
function categoryColumn(category: string): string {
  return exact(category.replace(/^#/, '').toLowerCase())
}

async function insertCategories(db: Db, record: ApiRecord): Promise<void> {
  const words = (record.definition.name ?? '')
    .split(/\s+/)
    .filter((word) => word.startsWith('#') && word.length > 1)
  for (const category of new Set(words.map(categoryColumn))) {
    await db.insertInto('api_categories').values({ api_id: record.id, category }).execute()
  }
}

async function existing(db: Db, record: ApiRecord): Promise<ApiRow> {
  const row = await db
    .selectFrom('apis')
    .selectAll()
    .where('id', '=', record.id)
    .where('org_id', '=', record.orgId)
    .executeTakeFirst()
  if (row === undefined) throw new MissingRecordError(`there is no API ${record.id}`)
  return row
}
