import { isWebhookHeader, isWebhookTarget, WEBHOOK_METHODS } from '@tollgate/model/definition/api-events'
import type { Webhook } from '@tollgate/model/definition/webhook'
import { hex32, objectId } from '@tollgate/model/ids'
import type { Actor } from '@tollgate/storage/changes/changes'
import { ConflictError } from '@tollgate/storage/drivers/errors'
import type { ApiRecord } from '@tollgate/storage/records/apis'
import type { WebhookRecord } from '@tollgate/storage/records/webhooks'
import type { Storage, Stores } from '@tollgate/storage/storage'
import { withHookHandlers } from '../apis/hook-references.ts'
import { Problem, problems } from '../errors.ts'
import { webhookProblems } from './webhook-problems.ts'

/** What the webhook verbs work with. */
export type WebhookContext = { readonly storage: Storage; readonly now: () => number }

/** Stores a new webhook. Throws `webhook_invalid`, `webhook_id_taken`, `organisation_unknown`. */
export async function createWebhook(
  { storage }: WebhookContext,
  actor: Actor,
  orgId: string,
  sent: Webhook,
): Promise<WebhookRecord> {
  const record = draft(sent, { id: objectId(), orgId, webhookId: sent.webhook_id || hex32() })
  await refusingTaken(() =>
    storage.write(actor, async (stores) => {
      if ((await stores.organisations.byId(orgId)) === undefined)
        throw new Problem(problems.organisation_unknown)
      await stores.webhooks.insert(record)
    }),
  )
  return record
}

/**
 * Replaces a webhook wholesale; ids and organisation stay. APIs that refer to it call the new target from then on. Throws
 * `webhook_invalid`, `webhook_id_taken`, `webhook_not_found` when it went meanwhile.
 */
export async function updateWebhook(
  { storage, now }: WebhookContext,
  actor: Actor,
  found: WebhookRecord,
  sent: Webhook,
): Promise<WebhookRecord> {
  const { id, orgId } = found
  const record = draft(sent, { id, orgId, webhookId: sent.webhook_id || found.webhookId })
  await refusingTaken(() =>
    storage.write(actor, async (stores) => {
      if ((await stores.webhooks.byId(orgId, id)) === undefined)
        throw new Problem(webhookProblems.webhook_not_found)
      await stores.webhooks.update(record)
      await rewriteReferences(stores, record, record.webhook, now())
    }),
  )
  return record
}

/** Deletes a webhook; APIs that refer to it call it no more. Throws `webhook_not_found` when it went meanwhile. */
export async function deleteWebhook(
  { storage, now }: WebhookContext,
  actor: Actor,
  found: WebhookRecord,
): Promise<void> {
  await storage.write(actor, async (stores) => {
    const current = await stores.webhooks.byId(found.orgId, found.id)
    if (current === undefined) throw new Problem(webhookProblems.webhook_not_found)
    await stores.webhooks.remove(current)
    await rewriteReferences(stores, current, undefined, now())
  })
}

type Ids = Pick<WebhookRecord, 'id' | 'orgId' | 'webhookId'>

function draft(sent: Webhook, ids: Ids): WebhookRecord {
  const { method = '', target_path: target = '', header_map: headers } = sent
  const verb = method.toUpperCase()
  if (!WEBHOOK_METHODS.includes(verb)) throw invalid(`method must be one of ${WEBHOOK_METHODS.join(', ')}`)
  if (!isWebhookTarget(target)) throw invalid('target_path must be an absolute http or https URL')
  for (const [name, value] of Object.entries(headers ?? {})) {
    if (!isWebhookHeader(name, value)) throw invalid(`header_map.${name} cannot be sent`)
  }
  const { id, orgId, webhookId } = ids
  const webhook = { ...sent, method: verb, id, org_id: orgId, webhook_id: webhookId }
  return { ...ids, webhook }
}

function invalid(reason: string): Problem {
  return new Problem(webhookProblems.webhook_invalid, reason)
}

/** Definitions hold copies of the webhooks that they refer to: those are written anew, or taken out. */
async function rewriteReferences(
  stores: Stores,
  { id, orgId }: Ids,
  webhook: Webhook | undefined,
  nowMs: number,
): Promise<void> {
  const { rows } = await stores.apis.list(orgId, {}, { page: 0, size: 1 })
  for (const api of rows) {
    const before = referencesOf(api)
    if (!before.some(({ hook }) => hook?.id === id)) continue
    const after = before.flatMap((reference) => {
      if (reference.hook?.id !== id) return [reference]
      return webhook === undefined ? [] : [{ ...reference, hook: webhook }]
    })
    await stores.apis.update({
      ...api,
      wrapper: { ...api.wrapper, hook_references: after },
      definition: withHookHandlers(api.definition, after, before),
      updatedAt: new Date(nowMs).toISOString(),
    })
  }
}

type Reference = Parameters<typeof withHookHandlers>[1][number]

function referencesOf({ wrapper }: ApiRecord): readonly Reference[] {
  const { hook_references: references } = wrapper
  return Array.isArray(references) ? references : []
}

async function refusingTaken(run: () => Promise<void>): Promise<void> {
  try {
    await run()
  } catch (error) {
    if (error instanceof ConflictError && error.field === 'webhookId')
      throw new Problem(webhookProblems.webhook_id_taken)
    throw error
  }
}
