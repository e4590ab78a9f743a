import type { ApiDefinition } from '@tollgate/model/definition/api-definition'

type Hook = { readonly id?: string | undefined; readonly [field: string]: unknown }
/** What an API's wrapper says of a webhook and the event that it is told. */
export type HookReference = {
  readonly event_name?: string | undefined
  readonly event_timeout?: number | undefined
  readonly hook?: Hook | null | undefined
}
type Handler = Readonly<Record<string, unknown>>
type Events = Readonly<Record<string, readonly Handler[]>>

const HANDLER = 'eh_web_hook_handler'

/**
 * Copies each hook reference of the wrapper into the definition's event handlers, where the gateway looks (dashboard
 * contract 1.2). Handlers that came from the references of `before` and are referred to no longer are taken out;
 * those that the definition has of its own stay. Doing it twice changes nothing.
 */
export function withHookHandlers(
  definition: ApiDefinition,
  references: readonly HookReference[],
  before: readonly HookReference[],
): ApiDefinition {
  if (references.length === 0 && before.length === 0) return definition
  const known = new Map(
    Object.values(eventsOf(definition))
      .flat()
      .map((handler) => [hookIdOf(handler), handler.handler_meta]),
  )
  const managed = new Set([...references, ...before].flatMap((reference) => reference.hook?.id ?? []))
  const events = new Map<string, readonly Handler[]>()
  for (const [event, handlers] of Object.entries(eventsOf(definition))) {
    events.set(
      event,
      handlers.filter((handler) => !managed.has(hookIdOf(handler))),
    )
  }
  for (const reference of references) {
    const { event_name: event = '', hook } = reference
    if (event === '' || hook?.id === undefined) continue
    events.set(event, [...(events.get(event) ?? []), handlerFor(reference, hook, known.get(hook.id))])
  }
  const others: unknown = definition.event_handlers?.events
  const merged = { ...(typeof others === 'object' ? others : {}), ...Object.fromEntries(events) }
  return { ...definition, event_handlers: { ...definition.event_handlers, events: merged } }
}

/** @param before what the handler of this webhook said; its `webhook_id` stays where the reference tells none */
function handlerFor(reference: HookReference, hook: Hook, before: unknown): Handler {
  const isMeta = typeof before === 'object' && before !== null && 'webhook_id' in before
  const kept = isMeta && !hook.webhook_id ? { webhook_id: before.webhook_id } : {}
  const event_timeout = reference.event_timeout ?? hook.event_timeout ?? 0
  return { handler_name: HANDLER, handler_meta: { ...hook, ...kept, event_timeout } }
}

function hookIdOf(handler: Handler): string {
  const meta = handler.handler_meta
  if (handler.handler_name !== HANDLER || typeof meta !== 'object' || meta === null || !('id' in meta))
    return ''
  return typeof meta.id === 'string' ? meta.id : ''
}

/** The handlers by event; what is no list of objects is left to the definition's own check. */
function eventsOf(definition: ApiDefinition): Events {
  const events: unknown = definition.event_handlers?.events
  if (typeof events !== 'object' || events === null) return {}
  const lists = Object.entries(events).filter((entry): entry is [string, Handler[]] =>
    Array.isArray(entry[1]),
  )
  return Object.fromEntries(lists)
}
