import type { Socket } from 'node:net'
import { abortSocket } from '../connection/abort.ts'
import { coarseNow, Deadline, type Timed } from '../connection/timer-wheel.ts'
import type { PoolLimits, UpstreamOrigin } from '../limits.ts'
import { BodyReader } from '../syntax/body-reader.ts'
import { findHeadEnd, INCOMPLETE } from '../syntax/head-end.ts'
import { headerValue } from '../syntax/headers.ts'
import { type ParsedReply, parseReplyHead } from '../syntax/reply-head.ts'
import { protocolsOf } from '../syntax/request-head.ts'
import { SWITCHING } from '../syntax/status-line.ts'
import { openSocket, unfitness } from './open-socket.ts'
import { connectFailure, type UpstreamFailure } from './upstream-failure.ts'

/** Bytes read from an upstream at once. */
const READ_BYTES = 65_536

/** Whoever uses a connection for one request; told everything synchronously. */
export interface UpstreamUser {
  /** The connection is the user's from now on: `send`. */
  onConnection(connection: UpstreamConnection): void
  onNoConnection(failure: UpstreamFailure): void
  /** The reply's head; body bytes that came with it are in the connection's `input`. */
  onReplyHead(reply: ParsedReply): void
  /** More body bytes are in `input`, or the body has `ended` with the connection. */
  onReplyBytes(): void
  /** The connection died before the reply's end. `untouched`: it was reused and not a byte of a reply came. */
  onUpstreamLost(failure: UpstreamFailure, untouched: boolean): void
  /** What was written has gone out. */
  onUpstreamDrain(): void
}

/** Whoever has the connection since it speaks another protocol. */
export interface TunnelEnd {
  onUpstreamBytes(bytes: Buffer): void
  onUpstreamDrain(): void
  /** The upstream will send no more. */
  onUpstreamEnd(): void
  onUpstreamClosed(): void
}

/** What a connection tells its pool. */
export interface ConnectionOwner {
  onConnected(connection: UpstreamConnection): void
  onReleased(connection: UpstreamConnection): void
  onClosed(connection: UpstreamConnection): void
}

const CONNECTING = 0
const IDLE = 1
const HEAD = 2
const BODY = 3
const TUNNEL = 4
const CLOSED = 5

/**
 * All connections of a thread read into the same bytes: a read is handed over before the next one starts, and what
 * must outlive it is copied. (Not on Windows, where a read's buffer is given to the system ahead of the data.)
 */
const sharedBytes = process.platform === 'win32' ? undefined : Buffer.allocUnsafeSlow(READ_BYTES)
const nothing = Buffer.alloc(0)

/** One connection to an upstream: connects, then serves one request at a time. */
export class UpstreamConnection implements Timed {
  readonly socket: Socket
  user: UpstreamUser | undefined
  /** Reply bytes not yet consumed: `input[inputPos, inputEnd)`. Valid during a call from here; held, if left, until it is taken. */
  input: Buffer = nothing
  inputPos = 0
  inputEnd = 0
  body: BodyReader | undefined
  reply: ParsedReply | undefined
  /** The upstream has closed its side: the end of a body without length. */
  ended = false
  /** Without any progress of a body; the user may change it before it sends. */
  idleMs: number
  readonly #owner: ConnectionOwner
  readonly #limits: PoolLimits
  readonly #deadline: Deadline
  readonly #bytes: Buffer
  #phase: number = CONNECTING
  /** By the coarse clock. */
  readonly #madeAt: number
  #served = 0
  #touched = false
  #interim = 0
  #toHead = false
  #upgrade = ''
  #tunnel: TunnelEnd | undefined

  constructor(
    origin: UpstreamOrigin,
    limits: PoolLimits,
    owner: ConnectionOwner,
    user: UpstreamUser | undefined,
  ) {
    this.#owner = owner
    this.#limits = limits
    this.user = user
    this.idleMs = limits.bodyIdleMs
    this.#deadline = new Deadline(this)
    this.#bytes = sharedBytes ?? Buffer.allocUnsafeSlow(READ_BYTES)
    this.socket = openSocket(origin, 'http/1.1', {
      buffer: this.#bytes,
      callback: (length) => this.#onRead(length),
    })
    this.socket.setNoDelay(true)
    this.socket.on(origin.tls === undefined ? 'connect' : 'secureConnect', () => {
      const unfit = unfitness(origin, this.socket)
      if (unfit === undefined) this.#onConnect()
      else this.socket.destroy(unfit)
    })
    this.socket.on('error', (error) =>
      this.#lose(this.#phase === CONNECTING ? connectFailure(error) : 'reset'),
    )
    this.socket.on('end', () => this.#onEnd())
    this.socket.on('close', () => this.#lose(this.#phase === CONNECTING ? 'connect-failed' : 'reset'))
    this.socket.on('drain', () => (this.#tunnel ?? this.user)?.onUpstreamDrain())
    this.#deadline.arm(limits.connectMs)
    this.#madeAt = coarseNow()
  }

  get isConnecting(): boolean {
    return this.#phase === CONNECTING
  }

  get #isOld(): boolean {
    const { maxAgeMs } = this.#limits
    return maxAgeMs > 0 && coarseNow() - this.#madeAt >= maxAgeMs
  }

  get isIdle(): boolean {
    return this.#phase === IDLE
  }

  /**
   * Sends a request's head, with the body as far as it is there. `upgrade`: protocols that a 101 may switch to. Returns
   * false when the socket is full.
   */
  send(message: string | Uint8Array, toHead: boolean, headMs: number, upgrade = ''): boolean {
    this.#phase = HEAD
    this.#touched = false
    this.#interim = 0
    this.#toHead = toHead
    this.#upgrade = upgrade
    this.reply = undefined
    this.#deadline.arm(headMs)
    return this.write(message)
  }

  /** More of the request's body. Returns false when the socket is full. */
  write(message: string | Uint8Array): boolean {
    return typeof message === 'string' ? this.socket.write(message, 'latin1') : this.socket.write(message)
  }

  /** After a 101: from now on bytes pass unread. What came with the 101 comes first. */
  startTunnel(end: TunnelEnd): void {
    this.#phase = TUNNEL
    this.#deadline.disarm()
    this.user = undefined
    this.#tunnel = end
    const early = Buffer.from(this.input.subarray(this.inputPos, this.inputEnd))
    this.input = nothing
    this.inputPos = 0
    this.inputEnd = 0
    if (this.socket.isPaused()) this.socket.resume()
    if (early.length > 0) end.onUpstreamBytes(early)
    if (this.ended) end.onUpstreamEnd()
  }

  /** The client of the tunnel has closed. `abort`: not in good order. */
  leaveTunnel(abort: boolean): void {
    if (this.#phase === CLOSED) return
    this.#tunnel = undefined
    if (abort) abortSocket(this.socket)
    else this.socket.destroySoon()
  }

  /** Gives more time to the phase: progress was made, or the request's body is out and the wait for the head begins. */
  extend(ms: number): void {
    if (this.#phase === HEAD || this.#phase === BODY) this.#deadline.arm(ms)
  }

  /** Stops reading while the client cannot take more; no deadline runs meanwhile. */
  pause(): void {
    this.socket.pause()
    this.#deadline.disarm()
  }

  resume(): void {
    if (this.#phase === CLOSED) return
    this.#deadline.arm(this.idleMs)
    this.socket.resume()
  }

  /** The reply was taken whole. Back to the pool if nothing speaks against it, else closed. */
  finish(requestComplete: boolean): void {
    const reusable =
      requestComplete &&
      this.#phase === BODY &&
      !this.ended &&
      !this.#isOld &&
      this.reply?.keepAlive === true &&
      (this.body === undefined || this.body.done) &&
      this.inputPos === this.inputEnd &&
      !this.socket.destroyed
    this.user = undefined
    this.body = undefined
    this.reply = undefined
    if (!reusable) {
      this.destroy()
      return
    }
    this.input = nothing
    this.inputPos = 0
    this.inputEnd = 0
    this.#served++
    this.park()
    this.#owner.onReleased(this)
  }

  /** Waits for a request, not longer than the idle limit. */
  park(): void {
    this.#phase = IDLE
    this.idleMs = this.#limits.bodyIdleMs
    this.#deadline.arm(this.#limits.idleMs)
    if (this.socket.isPaused()) this.socket.resume()
  }

  /** Closes at once; the user is not told. */
  destroy(): void {
    this.user = undefined
    this.#lose('reset')
  }

  onDeadline(): void {
    this.#lose('timeout')
  }

  #onConnect(): void {
    if (this.#phase !== CONNECTING) return
    this.#phase = IDLE
    this.#deadline.arm(this.#limits.idleMs)
    this.#owner.onConnected(this)
  }

  #onRead(length: number): boolean {
    if (this.#phase === HEAD || this.#phase === BODY) {
      this.#take(length)
      this.#advance()
    } else if (this.#phase === TUNNEL) {
      this.#tunnel?.onUpstreamBytes(Buffer.from(this.#bytes.subarray(0, length)))
    } else {
      this.#lose('bad-reply')
    }
    return true
  }

  /** Makes the new bytes, after those that are still held, the input. */
  #take(length: number): void {
    if (this.inputPos === this.inputEnd) {
      this.input = this.#bytes
      this.inputPos = 0
      this.inputEnd = length
      return
    }
    this.input = Buffer.concat([
      this.input.subarray(this.inputPos, this.inputEnd),
      this.#bytes.subarray(0, length),
    ])
    this.inputPos = 0
    this.inputEnd = this.input.length
  }

  #advance(): void {
    this.#touched = true
    if (this.#phase === HEAD) {
      this.#readHead()
    } else if (this.reply !== undefined) {
      this.#deadline.arm(this.idleMs)
      this.user?.onReplyBytes()
    }
    if (this.inputPos !== this.inputEnd && this.#phase !== CLOSED) this.#hold()
  }

  /** Keeps what was not consumed. A body that nobody takes yet stops the reading, so at most one read is held. */
  #hold(): void {
    if (this.input === this.#bytes) {
      this.input = Buffer.from(this.input.subarray(this.inputPos, this.inputEnd))
      this.inputPos = 0
      this.inputEnd = this.input.length
    }
    if (this.#phase === BODY) this.pause()
  }

  /** Reads heads until one is final, or bytes lack. */
  #readHead(): void {
    while (this.#phase === HEAD && this.inputPos < this.inputEnd) {
      const headEnd = findHeadEnd(this.input, this.inputPos, this.inputPos, this.inputEnd)
      const size = (headEnd < 0 ? this.inputEnd : headEnd) - this.inputPos
      if (headEnd === INCOMPLETE && size < this.#limits.maxReplyHeadBytes) return
      const isReadable = headEnd >= 0 && size <= this.#limits.maxReplyHeadBytes
      const text = isReadable ? this.input.toString('latin1', this.inputPos, headEnd) : ''
      const reply = parseReplyHead(text, this.#limits.maxReplyHeaders, this.#toHead)
      this.inputPos = headEnd
      if (reply !== undefined && (reply.status >= 200 || this.#isSwitch(reply))) {
        this.#startReply(reply)
      } else if (
        reply === undefined ||
        reply.status === SWITCHING ||
        ++this.#interim > this.#limits.maxInterimReplies
      ) {
        this.#lose('bad-reply')
      }
    }
  }

  /** Whether the reply switches to one protocol of those that were offered; any other 101 is a bad reply. */
  #isSwitch(reply: ParsedReply): boolean {
    if (reply.status !== SWITCHING || this.#upgrade === '' || !reply.upgrades) return false
    const protocols = protocolsOf(headerValue(reply, 'upgrade') ?? '')
    return protocols.length === 1 && protocolsOf(this.#upgrade).includes(protocols[0] ?? '')
  }

  #startReply(reply: ParsedReply): void {
    this.#phase = BODY
    this.reply = reply
    this.#deadline.arm(this.idleMs)
    this.body = reply.bodyLength === 0 ? undefined : new BodyReader(reply.bodyLength, this.#limits)
    this.user?.onReplyHead(reply)
  }

  #onEnd(): void {
    this.ended = true
    if (this.#phase === TUNNEL) {
      this.#tunnel?.onUpstreamEnd()
      return
    }
    if (!this.#outlivesItsEnd()) this.#lose('reset')
    else if (this.inputPos === this.inputEnd) this.user?.onReplyBytes()
  }

  /** Whether the reply is whole although its connection has ended: by that very end, or because its rest is held here. */
  #outlivesItsEnd(): boolean {
    if (!this.ended || this.#phase !== BODY || this.user === undefined) return false
    const { body } = this
    return (
      body === undefined || body.remaining === Number.POSITIVE_INFINITY || this.inputPos !== this.inputEnd
    )
  }

  #lose(failure: UpstreamFailure): void {
    if (this.#phase === CLOSED || (failure === 'reset' && this.#outlivesItsEnd())) return
    const untouched = this.#served > 0 && !this.#touched && this.#phase === HEAD && failure === 'reset'
    this.#phase = CLOSED
    this.#deadline.remove()
    this.socket.destroy()
    const { user } = this
    this.user = undefined
    this.#owner.onClosed(this)
    user?.onUpstreamLost(failure, untouched)
    this.#tunnel?.onUpstreamClosed()
  }
}
