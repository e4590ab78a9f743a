import type { Limit } from '@tollgate/model/limits/counters'

/**
 * The ledger of quotas: what of each period was granted to whom, on disk before it is spent. A node asks for a block of
 * the budget (a lease), spends it from its own memory, and gives back what it does not need. Granted is deducted first,
 * so no quota is ever exceeded, not by a crash either; what a crash can lose (strand) is what was leased and not spent.
 *
 * The port is small so that another store can follow: each method is one transaction (SQL) or one script (Redis), and
 * `leaseFrom` in quota-account.ts is the arithmetic of all of them.
 */

/** What of a limit the ledger needs. */
export type QuotaTerms = Pick<Limit, 'name' | 'max' | 'windowMs' | 'calendar'>

/** One node's wish for units of one quota, and what it still has of earlier ones. */
export type LeaseRequest = {
  readonly terms: QuotaTerms
  /** Units that requests are waiting for: granted as long as there are any. */
  readonly needed: number
  /** Units that would be good to have; only a share of what remains is granted ahead of need. */
  readonly wanted: number
  /** The lease that this node has already; undefined = none that it knows of. */
  readonly having: Having | undefined
}

/** What a node has of a quota. */
export type Having = {
  /** The period it belongs to: units of another period are void. */
  readonly period: string
  /** `Lease.total` of the last answer. When the ledger knows of more, an answer was lost, and its units with it. */
  readonly total: number
  /** Units of it that are not spent. */
  readonly unspent: number
}

/** What a node was granted. */
export type Lease = {
  /** Names the period among all periods of this quota. */
  readonly period: string
  /** End of the period, milliseconds since 1970; 0 = never. */
  readonly endsAtMs: number
  /** 0 when nothing is left. */
  readonly units: number
  /** Units of the period that anybody was granted so far, `units` included. */
  readonly granted: number
  /** Units that this life of the node was granted in this period since it last gave back all it had, `units` included. */
  readonly total: number
  /** When everything is granted: units that other living nodes may still give back. */
  readonly elsewhere: number
}

/**
 * All the unspent units that a node has of a quota; maybe none: then it says that all are spent. They must have left its
 * memory before, whatever becomes of the call.
 */
export type Return = {
  readonly name: string
  readonly period: string
  /** `Lease.total` of the last answer. */
  readonly total: number
  readonly units: number
}

/** What the ledger knows of the open period of a quota. */
export type AccountState = {
  readonly period: string
  readonly endsAtMs: number
  readonly granted: number
  /** Units that this node may have unspent. */
  readonly held: number
  /** Units that other living nodes may have unspent. */
  readonly elsewhere: number
  /** Units that nobody can spend any more: their node died, or the answer that granted them was lost. */
  readonly stranded: number
}

/** Which quotas to forget: by name, and all whose counter belongs to one of these keys. */
export type Forgetting = { readonly names: readonly string[]; readonly keyIds: readonly string[] }

/**
 * The ledger as one life of one node sees it. Calls take effect in the order in which they were made. Each rejects when
 * the store cannot be asked; then nothing is known of what it did, and what it may have granted counts as stranded.
 */
export interface Ledger {
  /** Grants units of many quotas, in one transaction. Names must not repeat. The answers are in the order of the requests. */
  lease(requests: readonly LeaseRequest[], nowMs: number): Promise<readonly Lease[]>
  giveBack(returns: readonly Return[], nowMs: number): Promise<void>
  /** Quotas without an open period are absent. */
  read(names: readonly string[], nowMs: number): Promise<ReadonlyMap<string, AccountState>>
  /** The next lease of these quotas opens a new period. Answers the names that were known. */
  forget(what: Forgetting): Promise<readonly string[]>
  /** This node lives at least until then: until then others may hope for what it holds. */
  stayAlive(untilMs: number): Promise<void>
  /** Removes some of what is over; how much there was, 0 = nothing left to remove. */
  removeEnded(nowMs: number): Promise<number>
}

/** A life of a node: after a restart the node is the same, its life another, and what the earlier life held is stranded. */
export type NodeLife = { readonly node: string; readonly life: string }
