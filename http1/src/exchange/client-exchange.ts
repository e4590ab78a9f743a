import { performance } from 'node:perf_hooks'
import { TLSSocket } from 'node:tls'
import { Deadline, type Timed } from '../connection/timer-wheel.ts'
import type { Exchange, Finishing, ForwardListener, ForwardTimeouts, Upstream } from '../exchange.ts'
import { headerValue } from '../syntax/headers.ts'
import { CHUNKED } from '../syntax/message-head.ts'
import { type Refusal, refusals } from '../syntax/protocol-errors.ts'
import type { ParsedReply } from '../syntax/reply-head.ts'
import type { ParsedRequest } from '../syntax/request-head.ts'
import { SWITCHING } from '../syntax/status-line.ts'
import type { UpstreamConnection, UpstreamUser } from '../upstream/upstream-connection.ts'
import type { UpstreamFailure } from '../upstream/upstream-failure.ts'
import type { UpstreamPool } from '../upstream/upstream-pool.ts'
import type { ClientSide } from './client-side.ts'
import { BROKEN, FULL, ReplyOut, WHOLE } from './reply-out.ts'
import { RequestBody } from './request-body.ts'
import { NOTHING_STRIPPED } from './request-trailers.ts'
import { Tunnel } from './tunnel.ts'

/** The user is to act: `forward` or `respond`. */
const OPEN = 0
/** Waiting for a connection, then for the reply's head. */
const FORWARDING = 1
/** The user has the reply's head, and is to `relay` or `respond`. */
const REPLIED = 2
const RELAYING = 3
/** Answered; the rest of a short request body is read and dropped. */
const DRAINING = 4
/** The connection speaks another protocol until its end. */
const TUNNELLING = 5
const DONE = 6

const idempotent: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE'])
/** Methods for which a missing Content-Length would make some upstreams answer 411. */
const usuallyWithBody: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH'])

/** One request and its answer; see `Exchange`. Never used twice, so that a late call cannot reach another request. */
export class ClientExchange implements Exchange, UpstreamUser, Timed {
  readonly head: ParsedRequest
  readonly startedAt: number
  state: Finishing | undefined
  stripped = NOTHING_STRIPPED
  readonly #client: ClientSide
  readonly #body: RequestBody
  readonly #out: ReplyOut
  #phase: number = OPEN
  #announced = false

  #pool: UpstreamPool | undefined
  #connection: UpstreamConnection | undefined
  #listener: ForwardListener | undefined
  #method = ''
  #target = ''
  #lines = ''
  #headMs = 0
  #idleMs = 0
  #retried = false
  #sentAt = 0
  /** Of the whole exchange; only made where its time is bounded. */
  #deadline: Deadline | undefined
  #tunnel: Tunnel | undefined

  #upstreamMs = -1

  constructor(client: ClientSide, head: ParsedRequest) {
    const { limits } = client.context
    this.#client = client
    this.head = head
    this.startedAt = performance.now()
    this.#body = new RequestBody(head.bodyLength, limits)
    this.#out = new ReplyOut(client.socket, head)
    if (limits.exchangeMs > 0) this.#limitTime(limits.exchangeMs)
  }

  get tls(): TLSSocket | undefined {
    const { socket } = this.#client
    return socket instanceof TLSSocket ? socket : undefined
  }

  get remoteAddress(): string {
    return this.#client.remoteAddress
  }

  /** Whether more of the request's body may be read now; when it is complete, whatever follows is not our affair. */
  get wantsBytes(): boolean {
    return this.#body.done || !this.#body.blocked
  }

  get isBodyDone(): boolean {
    return this.#body.done
  }

  /** From here on the user knows the exchange, and will be told its end. */
  announce(): void {
    this.#announced = true
    this.#client.context.handler.onRequest(this)
  }

  respond(status: number, headerLines: string, body: string | Uint8Array): void {
    if (this.#phase > REPLIED) return
    this.#leaveUpstream()
    const { done } = this.#body
    const drains = !done && this.#mayDrain()
    this.#out.persist = this.head.keepAlive && this.#client.mayPersist && (done || drains)
    this.#out.answer(status, headerLines, body)
    if (drains && this.#out.persist) this.#drain()
    else this.#finish(true)
  }

  forward(
    upstream: Upstream,
    method: string,
    target: string,
    headerLines: string,
    listener: ForwardListener,
    timeouts: ForwardTimeouts,
  ): void {
    if (this.#phase >= DRAINING) return
    if (this.#phase !== OPEN) throw new Error('forward: the request is already on its way')
    const { limits } = upstream
    const { headMs, idleMs = 0, totalMs = 0 } = timeouts
    this.#pool = upstream
    this.#method = method
    this.#target = target
    this.#lines = headerLines
    this.#listener = listener
    this.#headMs = headMs > 0 ? headMs : limits.headMs
    this.#idleMs = idleMs > 0 ? idleMs : limits.bodyIdleMs
    if (totalMs > 0) this.#limitTime(totalMs)
    if (this.#body.sent) {
      // What was streamed once is not here to be sent again.
      listener.onFailure('reset')
      return
    }
    this.#phase = FORWARDING
    upstream.acquire(this)
  }

  relay(status: number, headerLines: string): void {
    if (this.#phase > REPLIED) return
    if (this.#phase !== REPLIED) throw new Error('relay: there is no reply')
    const connection = this.#connection
    const isSwitch = status === SWITCHING
    if (connection === undefined || isSwitch !== (connection.reply?.status === SWITCHING)) {
      this.respond(502, '', '')
      return
    }
    if (isSwitch) {
      this.#startTunnel(connection, headerLines)
      return
    }
    this.#phase = RELAYING
    this.#out.persist = this.head.keepAlive && this.#body.done && this.#client.mayPersist
    this.#onRelayed(connection, this.#out.begin(connection, status, headerLines))
  }

  onConnection(connection: UpstreamConnection): void {
    this.#connection = connection
    const { head } = this
    const { upgrade } = head
    const start = `${this.#method} ${this.#target} HTTP/1.1\r\n${this.#lines}${hopByHopLines(head)}`
    const toHead = this.#method === 'HEAD'
    const body = this.#body
    this.#sentAt = performance.now()
    connection.idleMs = this.#idleMs
    if (head.bodyLength === 0) {
      const framing = usuallyWithBody.has(this.#method) ? 'Content-Length: 0\r\n\r\n' : '\r\n'
      connection.send(start + framing, toHead, this.#headMs, upgrade)
      return
    }
    body.blocked = !connection.send(body.begin(start, head, this.stripped), toHead, this.#headMs, '')
    if (body.done) return
    if (head.expectsContinue && body.bytes === 0 && !body.continued) {
      body.continued = true
      this.#client.socket.write('HTTP/1.1 100 Continue\r\n\r\n', 'latin1')
    }
    connection.extend(this.#patience)
    this.#awaitBody()
  }

  onNoConnection(failure: UpstreamFailure): void {
    this.#phase = OPEN
    this.#listener?.onFailure(failure)
  }

  onReplyHead(reply: ParsedReply): void {
    this.#phase = REPLIED
    this.#upstreamMs = performance.now() - this.#sentAt
    this.#listener?.onReply(reply)
  }

  onReplyBytes(): void {
    const connection = this.#connection
    if (this.#phase !== RELAYING || connection?.body === undefined) return
    this.#onRelayed(connection, this.#out.stream(connection, connection.body, ''))
  }

  onUpstreamLost(failure: UpstreamFailure, untouched: boolean): void {
    this.#connection = undefined
    if (this.#phase === RELAYING) {
      this.#client.abort()
    } else if (this.#phase === FORWARDING) {
      if (untouched && !this.#retried && this.head.bodyLength === 0 && idempotent.has(this.#method)) {
        this.#retried = true
        this.#pool?.acquire(this, true)
        return
      }
      this.#phase = OPEN
      this.#listener?.onFailure(failure)
    }
  }

  onUpstreamDrain(): void {
    if (this.#body.done || !this.#body.blocked) return
    this.#body.blocked = false
    this.#awaitBody()
  }

  /** Bytes of the client at `pos`: takes what belongs to the request's body; returns where it ended. */
  onBytes(bytes: Buffer, pos: number): number {
    if (this.#tunnel !== undefined) {
      this.#tunnel.onClientBytes(bytes.subarray(pos))
      return bytes.length
    }
    const body = this.#body
    if (body.done) return pos
    const end = body.take(bytes, pos)
    if (body.problem !== undefined) {
      this.#refuse(body.problem)
      return bytes.length
    }
    if (this.#phase < DRAINING && body.pass(this.#connection, bytes)) {
      this.#connection?.extend(body.done ? this.#headMs : this.#patience)
    }
    if (body.done) {
      this.#client.deadline.disarm()
      if (this.#phase === DRAINING) this.#endDrain()
    } else {
      this.#awaitBody()
    }
    return end
  }

  /** The client did nothing for too long: neither sent more of the body, nor read more of the answer. */
  onClientTimeout(): void {
    if (this.#phase < RELAYING && !this.#body.done) this.#refuse(refusals.bodyTimeout)
    else this.#client.destroy()
  }

  /** The client will send no more. Returns whether that matters to nobody but a tunnel. */
  onClientEnd(): boolean {
    this.#tunnel?.onClientEnd()
    return this.#tunnel !== undefined
  }

  onClientDrain(): void {
    if (this.#tunnel !== undefined) this.#tunnel.onClientDrain()
    if (this.#phase !== RELAYING) return
    this.#client.deadline.disarm()
    if (!this.#body.done) this.#awaitBody()
    this.#connection?.resume()
  }

  /** The client's connection is closed. */
  onClientGone(): void {
    if (this.#tunnel === undefined) this.#fail(this.#out.status)
    else this.#endTunnel(this.#tunnel)
  }

  /** The time of the whole exchange is over. */
  onDeadline(): void {
    if (this.#phase === RELAYING) {
      this.#leaveUpstream()
      this.#client.abort()
    } else if (this.#phase === FORWARDING) {
      this.#leaveUpstream()
      this.#phase = OPEN
      this.#listener?.onFailure('timeout')
    } else if (this.#phase !== DONE) {
      this.#refuse(refusals.exchangeTimeout)
    }
  }

  #limitTime(ms: number): void {
    this.#deadline ??= new Deadline(this)
    this.#deadline.arm(ms)
  }

  /** How long an upstream may be silent while the request's body is still coming. */
  get #patience(): number {
    return Math.max(this.#headMs, this.#client.context.limits.bodyProgressMs * 2)
  }

  /** Reads on in the body, unless the upstream is slower than the client: then it is the upstream's clock that runs. */
  #awaitBody(): void {
    const { deadline, context } = this.#client
    if (this.#body.blocked) {
      deadline.disarm()
    } else {
      deadline.arm(context.limits.bodyProgressMs)
      this.#body.awaitClient()
    }
    this.#client.updateReading()
  }

  /** Goes on with the reply as its last piece tells. */
  #onRelayed(connection: UpstreamConnection, outcome: number): void {
    if (outcome === WHOLE) {
      this.#connection = undefined
      connection.finish(this.#body.done)
      this.#finish(true)
    } else if (outcome === BROKEN) {
      connection.destroy()
      this.#client.abort()
    } else if (outcome === FULL) {
      connection.pause()
      this.#client.deadline.arm(this.#client.context.limits.bodyProgressMs)
    } else if (connection.socket.isPaused()) {
      connection.resume()
    }
  }

  #startTunnel(connection: UpstreamConnection, headerLines: string): void {
    const protocol = (connection.reply && headerValue(connection.reply, 'upgrade')) ?? ''
    const client = this.#client
    this.#phase = TUNNELLING
    this.#connection = undefined
    this.#deadline?.remove()
    this.#out.switchTo(protocol, headerLines)
    this.#tunnel = new Tunnel(client, connection, client.context.limits.tunnelIdleMs)
    this.#tunnel.start(client.takePending())
  }

  /** A tunnel ends with the client's connection, whoever closed first. */
  #endTunnel(tunnel: Tunnel): void {
    this.#phase = DONE
    tunnel.onClientClosed()
    this.#out.bytes = tunnel.bytesOut
    this.#tellEnd(this.#out.status, tunnel.isComplete, tunnel.bytesIn)
  }

  #finish(complete: boolean): void {
    this.#phase = DONE
    this.#tellEnd(this.#out.status, complete)
    this.#client.onExchangeDone(this.#out.persist)
  }

  #tellEnd(status: number, complete: boolean, bytesIn = this.#body.bytes): void {
    this.#deadline?.remove()
    if (!this.#announced) return
    const { handler } = this.#client.context
    handler.onFinish(this, {
      status,
      bytesIn,
      bytesOut: this.#out.bytes,
      upstreamMs: this.#upstreamMs,
      complete,
    })
  }

  /** Ends without a whole answer: the upstream is left, the user told. */
  #fail(status: number): void {
    const phase = this.#phase
    if (phase === DONE) return
    this.#leaveUpstream()
    this.#phase = DONE
    if (phase === DRAINING) return
    if (phase === FORWARDING) this.#listener?.onFailure('client-gone')
    this.#tellEnd(status, false)
  }

  /** Refuses the body. Where an answer has begun, it is broken off. */
  #refuse(refusal: Refusal): void {
    const started = this.#phase === RELAYING
    const answered = this.#phase === DRAINING
    this.#fail(started ? this.#out.status : refusal.status)
    this.#client.onExchangeRefused(refusal, started, answered)
  }

  /** Gives back the connection, or the place in the queue. A connection in use cannot serve again. */
  #leaveUpstream(): void {
    const connection = this.#connection
    this.#connection = undefined
    if (connection !== undefined) {
      if (this.#phase === REPLIED && connection.body === undefined) connection.finish(this.#body.done)
      else connection.destroy()
    } else if (this.#phase === FORWARDING) {
      this.#pool?.cancel(this)
    }
  }

  /** Whether the rest of the body is known to be short enough to be read and dropped. */
  #mayDrain(): boolean {
    if (this.head.expectsContinue && !this.#body.continued) return false
    return (
      this.head.bodyLength !== CHUNKED && this.#body.remaining <= this.#client.context.limits.maxDrainBytes
    )
  }

  #drain(): void {
    this.#phase = DRAINING
    this.#body.drop()
    this.#tellEnd(this.#out.status, true)
    this.#awaitBody()
  }

  #endDrain(): void {
    this.#phase = DONE
    this.#client.onExchangeDone(this.#out.persist)
  }
}

/** What this hop asks of the next: the client's wish for another protocol, or for trailers. */
function hopByHopLines(head: ParsedRequest): string {
  if (head.upgrade !== '') return `Connection: Upgrade\r\nUpgrade: ${head.upgrade}\r\n`
  return head.acceptsTrailers ? 'Connection: TE\r\nTE: trailers\r\n' : ''
}
