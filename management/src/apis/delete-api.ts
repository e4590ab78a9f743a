import type { Actor } from '@tollgate/storage/changes/changes'
import type { ApiRecord } from '@tollgate/storage/records/apis'
import { Problem } from '../errors.ts'
import { apiProblems } from './api-problems.ts'
import type { ApiContext } from './save-api.ts'

/** Deletes an API; keys keep naming it and open nothing by that. Throws `api_not_deletable` when it went meanwhile. */
export async function deleteApi(context: ApiContext, actor: Actor, found: ApiRecord): Promise<void> {
  await context.storage.write(actor, async (stores) => {
    const current = await stores.apis.byId(found.orgId, found.id)
    if (current === undefined) throw new Problem(apiProblems.api_not_deletable)
    await stores.apis.remove(current)
  })
}
