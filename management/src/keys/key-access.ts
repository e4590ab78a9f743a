import { policyIds } from '@tollgate/model/apply-policies'
import {
  type EffectiveAccess,
  effectiveAccess,
  quotaCells,
  rateCells,
} from '@tollgate/model/effective-access'
import type { KeyRecord } from '@tollgate/storage/keys'
import { Problem } from '../errors.ts'
import type { KeyContext } from './key-context.ts'
import { keyProblems } from './key-problems.ts'

/** The rights and limits of a stored key as they are in force now. */
export async function accessOf(context: KeyContext, record: KeyRecord): Promise<EffectiveAccess> {
  const findPolicy = await context.catalogue.policies(record.orgId, policyIds(record.session))
  return effectiveAccess(record, findPolicy)
}

/** Throws `key_policies_unusable` when the policies leave the key without any right. */
export function refuseUnusable(access: EffectiveAccess): void {
  if (access.unusable !== undefined) throw new Problem(keyProblems.key_policies_unusable, access.unusable)
}

/** Empties every rate and quota counter that belongs to these states of a key, so that each period starts anew. */
export async function resetCounters(context: KeyContext, states: readonly KeyRecord[]): Promise<void> {
  for (const state of states) {
    const access = await accessOf(context, state)
    for (const cell of [...quotaCells(access), ...rateCells(access)]) context.counters.reset(cell)
  }
}
