/**
 * The rules by which a request goes to an upstream and its reply comes back, whichever protocol is spoken on either side:
 * both engines and all legs ask here.
 */

import type { ServerLimits } from '../limits.ts'
import type { BodyReader } from '../syntax/body-reader.ts'
import type { ParsedRequest } from '../syntax/request-head.ts'
import type { UpstreamConnection } from '../upstream/upstream-connection.ts'

/** Methods that may be sent twice (RFC 9110, 9.2.2). */
const idempotent: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE'])

/** Methods for which a missing Content-Length would make some upstreams answer 411. */
const usuallyWithBody: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH'])

/**
 * Whether a request may be sent once more, on a new connection, after a connection that had served before died without a
 * byte of a reply. `bodyKept`: it has no body, or all of it is in memory.
 */
export function maySendAgain(method: string, bodyKept: boolean): boolean {
  return bodyKept && idempotent.has(method)
}

/** Whether a request that has no body says so to an upstream of HTTP/1.1. */
export function tellsEmptyBody(method: string): boolean {
  return usuallyWithBody.has(method)
}

/** Whether a body comes so slowly that its sender holds the gate for nothing. `waitedMs`: how long it was waited for. */
export function isTooSlow(bytes: number, waitedMs: number, limits: ServerLimits): boolean {
  if (limits.minBodyBytesPerSecond === 0 || waitedMs <= limits.bodyRateGraceMs) return false
  return bytes * 1_000 < waitedMs * limits.minBodyBytesPerSecond
}

/** Whether what the connection has read is all of the reply's body: it has ended by itself, or by the connection's end. */
export function isReplyWhole(connection: UpstreamConnection, body: BodyReader): boolean {
  return body.done || (connection.ended && body.remaining === Number.POSITIVE_INFINITY)
}

/** What this hop asks of the next: the client's wish for another protocol (`upgrade`: those it offers), or for trailers. */
export function hopByHopLines(head: ParsedRequest, upgrade: string): string {
  if (upgrade !== '') return `Connection: Upgrade\r\nUpgrade: ${upgrade}\r\n`
  return head.acceptsTrailers ? 'Connection: TE\r\nTE: trailers\r\n' : ''
}
