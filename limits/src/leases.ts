import type { Limit } from '@tollgate/model/limits/counters'

/**
 * What became of a wish for units: they are in the shared cell (others may take them first, so judge again), there are
 * none left in the period (the cell knows: judge again), or the ledger cannot be asked.
 */
export type LeaseOutcome = 'granted' | 'exhausted' | 'unavailable'

/** Where units of quotas come from, when `take` answers NEEDS_GRANT. */
export interface Leases {
  /** Asks for units, for a request that waits for `cost` of them. Never rejects. */
  more(limit: Limit, cost: number): Promise<LeaseOutcome>
  /** Asks ahead of need; nobody waits. */
  ahead(limit: Limit): void
}
