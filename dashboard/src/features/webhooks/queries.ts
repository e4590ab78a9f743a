import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { request } from '../../api/request.ts'

/** A webhook as it is stored, fields nobody knows included. */
export type Webhook = Readonly<Record<string, unknown>>

/** One page of the webhooks. Every query of this feature has a key that begins with 'webhooks'. */
export function webhooksQuery(page: number) {
  return queryOptions({
    queryKey: ['webhooks', 'list', page],
    queryFn: async ({ signal }) => {
      const { hooks, pages } = await request('GET /api/hooks', { query: { p: String(page) }, signal })
      return { rows: hooks, pages }
    },
    placeholderData: keepPreviousData,
  })
}

/** A webhook's document. */
export function webhookQuery(id: string) {
  return queryOptions({
    queryKey: ['webhooks', 'one', id],
    queryFn: ({ signal }) => request('GET /api/hooks/{hookId}', { params: { hookId: id }, signal }),
  })
}

/** Creates a webhook. */
export function createWebhook(document: Webhook): Promise<unknown> {
  return request('POST /api/hooks', { body: document })
}

/** Replaces a webhook; APIs that refer to it call the new target from then on. */
export function updateWebhook(id: string, document: Webhook): Promise<unknown> {
  return request('PUT /api/hooks/{hookId}', { params: { hookId: id }, body: document })
}

/** Deletes a webhook; APIs that refer to it call it no more. */
export function deleteWebhook(id: string): Promise<unknown> {
  return request('DELETE /api/hooks/{hookId}', { params: { hookId: id } })
}

/** What lists show of a webhook; a document need not have any of it. */
export function webhookFacts(webhook: Webhook) {
  const { id, name, method, target_path: target, header_map: headers, event_timeout: pause } = webhook
  const isMap = typeof headers === 'object' && headers !== null
  return {
    id: text(id),
    name: text(name) || 'Unnamed webhook',
    method: text(method),
    target: text(target),
    headers: isMap ? Object.keys(headers) : [],
    pauseSeconds: typeof pause === 'number' ? pause : 0,
  }
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
