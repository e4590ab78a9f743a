import type { ApiDefinition } from '@tollgate/model/definition/api-definition'
import { certificateUse } from '@tollgate/model/definition/certificate-use'
import { certificateSecret } from '@tollgate/model/judge/judge-certificate'
import type { Actor } from '@tollgate/storage/changes/changes'
import type { KeyRecord } from '@tollgate/storage/keys/keys'
import type { ApiRecord } from '@tollgate/storage/records/apis'
import { secretHash } from '@tollgate/storage/secrets'
import { deleteKey } from '../keys/delete-key.ts'
import type { KeyContext } from '../keys/key-context.ts'

/** How an API uses a certificate: to let clients in, towards upstreams, or for its own domain. */
export type UsageType = 'client' | 'upstream' | 'server'

/** An API that names a certificate. */
export type Dependent = { readonly api: ApiRecord; readonly usage: readonly UsageType[] }

/** The organisation's APIs that name the certificate, newest first. */
export async function dependentApis(
  { storage }: KeyContext,
  orgId: string,
  id: string,
): Promise<readonly Dependent[]> {
  const { rows } = await storage.apis.list(orgId, {}, { page: 0, size: 1 })
  return rows.flatMap((api) => {
    const usage = usageOf(api.definition, id)
    return usage.length === 0 ? [] : [{ api, usage }]
  })
}

function usageOf(definition: ApiDefinition, id: string): readonly UsageType[] {
  const { client, upstream, pinned, server } = certificateUse({
    ...definition,
    // What is switched off names it all the same.
    upstream_certificates_disabled: false,
    certificate_pinning_disabled: false,
  })
  const types: UsageType[] = []
  if (client.includes(id)) types.push('client')
  if (upstream.some(([, named]) => named === id) || pinned.some(([, ids]) => ids.includes(id)))
    types.push('upstream')
  if (server.includes(id)) types.push('server')
  return types
}

/** The key that is found by the certificate. */
export function dependentKey(
  { storage, pepper }: KeyContext,
  orgId: string,
  id: string,
): Promise<KeyRecord | undefined> {
  return storage.keys.bySecretHash(secretHash(pepper, certificateSecret(orgId, id)))
}

/** Takes the certificate out of every API that lets clients in by it or shows it to upstreams, and deletes the key bound to it. */
export async function deleteDependencies(
  context: KeyContext,
  actor: Actor,
  orgId: string,
  id: string,
): Promise<void> {
  const at = new Date(context.now()).toISOString()
  const dependents = await dependentApis(context, orgId, id)
  await context.storage.write(actor, async (stores) => {
    for (const { api } of dependents) {
      const current = await stores.apis.byId(orgId, api.id)
      if (current === undefined) continue
      const definition = without(current.definition, orgId, id)
      await stores.apis.update({ ...current, definition, updatedAt: at })
    }
  })
  const key = await dependentKey(context, orgId, id)
  if (key !== undefined) await deleteKey(context, actor, key)
}

function without(definition: ApiDefinition, orgId: string, id: string): ApiDefinition {
  const isOther = (named: string) => named !== id && orgId + named !== id
  const { client_certificates: client, upstream_certificates: upstream } = definition
  return {
    ...definition,
    ...(client && { client_certificates: client.filter(isOther) }),
    ...(upstream && {
      upstream_certificates: Object.fromEntries(
        Object.entries(upstream).filter(([, named]) => isOther(named)),
      ),
    }),
  }
}
