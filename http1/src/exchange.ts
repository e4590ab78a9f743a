import type { TLSSocket } from 'node:tls'
import type { ReplyHead, RequestHead } from './syntax/message-head.ts'
import type { UpstreamFailure } from './upstream/upstream-failure.ts'
import type { UpstreamPool } from './upstream/upstream-pool.ts'

export { CHUNKED, type ReplyHead, type RequestHead, UNTIL_CLOSE } from './syntax/message-head.ts'
export type { UpstreamFailure } from './upstream/upstream-failure.ts'

/**
 * What the engine and its user say to each other about one request. The engine knows nothing of the product: it hands
 * over a validated head, and is told to answer, or to forward and relay.
 */

/** Called back about a forwarded request. One object per exchange implements it, so that no closure is made. */
export interface ForwardListener {
  /** The reply's head is here. Call `exchange.relay` (or `respond`) now or later: the body waits, bounded. */
  onReply(reply: ReplyHead): void
  /** No reply head will come. Unless the failure is `client-gone`, call `exchange.respond`. */
  onFailure(failure: UpstreamFailure): void
}

/** Per-request times in milliseconds; 0 or absent = the default of pool and server. */
export type ForwardTimeouts = {
  /** From the request sent to the reply's whole head. */
  readonly headMs: number
  /** Without any progress of the reply's body. */
  readonly idleMs?: number
  /** From now to the last byte of the answer; a tunnel is exempt from it once it stands. */
  readonly totalMs?: number
}

/**
 * A function that rewrites a body as it streams. The bytes are valid during the call only; what it returns is copied or
 * written before it is called again, undefined stands for no bytes. `last`: no more will come (the chunk may be empty then).
 * What it throws breaks the message off: the failure `transform-failed` before there is an answer, a broken connection after.
 */
export type BodyTransform = (chunk: Uint8Array, last: boolean) => Uint8Array | undefined

/**
 * What came of reading a body: its bytes (not to be changed), or that it is longer than the limit, that the worker has no
 * room for it now, or that it will not become whole (its sender has left, was too slow, or broke the protocol).
 */
export type BodyOutcome = Buffer | 'too-large' | 'no-room' | 'gone'

/**
 * A body on its way through the gate, as it is on the wire: no Content-Encoding is taken off, and no header but those of
 * framing is changed. Each call acts on what the calls before it have made of the body. All are for the time before the
 * body goes on: once it streams they throw (`read` rejects), and on an exchange that has ended they do nothing.
 */
export interface MessageBody {
  /**
   * Reads the whole body into memory (at most `limit` bytes; they count against the worker's budget until the exchange
   * ends); it is then forwarded from memory. May be called again, and answers the same bytes. After `too-large` and `no-room`
   * the body may still be forwarded: what was read goes first, the rest streams. Rejects with what a transform throws.
   */
  read(limit: number): Promise<BodyOutcome>
  /**
   * Sends these bytes, which must not be changed any more, instead of the body that came and its trailers. A message that
   * has no body by its nature (the reply to HEAD, 204, 304) stays without one.
   */
  replace(bytes: Uint8Array): void
  /** Rewrites the body while it streams. Several transforms run in the order in which they were added. */
  pipe(transform: BodyTransform): void
}

/** What an exchange's user keeps with it, to be told its end. */
export interface Finishing {
  finish(result: FinishResult): void
}

/** One request on one client connection, from its head to the last byte of its answer. */
export interface Exchange {
  readonly head: RequestHead
  /** Address of the peer, without brackets; IPv4-mapped addresses as IPv4. */
  readonly remoteAddress: string
  /** The client's connection, where it is secured: for what TLS knows of the client, never to be read or written. */
  readonly tls: TLSSocket | undefined
  /** `performance.now()` when the head was complete. */
  readonly startedAt: number
  /** Room for the engine's user: its own object for this request. */
  state: Finishing | undefined
  /**
   * Lower-case names of fields that do not go on, not behind the body either: what was taken out of the head. Set before
   * `forward`.
   */
  stripped: ReadonlySet<string>
  /** The request's body: for the time before `forward`, or instead of it. */
  readonly body: MessageBody
  /** The upstream reply's body: between `onReply` and `relay` or `respond`. */
  readonly replyBody: MessageBody
  /**
   * Answers without an upstream. `headerLines` are complete lines, each ending in CRLF; the engine writes the status
   * line, Content-Length, Date and Connection itself. A body not yet read is drained within limits or the connection closed.
   */
  respond(status: number, headerLines: string, body: string | Uint8Array): void
  /**
   * Sends the request on. `headerLines` are all end-to-end headers (Host among them); the engine adds framing and
   * Connection and streams the body both ways with backpressure. Synchronous up to the socket's write when a connection is idle.
   */
  forward(
    upstream: Upstream,
    method: string,
    target: string,
    headerLines: string,
    listener: ForwardListener,
    timeouts: ForwardTimeouts,
  ): void
  /**
   * Answers with the reply that `onReply` gave: its body streams through. `headerLines` are all end-to-end headers.
   * A reply of status 101, which comes only to a request with an `upgrade`, makes a tunnel of the two connections.
   */
  relay(status: number, headerLines: string): void
}

/** A pool of connections to one origin. Made by `upstreamPool()`, or an `Http2Upstream`. */
export type Upstream = UpstreamPool

/** The engine's user. */
export interface Handler {
  /** A request is here. Called synchronously from the read of the socket. */
  onRequest(exchange: Exchange): void
  /** The answer is out, or the client gone; `exchange.state` is still set. Called exactly once per request. */
  onFinish(exchange: Exchange, result: FinishResult): void
  /**
   * A connection was answered with an error of the protocol before there was a request, or came to nothing; for counting
   * and logs. `status` is that of the engine's own answer, 0 when there is none. What it returns are header lines (each
   * ending in CRLF) that this answer carries too.
   */
  onProtocolError?(reason: string, remoteAddress: string, status: number): string | undefined
}

/** How an exchange ended. */
export type FinishResult = {
  /** Status that was sent; 0 when none was. */
  readonly status: number
  /** Body bytes received from and sent to the client. */
  readonly bytesIn: number
  readonly bytesOut: number
  /** Milliseconds from sending the request to the upstream's reply head; -1 without an upstream. */
  readonly upstreamMs: number
  /** Whether everything that was promised reached the client's socket. */
  readonly complete: boolean
}
