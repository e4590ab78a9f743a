import { type ClientRequest, request as plainRequest } from 'node:http'
import { request as securedRequest } from 'node:https'
import type { EventHandler } from '@tollgate/model/definition/api-events'

/** What receivers of such webhooks may look for (gateway contract, section 8). */
const USER_AGENT = 'Tyk-Hookshot'

type Webhook = EventHandler & { readonly kind: 'webhook' }

/**
 * Calls a webhook once. Resolves with why it failed, or undefined when the receiver took it (any status below 500: a
 * second try would not change its mind). Redirects are not followed. Never rejects: whoever may write a definition
 * chooses all of it.
 */
export function sendWebhook(webhook: Webhook, body: string, timeoutMs: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const failed = (error: unknown) => resolve(reasonOf(error))
    try {
      const call = request(webhook, body, timeoutMs)
      call.on('error', failed)
      call.on('response', (response) => {
        const { statusCode = 0 } = response
        // The answer's status is all that is of interest.
        response.destroy()
        resolve(statusCode >= 500 ? `status ${statusCode}` : undefined)
      })
      // An answer that nobody asked for, such as 101, ends the call without an error.
      call.on('close', () => resolve('no answer'))
      call.end(body)
    } catch (error) {
      failed(error)
    }
  })
}

function request({ method, url, headers }: Webhook, body: string, timeoutMs: number): ClientRequest {
  const send = /^https:/i.test(url) ? securedRequest : plainRequest
  const own = { 'user-agent': USER_AGENT, 'content-type': 'application/json' }
  const given = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const)
  return send(url, {
    method,
    agent: false,
    signal: AbortSignal.timeout(timeoutMs),
    headers: { ...own, ...Object.fromEntries(given), 'content-length': Buffer.byteLength(body) },
  })
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message
}
