import type { RequestRecord } from '@tollgate/analytics/request-record'
import type { FinishResult } from '@tollgate/http1/exchange'
import type { TraceStep } from '@tollgate/model/judge/verdict'
import type { RequestContext } from './request-context.ts'

/** The record of a request that has ended; made when the first asks for it, and the same for all. */
export function requestRecord(context: RequestContext, result: FinishResult): RequestRecord {
  context.record.finished ??= recordOf(context, result)
  return context.record.finished
}

function recordOf(context: RequestContext, result: FinishResult): RequestRecord {
  const { refusal, fault } = context.record
  const { api, fullPath } = context.route
  return {
    requestId: context.requestId,
    atMs: context.nowMs,
    orgId: api.orgId,
    apiId: api.apiId,
    version: context.version?.version.name ?? '',
    keyId: context.identity?.keyId ?? '',
    method: context.method,
    path: fullPath,
    status: result.status,
    code: refusal?.code,
    message: refusal?.text ?? '',
    trace: traceOf(context),
    limit: refusal?.limit,
    clientAddress: context.clientIp,
    bytesIn: result.bytesIn,
    bytesOut: result.bytesOut,
    totalMs: performance.now() - context.exchange.startedAt,
    upstreamMs: result.upstreamMs,
    upstreamOrigin: context.upstream.target?.upstream.origin ?? '',
    complete: result.complete,
    fault: fault === undefined ? '' : fault instanceof Error ? (fault.stack ?? fault.message) : String(fault),
  }
}

function traceOf({ route, version, identity, record }: RequestContext): readonly TraceStep[] {
  const { refusal, rightsStep } = record
  if (refusal?.trace !== undefined) return refusal.trace
  const steps = [
    route.api.traceStep,
    version?.version.traceStep,
    identity?.access.traceStep,
    rightsStep,
    refusal?.traceStep,
  ]
  return steps.filter((step) => step !== undefined)
}
