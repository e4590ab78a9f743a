import type { Policy } from '@tollgate/model/access/policy'
import type { PolicyRecord } from '../changes/changed-records.ts'
import type { Scope } from '../changes/transaction.ts'
import { MissingRecordError } from '../drivers/errors.ts'
import type { Db, Tables } from '../drivers/schema.ts'
import { contains, exact, oneOf, original, searchable, sortable } from './columns.ts'
import { type Page, type PageRequest, readPage } from './paging.ts'

export type { PolicyRecord } from '../changes/changed-records.ts'

export type PolicyFilter = {
  /** Name or either id contains this. */
  readonly contains?: string
  readonly ids?: readonly string[]
  readonly active?: boolean
  readonly states?: readonly ('active' | 'draft' | 'deny')[]
  readonly apiIds?: readonly string[]
  readonly sort?: 'date_created' | '-date_created' | 'name' | '-name' | 'state' | '-state'
}

export interface PolicyStore {
  /** By `_id` or explicit id. */
  byId(orgId: string | undefined, id: string): Promise<PolicyRecord | undefined>
  byName(orgId: string, name: string): Promise<PolicyRecord | undefined>
  list(orgId: string | undefined, filter: PolicyFilter, page: PageRequest): Promise<Page<PolicyRecord>>
  insert(record: PolicyRecord): Promise<void>
  update(record: PolicyRecord): Promise<void>
  remove(record: PolicyRecord): Promise<void>
}

type PolicyRow = Tables['policies']

/** Policies; listed newest first unless the filter sorts otherwise. */
export const policyStore = (scope: Scope): PolicyStore => ({
  async byId(orgId, id) {
    const row = await scope.db
      .selectFrom('policies')
      .selectAll()
      .where((eb) => eb.or([eb('id', '=', exact(id)), eb('explicit_id', '=', exact(id))]))
      .$if(orgId !== undefined, (q) => q.where('org_id', '=', orgId ?? ''))
      // One policy's explicit id may be another's `_id`: that goes first; then the oldest, so that the answer is stable.
      .orderBy((eb) => eb.case().when('id', '=', exact(id)).then(0).else(1).end())
      .orderBy('seq')
      .limit(1)
      .executeTakeFirst()
    return row && fromRow(row)
  },

  async byName(orgId, name) {
    const row = await scope.db
      .selectFrom('policies')
      .selectAll()
      .where('org_id', '=', orgId)
      .where('name', '=', exact(name))
      .orderBy('seq')
      .limit(1)
      .executeTakeFirst()
    return row && fromRow(row)
  },

  list: (orgId, filter, page) => listPolicies(scope.db, orgId, filter, page),

  async insert(record) {
    const revision = scope.nextRevision()
    await scope.db
      .insertInto('policies')
      .values({ seq: revision, ...columnsOf(record) })
      .execute()
    await insertApis(scope.db, record)
    const change = { revision, kind: 'policy', orgId: record.orgId, id: record.id, after: record } as const
    await scope.record(change, undefined, record.policy)
  },

  async update(record) {
    const revision = scope.nextRevision()
    const before = await existing(scope.db, record)
    const { id, org_id: _, created_at: __, ...columns } = columnsOf(record)
    await scope.db.updateTable('policies').set(columns).where('id', '=', id).execute()
    await scope.db.deleteFrom('policy_apis').where('policy_id', '=', id).execute()
    await insertApis(scope.db, record)
    const change = { revision, kind: 'policy', orgId: record.orgId, id, after: record } as const
    await scope.record(change, JSON.parse(before.document), record.policy)
  },

  async remove(record) {
    const revision = scope.nextRevision()
    const before = await existing(scope.db, record)
    await scope.db.deleteFrom('policies').where('id', '=', record.id).execute()
    const change = { revision, kind: 'policy', orgId: record.orgId, id: record.id, after: undefined } as const
    await scope.record(change, JSON.parse(before.document), undefined)
  },
})

const SORT_COLUMNS = { date_created: 'created_at', name: 'name_sort', state: 'state' } as const

async function listPolicies(
  db: Db,
  orgId: string | undefined,
  filter: PolicyFilter,
  page: PageRequest,
): Promise<Page<PolicyRecord>> {
  const { contains: text, ids, active, states, apiIds, sort = '-date_created' } = filter
  const direction = sort.startsWith('-') ? 'desc' : 'asc'
  // The type of `sort` is these three names with and without the minus.
  const column = SORT_COLUMNS[sort.replace('-', '') as keyof typeof SORT_COLUMNS]
  const query = db
    .selectFrom('policies')
    .$if(orgId !== undefined, (q) => q.where('org_id', '=', orgId ?? ''))
    .$if(text !== undefined && text !== '', (q) => q.where((eb) => contains(eb.ref('search'), text ?? '')))
    .$if(ids !== undefined, (q) =>
      q.where((eb) => {
        const wanted = (ids ?? []).map(exact)
        return eb.or([oneOf(eb.ref('id'), wanted), oneOf(eb.ref('explicit_id'), wanted)])
      }),
    )
    .$if(active !== undefined, (q) => q.where('active', '=', active ? 1 : 0))
    .$if(states !== undefined, (q) => q.where((eb) => oneOf(eb.ref('state'), states ?? [])))
    .$if(apiIds !== undefined, (q) =>
      q.where('id', 'in', (eb) =>
        eb
          .selectFrom('policy_apis')
          .select('policy_id')
          .where((inner) => oneOf(inner.ref('api_id'), (apiIds ?? []).map(exact))),
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

function fromRow(row: PolicyRow): PolicyRecord {
  // The document was written from a Policy.
  const policy = JSON.parse(row.document) as Policy
  return {
    id: row.id,
    explicitId: row.explicit_id === null ? '' : original(row.explicit_id, policy.id),
    orgId: row.org_id,
    policy,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}

function columnsOf(record: PolicyRecord): Omit<PolicyRow, 'seq'> {
  const { policy } = record
  const name = policy.name ?? ''
  return {
    id: record.id,
    explicit_id: record.explicitId === '' ? null : exact(record.explicitId),
    org_id: record.orgId,
    name: exact(name),
    name_sort: sortable(name),
    search: searchable(name, record.id, record.explicitId),
    state: stateOf(policy),
    active: (policy.active ?? stateOf(policy) !== 'draft') ? 1 : 0,
    document: JSON.stringify(policy),
    created_at: record.createdAt,
    updated_at: record.updatedAt,
  }
}

/** Inactive = access denied; not active = draft. Older documents have no `state`, newer ones may have nothing else. */
function stateOf(policy: Policy): 'active' | 'draft' | 'deny' {
  if (policy.is_inactive === true) return 'deny'
  if (policy.active !== undefined) return policy.active ? 'active' : 'draft'
  return policy.state === 'draft' || policy.state === 'deny' ? policy.state : 'active'
}

async function insertApis(db: Db, record: PolicyRecord): Promise<void> {
  const { access_rights: rights, access_rights_array: list } = record.policy
  const ids = [
    ...Object.entries(rights ?? {}).flatMap(([id, right]) => [id, right.api_id ?? '']),
    ...(list ?? []).map((right) => right.api_id ?? ''),
  ]
  for (const api_id of new Set(ids.filter((id) => id !== '').map(exact))) {
    await db.insertInto('policy_apis').values({ policy_id: record.id, api_id }).execute()
  }
}

async function existing(db: Db, record: PolicyRecord): Promise<PolicyRow> {
  const row = await db
    .selectFrom('policies')
    .selectAll()
    .where('id', '=', record.id)
    .where('org_id', '=', record.orgId)
    .executeTakeFirst()
  if (row === undefined) throw new MissingRecordError(`there is no policy ${record.id}`)
  return row
}
