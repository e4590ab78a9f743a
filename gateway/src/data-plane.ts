import type { Exchange, FinishResult, Handler, ReplyHead, UpstreamFailure } from '@tollgate/http1/exchange'
import { normalisePath } from '@tollgate/http1/path'
import { defaultPoolLimits, type PoolLimits, upstreamPool } from '@tollgate/http1/upstream'
import type { Counters } from '@tollgate/model/counters'
import type { RefusalCode } from '@tollgate/model/refusals'
import type { Rung } from '@tollgate/model/verdict'
import type { Change } from '@tollgate/storage/changes'
import type { KeyReader } from '@tollgate/storage/key-reader'
import { clientAddress } from './client-address.ts'
import { ControlVisit, isControlPath } from './control-paths.ts'
import { failureOutcome, relayReply } from './forward.ts'
import { type KeyCache, keyCache } from './key-cache.ts'
import { keySource } from './key-source.ts'
import type { LogLine } from './log-batch.ts'
import { type Outcome, type Refusal, refusal } from './middleware.ts'
import type { GatewaySettings, WorkerSetup } from './ports.ts'
import { refusalRenderer } from './refuse.ts'
import { requestIds } from './request-id.ts'
import { requestLog } from './request-log.ts'
import type { Match } from './route.ts'
import { type CompiledApi, createSnapshot, type Snapshot } from './snapshot.ts'
import { upstreamPools } from './upstream-pools.ts'
import { upstreamTls } from './upstream-tls.ts'
import { type Desk, type Finishing, Visit } from './visit.ts'

/** What a data plane is made of; everything with a lifetime is opened by who calls. */
export type DataPlaneParts = Pick<
  WorkerSetup,
  'worker' | 'pepper' | 'controlSocket' | 'apis' | 'policies' | 'settings'
> & {
  readonly counters: Counters
  readonly reader: KeyReader
  readonly log: (line: LogLine) => void
  /** Milliseconds since 1970. */
  readonly now: () => number
}

/** The engine's user of one worker. */
export interface DataPlane extends Handler {
  /** When it returns, the changes are in force. */
  apply(changes: readonly Change[]): void
  close(): void
}

/** Makes the data plane of one worker: from here on a request's journey reads top to bottom. */
export function createDataPlane(parts: DataPlaneParts): DataPlane {
  const { settings, log } = parts
  const pools = upstreamPools(poolLimits(settings), upstreamTls(settings.upstreamAuthorities ?? []))
  const control = upstreamPool(controlOrigin(parts.controlSocket), poolLimits(settings))
  const clientIp = clientAddress(settings.trustedProxies)
  const nextId = requestIds(parts.worker)
  const render = refusalRenderer(settings.generator)
  const logRequest = requestLog(settings.logRequests, log)

  const keys: KeyCache = keyCache(
    settings.keyCacheEntries,
    keySource({
      pepper: parts.pepper,
      reader: parts.reader,
      policy: (orgId, id) => snapshot.policy(orgId, id),
      loose: settings.looseEndpointMatching,
      failed: (error) => log({ level: 'error', msg: 'keys cannot be looked up', error: messageOf(error) }),
    }),
  )
  const snapshot: Snapshot = createSnapshot(parts.apis, parts.policies, {
    keys,
    counters: parts.counters,
    pools,
    looseEndpointMatching: settings.looseEndpointMatching,
    broken: (record, reason) =>
      log({
        level: 'error',
        msg: 'API cannot be compiled, it refuses every request',
        apiId: record.apiId,
        error: messageOf(reason),
      }),
  })

  const desk: Desk = {
    now: parts.now,
    clientIp: (exchange) => clientIp(exchange.remoteAddress, exchange.head),
    replied,
    failed,
    finished: (visit, result) => logRequest(visit, result),
  }

  function onRequest(exchange: Exchange): void {
    const path = normalisePath(exchange.head.path)
    if (path === undefined) {
      badPath(exchange)
    } else if (isControlPath(path)) {
      toControl(exchange, path)
    } else {
      const match = snapshot.routes.find(exchange.head.host, path)
      if (match === undefined) notFound(exchange, path)
      else enter(exchange, match, path)
    }
  }

  function enter(exchange: Exchange, match: Match<CompiledApi>, path: string): void {
    const visit = new Visit(desk, exchange, match.api, nextId(), path, match.prefixLength)
    exchange.state = visit
    try {
      settle(visit, match.api.run(visit))
    } catch (error) {
      crash(visit, error)
    }
  }

  /** Turns what a chain came to into an answer. */
  function settle(visit: Visit, outcome: Outcome | Promise<Outcome>): void {
    if (outcome instanceof Promise) {
      outcome.then((later) => settle(visit, later)).catch((error: unknown) => crash(visit, error))
    } else if (outcome.kind === 'refusal') {
      refuse(visit, outcome)
    } else if (outcome.kind === 'upstream') {
      relayReply(visit, outcome.head, outcome.edits)
    } else if (outcome.kind === 'reply') {
      const lines = `${outcome.headerLines}X-Request-Id: ${visit.requestId}\r\n${visit.replyLines}${visit.rateLines}`
      visit.exchange.respond(outcome.status, lines, outcome.body)
    }
  }

  function replied(visit: Visit, reply: ReplyHead): void {
    if (visit.awaiting === undefined) relayReply(visit, reply, undefined)
    else visit.awaiting(reply)
  }

  function failed(visit: Visit, failure: UpstreamFailure): void {
    if (visit.awaiting === undefined) settle(visit, failureOutcome(visit, failure))
    else visit.awaiting(failure)
  }

  function refuse(visit: Visit, refusal: Refusal): void {
    visit.refusal = refusal
    const { status, headerLines, body } = render(refusal.code, visit.head, visit.requestId)
    visit.exchange.respond(status, headerLines, body)
  }

  /** A bug of ours: the client learns a request id, the log the stack. */
  function crash(visit: Visit, error: unknown): void {
    visit.fault = error
    refuse(visit, BUG)
  }

  /** An answer to a request that no API is concerned with. */
  function turnAway(exchange: Exchange, code: RefusalCode, path: string, rung: Rung): void {
    const requestId = nextId()
    const { status, headerLines, body } = render(code, exchange.head, requestId)
    exchange.state = {
      finish: (result) => logRequest.turnedAway({ exchange, requestId, path, code, rung, result }),
    } satisfies Finishing
    exchange.respond(status, headerLines, body)
  }

  function notFound(exchange: Exchange, path: string): void {
    const off = snapshot.inactive.find(exchange.head.host, path)
    if (off === undefined) {
      turnAway(exchange, 'no_route', path, NO_ROUTE)
    } else {
      const detail = `API ${off.api.apiId} is switched off or internal`
      turnAway(exchange, 'api_inactive', path, { step: 'route', detail })
    }
  }

  /** Paths that two parsers could read differently are refused before anything is matched. */
  function badPath(exchange: Exchange): void {
    const requestId = nextId()
    if (settings.logRequests !== 'none') {
      const { remoteAddress } = exchange
      log({ level: 'info', msg: 'refused', requestId, reason: 'ambiguous path', remoteAddress, status: 400 })
    }
    exchange.respond(
      400,
      `Content-Type: text/plain; charset=utf-8\r\nX-Request-Id: ${requestId}\r\n`,
      'Bad Request',
    )
  }

  function toControl(exchange: Exchange, path: string): void {
    const visit = new ControlVisit(exchange, (failure) => {
      const detail = `control API: ${failure}`
      turnAway(exchange, 'upstream_failed', path, { step: 'upstream', detail })
    })
    exchange.state = visit
    visit.forward(control, path, desk.clientIp(exchange))
  }

  return {
    onRequest,
    onFinish(exchange, result: FinishResult) {
      const { state } = exchange
      if (isFinishing(state)) state.finish(result)
    },
    onProtocolError(reason, remoteAddress) {
      if (settings.logRequests !== 'none')
        log({ level: 'info', msg: 'protocol error', reason, remoteAddress })
    },
    apply: (changes) => snapshot.apply(changes),
    close() {
      snapshot.close()
      control.close()
      pools.closeAll()
    },
  }
}

const BUG = refusal('internal', { step: 'route', detail: 'unforeseen: see the error of this line' })
const NO_ROUTE: Rung = { step: 'route', detail: 'no API has this host and path' }

function isFinishing(state: unknown): state is Finishing {
  return typeof state === 'object' && state !== null && 'finish' in state
}

function controlOrigin(socket: string): { host: string; port: number; socketPath?: string } {
  const loopbackPort = /^\d+$/.test(socket) ? Number(socket) : undefined
  if (loopbackPort !== undefined) return { host: '127.0.0.1', port: loopbackPort }
  return { host: 'localhost', port: 0, socketPath: socket }
}

function poolLimits(settings: GatewaySettings): PoolLimits {
  return {
    ...defaultPoolLimits,
    maxConnections: settings.upstreamConnections,
    maxIdleConnections: settings.upstreamConnections,
    connectMs: settings.upstreamConnectTimeoutMs,
    headMs: settings.upstreamTimeoutMs,
    idleMs: settings.upstreamIdleTimeoutMs,
    bodyIdleMs: settings.upstreamBodyIdleTimeoutMs ?? defaultPoolLimits.bodyIdleMs,
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
