import type { Limit, Usage } from '@tollgate/model/limits/counters'

/** How much of a quota is used, as the whole of the nodes has it. */
export type QuotaUse = Usage & {
  /**
   * At most so many units of the period may never be admitted although they are within the quota: those that this node
   * has leased and not spent (it may die), those that other nodes hold, and those that were stranded already.
   */
  readonly underAdmission: number
}

/** The quotas of a node, as who manages keys sees them. Rejects when the store cannot be asked. */
export interface Quotas {
  /** By the name of the limit. Limits that are no quotas are left out. */
  use(limits: readonly Limit[]): Promise<ReadonlyMap<string, QuotaUse>>
  /** Their periods start anew at the next request, on this node at once. */
  reset(limits: readonly Limit[]): Promise<void>
  /** Ends every quota that belongs to a deleted key; a request that is still under way does not bring it back. */
  forgetKey(keyId: string, limits: readonly Limit[]): Promise<void>
}
