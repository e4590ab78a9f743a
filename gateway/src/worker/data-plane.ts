import type { RefusedRecord, RequestRecord } from '@tollgate/analytics/request-record'
import type { Exchange, Handler } from '@tollgate/http1/exchange'
import { defaultPoolLimits, type PoolLimits } from '@tollgate/http1/limits'
import { upstreamPool } from '@tollgate/http1/upstream/upstream-pool'
import type { Leases } from '@tollgate/limits/leases'
import type { ApiEvent } from '@tollgate/model/definition/api-events'
import type { Counters } from '@tollgate/model/limits/counters'
import type { Change } from '@tollgate/storage/changes/changes'
import type { KeyReader } from '@tollgate/storage/keys/key-reader'
import type { Admission } from '../admission/admission.ts'
import { rateHeaders } from '../admission/rate-headers.ts'
import { throttleQueue } from '../admission/throttle-queue.ts'
import { answers } from '../edge/answer.ts'
import { type Malformed, onRequests } from '../edge/on-request.ts'
import { refusalRenderer } from '../edge/refusal-answer.ts'
import { requestIds } from '../edge/request-id.ts'
import type { ApiTls } from '../edge/tls-certificates.ts'
import { clientAddress, trustedPeers, UNTRUSTED_FORWARDER } from '../pipeline/client-address.ts'
import { phasesOf } from '../pipeline/compile.ts'
import type { RequestServices } from '../pipeline/run.ts'
import type { ServedApi, Step, StepFactory } from '../pipeline/step.ts'
import type { GatewaySettings } from '../settings.ts'
import { failureAnswer, send } from '../upstream/forward.ts'
import { forwardedHeaders } from '../upstream/forwarded-headers.ts'
import { upstreamPools } from '../upstream/upstream-pools.ts'
import { upstreamTls } from '../upstream/upstream-tls.ts'
import type { LogLine, WorkerSetup } from '../worker-protocol.ts'
import { type KeyCache, keyCache } from './key-cache.ts'
import { keyLoader } from './key-loader.ts'
import { malformedRecord } from './malformed.ts'
import { recording } from './recording.ts'
import { type Counting, requestCount } from './request-count.ts'
import { logLine, malformedLine } from './request-log.ts'
import { createSnapshot, type Snapshot } from './snapshot.ts'
import { type ApiPlan, STEPS } from './steps.ts'
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
  /** Gets the record of each request that was refused or failed, whatever is logged. */
  readonly onRefused?: ((record: RefusedRecord) => void) | undefined
  /** Something happened that an API's definition has a handler for. */
  readonly onEvent?: (event: ApiEvent) => void
  /** Where requests are counted for the overview; they are not without it. */
  readonly counting?: Counting
  /** In place of the gateway's own. */
  readonly steps?: readonly StepFactory<ApiPlan>[]
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

/** Puts the data plane of one worker together. */
export function createDataPlane(parts: DataPlaneParts): DataPlane {
  const { settings } = parts
  const trusted = trustedPeers(settings.trustedProxies)
  const clientIp = clientAddress(
    trusted,
    (remoteAddress) => parts.log({ level: 'info', msg: UNTRUSTED_FORWARDER, remoteAddress }),
    settings.ownCalls,
  )
  const pools = upstreamPools(poolLimits(settings), upstreamTls(settings.upstreamAuthorities))
  const control = upstreamPool(controlOrigin(parts.controlSocket), poolLimits(settings))
  const admission: Admission = {
    counters: parts.counters,
    leases: parts.leases,
    headers: rateHeaders(settings.rateLimitHeaders),
    throttled: throttleQueue(settings.maxThrottledRequests),
    now: parts.now,
  }
  const record = recordingOf(parts)
  const snapshot = snapshotOf(parts, { admission, pools, recording: record })
  const services: RequestServices = {
    now: parts.now,
    clientIp: (exchange: Exchange) => clientIp(exchange.remoteAddress, exchange.head),
    ...answers(refusalRenderer(settings.generator), admission.headers.unavailable),
    send: sender(trusted, settings.tls !== undefined),
    failed: failureAnswer,
  }
  const handler = onRequests({
    apis: snapshot,
    nowhere: nowhere(record),
    services,
    nextId: requestIds(parts.worker),
    control,
    controlApart: settings.controlApart,
    onMalformed: (message) => onMalformed(parts, message),
  })
  return {
    ...handler,
    apply: (changes) => snapshot.apply(changes),
    tls: () => snapshot.tls(),
    close() {
      snapshot.close()
      control.close()
      pools.closeAll()
    },
  }
}

/** Who reads the records of requests. */
function recordingOf({ settings, log, onRefused, counting }: DataPlaneParts): Step {
  const toLog = (record: RequestRecord) => log(logLine(record))
  return recording({
    count: requestCount(counting),
    refused: [...(onRefused ? [onRefused] : []), ...(settings.logRequests === 'none' ? [] : [toLog])],
    passed: settings.logRequests === 'all' ? [toLog] : [],
  })
}

function onMalformed({ settings, log, onRefused, now }: DataPlaneParts, message: Malformed): void {
  if (settings.logRequests !== 'none') log(malformedLine(message))
  if (message.requestId !== '') onRefused?.(malformedRecord(message, now()))
}

function snapshotOf(
  parts: DataPlaneParts,
  tools: Pick<Parameters<typeof createSnapshot>[3], 'admission' | 'pools' | 'recording'>,
): Snapshot {
  const { settings, log } = parts
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
  const snapshot = createSnapshot(parts.apis, parts.policies, parts.organisationSessions ?? [], {
    ...tools,
    steps: parts.steps ?? STEPS,
    keys,
    onEvent: parts.onEvent ?? (() => {}),
    certificates: storedCertificates(parts.certificates ?? [], parts.pepper),
    looseEndpointMatching: settings.looseEndpointMatching,
    strictRoutes: settings.strictRoutes,
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
  return snapshot
}

function sender(trusted: ReturnType<typeof trustedPeers>, tls: boolean): RequestServices['send'] {
  const forwarded = forwardedHeaders(trusted, tls)
  return (context, target, listener) => send(context, target, listener, forwarded)
}

/** Stands in where no API has the host and path: such requests are recorded like all others. */
function nowhere(record: Step): ServedApi {
  return {
    apiId: '',
    orgId: '',
    traceStep: undefined,
    stripListenPath: false,
    preserveHost: false,
    disableStripSlash: false,
    allowsEncodedSlashes: false,
    enter() {
      throw new Error('there is no API to enter')
    },
    phases: phasesOf([record]),
  }
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
    maxAgeMs: settings.upstreamConnectionAgeMs,
    bodyIdleMs: settings.upstreamBodyIdleTimeoutMs,
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
