import type {
  AccountState,
  Forgetting,
  Lease,
  LeaseRequest,
  Ledger,
  NodeLife,
  Return,
} from '@tollgate/limits/ledger'
import { type Account, type Holding, type Leased, leaseFrom, takeBack } from '@tollgate/limits/quota-account'
import { isOver } from '@tollgate/limits/quota-period'
import { hex32 } from '@tollgate/model/ids'
import { sql } from 'kysely'
import type { Db, Tables } from '../drivers/schema.ts'
import { exact } from '../records/columns.ts'

/** How the ledger grants ahead of need. */
export type QuotaLedgerOptions = {
  /** A lease takes at most 1/share of what remains, divided by the nodes that live. Default 4. */
  readonly share?: number
}

/** Runs a work in a transaction that keeps every other writer out. */
type Write = <T>(work: (db: Db) => Promise<T>) => Promise<T>

const DEFAULT_SHARE = 4
/** Rows that one call of `removeEnded` removes at most: other writes wait meanwhile. */
const MAX_REMOVED = 500
/** Periods are kept for a day after their end, so that a clock that is set back by mistake finds them again. */
const ENDED_GRACE_MS = 86_400_000
/** A node that was not heard of for so long is forgotten; what it holds counts as stranded anyway. */
const NODE_GRACE_MS = 7 * 86_400_000

/** The ledger in SQL. Leases go through the write queue: on disk when they are answered, and those that wait share a commit. */
export function quotaLedger(
  reader: Db,
  write: Write,
  { node, life }: NodeLife,
  { share = DEFAULT_SHARE }: QuotaLedgerOptions = {},
): Ledger {
  return {
    lease: async (requests, nowMs) =>
      requests.length === 0 ? [] : write((db) => leaseIn(db, requests, { node, life, share, nowMs })),
    async giveBack(returns) {
      if (returns.length > 0) await write((db) => giveBackIn(db, returns, { node, life }))
    },
    read: (names, nowMs) => readStandings(reader, names, { node, life }, nowMs),
    forget: (what) => write((db) => forgetQuotas(db, what)),
    async stayAlive(untilMs) {
      const row = { node, life, alive_until_ms: Math.trunc(untilMs) }
      await write((db) =>
        db
          .insertInto('quota_nodes')
          .values(row)
          .onConflict((oc) => oc.column('node').doUpdateSet(row))
          .execute(),
      )
    },
    removeEnded: (nowMs) => write((db) => removeEndedIn(db, nowMs)),
  }
}

type Asking = NodeLife & { readonly share: number; readonly nowMs: number }

async function leaseIn(db: Db, requests: readonly LeaseRequest[], asking: Asking): Promise<Lease[]> {
  const { node, life, nowMs } = asking
  const names = requests.map(({ terms }) => columnName(terms.name))
  const kept = await readKept(db, names, node)
  const share = asking.share * (1 + (await otherNodes(db, node, nowMs)))
  const leased = requests.map((request, i) => {
    const { account, holding } = keptOf(kept, names[i] ?? '')
    return leaseFrom(account, holding, request, { nowMs, life, freshPeriod: hex32(), share })
  })
  await keep(db, names, leased, node)
  const spent = names.filter((_, i) => (leased[i]?.lease.granted ?? 0) >= (requests[i]?.terms.max ?? 0))
  const elsewhere =
    spent.length === 0 ? new Map<string, number>() : await heldElsewhere(db, spent, node, nowMs)
  return leased.map(({ lease }, i) => ({ ...lease, elsewhere: elsewhere.get(names[i] ?? '') ?? 0 }))
}

async function giveBackIn(db: Db, returns: readonly Return[], { node, life }: NodeLife): Promise<void> {
  const names = returns.map(({ name }) => columnName(name))
  const kept = await readKept(db, names, node)
  const taken = returns.flatMap((back, i) => {
    const name = names[i] ?? ''
    const { account, holding } = keptOf(kept, name)
    const after = takeBack(account, holding, back, life)
    return after === undefined ? [] : [{ name, after }]
  })
  if (taken.length === 0) return
  await upsertAccounts(
    db,
    taken.map(({ name, after }) => accountRow(name, after)),
  )
  await db
    .deleteFrom('quota_holdings')
    .where(
      'name',
      'in',
      taken.map(({ name }) => name),
    )
    .where('node', '=', node)
    .execute()
}

async function readStandings(
  db: Db,
  names: readonly string[],
  { node, life }: NodeLife,
  nowMs: number,
): Promise<ReadonlyMap<string, AccountState>> {
  const states = new Map<string, AccountState>()
  if (names.length === 0) return states
  const asked = new Map(names.map((name) => [columnName(name), name]))
  const rows = await db
    .selectFrom('quotas')
    .leftJoin('quota_holdings as holding', (join) =>
      join.onRef('holding.name', '=', 'quotas.name').onRef('holding.period', '=', 'quotas.period'),
    )
    .leftJoin('quota_nodes as alive', (join) =>
      join
        .onRef('alive.node', '=', 'holding.node')
        .onRef('alive.life', '=', 'holding.life')
        .on('alive.alive_until_ms', '>', Math.trunc(nowMs)),
    )
    .select(['quotas.name', 'quotas.period', 'ends_at_ms', 'granted', 'stranded'])
    .select(['holding.node', 'holding.life', 'holding.units', 'alive.node as alive'])
    .where('quotas.name', 'in', [...asked.keys()])
    .execute()
  for (const row of rows) {
    if (isOver(row.ends_at_ms, nowMs)) continue
    const name = asked.get(row.name) ?? row.name
    const { period, granted } = row
    const before = states.get(name) ?? { held: 0, elsewhere: 0, stranded: row.stranded }
    const units = row.units ?? 0
    const isOwn = row.node === node && row.life === life
    const isElsewhere = !isOwn && row.alive !== null
    states.set(name, {
      period,
      endsAtMs: row.ends_at_ms,
      granted,
      held: before.held + (isOwn ? units : 0),
      elsewhere: before.elsewhere + (isElsewhere ? units : 0),
      stranded: before.stranded + (isOwn || isElsewhere ? 0 : units),
    })
  }
  return states
}

/** Removes quotas and what is held of them; answers the names of those that were there. */
export async function forgetQuotas(db: Db, { names, keyIds }: Forgetting): Promise<string[]> {
  const exactly = [...names.map(columnName), ...keyIds.map((id) => `quota:${id}`)]
  if (exactly.length === 0) return []
  const rows = await db
    .selectFrom('quotas')
    .select('name')
    .where((eb) =>
      eb.or([
        eb('name', 'in', exactly),
        // What begins with `quota:<id>:`, by the index: `;` is the next character after the colon.
        ...keyIds.map((id) => eb.and([eb('name', '>', `quota:${id}:`), eb('name', '<', `quota:${id};`)])),
      ]),
    )
    .execute()
  const found = rows.map(({ name }) => name)
  // What is held of them goes along (foreign keys).
  if (found.length > 0) await db.deleteFrom('quotas').where('name', 'in', found).execute()
  return found
}

async function removeEndedIn(db: Db, nowMs: number): Promise<number> {
  const ended = await db
    .selectFrom('quotas')
    .select('name')
    .where('ends_at_ms', '>', 0)
    .where('ends_at_ms', '<=', Math.trunc(nowMs) - ENDED_GRACE_MS)
    .limit(MAX_REMOVED)
    .execute()
  const names = ended.map(({ name }) => name)
  if (names.length > 0) await db.deleteFrom('quotas').where('name', 'in', names).execute()
  await db
    .deleteFrom('quota_nodes')
    .where('alive_until_ms', '<=', Math.trunc(nowMs) - NODE_GRACE_MS)
    .execute()
  return names.length
}

type Kept = {
  readonly accounts: ReadonlyMap<string, Tables['quotas']>
  readonly holdings: ReadonlyMap<string, Tables['quota_holdings']>
}

async function readKept(db: Db, names: readonly string[], node: string): Promise<Kept> {
  const accounts = await db.selectFrom('quotas').selectAll().where('name', 'in', names).execute()
  const holdings = await db
    .selectFrom('quota_holdings')
    .selectAll()
    .where('name', 'in', names)
    .where('node', '=', node)
    .execute()
  return {
    accounts: new Map(accounts.map((row) => [row.name, row])),
    holdings: new Map(holdings.map((row) => [row.name, row])),
  }
}

function keptOf({ accounts, holdings }: Kept, name: string): { account?: Account; holding?: Holding } {
  const account = accounts.get(name)
  if (account === undefined) return {}
  const holding = holdings.get(name)
  return {
    account: {
      period: account.period,
      endsAtMs: account.ends_at_ms,
      granted: account.granted,
      stranded: account.stranded,
    },
    ...(holding?.period === account.period && { holding }),
  }
}

async function keep(
  db: Db,
  names: readonly string[],
  leased: readonly Leased[],
  node: string,
): Promise<void> {
  await upsertAccounts(
    db,
    leased.map(({ account }, i) => accountRow(names[i] ?? '', account)),
  )
  await db
    .insertInto('quota_holdings')
    .values(
      leased.map(({ account, holding }, i) => ({
        name: names[i] ?? '',
        node,
        period: account.period,
        life: holding.life,
        units: holding.units,
        total: holding.total,
      })),
    )
    .onConflict((oc) =>
      oc.columns(['name', 'node']).doUpdateSet((eb) => ({
        life: eb.ref('excluded.life'),
        period: eb.ref('excluded.period'),
        units: eb.ref('excluded.units'),
        total: eb.ref('excluded.total'),
      })),
    )
    .execute()
}

async function upsertAccounts(db: Db, rows: readonly Tables['quotas'][]): Promise<void> {
  await db
    .insertInto('quotas')
    .values(rows)
    .onConflict((oc) =>
      oc.column('name').doUpdateSet((eb) => ({
        period: eb.ref('excluded.period'),
        ends_at_ms: eb.ref('excluded.ends_at_ms'),
        granted: eb.ref('excluded.granted'),
        stranded: eb.ref('excluded.stranded'),
      })),
    )
    .execute()
}

function accountRow(name: string, account: Account): Tables['quotas'] {
  const { period, endsAtMs, granted, stranded } = account
  return { name, period, ends_at_ms: Math.trunc(endsAtMs), granted, stranded }
}

/** Other nodes that live: what is granted ahead of need is shared with them. */
async function otherNodes(db: Db, node: string, nowMs: number): Promise<number> {
  const { total } = await db
    .selectFrom('quota_nodes')
    .select((eb) => eb.fn.countAll<number>().as('total'))
    .where('node', '!=', node)
    .where('alive_until_ms', '>', Math.trunc(nowMs))
    .executeTakeFirstOrThrow()
  return total
}

async function heldElsewhere(
  db: Db,
  names: readonly string[],
  node: string,
  nowMs: number,
): Promise<Map<string, number>> {
  const rows = await db
    .selectFrom('quota_holdings as holding')
    .innerJoin('quotas', (join) =>
      join.onRef('quotas.name', '=', 'holding.name').onRef('quotas.period', '=', 'holding.period'),
    )
    .innerJoin('quota_nodes as alive', (join) =>
      join.onRef('alive.node', '=', 'holding.node').onRef('alive.life', '=', 'holding.life'),
    )
    .select(['holding.name', sql<number>`cast(sum(holding.units) as bigint)`.as('units')])
    .where('holding.name', 'in', names)
    .where('holding.node', '!=', node)
    .where('alive.alive_until_ms', '>', Math.trunc(nowMs))
    .groupBy('holding.name')
    .execute()
  return new Map(rows.map(({ name, units }) => [name, units]))
}

/** `quota:`, the public id of a key, a colon: what the names of a key's own quotas begin with. */
const KEY_PREFIX = /^quota:[0-9a-f]{32}:/

/** The name as a column: one that is too long is hashed, but still found by the key that it belongs to. */
function columnName(name: string): string {
  const column = exact(name)
  return column === name ? name : `${KEY_PREFIX.exec(name)?.[0] ?? ''}${column}`
}
