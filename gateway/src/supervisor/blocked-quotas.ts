import type { AccountState, Ledger } from '@tollgate/limits/ledger'
import type { QuotaCells } from '@tollgate/limits/quota-cells'
import type { Counters, Limit } from '@tollgate/model/limits/counters'

/** Quotas that are watched at a time; the rest wait for the end of their period. */
const MAX_BLOCKED = 10_000
/** Of these so many are asked about at a time. */
const MAX_ASKED = 500

type BlockedQuota = { readonly limit: Limit; readonly period: string }

/**
 * Quotas that are used up here while other nodes still hold units of them, which they may give back. Their cells refuse
 * without asking anybody; here the ledger is asked from time to time, and the cell told when there is hope again.
 */
export class BlockedQuotas {
  readonly #ledger: Ledger
  readonly #cells: Counters & QuotaCells
  readonly #blocked = new Map<string, BlockedQuota>()

  constructor(ledger: Ledger, cells: Counters & QuotaCells) {
    this.#ledger = ledger
    this.#cells = cells
  }

  add(limit: Limit, period: string): void {
    if (this.#blocked.size < MAX_BLOCKED) this.#blocked.set(limit.name, { limit, period })
  }

  drop(name: string): void {
    this.#blocked.delete(name)
  }

  /**
   * Asks the ledger. `isBusy` names are left alone: they ask by themselves. Answers the names whose period ended before
   * its time, by a reset on another node; their cells are empty then.
   */
  async look(nowMs: number, isBusy: (name: string) => boolean): Promise<readonly string[]> {
    const asked = [...this.#blocked].slice(0, MAX_ASKED)
    if (asked.length === 0) return []
    const names = asked.map(([name]) => name)
    const states = await this.#ledger.read(names, nowMs)
    return asked.flatMap(([name, blocked]) => {
      this.#blocked.delete(name)
      return isBusy(name) || this.#unblock(name, blocked, states.get(name), nowMs) ? [] : [name]
    })
  }

  /** False: the cell is empty now, as its period is no more. */
  #unblock(name: string, blocked: BlockedQuota, state: AccountState | undefined, nowMs: number): boolean {
    const { limit, period } = blocked
    if (state?.period !== period) {
      this.#cells.reset(limit.cell)
      return false
    }
    const { granted, endsAtMs, elsewhere } = state
    if (granted < limit.max) {
      this.#cells.grant(limit, { units: 0, granted, endsAtMs, lowWater: -1 }, nowMs)
    } else if (elsewhere > 0) {
      this.#blocked.set(name, blocked)
    }
    return true
  }
}
