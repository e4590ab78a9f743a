import { policyIds } from '@tollgate/model/access/apply-policies'
import type { Actor } from '@tollgate/storage/changes/changes'
import type { KeyRecord } from '@tollgate/storage/keys/keys'
import type { PolicyRecord } from '@tollgate/storage/records/policies'
import type { Storage } from '@tollgate/storage/storage'
import type { ApiEntry } from '../overview/api-index.ts'

/** Keys that are looked at: more than so many keys on the demo are no demo any more. */
const MAX_KEYS = 1000

/** The demo of an organisation: its API, the policies that grant nothing else and the keys that open nothing else. */
export type Demo = {
  readonly apis: readonly ApiEntry[]
  readonly policies: readonly PolicyRecord[]
  readonly keys: readonly KeyRecord[]
}

/** Finds the demo; everything is empty where there is none. */
export async function demoOf(
  storage: Pick<Storage, 'keys' | 'policies'>,
  scope: string | undefined,
  entries: readonly ApiEntry[],
): Promise<Demo> {
  const apis = entries.filter(({ demo }) => demo)
  const ids = new Set(apis.map(({ apiId }) => apiId))
  if (ids.size === 0) return { apis, policies: [], keys: [] }
  const granting = await storage.policies.list(scope, { apiIds: [...ids] }, { page: 0, size: 1 })
  const policies = granting.rows.filter(({ policy }) =>
    isOnlyOf(Object.keys(policy.access_rights ?? {}), ids),
  )
  const policyNames = new Set(policies.flatMap(({ id, explicitId }) => [id, explicitId].filter(Boolean)))
  const keys: KeyRecord[] = []
  for (const apiId of ids) {
    const { rows } = await storage.keys.list(scope, { apiId }, { page: 1, size: MAX_KEYS })
    keys.push(
      ...rows.filter(
        ({ id, session }) =>
          Object.keys(session.access_rights ?? {}).every((right) => ids.has(right)) &&
          policyIds(session).every((policy) => policyNames.has(policy)) &&
          !keys.some((key) => key.id === id),
      ),
    )
  }
  return { apis, policies, keys }
}

/** Removes the demo in one transaction: all of it or nothing. */
export async function clearDemo(storage: Storage, actor: Actor, demo: Demo): Promise<void> {
  await storage.write(actor, async (stores) => {
    // Whatever went meanwhile is gone; the rest is removed as it is now.
    for (const { orgId, id } of demo.keys) {
      const key = await stores.keys.byId(orgId, id)
      if (key !== undefined) await stores.keys.remove(key)
    }
    for (const { orgId, id } of demo.policies) {
      const policy = await stores.policies.byId(orgId, id)
      if (policy !== undefined) await stores.policies.remove(policy)
    }
    for (const { orgId, apiId } of demo.apis) {
      const api = await stores.apis.byId(orgId, apiId)
      if (api !== undefined) await stores.apis.remove(api)
    }
  })
}

function isOnlyOf(ids: readonly string[], known: ReadonlySet<string>): boolean {
  return ids.length > 0 && ids.every((id) => known.has(id))
}
