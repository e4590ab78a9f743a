import { performance } from 'node:perf_hooks'
import { TLSSocket } from 'node:tls'
import { Deadline, type Timed } from '../connection/timer-wheel.ts'
import type {
  Exchange,
  Finishing,
  ForwardListener,
  ForwardTimeouts,
  MessageBody,
  Upstream,
} from '../exchange.ts'
import { headerValue } from '../syntax/headers.ts'
import { type Refusal, refusals } from '../syntax/protocol-errors.ts'
import type { ParsedReply } from '../syntax/reply-head.ts'
import type { ParsedRequest } from '../syntax/request-head.ts'
import { SWITCHING } from '../syntax/status-line.ts'
import type { UpstreamConnection, UpstreamUser } from '../upstream/upstream-connection.ts'
import type { UpstreamFailure } from '../upstream/upstream-failure.ts'
import type { UpstreamPool } from '../upstream/upstream-pool.ts'
import type { BodyAccess } from './body-access.ts'
import type { ClientSide } from './client-side.ts'
import { hopByHopLines, maySendAgain, tellsEmptyBody } from './exchange-rules.ts'
import { ANSWERED, DONE, FORWARDING, OPEN, RELAYING, REPLIED, TUNNELLING } from './phases.ts'
import { BROKEN, FAULTY, FULL, ReplyOut, WHOLE } from './reply-out.ts'
import { type ReplyOwner, ReplySource } from './reply-source.ts'
import { RequestBody } from './request-body.ts'
import { NOTHING_STRIPPED } from './request-trailers.ts'
import { Tunnel } from './tunnel.ts'

/** One request and its answer; see `Exchange`. Never used twice, so that a late call cannot reach another request. */
export class ClientExchange implements Exchange, UpstreamUser, ReplyOwner, Timed {
  readonly head: ParsedRequest
  readonly startedAt = performance.now()
  state: Finishing | undefined
  stripped = NOTHING_STRIPPED
  readonly #client: ClientSide
  /** Absent where there is none, and nobody has asked for one. */
  #body: RequestBody | undefined
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
  /** The reply's body, where somebody wants to see it. */
  #reply: ReplySource | undefined
  #upstreamMs = -1

  constructor(client: ClientSide, head: ParsedRequest) {
    this.#client = client
    this.head = head
    if (head.bodyLength !== 0) this.#body = new RequestBody(client, head)
    this.#out = new ReplyOut(client.socket, head)
    const { exchangeMs } = client.context.limits
    if (exchangeMs > 0) this.#limitTime(exchangeMs)
  }

  get tls(): TLSSocket | undefined {
    const { socket } = this.#client
    return socket instanceof TLSSocket ? socket : undefined
  }

  get remoteAddress(): string {
    return this.#client.remoteAddress
  }

  get body(): MessageBody {
    this.#body ??= new RequestBody(this.#client, this.head)
    const access = this.#body.open()
    if (this.#phase === DONE) access.close()
    return access
  }

  get replyBody(): MessageBody {
    if (this.#phase < REPLIED) throw new Error('replyBody: there is no reply')
    if (this.#reply === undefined) {
      this.#reply = new ReplySource(this.#connection, this.#client.context.bodies, this)
      if (this.#phase > REPLIED) this.#reply.access.seal()
    }
    return this.#reply.access
  }

  /** Whether more of the request's body may be read now; when it is complete, whatever follows is not our affair. */
  get wantsBytes(): boolean {
    return this.isBodyDone || this.#body?.blocked !== true
  }

  get isBodyDone(): boolean {
    return this.#body === undefined || this.#body.done
  }

  /** From here on the user knows the exchange, and will be told its end. */
  announce(): void {
    this.#announced = true
    this.#client.context.handler.onRequest(this)
  }

  respond(status: number, headerLines: string, body: string | Uint8Array): void {
    if (this.#phase > REPLIED) return
    this.#leaveUpstream()
    const done = this.isBodyDone
    const drains = !done && this.#body?.mayDrain === true
    this.#out.persist = this.head.keepAlive && this.#client.mayPersist && (done || drains)
    this.#out.answer(status, headerLines, body)
    if (drains && this.#out.persist) this.#drain()
    else this.#finish()
  }

  forward(
    upstream: Upstream,
    method: string,
    target: string,
    headerLines: string,
    listener: ForwardListener,
    timeouts: ForwardTimeouts,
  ): void {
    if (this.#phase >= ANSWERED) return
    if (this.#phase !== OPEN) throw new Error('forward: the request is already on its way')
    const { headMs, idleMs = 0, totalMs = 0 } = timeouts
    this.#pool = upstream
    this.#method = method
    this.#target = target
    this.#lines = headerLines
    this.#listener = listener
    this.#headMs = headMs > 0 ? headMs : upstream.limits.headMs
    this.#idleMs = idleMs > 0 ? idleMs : upstream.limits.bodyIdleMs
    if (totalMs > 0) this.#limitTime(totalMs)
    if (this.#body?.sent === true && !this.#body.isKept) {
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
    if (this.#reply !== undefined && !isSwitch && this.#reply.status !== SWITCHING) {
      this.#relayThrough(this.#reply, status, headerLines)
      return
    }
    if (connection === undefined || isSwitch !== (connection.reply?.status === SWITCHING)) {
      this.respond(502, '', '')
      return
    }
    if (isSwitch) {
      this.#startTunnel(connection, headerLines)
    } else {
      this.#beginRelay()
      this.#onRelayed(connection, this.#out.begin(connection, status, headerLines))
    }
  }

  onConnection(connection: UpstreamConnection): void {
    this.#connection = connection
    const toHead = this.#method === 'HEAD'
    const body = this.#body
    this.#sentAt = performance.now()
    connection.idleMs = this.#idleMs
    if (body?.access !== undefined) {
      this.#sendThrough(connection, body, body.access)
    } else if (body === undefined) {
      const framing = tellsEmptyBody(this.#method) ? 'Content-Length: 0\r\n\r\n' : '\r\n'
      const { upgrade } = this.head
      connection.send(this.#start(upgrade) + framing, toHead, this.#headMs, upgrade)
    } else {
      body.blocked = !connection.send(body.begin(this.#start(''), this.stripped), toHead, this.#headMs, '')
      if (body.done) return
      connection.extend(this.#patience)
      body.ask()
    }
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
    if (this.#reply !== undefined) this.#onReadThrough(this.#reply)
    else if (this.#phase === RELAYING && connection?.body !== undefined)
      this.#onRelayed(connection, this.#out.stream(connection, connection.body, ''))
  }

  onUpstreamLost(failure: UpstreamFailure, untouched: boolean): void {
    this.#connection = undefined
    if (this.#phase === RELAYING) {
      this.#client.abort()
    } else if (this.#phase === FORWARDING) {
      if (untouched && !this.#retried && maySendAgain(this.#method, this.#body?.isKept !== false)) {
        this.#retried = true
        this.#pool?.acquire(this, true)
        return
      }
      this.#phase = OPEN
      this.#listener?.onFailure(failure)
    } else {
      this.#reply?.onLost()
    }
  }

  onReplyOver(connection: UpstreamConnection, isRead: boolean): void {
    this.#connection = undefined
    if (isRead) connection.finish(this.#isOut)
    else connection.destroy()
  }

  onUpstreamDrain(): void {
    const body = this.#body
    if (body?.access?.whole !== undefined && this.#connection !== undefined) {
      this.#connection.extend(this.#headMs)
      body.goOn(this.#connection)
    } else if (body?.done === false && body.blocked) {
      body.blocked = false
      body.await()
    }
  }

  /** Bytes of the client from `pos` up to `limit`: takes what belongs to the request's body; returns where it ended. */
  onBytes(bytes: Buffer, pos: number, limit: number): number {
    if (this.#tunnel !== undefined) {
      this.#tunnel.onClientBytes(bytes.subarray(pos, limit))
      return limit
    }
    const body = this.#body
    if (body === undefined || body.done) return pos
    const end = body.take(bytes, pos, limit)
    if (body.problem !== undefined) {
      this.#refuse(body.problem)
      return limit
    }
    if (body.access !== undefined) {
      this.#passThrough(body, body.access, bytes)
      if (this.#phase === DONE) return end
    } else if (this.#phase < ANSWERED && body.pass(this.#connection, bytes)) {
      this.#connection?.extend(body.done ? this.#headMs : this.#patience)
    }
    if (body.done) {
      this.#client.deadline.disarm()
      if (this.#phase === ANSWERED) this.#end()
    } else {
      body.await()
    }
    return end
  }

  /** The client did nothing for too long: neither sent more of the body, nor read more of the answer. */
  onClientTimeout(): void {
    if (this.#phase < RELAYING && !this.isBodyDone) this.#refuse(refusals.bodyTimeout)
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
    if (!this.isBodyDone) this.#body?.await()
    if (this.#connection !== undefined) this.#connection.resume()
    else this.#onRelayed(undefined, this.#out.goOn())
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

  /** All of the request that goes on is on its way. */
  get #isOut(): boolean {
    return this.#body === undefined || this.#body.isOut
  }

  #limitTime(ms: number): void {
    this.#deadline ??= new Deadline(this)
    this.#deadline.arm(ms)
  }

  /** How long an upstream may be silent while the request's body is still coming. */
  get #patience(): number {
    return Math.max(this.#headMs, this.#client.context.limits.bodyProgressMs * 2)
  }

  /** The request's head as it goes on, without its framing; `upgrade`: protocols that it offers to change to. */
  #start(upgrade: string): string {
    return `${this.#method} ${this.#target} HTTP/1.1\r\n${this.#lines}${hopByHopLines(this.head, upgrade)}`
  }

  /** Sends a request whose body somebody has seen or will see. */
  #sendThrough(connection: UpstreamConnection, body: RequestBody, access: BodyAccess): void {
    const method = this.#method
    access.settle()
    const upgrade = access.whole?.length === 0 ? this.head.upgrade : ''
    const message = body.beginThrough(access, method, this.#start(upgrade), this.stripped)
    if (message === undefined) {
      this.#onFault(access)
      return
    }
    const room = connection.send(message, method === 'HEAD', this.#headMs, upgrade)
    if (access.whole !== undefined) {
      if (room) body.goOn(connection)
    } else {
      body.blocked = !room
      if (body.done) return
      connection.extend(this.#patience)
      body.ask()
    }
  }

  #passThrough(body: RequestBody, access: BodyAccess, bytes: Buffer): void {
    if (this.#phase >= ANSWERED) return
    const sent = body.passThrough(access, this.#connection, bytes)
    if (access.fault !== undefined && this.#phase >= FORWARDING) this.#onFault(access)
    else if (sent) this.#connection?.extend(body.done ? this.#headMs : this.#patience)
  }

  /** Relays a reply whose body somebody has seen or wants to rewrite. */
  #relayThrough(reply: ReplySource, status: number, headerLines: string): void {
    if (reply.access.whole !== undefined) this.#leaveUpstream()
    const connection = this.#connection
    if (connection === undefined && reply.access.whole === undefined) {
      this.respond(502, '', '')
      return
    }
    this.#beginRelay()
    this.#onRelayed(connection, this.#out.beginThrough(reply, connection, status, headerLines))
  }

  /** The upstream's connection has read more of a reply whose body somebody sees. */
  #onReadThrough(reply: ReplySource): void {
    const connection = this.#connection
    if (this.#phase === REPLIED) reply.onBytes()
    else if (this.#phase === RELAYING && connection?.body !== undefined)
      this.#onRelayed(connection, this.#out.streamThrough(connection, connection.body, reply.access, ''))
  }

  /** A transform has thrown: the message is broken off, or the user is told, if it can still answer. */
  #onFault({ fault }: BodyAccess): void {
    const { handler } = this.#client.context
    handler.onProtocolError?.(`body transform: ${String(fault?.error)}`, this.remoteAddress, 0)
    const phase = this.#phase
    this.#leaveUpstream()
    if (this.#out.status > 0) {
      this.#client.abort()
    } else if (phase !== REPLIED) {
      this.#phase = OPEN
      this.#reply?.access.close()
      this.#reply = undefined
      this.#listener?.onFailure('transform-failed')
    }
  }

  #beginRelay(): void {
    this.#phase = RELAYING
    this.#out.persist = this.head.keepAlive && this.isBodyDone && this.#client.mayPersist
  }

  /** Goes on with the reply as its last piece tells; without a connection where it comes out of memory. */
  #onRelayed(connection: UpstreamConnection | undefined, outcome: number): void {
    if (outcome === WHOLE) {
      this.#connection = undefined
      connection?.finish(this.#isOut)
      this.#finish()
    } else if (outcome === FAULTY) {
      if (this.#reply !== undefined) this.#onFault(this.#reply.access)
    } else if (outcome === BROKEN) {
      connection?.destroy()
      this.#client.abort()
    } else if (outcome === FULL) {
      connection?.pause()
      this.#client.deadline.arm(this.#client.context.limits.bodyProgressMs)
    } else if (connection?.socket.isPaused() === true) {
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

  #finish(): void {
    this.#phase = DONE
    this.#tellEnd(this.#out.status, true)
    this.#end()
  }

  #end(): void {
    this.#phase = DONE
    this.#client.onExchangeDone(this.#out.persist)
  }

  #tellEnd(status: number, complete: boolean, bytesIn = this.#body?.bytes ?? 0): void {
    this.#deadline?.remove()
    if (!this.#announced) return
    this.#client.context.handler.onFinish(this, {
      status,
      bytesIn,
      bytesOut: this.#out.bytes,
      upstreamMs: this.#upstreamMs,
      complete,
    })
    this.#body?.access?.close()
    this.#reply?.access.close()
  }

  /** Ends without a whole answer: the upstream is left, the user told. */
  #fail(status: number): void {
    const phase = this.#phase
    if (phase === DONE) return
    this.#leaveUpstream()
    this.#phase = DONE
    if (phase === ANSWERED) return
    if (phase === FORWARDING) this.#listener?.onFailure('client-gone')
    this.#tellEnd(status, false)
  }

  /** Refuses the body. Where an answer has begun, it is broken off. */
  #refuse(refusal: Refusal): void {
    const started = this.#phase === RELAYING
    const answered = this.#phase === ANSWERED
    this.#fail(started ? this.#out.status : refusal.status)
    this.#client.onExchangeRefused(refusal, started, answered)
  }

  /** Gives back the connection, or the place in the queue. A connection in use cannot serve again. */
  #leaveUpstream(): void {
    const connection = this.#connection
    this.#connection = undefined
    this.#reply?.onLost()
    if (connection !== undefined) {
      if (this.#phase === REPLIED && connection.body === undefined) connection.finish(this.#isOut)
      else connection.destroy()
    } else if (this.#phase === FORWARDING) {
      this.#pool?.cancel(this)
    }
  }

  #drain(): void {
    this.#phase = ANSWERED
    this.#body?.drop()
    this.#tellEnd(this.#out.status, true)
    this.#body?.await()
  }
}
