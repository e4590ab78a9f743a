import { guidedLease, lowWaterMark } from '@tollgate/limits/lease-guide'
import type { Lease, LeaseRequest, Return } from '@tollgate/limits/ledger'
import { QUOTA_CLOCK_SLACK_MS, type QuotaCells } from '@tollgate/limits/quota-cells'
import { isOver } from '@tollgate/limits/quota-period'
import type { Limit } from '@tollgate/model/limits/counters'

/** Leases that are looked at in one go for being idle: the main thread has other things to do. */
const MAX_LOOKS = 5_000

/** A lease of this node; its unspent units are in the cell. */
type Held = {
  readonly limit: Limit
  readonly period: string
  readonly endsAtMs: number
  readonly total: number
  /** Size of the last lease. */
  readonly units: number
  /** What was unspent just after it, and when that was. */
  readonly unspent: number
  readonly leasedAtMs: number
  /** What was unspent when it was last looked at. */
  readonly looked: number
  readonly lookedAtMs: number
}

/**
 * What this node has leased, in the order in which it was looked at. Two clocks: the wall's for periods, and one that
 * never goes back (`uptime`) for how long something has been idle. Throws CounterLockedError for the moment in which a
 * worker that died has not given a cell back.
 */
export class HeldLeases {
  readonly #cells: QuotaCells
  readonly #uptime: () => number
  readonly #held = new Map<string, Held>()

  constructor(cells: QuotaCells, uptime: () => number) {
    this.#cells = cells
    this.#uptime = uptime
  }

  get size(): number {
    return this.#held.size
  }

  /** Whether the cell already has what is needed. */
  covers(limit: Limit, needed: number, nowMs: number): boolean {
    const held = this.#held.get(limit.name)
    if (held === undefined || !isInForce(held, limit, nowMs)) return false
    return this.#cells.unspent(limit.cell, nowMs) >= needed
  }

  /** What to ask of the ledger for requests that wait for `needed` units. */
  request(limit: Limit, needed: number, nowMs: number): LeaseRequest {
    const { name, max, windowMs, calendar } = limit
    const unspent = this.#cells.unspent(limit.cell, nowMs)
    const held = this.#held.get(name)
    const spending = held && {
      units: held.units,
      spent: held.unspent - unspent,
      elapsedMs: this.#uptime() - held.leasedAtMs,
    }
    return {
      terms: { name, max, windowMs, calendar },
      needed: Math.max(0, needed - unspent),
      wanted: guidedLease(spending),
      having: held && { period: held.period, total: held.total, unspent: Math.max(0, unspent) },
    }
  }

  /** Puts granted units into the cell. How many are unspent there now; undefined when there is no free cell. */
  put(limit: Limit, lease: Lease, nowMs: number): number | undefined {
    const { units, granted, endsAtMs, period, total } = lease
    const kept = this.#keptUnits(limit, lease, nowMs)
    const lowWater = lowWaterMark(units, granted, limit.max)
    this.#held.delete(limit.name)
    const grant = { units: units + kept, granted, endsAtMs, lowWater }
    if (!this.#cells.grant(limit, grant, nowMs)) return undefined
    // Held from here on, whatever happens next: these units must not be given back while they are in the cell.
    const atMs = this.#uptime()
    const leased = { limit, period, endsAtMs, total, units, leasedAtMs: atMs, lookedAtMs: atMs }
    this.#held.set(limit.name, { ...leased, unspent: grant.units, looked: grant.units })
    const unspent = this.#cells.unspent(limit.cell, nowMs)
    this.#held.set(limit.name, { ...leased, unspent, looked: unspent })
    return unspent
  }

  /** The limit of a lease whose cell is in debt, if another lease may settle that: the last one brought something. */
  debtor(name: string, nowMs: number): Limit | undefined {
    const held = this.#held.get(name)
    if (held === undefined || held.units === 0) return undefined
    return this.#cells.unspent(held.limit.cell, nowMs) < 0 ? held.limit : undefined
  }

  /** Takes a lease out of its cell. */
  release(name: string): Return | undefined {
    const held = this.#held.get(name)
    if (held === undefined) return undefined
    const units = this.#cells.takeBack(held.limit.cell)
    this.#held.delete(name)
    return { name, period: held.period, total: held.total, units }
  }

  /** Names of the leases of which nothing was spent for so long. Those that were looked at are due again after as long. */
  idle(idleMs: number, nowMs: number): readonly string[] {
    const atMs = this.#uptime()
    const names: string[] = []
    let looks = 0
    for (const [name, held] of this.#held) {
      if (held.lookedAtMs + idleMs > atMs || looks++ >= MAX_LOOKS) break
      const unspent = this.#cells.unspent(held.limit.cell, nowMs)
      if (unspent === held.looked) names.push(name)
      this.#held.delete(name)
      this.#held.set(name, { ...held, looked: unspent, lookedAtMs: atMs })
    }
    return names
  }

  /** Names of those that were looked at longest ago, so many that the rest are `most`. */
  beyond(most: number): readonly string[] {
    const names: string[] = []
    for (const name of this.#held.keys()) {
      if (this.#held.size - names.length <= most) break
      names.push(name)
    }
    return names
  }

  names(): readonly string[] {
    return [...this.#held.keys()]
  }

  has(name: string): boolean {
    return this.#held.has(name)
  }

  /** The lease is void; the cell is the caller's business. */
  drop(name: string): void {
    this.#held.delete(name)
  }

  /**
   * Units to put back into the cell. Units of another period are void: a new one began, or the quota was reset elsewhere.
   * A cell whose period is to end later than it did takes itself for one of another period, so its units go in anew.
   */
  #keptUnits(limit: Limit, { period, endsAtMs }: Lease, nowMs: number): number {
    const held = this.#held.get(limit.name)
    if (held?.period !== period) {
      this.#cells.takeBack(limit.cell)
      return 0
    }
    const endsLater = held.endsAtMs !== 0 && (endsAtMs === 0 || endsAtMs > held.endsAtMs)
    return endsLater && !isOver(held.endsAtMs, nowMs) ? this.#cells.takeBack(limit.cell) : 0
  }
}

/** Whether the cell lets units be spent: not when the clock went back, until the ledger says when the period ends. */
function isInForce(held: Held, limit: Limit, nowMs: number): boolean {
  if (limit.windowMs === 0 || limit.calendar !== undefined) return true
  return held.endsAtMs - nowMs <= limit.windowMs + QUOTA_CLOCK_SLACK_MS
}
