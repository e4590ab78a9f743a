import type { Exchange, FinishResult, Handler, ReplyHead, UpstreamFailure } from '@tollgate/http1/exchange'
import { normalisePath } from '@tollgate/http1/syntax/path'
import { defaultPoolLimits, type PoolLimits, upstreamPool } from '@tollgate/http1/upstream/upstream-pool'
import type { ApiEvent } from '@tollgate/model/definition/api-events'
import type { RefusalCode } from '@tollgate/model/judge/refusals'
import type { TraceStep } from '@tollgate/model/judge/verdict'
import type { Counters } from '@tollgate/model/limits/counters'
import type { Change } from '@tollgate/storage/changes/changes'
import type { KeyReader } from '@tollgate/storage/keys/key-reader'
import type { Admission } from '../admission/admission.ts'
import { rateHeaders } from '../admission/rate-headers.ts'
import { throttleQueue } from '../admission/throttle-queue.ts'
import { clientAddress, trustedPeers } from '../edge/client-address.ts'
import { ControlRequest, isControlPath } from '../edge/control-paths.ts'
import { refusalRenderer } from '../edge/refusal-answer.ts'
import { requestIds } from '../edge/request-id.ts'
import type { Match } from '../edge/route.ts'
import type { ApiTls } from '../edge/tls-certificates.ts'
import { type Outcome, type Refusal, refusal } from '../pipeline/middleware.ts'
import { type Finishing, RequestContext, type RequestServices } from '../pipeline/request-context.ts'
import { failureOutcome, relayReply } from '../upstream/forward.ts'
import { forwardedHeaders } from '../upstream/forwarded-headers.ts'
import { upstreamPools } from '../upstream/upstream-pools.ts'
import { upstreamTls } from '../upstream/upstream-tls.ts'
import type { GatewaySettings, WorkerSetup } from '../worker-protocol.ts'
import { emitEvent } from './emit-event.ts'
import { type KeyCache, keyCache } from './key-cache.ts'
import { keyLoader } from './key-loader.ts'
import type { Leases } from './leases.ts'
import type { LogLine } from './log-batch.ts'
import { type Counting, requestCount } from './request-count.ts'
import { requestLog } from './request-log.ts'
import { type CompiledApi, createSnapshot, type Snapshot } from './snapshot.ts'
import { storedCertificates } from './stored-certificates.ts'

/** What a data plane is made of; everything with a lifetime is opened by who calls. */
export type DataPlaneParts = Pick<
  WorkerSetup,
  | 'worker'
  | 'pepper'
  | 'controlSocket'
  | 'apis'
  | 'policies'
  | 'certificates'
  | 'organisationSessions'
  | 'settings'
> & {
  readonly counters: Counters
  /** Where units of quotas come from when a quota's cell has none. */
  readonly leases: Leases
  readonly reader: KeyReader
  readonly log: (line: LogLine) => void
  /** Something happened that an API's definition has a handler for. */
  readonly onEvent?: (event: ApiEvent) => void
  /** Where requests are counted for the overview; they are not without it. */
  readonly counting?: Counting
  /** Milliseconds since 1970. */
  readonly now: () => number
}

/** The engine's user of one worker. */
export interface DataPlane extends Handler {
  /** When it returns, the changes are in force. */
  apply(changes: readonly Change[]): void
  /** What the APIs add to TLS on the gateway's port. */
  tls(): ApiTls
  close(): void
}

/** Makes the data plane of one worker: from here on a request's journey reads top to bottom. */
export function createDataPlane(parts: DataPlaneParts): DataPlane {
  const { settings, log } = parts
  const pools = upstreamPools(poolLimits(settings), upstreamTls(settings.upstreamAuthorities ?? []))
  const control = upstreamPool(controlOrigin(parts.controlSocket), poolLimits(settings))
  const trusted = trustedPeers(settings.trustedProxies)
  const clientIp = clientAddress(trusted)
  const nextId = requestIds(parts.worker)
  const render = refusalRenderer(settings.generator)
  const logRequest = requestLog(settings.logRequests, log)
  const count = requestCount(parts.counting)

  const keys: KeyCache = keyCache(
    settings.keyCacheEntries,
    keyLoader({
      pepper: parts.pepper,
      reader: parts.reader,
      policy: (orgId, id) => snapshot.policy(orgId, id),
      loose: settings.looseEndpointMatching,
      failed: (error) => log({ level: 'error', msg: 'keys cannot be looked up', error: messageOf(error) }),
    }),
  )
  const admission: Admission = {
    counters: parts.counters,
    leases: parts.leases,
    headers: rateHeaders(settings.rateLimitHeaders ?? 'quotas'),
    throttled: throttleQueue(settings.maxThrottledRequests ?? DEFAULT_THROTTLED),
    now: parts.now,
  }
  const snapshot: Snapshot = createSnapshot(parts.apis, parts.policies, parts.organisationSessions ?? [], {
    keys,
    admission,
    pools,
    certificates: storedCertificates(parts.certificates ?? [], parts.pepper),
    looseEndpointMatching: settings.looseEndpointMatching,
    strictRoutes: settings.strictRoutes === true,
    certificatesMissing: ({ apiId }, ids) =>
      log({
        level: 'error',
        msg: 'API names certificates that are not there',
        apiId,
        certificates: ids.join(', '),
      }),
    broken: (record, reason) =>
      log({
        level: 'error',
        msg: 'API cannot be compiled, it refuses every request',
        apiId: record.apiId,
        error: messageOf(reason),
      }),
  })

  const services: RequestServices = {
    now: parts.now,
    clientIp: (exchange) => clientIp(exchange.remoteAddress, exchange.head),
    forwarded: forwardedHeaders(trusted, settings.tls !== undefined),
    counters: parts.counters,
    rateHeaders: admission.headers,
    replied,
    failed,
    finished(context, result) {
      count.finished(context, result)
      logRequest(context, result)
      if (context.api.events.size > 0 && parts.onEvent !== undefined) emitEvent(context, parts.onEvent)
    },
  }

  function onRequest(exchange: Exchange): void {
    const path = normalisePath(exchange.head.path)
    if (path === undefined) {
      onOddPath(exchange)
    } else if (isControlPath(path)) {
      toControl(exchange, path)
    } else {
      const match = snapshot.routes.find(exchange.head.host, path)
      if (match === undefined) notFound(exchange, path)
      else enter(exchange, match, path)
    }
  }

  /** A path with an encoded slash is taken where the API says so; any other is refused before anything is matched. */
  function onOddPath(exchange: Exchange): void {
    const { head } = exchange
    const path = normalisePath(head.path, true)
    const match = path === undefined ? undefined : snapshot.routes.find(head.host, path)
    if (path === undefined || match?.api.allowsEncodedSlashes !== true) badPath(exchange)
    else enter(exchange, match, path)
  }

  function enter(exchange: Exchange, match: Match<CompiledApi>, path: string): void {
    const context = new RequestContext(services, exchange, match.api, nextId(), path, match.prefixLength)
    exchange.state = context
    try {
      settle(context, match.api.run(context))
    } catch (error) {
      crash(context, error)
    }
  }

  /** Turns what a chain came to into an answer. */
  function settle(context: RequestContext, outcome: Outcome | Promise<Outcome>): void {
    if (outcome instanceof Promise) {
      outcome.then((later) => settle(context, later)).catch((error: unknown) => crash(context, error))
    } else if (outcome.kind === 'refusal') {
      refuse(context, outcome)
    } else if (outcome.kind === 'upstream') {
      relayReply(context, outcome.head, outcome.edits)
    } else if (outcome.kind === 'reply') {
      const lines = `${outcome.headerLines}X-Request-Id: ${context.requestId}\r\n${context.replyLines}${context.rateLines}`
      context.exchange.respond(outcome.status, lines, outcome.body)
    }
  }

  function replied(context: RequestContext, reply: ReplyHead): void {
    if (context.awaiting === undefined) relayReply(context, reply, undefined)
    else context.awaiting(reply)
  }

  function failed(context: RequestContext, failure: UpstreamFailure): void {
    if (context.awaiting === undefined) settle(context, failureOutcome(context, failure))
    else context.awaiting(failure)
  }

  function refuse(context: RequestContext, refusal: Refusal): void {
    context.refusal = refusal
    const { status, headerLines, body } = render(refusal.code, context.head, context.requestId, refusal.text)
    const unavailable = refusal.code === 'store_unavailable' ? admission.headers.unavailable : ''
    context.exchange.respond(status, headerLines + refusal.lines + unavailable, body)
  }

  /** A bug of ours: the client learns a request id, the log the stack. */
  function crash(context: RequestContext, error: unknown): void {
    context.fault = error
    refuse(context, BUG)
  }

  /** An answer to a request that no API is concerned with. */
  function turnAway(
    exchange: Exchange,
    requestId: string,
    code: RefusalCode,
    path: string,
    traceStep: TraceStep,
    api?: CompiledApi,
  ): void {
    const { status, headerLines, body } = render(code, exchange.head, requestId)
    exchange.state = {
      finish(result) {
        count.turnedAway(exchange, api, code, result)
        logRequest.turnedAway({ exchange, requestId, path, code, traceStep, api, result })
      },
    } satisfies Finishing
    exchange.respond(status, headerLines, body)
  }

  function notFound(exchange: Exchange, path: string): void {
    const off = snapshot.inactive.find(exchange.head.host, path)
    if (off === undefined) {
      turnAway(exchange, nextId(), 'no_route', path, NO_ROUTE)
    } else {
      const step: TraceStep = { step: 'route', code: 'api_off', args: { id: off.api.apiId } }
      turnAway(exchange, nextId(), 'api_inactive', path, step, off.api)
    }
  }

  /** Paths that two parsers could read differently are refused before anything is matched. */
  function badPath(exchange: Exchange): void {
    turnAway(exchange, nextId(), 'request_malformed', exchange.head.path, AMBIGUOUS_PATH)
  }

  function toControl(exchange: Exchange, path: string): void {
    const requestId = nextId()
    const context = new ControlRequest(exchange, requestId, (failure) => {
      const step: TraceStep = { step: 'upstream', code: 'control_failed', args: { failure } }
      turnAway(exchange, requestId, 'upstream_failed', path, step)
    })
    exchange.state = context
    context.forward(control, path, services.clientIp(exchange))
  }

  return {
    onRequest,
    onFinish(exchange, result: FinishResult) {
      const { state } = exchange
      if (isFinishing(state)) state.finish(result)
    },
    onProtocolError(reason, remoteAddress, status) {
      if (status === 0) {
        if (settings.logRequests !== 'none')
          log({ level: 'info', msg: 'protocol error', reason, remoteAddress })
        return undefined
      }
      const requestId = nextId()
      logRequest.malformed({ requestId, reason, remoteAddress, status })
      return `X-Request-Id: ${requestId}\r\n`
    },
    apply: (changes) => snapshot.apply(changes),
    tls: () => snapshot.tls(),
    close() {
      snapshot.close()
      control.close()
      pools.closeAll()
    },
  }
}

/** Requests that wait for their rate, where no setting says how many. */
const DEFAULT_THROTTLED = 1_000

const BUG = refusal('internal', { step: 'route', code: 'unforeseen' })
const NO_ROUTE: TraceStep = { step: 'route', code: 'no_route' }
const AMBIGUOUS_PATH: TraceStep = { step: 'route', code: 'path_ambiguous' }

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
    maxAgeMs: settings.upstreamConnectionAgeMs ?? defaultPoolLimits.maxAgeMs,
    bodyIdleMs: settings.upstreamBodyIdleTimeoutMs ?? defaultPoolLimits.bodyIdleMs,
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
