import type { OutgoingHttpHeaders } from 'node:http2'
import type { ParsedReply } from '../syntax/reply-head.ts'
import type { ParsedRequest } from '../syntax/request-head.ts'
import type { UpstreamFailure } from '../upstream/upstream-failure.ts'

/** A request as it goes to an upstream. */
export type Message = {
  readonly method: string
  readonly target: string
  /** All end-to-end headers, `Host` among them; complete lines. */
  readonly headerLines: string
  /** The client's head: whether it takes trailers, and which it announces. */
  readonly head: ParsedRequest
  /** Of the body as it goes on: as in `RequestHead`. */
  readonly bodyLength: number
  /** There is no body, or it can be sent once more: all of it is in memory. */
  readonly bodyKept: boolean
  /** Names of trailers that stay here. */
  readonly stripped: ReadonlySet<string>
  /** For the reply's head, milliseconds. */
  readonly headMs: number
  /** Without any progress of the reply's body, milliseconds. */
  readonly idleMs: number
}

/** The way of one request from the gate to its upstream and back, in whatever protocol is spoken there. */
export interface Leg {
  /** Sends the head; the user is told when the body may follow, once more if all must be sent again. */
  start(): void
  /** One piece of the request's body. Returns false when no more should come until `onLegDrain`. */
  write(chunk: Buffer): boolean
  /** The body was whole. */
  endBody(trailers: OutgoingHttpHeaders): void
  /** The reply's body may come: after `onLegReply`. */
  startReply(): void
  /** It may come again, after an `onLegBytes` that returned false. */
  resumeReply(): void
  /** Leaves the upstream; the user is told nothing more. */
  abandon(): void
}

/** Who goes that way. */
export interface LegUser {
  /** The upstream takes the body now. */
  onLegReady(): void
  onLegDrain(): void
  onLegReply(reply: ParsedReply): void
  /** One piece of the reply's body; a copy. Returns false when no more should come until `resumeReply`. */
  onLegBytes(chunk: Buffer): boolean
  /** The reply is whole. */
  onLegEnd(trailers: OutgoingHttpHeaders): void
  /** It will not become whole, or not even begin. */
  onLegLost(failure: UpstreamFailure): void
}

/** No trailers. */
export const noTrailers: OutgoingHttpHeaders = Object.freeze({})
