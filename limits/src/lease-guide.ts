/** How many units to ask for, guided by how fast the last ones went. Pure; times in milliseconds. */

/** Units asked for when nothing is known of the demand. */
export const FIRST_LEASE_UNITS = 16
/** A lease is to last about so long: few trips to the ledger, and little to strand. */
const LEASE_LASTS_MS = 1_000
/** A part of the lease that is left when the next one is asked for: 1/4. */
const LOW_WATER_PART = 4

/** The last lease, and how much of what the node had was spent since. */
export type Spending = { readonly units: number; readonly spent: number; readonly elapsedMs: number }

/** Units to ask for: about a second's worth, at most twice the last lease and at least half of it. */
export function guidedLease(last: Spending | undefined): number {
  if (last === undefined) return FIRST_LEASE_UNITS
  const worth = Math.ceil((Math.max(0, last.spent) * LEASE_LASTS_MS) / Math.max(1, last.elapsedMs))
  const nearby = Math.min(Math.max(worth, Math.floor(last.units / 2)), last.units * 2)
  return Math.max(FIRST_LEASE_UNITS, nearby)
}

/** The mark in the cell below which the next lease is asked for ahead of need; -1 = never, when nothing is left to ask for. */
export function lowWaterMark(units: number, granted: number, max: number): number {
  return granted >= max ? -1 : Math.floor(units / LOW_WATER_PART)
}
