import { type ApiEventName, refusals } from '../judge/refusals.ts'
import { isHeaderName, isHeaderValue } from './header-lines.ts'
import type { Path } from './problem.ts'
import { hasMalformedEscape } from './target-url.ts'

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

const EVENTS: ReadonlySet<string> = new Set(
  Object.values(refusals).flatMap((row) => ('event' in row ? [row.event] : [])),
)

/** Methods that a webhook may use. */
export const WEBHOOK_METHODS: readonly string[] = ['POST', 'PUT', 'PATCH', 'GET', 'DELETE']

/** Handlers by event. */
export type ApiEventHandlers = ReadonlyMap<string, readonly EventHandler[]>

/** The part of a definition that names who is told. */
export type HandlerFields = {
  readonly event_handlers?: Readonly<Record<string, unknown>> | null | undefined
  readonly event_handlers_disabled?: boolean | undefined
}

/** Handlers by event; those that are switched off, of an unknown kind or without a usable target are left out. */
export function eventHandlers(definition: HandlerFields): ApiEventHandlers {
  const handlers = new Map<string, readonly EventHandler[]>()
  if (definition.event_handlers_disabled === true) return handlers
  for (const [event, listed] of Object.entries(objectOf(definition.event_handlers?.events))) {
    const usable = Array.isArray(listed) ? listed.flatMap((one: unknown) => handlerOf(one) ?? []) : []
    if (usable.length > 0) handlers.set(event, usable)
  }
  return handlers
}

/** Handlers that are asked for and never called, by their place in `event_handlers.events`. */
export function unheardHandlers(definition: HandlerFields): readonly { path: Path; message: string }[] {
  if (definition.event_handlers_disabled === true) return []
  return Object.entries(objectOf(definition.event_handlers?.events)).flatMap(([event, listed]) => {
    if (!Array.isArray(listed)) return []
    const isKnown = EVENTS.has(event)
    return listed.flatMap((one: unknown, index) => {
      if (objectOf(objectOf(one).handler_meta).disabled === true) return []
      if (!isKnown) return [{ path: [event, index], message: 'waits for an event that does not occur here' }]
      return handlerOf(one) === undefined
        ? [{ path: [event, index], message: 'is no handler that is called' }]
        : []
    })
  })
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
