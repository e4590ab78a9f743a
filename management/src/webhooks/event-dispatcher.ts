import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { type ApiEvent, type EventHandler, eventHandlers } from '@tollgate/model/definition/api-events'
import type { Storage } from '@tollgate/storage/storage'
import { sendWebhook } from './send-webhook.ts'

type Call = {
  readonly handler: EventHandler & { kind: 'webhook' }
  readonly event: ApiEvent
  readonly body: string
}
type Handlers = ReadonlyMap<string, readonly EventHandler[]>

/** Calls that wait for their turn, in all and of one organisation; more are dropped and said in the log. */
const MAX_WAITING = 4_000
const MAX_WAITING_OF_ONE = 1_000
/** Calls under way at a time; a receiver that never answers holds up the calls of its own organisation only. */
const MAX_RUNNING = 16
const MAX_RUNNING_OF_ONE = 8
/** APIs whose handlers are remembered, and events that are not to be told again yet. */
const MAX_REMEMBERED = 10_000
/** Of these so many are forgotten when there is no room: not one by one, which would cost a look at all of them each time. */
const FORGOTTEN_AT_ONCE = 1_000
/** A call that failed is tried once more after this pause, milliseconds. */
const RETRY_PAUSE_MS = 1_000
/** How often dropped calls are said, milliseconds. */
const DROPS_SAID_EVERY_MS = 10_000

/** What tells the handlers of API definitions about events (gateway contract, section 8). */
export interface EventDispatcher {
  /** Returns at once; who is told, and how that goes, is the dispatcher's affair. */
  fire(event: ApiEvent): void
  /** Waits for the calls that are under way; what has not begun is dropped. */
  close(): Promise<void>
}

export type DispatcherParts = {
  readonly storage: Storage
  readonly log: (line: Readonly<Record<string, unknown>>) => void
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** For one call, milliseconds. */
  readonly timeoutMs: number
}

/** Makes the dispatcher, which lives as long as the storage is open. */
export function eventDispatcher(parts: DispatcherParts): EventDispatcher {
  const { storage, log, now, timeoutMs } = parts
  const handlers = new Map<string, Promise<Handlers>>()
  const quietUntilMs = new Map<string, number>()
  const waiting: Call[] = []
  const waitingOf = new Tally()
  const running = new Set<Promise<void>>()
  const runningOf = new Tally()
  let dropped = 0
  let dropsSaidMs = 0
  const closing = new AbortController()

  storage.subscribe(async (changes) => {
    for (const change of changes) if (change.kind === 'api') handlers.clear()
  })

  function handlersOf({ orgId, apiId }: ApiEvent): Promise<Handlers> {
    const known = handlers.get(apiId)
    if (known !== undefined) return known
    if (handlers.size >= MAX_REMEMBERED) handlers.clear()
    const read = storage.apis
      .byId(orgId, apiId)
      .then((record) => (record === undefined ? new Map() : eventHandlers(record.definition)))
    handlers.set(apiId, read)
    read.catch(() => handlers.delete(apiId))
    return read
  }

  function take(event: ApiEvent, handler: EventHandler): void {
    if (handler.kind === 'log') {
      log({ level: 'info', msg: 'event', ...event })
      return
    }
    const body = bodyOf(event)
    if (isQuiet(handler, body)) return
    const { orgId } = event
    if (waiting.length >= MAX_WAITING || waitingOf.count(orgId) >= MAX_WAITING_OF_ONE) {
      drop()
      return
    }
    waiting.push({ handler, event, body })
    waitingOf.add(orgId, 1)
    work()
  }

  /** Whether the same was told a while ago; from now on it was. */
  function isQuiet({ cooldownSeconds, method, url }: Call['handler'], body: string): boolean {
    if (cooldownSeconds === 0) return false
    const key = createHash('sha256').update(`${method} ${url}\n${body}`).digest('base64')
    const nowMs = now()
    if ((quietUntilMs.get(key) ?? 0) > nowMs) return true
    if (quietUntilMs.size >= MAX_REMEMBERED) makeRoom(nowMs)
    quietUntilMs.set(key, nowMs + cooldownSeconds * 1_000)
    return false
  }

  /** Forgets what may be told again, and the oldest where that is not enough. */
  function makeRoom(nowMs: number): void {
    for (const [key, until] of quietUntilMs) if (until <= nowMs) quietUntilMs.delete(key)
    for (const key of quietUntilMs.keys()) {
      if (quietUntilMs.size <= MAX_REMEMBERED - FORGOTTEN_AT_ONCE) return
      quietUntilMs.delete(key)
    }
  }

  function drop(): void {
    dropped += 1
    if (now() - dropsSaidMs < DROPS_SAID_EVERY_MS) return
    log({ level: 'warn', msg: 'webhooks dropped, too many are waiting', dropped })
    dropsSaidMs = now()
    dropped = 0
  }

  function work(): void {
    while (running.size < MAX_RUNNING && !closing.signal.aborted) {
      const next = waiting.findIndex(({ event }) => runningOf.count(event.orgId) < MAX_RUNNING_OF_ONE)
      const [call] = next === -1 ? [] : waiting.splice(next, 1)
      if (call === undefined) return
      const { orgId } = call.event
      waitingOf.add(orgId, -1)
      runningOf.add(orgId, 1)
      const done = tell(call).finally(() => {
        running.delete(done)
        runningOf.add(orgId, -1)
        work()
      })
      running.add(done)
    }
  }

  async function tell({ handler, event, body }: Call): Promise<void> {
    let failure = await sendWebhook(handler, body, timeoutMs)
    if (failure !== undefined && !closing.signal.aborted) {
      // Only the stop ends the pause early, and the next line looks for it.
      await sleep(RETRY_PAUSE_MS, undefined, { signal: closing.signal }).catch(() => undefined)
      if (!closing.signal.aborted) failure = await sendWebhook(handler, body, timeoutMs)
    }
    if (failure === undefined) return
    const { apiId, name } = event
    log({
      level: 'warn',
      msg: 'webhook failed',
      apiId,
      event: name,
      host: new URL(handler.url).host,
      failure,
    })
  }

  return {
    fire(event) {
      if (closing.signal.aborted) return
      handlersOf(event).then(
        (found) => {
          for (const handler of found.get(event.name) ?? []) take(event, handler)
        },
        (error: unknown) =>
          log({ level: 'error', msg: 'event not told', apiId: event.apiId, error: String(error) }),
      )
    },
    async close() {
      closing.abort()
      waiting.length = 0
      await Promise.all(running)
    },
  }
}

/** How many there are of each; of what there is none nothing is kept. */
class Tally {
  readonly #counts = new Map<string, number>()

  count(of: string): number {
    return this.#counts.get(of) ?? 0
  }

  add(of: string, by: 1 | -1): void {
    const count = this.count(of) + by
    if (count === 0) this.#counts.delete(of)
    else this.#counts.set(of, count)
  }
}

/** The default body of webhooks; the order of its fields is the contract's. */
function bodyOf({ name, message, path, origin, key }: ApiEvent): string {
  return JSON.stringify({ event: name, message, path, origin, key })
}
