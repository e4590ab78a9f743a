import { policyIds } from '@tollgate/model/access/apply-policies'
import { type EffectiveAccess, effectiveAccess, limitsOfKey } from '@tollgate/model/access/effective-access'
import type { Limit } from '@tollgate/model/limits/counters'
import type { KeyRecord } from '@tollgate/storage/keys/keys'
import { Problem } from '../errors.ts'
import type { KeyContext } from './key-context.ts'
import { keyProblems } from './key-problems.ts'

/** The rights and limits of a stored key as they are in force now. */
export async function accessOf(context: KeyContext, record: KeyRecord): Promise<EffectiveAccess> {
  const findPolicy = await context.catalogue.policies(record.orgId, policyIds(record.session))
  return effectiveAccess(record, findPolicy, context.catalogue.matching)
}

/** Throws `key_policies_unusable` when the policies leave the key without any right. */
export function refuseUnusable(access: EffectiveAccess): void {
  if (access.unusable !== undefined) throw new Problem(keyProblems.key_policies_unusable, access.unusable)
}

/**
 * Empties every rate and quota counter that belongs to these states of a key alone, so that each period starts anew. What
 * the key shares with others stays.
 */
export async function resetCounters(context: KeyContext, states: readonly KeyRecord[]): Promise<void> {
  const limits = await ownLimits(context, states)
  for (const { cell } of limits) context.counters.reset(cell)
  await context.quotas.reset(limits)
}

/** Ends every counter of a deleted key, also those that earlier states of it had. */
export async function endCounters(context: KeyContext, record: KeyRecord): Promise<void> {
  const limits = await ownLimits(context, [record])
  for (const { cell } of limits) context.counters.reset(cell)
  await context.quotas.forgetKey(record.id, limits)
}

async function ownLimits(context: KeyContext, states: readonly KeyRecord[]): Promise<readonly Limit[]> {
  const limits = await Promise.all(states.map(async (state) => limitsOfKey(await accessOf(context, state))))
  return limits.flat()
}
