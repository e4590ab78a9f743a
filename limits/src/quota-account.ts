import type { Having, Lease, LeaseRequest, Return } from './ledger.ts'
import { endInForce, freshEnd, isOver } from './quota-period.ts'

/**
 * The arithmetic of the ledger, apart from where it is kept. Invariants of a period, whatever dies or is lost:
 * granted <= the highest `max` that was in force; spent by all nodes <= granted; granted - spent <= the units of all
 * holdings + stranded, which is the bound on under-admission that is shown.
 */

/** A quota's period in the ledger. */
export type Account = {
  readonly period: string
  /** 0 = never. */
  readonly endsAtMs: number
  readonly granted: number
  readonly stranded: number
}

/** What one node holds of the account's period. */
export type Holding = {
  readonly life: string
  /** At most so many units are not spent yet. */
  readonly units: number
  /** `Lease.total` of the last lease. */
  readonly total: number
}

/** What a lease depends on beside the account. */
export type LeaseFacts = {
  readonly nowMs: number
  /** The life that asks. */
  readonly life: string
  /** Name for a period, if one has to be opened. */
  readonly freshPeriod: string
  /** At most this part of what remains is granted ahead of need: 1/share, for all nodes together. */
  readonly share: number
}

/** What to keep after a lease, and what to answer. Holdings belong to a period: those of an earlier one are void. */
export type Leased = {
  readonly account: Account
  readonly holding: Holding
  readonly lease: Omit<Lease, 'elsewhere'>
}

/**
 * Grants units. `account` and `holding` (the asking node's) are as kept; an account whose period is over gives way to a
 * new one.
 */
export function leaseFrom(
  account: Account | undefined,
  holding: Holding | undefined,
  request: LeaseRequest,
  facts: LeaseFacts,
): Leased {
  const { terms } = request
  const isOpen = account !== undefined && !isOver(account.endsAtMs, facts.nowMs)
  const before = isOpen
    ? { ...account, endsAtMs: endInForce(terms, account.endsAtMs, facts.nowMs) }
    : { period: facts.freshPeriod, endsAtMs: freshEnd(terms, facts.nowMs), granted: 0, stranded: 0 }
  const having = request.having?.period === before.period ? request.having : undefined
  const lost = isOpen ? lostUnits(holding, having, facts.life) : 0
  const units = leaseSize(request, Math.max(0, terms.max - before.granted), facts.share)
  const granted = before.granted + units
  const total = (having?.total ?? 0) + units
  return {
    account: { ...before, granted, stranded: before.stranded + lost },
    holding: { life: facts.life, units: Math.max(0, having?.unspent ?? 0) + units, total },
    lease: { period: before.period, endsAtMs: before.endsAtMs, units, granted, total },
  }
}

/**
 * Takes units back and ends the holding; undefined when they belong to a period or a life that is gone: then they stay
 * granted.
 */
export function takeBack(
  account: Account | undefined,
  holding: Holding | undefined,
  back: Return,
  life: string,
): Account | undefined {
  if (account?.period !== back.period || holding?.life !== life || back.units > holding.units)
    return undefined
  const lost = Math.max(0, holding.total - back.total)
  return { ...account, granted: account.granted - back.units, stranded: account.stranded + lost }
}

/** Units that the ledger granted to the node, but of which this life of it knows nothing. */
function lostUnits(holding: Holding | undefined, having: Having | undefined, life: string): number {
  if (holding === undefined) return 0
  if (holding.life !== life || having === undefined) return holding.units
  return Math.max(0, holding.total - having.total)
}

/** What is waited for as far as there is any; ahead of need a share of what remains, and never less than one unit. */
function leaseSize({ needed, wanted }: LeaseRequest, remaining: number, share: number): number {
  const ahead = Math.min(wanted, Math.floor(remaining / share))
  return Math.min(remaining, Math.max(1, needed, ahead))
}
