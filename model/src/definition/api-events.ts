import type { ApiEventName } from '../judge/refusals.ts'
import type { ApiDefinition } from './api-definition.ts'
import { hasMalformedEscape, isHeaderName, isHeaderValue } from './definition-problems.ts'

/** One event; plain data. */
export type ApiEvent = {
  readonly name: ApiEventName
  readonly orgId: string
  readonly apiId: string
  /** In words, for whoever is told. */
  readonly message: string
  readonly path: string
  /** Address of the client. */
  readonly origin: string
  /** Public id of the key; empty when none was found. */
  readonly key: string
}

/** Who is told of an event. */
export type EventHandler =
  | { readonly kind: 'log' }
  | {
      readonly kind: 'webhook'
      readonly method: string
      readonly url: string
      readonly headers: Readonly<Record<string, string>>
      /** Seconds for which an event that says the same is not told again. */
      readonly cooldownSeconds: number
    }

/** Methods that a webhook may use. */
export const WEBHOOK_METHODS: readonly string[] = ['POST', 'PUT', 'PATCH', 'GET', 'DELETE']

/** Handlers by event; those that are switched off, of an unknown kind or without a usable target are left out. */
export function eventHandlers(definition: ApiDefinition): ReadonlyMap<string, readonly EventHandler[]> {
  const handlers = new Map<string, readonly EventHandler[]>()
  if (definition.event_handlers_disabled === true) return handlers
  for (const [event, listed] of Object.entries(objectOf(definition.event_handlers?.events))) {
    const usable = Array.isArray(listed) ? listed.flatMap((one: unknown) => handlerOf(one) ?? []) : []
    if (usable.length > 0) handlers.set(event, usable)
  }
  return handlers
}

function handlerOf(listed: unknown): EventHandler | undefined {
  const { handler_name: name, handler_meta } = objectOf(listed)
  const meta = objectOf(handler_meta)
  if (meta.disabled === true) return undefined
  if (name === 'eh_log_handler') return { kind: 'log' }
  if (name !== 'eh_web_hook_handler') return undefined
  const { method, target_path: url, header_map, event_timeout: timeout } = meta
  if (typeof url !== 'string' || !isWebhookTarget(url)) return undefined
  const verb = typeof method === 'string' && method !== '' ? method.toUpperCase() : 'POST'
  if (!WEBHOOK_METHODS.includes(verb)) return undefined
  const headers = Object.entries(objectOf(header_map)).flatMap(([header, value]) =>
    typeof value === 'string' && isWebhookHeader(header, value) ? [[header, value] as const] : [],
  )
  const cooldownSeconds = typeof timeout === 'number' && timeout > 0 ? timeout : 0
  return { kind: 'webhook', method: verb, url, headers: Object.fromEntries(headers), cooldownSeconds }
}

/** Whether webhooks can be sent there: an absolute http or https URL whose name and password, if any, can be read. */
export function isWebhookTarget(url: string): boolean {
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url)) return false
  const { username, password } = new URL(url)
  return !hasMalformedEscape(username + password)
}

/** Headers that say how a message is framed: that is for the sender to say. */
const FRAMING =
  /^(connection|content-length|expect|keep-alive|te|trailer|transfer-encoding|upgrade|proxy-connection)$/i

/** Whether a webhook may carry this header. */
export function isWebhookHeader(name: string, value: string): boolean {
  return isHeaderName(name) && isHeaderValue(value) && !FRAMING.test(name)
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return {}
  return { ...value }
}
