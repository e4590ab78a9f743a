import type { Ledger, Standing } from '@tollgate/limits/ledger'
import type { QuotaCells } from '@tollgate/limits/quota-cells'
import type { Counters, Limit } from '@tollgate/model/limits/counters'

/** Quotas that are watched at a time; the rest wait for the end of their period. */
const MAX_STARVED = 10_000
/** Of these so many are asked about at a time. */
const MAX_ASKED = 500

type Starved = { readonly limit: Limit; readonly period: string }

/**
 * Quotas that are used up here while other nodes still hold units of them, which they may give back. Their cells refuse
 * without asking anybody; here the ledger is asked from time to time, and the cell told when there is hope again.
 */
export class StarvedQuotas {
  readonly #ledger: Ledger
  readonly #cells: Counters & QuotaCells
  readonly #starved = new Map<string, Starved>()

  constructor(ledger: Ledger, cells: Counters & QuotaCells) {
    this.#ledger = ledger
    this.#cells = cells
  }

  add(limit: Limit, period: string): void {
    if (this.#starved.size < MAX_STARVED) this.#starved.set(limit.name, { limit, period })
  }

  drop(name: string): void {
    this.#starved.delete(name)
  }

  /**
   * Asks the ledger. `isBusy` names are left alone: they ask by themselves. Answers the names whose period ended before
   * its time, by a reset on another node; their cells are empty then.
   */
  async look(nowMs: number, isBusy: (name: string) => boolean): Promise<readonly string[]> {
    const asked = [...this.#starved].slice(0, MAX_ASKED)
    if (asked.length === 0) return []
    const names = asked.map(([name]) => name)
    const standings = await this.#ledger.read(names, nowMs)
    return asked.flatMap(([name, starved]) => {
      this.#starved.delete(name)
      return isBusy(name) || this.#feed(name, starved, standings.get(name), nowMs) ? [] : [name]
    })
  }

  /** False: the cell is empty now, as its period is no more. */
  #feed(name: string, starved: Starved, standing: Standing | undefined, nowMs: number): boolean {
    const { limit, period } = starved
    if (standing?.period !== period) {
      this.#cells.reset(limit.cell)
      return false
    }
    const { granted, endsAtMs, elsewhere } = standing
    if (granted < limit.max) {
      this.#cells.grant(limit, { units: 0, granted, endsAtMs, lowWater: -1 }, nowMs)
    } else if (elsewhere > 0) {
      this.#starved.set(name, starved)
    }
    return true
  }
}
