import { inlinePolicies } from '@tollgate/model/access/named-policies'
import type { Session } from '@tollgate/model/access/session'
import type { Scope } from '../changes/transaction.ts'
import { MissingRecordError } from '../drivers/errors.ts'
import type { Db, Tables } from '../drivers/schema.ts'
import { statement } from '../drivers/statement.ts'
import { forgetQuotas } from '../ledger/quota-ledger.ts'
import { contains, exact, original, searchable } from '../records/columns.ts'
import { type Page, type PageRequest, readPage } from '../records/paging.ts'
import {
  addKeyFacts,
  type FoundFacts,
  factsQuery,
  type KeyOrder,
  type KeySearch,
  noteKeyUses,
  orderOf,
  replaceKeyFacts,
} from './key-facts.ts'
import { keysNamingApi, keysNamingPolicy, type NamingKeys } from './key-names.ts'
import type { KeyRecord } from './key-record.ts'

export type { KeyRecord } from './key-record.ts'

export type KeyFilter = {
  /** Only keys that name this api_id in their own access_rights, or a policy of their organisation that grants it. */
  readonly apiId?: string
  /** Alias or public id contains this. */
  readonly contains?: string
  /** Only keys that list a policy under one of these ids. */
  readonly policyIds?: readonly [string, ...string[]]
}

/** Keys and their secrets. Secrets come in as hex HMACs; nothing here ever sees one in the clear. */
export interface KeyStore {
  byId(orgId: string | undefined, id: string): Promise<KeyRecord | undefined>
  bySecretHash(hash: string): Promise<KeyRecord | undefined>
  byUsername(orgId: string, username: string): Promise<KeyRecord | undefined>
  list(orgId: string | undefined, filter: KeyFilter, page: PageRequest): Promise<Page<KeyRecord>>
  /** By what lists of a user interface are searched and sorted; pages of everything are not given. */
  search(
    orgId: string | undefined,
    search: KeySearch,
    order: KeyOrder,
    page: PageRequest,
  ): Promise<Page<KeyRecord & { readonly usedAt: number }>>
  /** When a key was last recognised, unix seconds; 0 = never. */
  lastUse(id: string): Promise<number>
  /** Only inside `write`: */
  insert(record: KeyRecord, secretHashes: readonly string[]): Promise<void>
  update(record: KeyRecord): Promise<void>
  remove(record: KeyRecord): Promise<void>
  /** Notes when keys were last recognised, unix seconds: no change of the records, so there is no revision. */
  noteUses(uses: readonly (readonly [keyId: string, at: number])[]): Promise<void>
}

type KeyRow = Tables['keys']
type SecretRow = Tables['key_secrets']

const insertRow = statement<KeyRow>((db, slot) =>
  db.insertInto('keys').values({
    id: slot('id'),
    seq: slot('seq'),
    org_id: slot('org_id'),
    username: slot('username'),
    search: slot('search'),
    document: slot('document'),
    created_at: slot('created_at'),
    updated_at: slot('updated_at'),
  }),
)

const insertSecret = statement<SecretRow>((db, slot) =>
  db
    .insertInto('key_secrets')
    .values({ hash: slot('hash'), key_id: slot('key_id'), created_at: slot('created_at') }),
)

const insertNamedApi = statement<Tables['key_apis']>((db, slot) =>
  db
    .insertInto('key_apis')
    .values({ api_id: slot('api_id'), org_id: slot('org_id'), seq: slot('seq'), key_id: slot('key_id') }),
)

const insertNamedPolicy = statement<Tables['key_policies']>((db, slot) =>
  db.insertInto('key_policies').values({
    policy_id: slot('policy_id'),
    org_id: slot('org_id'),
    seq: slot('seq'),
    key_id: slot('key_id'),
  }),
)

const readById = statement<{ id: string }, KeyRow>((db, slot) =>
  db.selectFrom('keys').selectAll().where('id', '=', slot('id')),
)

/** The query by which a presented secret is looked up, here and by `openKeyReader`. */
export const keyBySecretHash = (db: Db, slot: (name: 'hash') => string) =>
  db
    .selectFrom('key_secrets')
    .innerJoin('keys', 'keys.id', 'key_secrets.key_id')
    .where('key_secrets.hash', '=', slot('hash'))
    .selectAll('keys')

const readBySecretHash = statement<{ hash: string }, KeyRow>(keyBySecretHash)

/** Keys; listed newest first. */
export const keyStore = (scope: Scope): KeyStore => ({
  async byId(orgId, id) {
    const row = await keyRow(scope.db, orgId, id)
    return row && keyFromRow(row)
  },

  async bySecretHash(hash) {
    const [row] = await readBySecretHash(scope.db, { hash: exact(hash) })
    return row && keyFromRow(row)
  },

  async byUsername(orgId, username) {
    const row = await scope.db
      .selectFrom('keys')
      .selectAll()
      .where('username', '=', exact(username))
      .where('org_id', '=', exact(orgId))
      .executeTakeFirst()
    return row && keyFromRow(row)
  },

  list: (orgId, filter, page) => listKeys(scope.db, orgId, filter, page),

  search: (orgId, search, order, page) => searchKeys(scope.db, orgId, search, order, page),

  async lastUse(id) {
    const query = scope.db.selectFrom('key_facts').select('used_at').where('key_id', '=', exact(id))
    return (await query.executeTakeFirst())?.used_at ?? 0
  },

  noteUses: (uses) => noteKeyUses(scope.db, uses),

  async insert(record, secretHashes) {
    const revision = scope.nextRevision()
    await insertRow(scope.db, { seq: revision, ...columnsOf(record) })
    for (const hash of secretHashes) {
      await insertSecret(scope.db, { hash, key_id: record.id, created_at: record.createdAt })
    }
    await insertNames(scope.db, record, revision)
    await addKeyFacts(scope.db, record, revision)
    const change = {
      revision,
      kind: 'key',
      orgId: record.orgId,
      id: record.id,
      secretHashes,
      deleted: false,
    } as const
    await scope.record(change, undefined, record.session)
  },

  async update(record) {
    const revision = scope.nextRevision()
    const before = await existing(scope.db, record)
    const { id, org_id: _, created_at: __, ...columns } = columnsOf(record)
    await scope.db.updateTable('keys').set(columns).where('id', '=', id).execute()
    await scope.db.deleteFrom('key_apis').where('key_id', '=', id).execute()
    await scope.db.deleteFrom('key_policies').where('key_id', '=', id).execute()
    await insertNames(scope.db, record, before.seq)
    await replaceKeyFacts(scope.db, record)
    const secretHashes = await secretHashesOf(scope.db, id)
    const change = { revision, kind: 'key', orgId: record.orgId, id, secretHashes, deleted: false } as const
    await scope.record(change, JSON.parse(before.document), record.session)
  },

  async remove(record) {
    const revision = scope.nextRevision()
    const before = await existing(scope.db, record)
    const secretHashes = await secretHashesOf(scope.db, record.id)
    // Secrets, names and facts go with the key (foreign keys); its quotas are named after it.
    await forgetQuotas(scope.db, { names: [], keyIds: [record.id] })
    await scope.db.deleteFrom('keys').where('id', '=', record.id).execute()
    const change = {
      revision,
      kind: 'key',
      orgId: record.orgId,
      id: record.id,
      secretHashes,
      deleted: true,
    } as const
    await scope.record(change, JSON.parse(before.document), undefined)
  },
})

/** A key of a row as `keyBySecretHash` reads it. */
export function keyFromRow(row: KeyRow): KeyRecord {
  // The document was written from a Session.
  const session = JSON.parse(row.document) as Session
  return {
    id: row.id,
    orgId: row.org_id,
    session,
    username: row.username === null ? '' : original(row.username, session.basic_auth_data?.user),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}

function columnsOf(record: KeyRecord): Omit<KeyRow, 'seq'> {
  return {
    id: record.id,
    org_id: record.orgId,
    username: record.username === '' ? null : exact(record.username),
    search: searchable(record.session.alias ?? '', record.id),
    document: JSON.stringify(record.session),
    created_at: record.createdAt,
    updated_at: record.updatedAt,
  }
}

/** Notes which APIs and policies the key names, so that it is found by them; policies that it carries itself too. */
async function insertNames(db: Db, record: KeyRecord, seq: number): Promise<void> {
  const { access_rights: rights, apply_policies: list, apply_policy_id: single } = record.session
  const names = { org_id: record.orgId, seq, key_id: record.id }
  const own = Object.entries(rights ?? {}).flatMap(([id, right]) => [id, right.api_id || id])
  const apis = new Set([...own, ...apisOfInlinePolicies(record.session)].map(exact))
  for (const api_id of apis) await insertNamedApi(db, { api_id, ...names })
  const policies = new Set([...(list ?? []), ...(single ? [single] : [])].map(exact))
  for (const policy_id of policies) await insertNamedPolicy(db, { policy_id, ...names })
}

function apisOfInlinePolicies(session: Session): readonly string[] {
  const inline = inlinePolicies(session)
  if (inline === undefined || inline === 'malformed') return []
  return inline.flatMap(({ access_rights: rights }) => Object.keys(rights ?? {}))
}

async function keyRow(db: Db, orgId: string | undefined, id: string): Promise<KeyRow | undefined> {
  const [row] = await readById(db, { id: exact(id) })
  return row !== undefined && (orgId === undefined || row.org_id === orgId) ? row : undefined
}

async function existing(db: Db, record: KeyRecord): Promise<KeyRow> {
  const row = await keyRow(db, record.orgId, record.id)
  if (row === undefined) throw new MissingRecordError(`there is no key ${record.id}`)
  return row
}

async function secretHashesOf(db: Db, keyId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('key_secrets')
    .select('hash')
    .where('key_id', '=', keyId)
    .orderBy('hash')
    .execute()
  return rows.map((row) => row.hash)
}

async function listKeys(
  db: Db,
  orgId: string | undefined,
  filter: KeyFilter,
  page: PageRequest,
): Promise<Page<KeyRecord>> {
  const { contains: text = '' } = filter
  const named = namingKeys(orgId, filter)
  const [only] = named
  if (only !== undefined && named.length === 1 && text === '') return await listNaming(db, only, page)
  const query = db
    .selectFrom('keys')
    .$if(orgId !== undefined, (q) => q.where('org_id', '=', orgId ?? ''))
    .where((eb) => eb.and(named.map(({ includes }) => includes)))
    .$if(text !== '', (q) => q.where((eb) => contains(eb.ref('search'), text)))
  return await readPage(
    page,
    {
      rows: ({ limit, offset }) =>
        query.selectAll().orderBy('seq', 'desc').limit(limit).offset(offset).execute(),
      count: () => query.select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow(),
    },
    keyFromRow,
  )
}

/** Finds the page among the facts, then reads only its keys. */
async function searchKeys(
  db: Db,
  orgId: string | undefined,
  search: KeySearch,
  order: KeyOrder,
  page: PageRequest,
): Promise<Page<KeyRecord & { readonly usedAt: number }>> {
  const query = factsQuery(db, orgId, search)
  const found = await readPage(
    { ...page, page: Math.max(1, page.page) },
    {
      rows: ({ limit, offset }) =>
        query.select(['key_id', 'used_at']).orderBy(orderOf(order)).limit(limit).offset(offset).execute(),
      count: () => query.select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow(),
    },
    (row): FoundFacts => ({ keyId: row.key_id, usedAt: row.used_at }),
  )
  if (found.rows.length === 0) return { ...found, rows: [] }
  const ids = found.rows.map(({ keyId }) => keyId)
  const rows = await db.selectFrom('keys').selectAll().where('id', 'in', ids).execute()
  const byId = new Map(rows.map((row) => [row.id, keyFromRow(row)]))
  return {
    ...found,
    rows: found.rows.flatMap(({ keyId, usedAt }) => {
      // Deleted between the two reads.
      const record = byId.get(keyId)
      return record === undefined ? [] : [{ ...record, usedAt }]
    }),
  }
}

function namingKeys(orgId: string | undefined, { apiId, policyIds }: KeyFilter): readonly NamingKeys[] {
  return [
    ...(apiId === undefined ? [] : [keysNamingApi(orgId, apiId)]),
    ...(policyIds === undefined ? [] : [keysNamingPolicy(orgId, policyIds)]),
  ]
}

/** The page is found among the names, without sorting all keys. */
async function listNaming(db: Db, named: NamingKeys, page: PageRequest): Promise<Page<KeyRecord>> {
  return await readPage(
    page,
    {
      rows: (window) =>
        db.selectFrom('keys').selectAll().where(named.onPage(window)).orderBy('seq', 'desc').execute(),
      count: () => named.count(db),
    },
    keyFromRow,
  )
}
