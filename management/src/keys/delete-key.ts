import type { Actor } from '@tollgate/storage/changes/changes'
import type { KeyRecord } from '@tollgate/storage/keys/keys'
import { Problem } from '../errors.ts'
import { endCounters } from './key-access.ts'
import type { KeyContext } from './key-context.ts'
import { keyProblems } from './key-problems.ts'

/** Deletes a key, its secrets and its counters. Throws `key_not_found` when it went meanwhile. */
export async function deleteKey(context: KeyContext, actor: Actor, found: KeyRecord): Promise<void> {
  await context.storage.write(actor, async (stores) => {
    const current = await stores.keys.byId(found.orgId, found.id)
    if (current === undefined) throw new Problem(keyProblems.key_not_found)
    await stores.keys.remove(current)
  })
  await endCounters(context, found)
}
