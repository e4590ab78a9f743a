import { type RawBuilder, sql } from 'kysely'
import type { Db } from '../drivers/schema.ts'
import { factsQuery, NEVER_EXPIRES } from '../keys/key-facts.ts'

/** A key as an overview names it. */
export type KeyMention = {
  readonly id: string
  /** Unix seconds. */
  readonly expires: number
  /** Unix seconds; 0 = never. */
  readonly usedAt: number
}
/** How many there are, and the first of them. */
export type Mentions<T> = { readonly count: number; readonly first: readonly T[] }

export type Counts = {
  readonly apis: number
  readonly keys: number
  readonly policies: number
  readonly users: number
}

/** What an overview asks of an organisation's records, of all organisations when it is undefined; each answered from indexes. */
export interface OverviewStore {
  counts(orgId: string | undefined): Promise<Counts>
  /** Usable keys that expire in [from, to], unix seconds, the soonest first. */
  keysExpiring(orgId: string | undefined, from: number, to: number): Promise<Mentions<KeyMention>>
  /** Keys that expired before `now` and were presented since `usedSince`, the latest first. */
  keysExpiredInUse(orgId: string | undefined, now: number, usedSince: number): Promise<Mentions<KeyMention>>
  /** `api_id` of APIs that no key opens, neither by a right of its own nor by a policy; the newest first, at most 1,000. */
  apisWithoutKey(orgId: string | undefined): Promise<readonly string[]>
  /** Ids of policies that no key lists. */
  policiesUnused(orgId: string | undefined): Promise<Mentions<{ id: string; name: string }>>
  policiesInactive(orgId: string | undefined): Promise<Mentions<{ id: string; name: string }>>
  usersNeverSignedIn(orgId: string | undefined): Promise<Mentions<{ id: string; name: string }>>
  /** When something happened for the first time, by name. */
  milestones(orgId: string | undefined): Promise<ReadonlyMap<string, string>>
  /** Only inside `write`: notes that something happened for the first time, unless it was noted before. */
  reach(orgId: string, milestone: string, at: string): Promise<void>
}

/** How many are named of each. */
const FIRST = 5
const MOST_APIS = 1000

export const overviewStore = (db: Db): OverviewStore => ({
  async counts(orgId) {
    const count = (table: 'apis' | 'key_facts' | 'policies' | 'users') =>
      sql`(select count(*) from ${sql.table(table)} ${whereOwn(orgId)})`
    const { rows } = await sql<Counts>`
      select ${count('apis')} as apis, ${count('key_facts')} as keys, ${count('policies')} as policies,
        ${count('users')} as users
    `.execute(db)
    const { apis = 0, keys = 0, policies = 0, users = 0 } = rows[0] ?? {}
    return { apis, keys, policies, users }
  },

  async keysExpiring(orgId, from, to) {
    const query = factsQuery(db, orgId, {
      state: { is: 'expiring', now: from, expiringSeconds: to - from },
    })
    return mentioned(query, sql`expires, seq`)
  },

  async keysExpiredInUse(orgId, now, usedSince) {
    const query = factsQuery(db, orgId, { state: { is: 'expired', now, expiringSeconds: 0 } }).where(
      'used_at',
      '>=',
      usedSince,
    )
    return mentioned(query, sql`used_at desc, seq`)
  },

  async apisWithoutKey(orgId) {
    const named = (id: 'policies.id' | 'policies.explicit_id') => sql`
      select 1 from policy_apis
      inner join policies on policies.id = policy_apis.policy_id and policies.org_id = apis.org_id
      inner join key_policies on key_policies.policy_id = ${sql.ref(id)} and key_policies.org_id = apis.org_id
      where policy_apis.api_id = apis.api_id`
    const { rows } = await sql<{ api_id: string }>`
      select api_id from apis where ${own(orgId)}
        and not exists (select 1 from key_apis where key_apis.api_id = apis.api_id and key_apis.org_id = apis.org_id)
        and not exists (${named('policies.id')}) and not exists (${named('policies.explicit_id')})
      order by seq desc limit ${MOST_APIS}
    `.execute(db)
    return rows.map((row) => row.api_id)
  },

  policiesUnused: (orgId) =>
    named(
      db,
      sql`policies where ${own(orgId)}
        and not exists (select 1 from key_policies where key_policies.policy_id = policies.id
          and key_policies.org_id = policies.org_id)
        and not exists (select 1 from key_policies where key_policies.policy_id = policies.explicit_id
          and key_policies.org_id = policies.org_id)`,
      sql`name`,
    ),

  policiesInactive: (orgId) => named(db, sql`policies where ${own(orgId)} and state = 'deny'`, sql`name`),

  // The document leaves the field out until the first sign-in.
  usersNeverSignedIn: (orgId) =>
    named(db, sql`users where ${own(orgId)} and document not like '%"last_login_date":"%'`, sql`email`),

  async milestones(orgId) {
    const rows = await db
      .selectFrom('milestones')
      .select(['name', 'at'])
      .$if(orgId !== undefined, (q) => q.where('org_id', '=', orgId ?? ''))
      .orderBy('at', 'desc')
      .execute()
    return new Map(rows.map(({ name, at }) => [name, at]))
  },

  async reach(orgId, name, at) {
    await db
      .insertInto('milestones')
      .values({ org_id: orgId, name, at })
      .onConflict((conflict) => conflict.columns(['org_id', 'name']).doNothing())
      .execute()
  },
})

async function mentioned(
  query: ReturnType<typeof factsQuery>,
  order: RawBuilder<unknown>,
): Promise<Mentions<KeyMention>> {
  const rows = await query.select(['key_id', 'expires', 'used_at']).orderBy(order).limit(FIRST).execute()
  const { total } = await query.select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow()
  return {
    count: total,
    first: rows.map((row) => ({
      id: row.key_id,
      expires: row.expires === NEVER_EXPIRES ? 0 : row.expires,
      usedAt: row.used_at,
    })),
  }
}

async function named(
  db: Db,
  from: RawBuilder<unknown>,
  name: RawBuilder<unknown>,
): Promise<Mentions<{ id: string; name: string }>> {
  const counted = await sql<{ total: number }>`select count(*) as total from ${from}`.execute(db)
  const count = counted.rows[0]?.total ?? 0
  if (count === 0) return { count, first: [] }
  const { rows } = await sql<{ id: string; name: string }>`
    select id, ${name} as name from ${from} order by seq desc limit ${FIRST}
  `.execute(db)
  return { count, first: rows.map(({ id, name: title }) => ({ id, name: title })) }
}

function own(orgId: string | undefined): RawBuilder<unknown> {
  return orgId === undefined ? sql`1 = 1` : sql`org_id = ${orgId}`
}

function whereOwn(orgId: string | undefined): RawBuilder<unknown> {
  return orgId === undefined ? sql`` : sql`where org_id = ${orgId}`
}
