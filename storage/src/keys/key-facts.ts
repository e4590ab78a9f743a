import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { Db, Tables } from '../drivers/schema.ts'
import { statement } from '../drivers/statement.ts'
import { contains, searchable, sortable } from '../records/columns.ts'
import { keysNamingApi, keysNamingPolicy } from './key-names.ts'
import type { KeyRecord } from './key-record.ts'

/**
 * What keys are searched, sorted and counted by: a narrow row per key beside its document, so that looking through a
 * hundred thousand keys reads megabytes, not all their documents.
 */

/** `expires` of a key that never does: it comes last. */
export const NEVER_EXPIRES = Number.MAX_SAFE_INTEGER

/** A state that can be told without counters; a key is in exactly one. `expiring`: within `expiringSeconds`. */
export type KeyState = 'active' | 'expiring' | 'expired' | 'inactive'

/** Which keys are wanted. */
export type KeySearch = {
  /** A part of alias, public id, user name, owner or tags. */
  readonly contains?: string
  /** Only keys that name this API, or a policy that grants it. */
  readonly apiId?: string
  readonly policyIds?: readonly [string, ...string[]]
  readonly state?: {
    readonly is: KeyState
    /** Unix seconds. */
    readonly now: number
    readonly expiringSeconds: number
  }
}

export type KeyOrder = {
  readonly by: 'created' | 'alias' | 'expires' | 'last_used'
  readonly direction: 'asc' | 'desc'
}

/** A key on a page, and when it was last recognised, unix seconds; 0 = never. */
export type FoundFacts = { readonly keyId: string; readonly usedAt: number }

type Facts = Tables['key_facts']

const insertFacts = statement<Facts>((db, slot) =>
  db.insertInto('key_facts').values({
    key_id: slot('key_id'),
    org_id: slot('org_id'),
    seq: slot('seq'),
    search: slot('search'),
    alias_sort: slot('alias_sort'),
    expires: slot('expires'),
    inactive: slot('inactive'),
    used_at: slot('used_at'),
  }),
)

const updateFacts = statement<Omit<Facts, 'org_id' | 'seq' | 'used_at'>>((db, slot) =>
  db
    .updateTable('key_facts')
    .set({
      search: slot('search'),
      alias_sort: slot('alias_sort'),
      expires: slot('expires'),
      inactive: slot('inactive'),
    })
    .where('key_id', '=', slot('key_id')),
)

/** Writes the facts of a new key. */
export async function addKeyFacts(db: Db, record: KeyRecord, seq: number): Promise<void> {
  await insertFacts(db, { ...factsOf(record), org_id: record.orgId, seq, used_at: 0 })
}

/** Brings the facts of a changed key up to date; when it was used stays. */
export async function replaceKeyFacts(db: Db, record: KeyRecord): Promise<void> {
  await updateFacts(db, factsOf(record))
}

/**
 * Notes when keys were used, unix seconds; an earlier use than the stored one, and a key that is gone, change nothing. One
 * statement, so that other writers wait for one round trip at the most.
 */
export async function noteKeyUses(
  db: Db,
  uses: readonly (readonly [keyId: string, at: number])[],
): Promise<void> {
  if (uses.length === 0) return
  const rows = uses.map(([keyId, at]) => sql`(cast(${keyId} as text), cast(${at} as bigint))`)
  await sql`
    update key_facts set used_at = latest.column2
    from (values ${sql.join(rows)}) as latest
    where key_facts.key_id = latest.column1 and key_facts.used_at < latest.column2
  `.execute(db)
}

function factsOf({ id, username, session }: KeyRecord): Omit<Facts, 'org_id' | 'seq' | 'used_at'> {
  const { alias = '', tags, expires, is_inactive: inactive } = session
  return {
    key_id: id,
    search: searchable(alias, id, username, ownerOf(session), (tags ?? []).join(' ')).toWellFormed(),
    alias_sort: sortable(alias).toWellFormed(),
    expires:
      expires !== undefined && expires >= 1 ? Math.min(Math.trunc(expires), NEVER_EXPIRES) : NEVER_EXPIRES,
    inactive: inactive === true ? 1 : 0,
  }
}

function ownerOf(session: Readonly<Record<string, unknown>>): string {
  return typeof session.owner === 'string' ? session.owner : ''
}

/** The keys that are wanted, of one organisation or of all: a query to which columns, an order and a window are added. */
export function factsQuery(db: Db, orgId: string | undefined, search: KeySearch) {
  const { contains: text = '', apiId, policyIds, state } = search
  return db
    .selectFrom('key_facts')
    .$if(orgId !== undefined, (q) => q.where('org_id', '=', orgId ?? ''))
    .$if(text !== '', (q) => q.where((eb) => contains(eb.ref('search'), text)))
    .$if(apiId !== undefined, (q) => q.where(keysNamingApi(orgId, apiId ?? '').includes))
    .$if(policyIds !== undefined, (q) => q.where(keysNamingPolicy(orgId, policyIds ?? ['']).includes))
    .$if(state !== undefined, (q) => q.where(isIn(orgId, state ?? NO_STATE)))
}

const NO_STATE = { is: 'active', now: 0, expiringSeconds: 0 } as const

function isIn(
  orgId: string | undefined,
  { is, now, expiringSeconds }: NonNullable<KeySearch['state']>,
): RawBuilder<SqlBool> {
  const off = sql<SqlBool>`(inactive = 1 or seq in (${underInactivePolicies(orgId)}))`
  if (is === 'inactive') return off
  const soon = now + expiringSeconds
  const inTime = {
    expired: sql`expires < ${now}`,
    expiring: sql`expires >= ${now} and expires <= ${soon}`,
    active: sql`expires > ${soon}`,
  }[is]
  return sql<SqlBool>`${inTime} and not ${off}`
}

/** Keys that list a switched-off policy: it switches them off too. */
function underInactivePolicies(orgId: string | undefined): RawBuilder<unknown> {
  const ofOrganisation = orgId === undefined ? sql`` : sql`and policies.org_id = ${orgId}`
  const listing = (id: 'policies.id' | 'policies.explicit_id') => sql`
    select key_policies.seq from policies
    inner join key_policies on key_policies.policy_id = ${sql.ref(id)} and key_policies.org_id = policies.org_id
    where policies.state = 'deny' ${ofOrganisation}`
  return sql`${listing('policies.id')} union ${listing('policies.explicit_id')}`
}

/** The order of a list as SQL: ties by creation; a key that was never used comes after all others. */
export function orderOf({ by, direction }: KeyOrder): RawBuilder<unknown> {
  const way = direction === 'asc' ? sql`asc` : sql`desc`
  if (by === 'created') return sql`seq ${way}`
  if (by === 'alias') return sql`alias_sort ${way}, seq ${way}`
  if (by === 'expires') return sql`expires ${way}, seq ${way}`
  return direction === 'desc' ? sql`used_at desc, seq desc` : sql`(used_at = 0), used_at asc, seq asc`
}
