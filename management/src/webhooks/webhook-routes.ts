import { Webhook } from '@tollgate/model/definition/webhook'
import type { WebhookRecord } from '@tollgate/storage/records/webhooks'
import { z } from 'zod'
import { actorOf, organisationFor, type UserCaller } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { Document, Done, ok } from '../envelopes.ts'
import { Problem, type ProblemSpec } from '../errors.ts'
import { PageNumber, pageOf } from '../page-query.ts'
import { type Route, route } from '../route.ts'
import { createWebhook, deleteWebhook, updateWebhook } from './save-webhook.ts'
import { webhookProblems as problems } from './webhook-problems.ts'

/** /api/hooks (dashboard contract, section 1.10). */
export const webhookRoutes = (deps: Dependencies): Route[] => {
  const writes = { body: Webhook, invalid: problems.webhook_invalid.message, answer: Done } as const
  return [
    route({
      method: 'GET',
      path: '/api/hooks',
      permission: 'hooks:read',
      summary: 'List webhooks',
      query: z.object({ p: PageNumber }),
      answer: z.object({ hooks: z.array(Document), pages: z.int() }),
      handle: async ({ caller, query }) => {
        const page = pageOf(query.p, deps.pageSize)
        const { rows, pages } = await deps.storage.webhooks.list(caller.scope, page)
        return { hooks: rows.map(shownWebhook), pages }
      },
    }),
    route({
      ...writes,
      method: 'POST',
      path: '/api/hooks',
      permission: 'hooks:write',
      summary: 'Create a webhook; its id is found by listing',
      handle: async ({ caller, body }) => {
        await createWebhook(deps, actorOf(caller), organisationFor(caller, body.org_id), body)
        return ok('Webhook created')
      },
    }),
    route({
      method: 'GET',
      path: '/api/hooks/:hookId',
      permission: 'hooks:read',
      summary: 'Read a webhook',
      answer: Document,
      handle: async ({ caller, params }) =>
        shownWebhook(await find(deps, caller, params.hookId, problems.webhook_unreadable)),
    }),
    route({
      ...writes,
      method: 'PUT',
      path: '/api/hooks/:hookId',
      permission: 'hooks:write',
      summary: 'Replace a webhook, and what APIs that refer to it call',
      handle: async ({ caller, params, body }) => {
        const found = await find(deps, caller, params.hookId, problems.webhook_not_found)
        await updateWebhook(deps, actorOf(caller), found, body)
        return ok('Hook updated')
      },
    }),
    route({
      method: 'DELETE',
      path: '/api/hooks/:hookId',
      permission: 'hooks:write',
      summary: 'Delete a webhook; APIs that refer to it call it no more',
      answer: Done,
      handle: async ({ caller, params }) => {
        const found = await find(deps, caller, params.hookId, problems.webhook_not_found)
        await deleteWebhook(deps, actorOf(caller), found)
        return ok('Webhook deleted')
      },
    }),
  ]
}

async function find(
  { storage }: Dependencies,
  caller: UserCaller,
  id: string | undefined,
  otherwise: ProblemSpec,
): Promise<WebhookRecord> {
  const record = await storage.webhooks.byId(caller.scope, id ?? '')
  if (record === undefined) throw new Problem(otherwise)
  return record
}

/** What the wire shows always, in its order. */
const ZEROS = {
  api_model: {},
  id: '',
  org_id: '',
  name: '',
  method: '',
  target_path: '',
  template_path: '',
  header_map: {},
  event_timeout: 0,
  webhook_id: '',
}

function shownWebhook({ id, orgId, webhookId, webhook }: WebhookRecord): Record<string, unknown> {
  return { ...ZEROS, ...webhook, api_model: {}, id, org_id: orgId, webhook_id: webhookId }
}
