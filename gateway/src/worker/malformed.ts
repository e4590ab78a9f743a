import type { RefusedRecord } from '@tollgate/analytics/request-record'
import type { Malformed } from '../edge/on-request.ts'

/** The record of a message that the engine answered before it was a request: the client was told the reason itself. */
export function malformedRecord(
  { requestId, reason, remoteAddress, status }: Malformed,
  nowMs: number,
): RefusedRecord {
  return {
    requestId,
    atMs: nowMs,
    orgId: '',
    apiId: '',
    version: '',
    keyId: '',
    method: '',
    path: '',
    status,
    code: 'request_malformed',
    message: reason,
    trace: [{ step: 'route', code: 'malformed', args: { reason } }],
    limit: undefined,
    clientAddress: remoteAddress,
    bytesIn: 0,
    bytesOut: 0,
    totalMs: 0,
    upstreamMs: -1,
    upstreamOrigin: '',
    complete: true,
    fault: '',
  }
}
