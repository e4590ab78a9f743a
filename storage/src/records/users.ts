import type { User } from '@tollgate/model/people/user'
import type { Scope } from '../changes/transaction.ts'
import { MissingRecordError } from '../drivers/errors.ts'
import type { Db, Tables } from '../drivers/schema.ts'
import { contains, exact, original, searchable } from './columns.ts'
import { type Page, type PageRequest, readPage } from './paging.ts'
import { forgetFactors } from './second-factors.ts'

/** A user of the management surface. The document has no password and no access key. */
export type UserRecord = {
  readonly id: string
  /** Empty for a super user, who sees every organisation. */
  readonly orgId: string
  /** Lower case; unique per organisation. */
  readonly email: string
  readonly user: User
  /** `argon2id` hash in PHC form; empty = no password yet. */
  readonly passwordHash: string
  /** Set by an administrator: the owner's first reset needs no current password. */
  readonly passwordProvisional: boolean
  /** Hashes of passwords used before, newest first, bounded: none may be used again. */
  readonly passwordHistory: readonly string[]
  /** Hex HMAC of the access key; empty = revoked. */
  readonly accessKeyHash: string
  /** The access key sealed (AES-256-GCM) because the contract shows it again; empty = revoked. */
  readonly accessKeySealed: string
  readonly createdAt: string
  readonly updatedAt: string
}

export interface UserStore {
  byId(orgId: string | undefined, id: string): Promise<UserRecord | undefined>
  byAccessKeyHash(hash: string): Promise<UserRecord | undefined>
  /** One e-mail may exist in several organisations. */
  byEmail(email: string): Promise<readonly UserRecord[]>
  list(orgId: string | undefined, contains: string, page: PageRequest): Promise<Page<UserRecord>>
  insert(record: UserRecord): Promise<void>
  update(record: UserRecord): Promise<void>
  remove(record: UserRecord): Promise<void>
}

type UserRow = Tables['users']

/** Users; listed oldest first. `contains` looks into e-mail address, first and last name. */
export const userStore = (scope: Scope): UserStore => ({
  async byId(orgId, id) {
    const row = await userRow(scope.db, orgId, id)
    return row && fromRow(row)
  },

  async byAccessKeyHash(hash) {
    const row = await scope.db
      .selectFrom('users')
      .selectAll()
      .where('access_key_hash', '=', exact(hash))
      .executeTakeFirst()
    return row && fromRow(row)
  },

  async byEmail(email) {
    const rows = await scope.db
      .selectFrom('users')
      .selectAll()
      .where('email', '=', emailColumn(email))
      .orderBy('seq')
      .execute()
    return rows.map(fromRow)
  },

  list: (orgId, text, page) => {
    const query = scope.db
      .selectFrom('users')
      .$if(orgId !== undefined, (q) => q.where('org_id', '=', orgId ?? ''))
      .$if(text !== '', (q) => q.where((eb) => contains(eb.ref('search'), text)))
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
    await scope.db
      .insertInto('users')
      .values({ seq: revision, ...columnsOf(record) })
      .execute()
    await scope.record({ revision, kind: 'user', orgId: record.orgId, id: record.id }, undefined, record.user)
  },

  async update(record) {
    const revision = scope.nextRevision()
    const before = await existing(scope.db, record)
    const { id, org_id: _, created_at: __, ...columns } = columnsOf(record)
    await scope.db.updateTable('users').set(columns).where('id', '=', id).execute()
    const change = { revision, kind: 'user', orgId: record.orgId, id } as const
    await scope.record(change, JSON.parse(before.document), record.user)
  },

  async remove(record) {
    const revision = scope.nextRevision()
    const before = await existing(scope.db, record)
    await scope.db.deleteFrom('sign_ins').where('user_id', '=', record.id).execute()
    await forgetFactors(scope.db, record.id)
    await scope.db.deleteFrom('user_identities').where('user_id', '=', record.id).execute()
    await scope.db.deleteFrom('users').where('id', '=', record.id).execute()
    const change = { revision, kind: 'user', orgId: record.orgId, id: record.id } as const
    await scope.record(change, JSON.parse(before.document), undefined)
  },
})

function fromRow(row: UserRow): UserRecord {
  // The documents were written from values of these types.
  const user = JSON.parse(row.document) as User
  return {
    id: row.id,
    orgId: row.org_id,
    email: original(row.email, user.email_address),
    user,
    passwordHash: row.password_hash,
    passwordProvisional: row.password_provisional === 1,
    passwordHistory: JSON.parse(row.password_history) as string[],
    accessKeyHash: row.access_key_hash ?? '',
    accessKeySealed: row.access_key_sealed,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}

function columnsOf(record: UserRecord): Omit<UserRow, 'seq'> {
  const { first_name: first = '', last_name: last = '' } = record.user
  return {
    id: record.id,
    org_id: record.orgId,
    email: emailColumn(record.email),
    search: searchable(record.email, `${first} ${last}`),
    document: JSON.stringify(record.user),
    password_hash: record.passwordHash,
    password_provisional: record.passwordProvisional ? 1 : 0,
    password_history: JSON.stringify(record.passwordHistory),
    access_key_hash: record.accessKeyHash === '' ? null : record.accessKeyHash,
    access_key_sealed: record.accessKeySealed,
    created_at: record.createdAt,
    updated_at: record.updatedAt,
  }
}

function emailColumn(email: string): string {
  return exact(email.toLowerCase())
}

async function userRow(db: Db, orgId: string | undefined, id: string): Promise<UserRow | undefined> {
  return await db
    .selectFrom('users')
    .selectAll()
    .where('id', '=', exact(id))
    .$if(orgId !== undefined, (q) => q.where('org_id', '=', orgId ?? ''))
    .executeTakeFirst()
}

async function existing(db: Db, record: UserRecord): Promise<UserRow> {
  const row = await userRow(db, record.orgId, record.id)
  if (row === undefined) throw new MissingRecordError(`there is no user ${record.id}`)
  return row
}
