import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { Db } from '../drivers/schema.ts'
import { exact } from '../records/columns.ts'
import type { Window } from '../records/paging.ts'

/**
 * Keys that name something, as a set of `seq`. The tables of names hold it in the order in which keys are listed, so that
 * a page is found without sorting all keys. A key may name a thing in several ways, and is one key all the same.
 */
export type NamingKeys = {
  /** Whether a key is one of them; `seq` is a column of the query around. */
  readonly includes: RawBuilder<SqlBool>
  /** Whether a key is on this page of them, newest first. */
  onPage(window: Window): RawBuilder<SqlBool>
  count(db: Db): Promise<{ total: number }>
}

/** A part of the set: `select seq … where …`, to which conditions can be added. */
type Part = { readonly query: RawBuilder<unknown>; readonly seq: RawBuilder<unknown> }

/** Keys that name an API themselves, or a policy of their organisation that grants it, by either of its ids. */
export function keysNamingApi(orgId: string | undefined, apiId: string): NamingKeys {
  const named: Part = {
    query: sql`select seq from key_apis where api_id = ${exact(apiId)} ${ofOrganisation('org_id', orgId)}`,
    seq: sql`key_apis.seq`,
  }
  return namingKeys(named, [
    byPolicy('policies.id', orgId, apiId),
    byPolicy('policies.explicit_id', orgId, apiId),
  ])
}

/** Keys that list a policy under any of these ids, of which there is at least one. */
export function keysNamingPolicy(
  orgId: string | undefined,
  policyIds: readonly [string, ...string[]],
): NamingKeys {
  const [first, ...others] = policyIds
  const listing = (id: string): Part => ({
    query: sql`select seq from key_policies where policy_id = ${exact(id)} ${ofOrganisation('org_id', orgId)}`,
    seq: sql`key_policies.seq`,
  })
  const otherIds = new Set(others.filter((id) => id !== first))
  return namingKeys(listing(first), [...otherIds].map(listing))
}

function byPolicy(
  id: 'policies.id' | 'policies.explicit_id',
  orgId: string | undefined,
  apiId: string,
): Part {
  const query = sql`
    select key_policies.seq as seq from policy_apis
    inner join policies on policies.id = policy_apis.policy_id
    inner join key_policies on key_policies.policy_id = ${sql.ref(id)} and key_policies.org_id = policies.org_id
    where policy_apis.api_id = ${exact(apiId)} ${ofOrganisation('policies.org_id', orgId)}`
  return { query, seq: sql`key_policies.seq` }
}

function ofOrganisation(column: string, orgId: string | undefined): RawBuilder<unknown> {
  return orgId === undefined ? sql`` : sql`and ${sql.ref(column)} = ${orgId}`
}

/** @param first by far the largest part, as a rule: it is counted from its index alone */
function namingKeys(first: Part, others: readonly Part[]): NamingKeys {
  const union = (parts: readonly Part[]) =>
    sql.join(
      parts.map(({ query }) => query),
      sql` union `,
    )
  const everything = union([first, ...others])
  const total =
    others.length === 0
      ? sql`select count(*) as total from (${first.query}) as named`
      : sql`select (select count(*) from (${first.query}) as named) + (
          select count(*) from (${union(others)}) as others
          where not exists (${first.query} and ${first.seq} = others.seq)
        ) as total`
  return {
    includes: sql<SqlBool>`seq in (${everything})`,
    onPage: ({ limit, offset }) =>
      sql<SqlBool>`seq in (${everything} order by seq desc limit ${limit} offset ${offset})`,
    async count(db) {
      const { rows } = await sql<{ total: number }>`${total}`.execute(db)
      const [row] = rows
      if (row === undefined) throw new Error('a count has a row')
      return row
    },
  }
}
