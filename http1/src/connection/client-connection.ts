import type { Socket } from 'node:net'
import type { BodyBudget } from '../exchange/body-budget.ts'
import { ClientExchange } from '../exchange/client-exchange.ts'
import type { ClientSide } from '../exchange/client-side.ts'
import type { Handler } from '../exchange.ts'
import type { ServerLimits } from '../limits.ts'
import { BARE_LF, findHeadEnd, INCOMPLETE } from '../syntax/head-end.ts'
import { type Refusal, refusals } from '../syntax/protocol-errors.ts'
import { ParsedRequest, parseRequestHead } from '../syntax/request-head.ts'
import { statusLine } from '../syntax/status-line.ts'
import { abortSocket } from './abort.ts'
import { kept, onBytes } from './shared-reads.ts'
import { Deadline, dateLine, type Timed } from './timer-wheel.ts'

/** What the connections of one server share. */
export type ServerContext = {
  readonly handler: Handler
  readonly limits: ServerLimits
  /** Of the bodies that are read into memory. */
  readonly bodies: BodyBudget
  readonly connections: Set<ClientConnection>
  /** The server is closing: each answer is the last of its connection. */
  closing: boolean
  onClosed(connection: ClientConnection): void
}

/** One client's connection: reads request heads, and runs one exchange after the other. */
export class ClientConnection implements ClientSide, Timed {
  readonly socket: Socket
  readonly context: ServerContext
  readonly remoteAddress: string
  /** Of the client's inactivity only: heads, bodies, unread answers. */
  readonly deadline: Deadline
  requests = 0
  #exchange: ClientExchange | undefined
  /** Received and not yet looked at: part of a head, or later requests. */
  #pending: Buffer | undefined
  /** How far `#pending` was searched for the head's end. */
  #searched = 0
  #running = false
  #awaitsDrain = false
  #lingering = false
  #lingered = 0
  #closed = false

  constructor(socket: Socket, context: ServerContext, remoteAddress: string) {
    this.socket = socket
    this.context = context
    this.remoteAddress = remoteAddress
    this.deadline = new Deadline(this)
    onBytes(socket, (bytes, length) => this.#onData(bytes, length))
    socket.on('end', () => this.#onEnd())
    socket.on('drain', () => this.#onDrain())
    socket.on('error', () => this.destroy())
    socket.on('close', () => this.#onClose())
    this.deadline.arm(context.limits.headerMs)
  }

  /** No request runs and none has begun. */
  get isIdle(): boolean {
    return this.#exchange === undefined && this.#pending === undefined && !this.#lingering
  }

  /** Whether an answer given now may be followed by another one. */
  get mayPersist(): boolean {
    const { limits, closing } = this.context
    return (
      !closing && (limits.maxRequestsPerConnection === 0 || this.requests < limits.maxRequestsPerConnection)
    )
  }

  /** The exchange is over. `persist`: the connection goes on with the next request. */
  onExchangeDone(persist: boolean): void {
    this.#exchange = undefined
    if (this.#closed) return
    if (!persist || this.context.closing) {
      this.linger()
    } else if (!this.#running) {
      this.#next()
    }
  }

  /** The same, for an exchange whose body is refused. `answered`: its answer is out and must arrive. */
  onExchangeRefused(refusal: Refusal, started: boolean, answered: boolean): void {
    this.#exchange = undefined
    if (this.#closed) return
    if (answered) this.linger()
    else this.refuse(refusal, started)
  }

  /** Refuses what the client sent, with the engine's own answer, and closes. `started`: part of an answer is out. */
  refuse(refusal: Refusal, started: boolean): void {
    const status = started ? 0 : refusal.status
    const lines = this.context.handler.onProtocolError?.(refusal.reason, this.remoteAddress, status) ?? ''
    this.#pending = undefined
    if (started) {
      this.abort()
      return
    }
    const body = `${refusal.reason}\n`
    this.socket.write(
      `${statusLine(refusal.status)}${dateLine()}${lines}Content-Type: text/plain\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
      'latin1',
    )
    this.linger()
  }

  /** Says that nothing more will come, and waits a while for the client to close: a reset would destroy the answer on its way. */
  linger(): void {
    if (this.#lingering) return
    this.#lingering = true
    this.#pending = undefined
    this.deadline.arm(this.context.limits.bodyProgressMs)
    this.socket.end(() => {
      if (!this.#closed) this.deadline.arm(this.context.limits.lingerMs)
    })
    this.socket.resume()
  }

  /** Cuts an answer short so that the client notices: with a reset, as an orderly end could be taken for the body's. */
  abort(): void {
    abortSocket(this.socket)
  }

  destroy(): void {
    this.socket.destroy()
  }

  onDeadline(): void {
    if (this.#exchange !== undefined) this.#exchange.onClientTimeout()
    else if (this.#pending !== undefined && !this.#lingering && !this.socket.writableNeedDrain) {
      this.refuse(refusals.headTimeout, false)
    } else this.destroy()
  }

  #onData(bytes: Buffer, length: number): void {
    if (this.#lingering) {
      this.#lingered += length
      if (this.#lingered > this.context.limits.maxLingerBytes) this.destroy()
      return
    }
    if (this.#exchange === undefined) {
      this.#run(bytes, length)
      return
    }
    const rest = this.#exchange.onBytes(bytes, 0, length)
    if (rest === length) return
    if (this.#exchange === undefined && this.#pending === undefined) {
      this.#run(bytes.subarray(rest, length), length - rest)
    } else {
      this.#stash(bytes, rest, length)
      this.updateReading()
    }
  }

  /** What came after the request, for the tunnel that it has become. */
  takePending(): Buffer | undefined {
    const pending = this.#pending
    this.#pending = undefined
    return pending
  }

  /** Reads the socket or not: as the running exchange wants, and not beyond what may be stashed or left unread. */
  updateReading(): void {
    const exchange = this.#exchange
    const room = (this.#pending?.length ?? 0) < this.context.limits.maxPipelinedBytes
    const wants =
      exchange === undefined ? !this.#awaitsDrain : exchange.wantsBytes && (!exchange.isBodyDone || room)
    const paused = this.socket.isPaused()
    if (wants || this.#lingering) {
      if (paused) this.socket.resume()
    } else if (!paused) {
      this.socket.pause()
    }
  }

  /** Keeps what comes after the present request, bounded: beyond the bound the client is not read. */
  #stash(bytes: Buffer, from: number, end: number): void {
    if (from >= end || this.#lingering || this.#closed) return
    const rest = bytes.subarray(from, end)
    this.#pending = this.#pending === undefined ? kept(rest) : Buffer.concat([this.#pending, rest])
  }

  /** Goes on after an exchange: with what was stashed, else with waiting. */
  #next(): void {
    this.#awaitsDrain = this.socket.writableNeedDrain
    if (this.#awaitsDrain) {
      // Answers that the client does not read must not pile up.
      this.deadline.arm(this.context.limits.bodyProgressMs)
      this.updateReading()
      return
    }
    const bytes = this.#pending
    this.#pending = undefined
    this.#searched = 0
    if (bytes !== undefined) {
      this.#run(bytes, bytes.length)
      return
    }
    this.deadline.arm(this.context.limits.idleMs)
    if (this.socket.isPaused()) this.socket.resume()
  }

  /** Handles the requests in these bytes, one after the other, until one is not answered at once. */
  #run(received: Buffer, length: number): void {
    let bytes = received
    let end = length
    let from = 0
    if (this.#pending !== undefined) {
      bytes = Buffer.concat([this.#pending, received.subarray(0, length)])
      end = bytes.length
      from = Math.max(0, this.#searched - 3)
      this.#pending = undefined
    }
    let pos = 0
    this.#running = true
    while (pos < end && this.#exchange === undefined && !this.#lingering && !this.#closed) {
      if (pos > 0 && this.socket.writableNeedDrain) break
      const headEnd = findHeadEnd(bytes, pos, Math.max(from, pos), end)
      if (headEnd < 0) {
        this.#onPartialHead(bytes.subarray(pos, end), headEnd)
        pos = end
        break
      }
      pos = this.#startExchange(bytes, pos, headEnd, end)
    }
    this.#running = false
    if (this.#lingering || this.#closed) return
    this.#stash(bytes, pos, end)
    if (this.#exchange === undefined && (this.#pending === undefined || pos < end)) this.#next()
    else this.updateReading()
  }

  #onPartialHead(head: Buffer, headEnd: number): void {
    const { limits } = this.context
    const size = head.length
    if (headEnd === BARE_LF) this.refuse(refusals.badLineEnd, false)
    else if (size > limits.maxTargetBytes + 48 && !head.includes(10))
      this.refuse(refusals.targetTooLong, false)
    else if (headEnd === INCOMPLETE && size >= limits.maxHeadBytes) this.refuse(refusals.headTooLarge, false)
    else {
      if (this.#pending === undefined && this.#searched === 0) this.deadline.arm(limits.headerMs)
      this.#pending = kept(head)
      this.#searched = this.#pending.length
    }
  }

  /** Parses the head, makes the exchange, hands it over. Returns the place after what the request took of the bytes. */
  #startExchange(bytes: Buffer, pos: number, headEnd: number, end: number): number {
    const { limits } = this.context
    this.#searched = 0
    this.requests++
    if (headEnd - pos > limits.maxHeadBytes) {
      this.refuse(refusals.headTooLarge, false)
      return headEnd
    }
    const head = parseRequestHead(bytes.toString('latin1', pos, headEnd), limits)
    if (!(head instanceof ParsedRequest)) {
      this.refuse(head, false)
      return headEnd
    }
    if (limits.maxBodyBytes > 0 && head.bodyLength > limits.maxBodyBytes) {
      this.refuse(refusals.bodyTooLarge, false)
      return headEnd
    }
    this.deadline.disarm()
    const exchange = new ClientExchange(this, head)
    this.#exchange = exchange
    const rest = head.bodyLength === 0 ? headEnd : exchange.onBytes(bytes, headEnd, end)
    if (this.#exchange === undefined) return rest
    exchange.announce()
    return rest
  }

  #onEnd(): void {
    // A client that closes its side while it waits is taken to have left, as nginx does: otherwise nobody would
    // notice the usual way of leaving.
    if (this.#exchange === undefined) this.linger()
    else if (!this.#exchange.onClientEnd()) this.destroy()
  }

  #onDrain(): void {
    if (this.#exchange !== undefined) this.#exchange.onClientDrain()
    else if (!this.#lingering) this.#next()
  }

  #onClose(): void {
    if (this.#closed) return
    this.#closed = true
    this.deadline.remove()
    this.#pending = undefined
    this.#exchange?.onClientGone()
    this.#exchange = undefined
    this.context.connections.delete(this)
    this.context.onClosed(this)
  }
}
