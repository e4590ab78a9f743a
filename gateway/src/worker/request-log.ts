import type { RequestRecord } from '@tollgate/analytics/request-record'
import type { TraceStep } from '@tollgate/model/judge/verdict'
import type { Malformed } from '../edge/on-request.ts'
import type { LogLine } from '../worker-protocol.ts'

/** The log's line of a request. Never a secret, never a query. */
export function logLine(record: RequestRecord): LogLine {
  const { code, status, limit, orgId, apiId, keyId, upstreamMs, fault } = record
  return {
    level: code !== undefined && status >= 500 ? 'error' : 'info',
    msg: outcomeOf(record),
    requestId: record.requestId,
    method: record.method,
    path: record.path,
    clientIp: record.clientAddress,
    ...(apiId !== '' && { apiId, orgId }),
    ...(keyId !== '' && { keyId }),
    ...(code !== undefined && { code }),
    ...(limit !== undefined && { limit }),
    status,
    ms: Math.round(record.totalMs * 10) / 10,
    ...(upstreamMs >= 0 && { upstreamMs: Math.round(upstreamMs) }),
    trace: record.trace,
    ...(fault !== '' && { error: fault }),
  }
}

/** The log's line of a message that was no request. */
export function malformedLine({ requestId, reason, remoteAddress, status }: Malformed): LogLine {
  const line = { level: 'info', msg: 'protocol error', reason, remoteAddress }
  if (requestId === '') return line
  const trace: readonly TraceStep[] = [{ step: 'route', code: 'malformed', args: { reason } }]
  return { ...line, requestId, code: 'request_malformed', status, told: reason, trace }
}

function outcomeOf({ code, status, complete }: RequestRecord): string {
  if (code === undefined) return complete ? 'passed' : 'aborted'
  return status >= 500 ? 'failed' : 'refused'
}
