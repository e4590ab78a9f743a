import type { Cell, Limit } from '@tollgate/model/limits/counters'

/** Units of a quota that the ledger granted to this node. */
export type Grant = {
  /** To be added to the unspent units of the cell; 0 when the ledger had none left. */
  readonly units: number
  /**
   * Units of the period that the ledger has granted to anybody so far, `units` included: the cell shows
   * `granted - unspent` as used. So what other nodes hold counts as used, and what is left is a lower bound.
   */
  readonly granted: number
  /** End of the period, milliseconds since 1970; 0 = never. Takes the place of the end that the cell had. */
  readonly endsAtMs: number
  /** When a take leaves no more than this many units, the next grant is asked for ahead of need; -1 = never. */
  readonly lowWater: number
}

/**
 * What the main thread does with the cells of quotas: the ledger's side of `take`.
 *
 * A quota's cell holds: granted, unspent (negative = a debt, by `charge`), end of the period, low-water mark. `take` answers
 * - NEEDS_GRANT when there is no cell or its period is over (unless `cost > max`, which no grant could help);
 * - NEEDS_GRANT when the period ends further away than the limit's window allows, by more than QUOTA_CLOCK_SLACK_MS: the
 *   clock went back or the window was made shorter. Only the ledger moves ends, so that both always agree;
 * - the limit's index when `granted - unspent + cost > max`, so that a lowered quota refuses at once;
 * - NEEDS_GRANT when `unspent < cost`; else it spends.
 */
export interface QuotaCells {
  /**
   * Puts granted units (0 = only what is used and when the period ends) into the quota's cell, beside those unspent. A
   * cell whose period is over, or ends earlier than the grant's, is of another period: it starts anew, and what was
   * unspent in it is lost (take it back before). False: no free cell, nothing was put.
   */
  grant(limit: Limit, grant: Grant, nowMs: number): boolean
  /** Takes unspent units out (0 when it is in debt), to be given back; what it shows as used stays. How many they were. */
  takeBack(cell: Cell): number
  /** Unspent units in the cell, of a period that is still open; negative = a debt. 0 when there is none. */
  unspent(cell: Cell, nowMs: number): number
}

/** How much further than a window away a period's end may be: requests carry the clock of their start, grants a later one. */
export const QUOTA_CLOCK_SLACK_MS = 60_000

/** Most units that a cell holds unspent; what is granted beyond is lost to this node. Also the largest debt. */
export const MAX_UNSPENT_UNITS = 2 ** 40
