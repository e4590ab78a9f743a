import type { Exchange, FinishResult } from '@tollgate/http1/exchange'
import type { RefusalCode } from '@tollgate/model/judge/refusals'
import type { TraceStep } from '@tollgate/model/judge/verdict'
import type { RequestContext } from '../pipeline/request-context.ts'
import type { GatewaySettings } from '../worker-protocol.ts'
import type { LogLine } from './log-batch.ts'
import type { CompiledApi } from './snapshot.ts'

/** A request that never reached an API. */
export type TurnedAway = {
  readonly exchange: Exchange
  readonly requestId: string
  readonly path: string
  readonly code: RefusalCode
  readonly traceStep: TraceStep
  /** The API that would have been reached, were it switched on. */
  readonly api: CompiledApi | undefined
  readonly result: FinishResult
}

/** What the engine refused before it was a request. */
export type Malformed = {
  readonly requestId: string
  readonly reason: string
  readonly remoteAddress: string
  readonly status: number
}

/** One line per refusal or failure, and per passed request when all are asked for. Never a secret, never a query. */
export interface RequestLog {
  (context: RequestContext, result: FinishResult): void
  turnedAway(request: TurnedAway): void
  malformed(request: Malformed): void
}

/** @param which which requests are logged */
export function requestLog(which: GatewaySettings['logRequests'], log: (line: LogLine) => void): RequestLog {
  function logFinished(context: RequestContext, result: FinishResult): void {
    const code = context.refusal?.code
    if (which === 'none' || (which === 'refused' && code === undefined)) return
    const { fault } = context
    log({
      level: code !== undefined && result.status >= 500 ? 'error' : 'info',
      msg: outcomeOf(code, result),
      requestId: context.requestId,
      method: context.method,
      path: context.fullPath,
      clientIp: context.clientIp,
      apiId: context.api.apiId,
      orgId: context.api.orgId,
      ...(context.access !== undefined && { keyId: context.access.keyId }),
      ...(code !== undefined && { code }),
      ...(context.refusal?.limit !== undefined && { limit: context.refusal.limit }),
      status: result.status,
      ms: elapsed(context.exchange),
      ...(result.upstreamMs >= 0 && { upstreamMs: Math.round(result.upstreamMs) }),
      trace: traceOf(context),
      ...(fault !== undefined && { error: fault instanceof Error ? fault.stack : String(fault) }),
    })
  }

  return Object.assign(logFinished, {
    turnedAway({ exchange, requestId, path, code, traceStep, api, result }: TurnedAway): void {
      if (which === 'none') return
      log({
        level: result.status >= 500 ? 'error' : 'info',
        msg: outcomeOf(code, result),
        requestId,
        method: exchange.head.method,
        path,
        clientIp: exchange.remoteAddress,
        ...(api !== undefined && { apiId: api.apiId, orgId: api.orgId }),
        code,
        status: result.status,
        ms: elapsed(exchange),
        trace: [traceStep],
      })
    },
    malformed({ requestId, reason, remoteAddress, status }: Malformed): void {
      if (which === 'none') return
      const code: RefusalCode = 'request_malformed'
      log({
        level: 'info',
        msg: 'protocol error',
        requestId,
        reason,
        remoteAddress,
        code,
        status,
        // What the client was told is the reason itself.
        told: reason,
        trace: [{ step: 'route', code: 'malformed', args: { reason } } satisfies TraceStep],
      })
    },
  })
}

/** The steps of a request; put together only when someone reads them. */
function traceOf(context: RequestContext): readonly TraceStep[] {
  const { refusal, version, access, rightsStep } = context
  if (refusal?.trace !== undefined) return refusal.trace
  const traceSteps = [
    context.api.traceStep,
    version?.version.traceStep,
    access?.traceStep,
    rightsStep,
    refusal?.traceStep,
  ]
  return traceSteps.filter((traceStep) => traceStep !== undefined)
}

function outcomeOf(code: RefusalCode | undefined, result: FinishResult): string {
  if (code === undefined) return result.complete ? 'passed' : 'aborted'
  return result.status >= 500 ? 'failed' : 'refused'
}

function elapsed(exchange: Exchange): number {
  return Math.round((performance.now() - exchange.startedAt) * 10) / 10
}
