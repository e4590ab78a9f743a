import type {
  Exchange,
  Finishing,
  FinishResult,
  ForwardListener,
  ReplyHead,
  UpstreamFailure,
} from '@tollgate/http1/exchange'
import { type Answer, refusal } from './answer.ts'
import { RequestContext } from './request-context.ts'
import type { CompiledVersion, Phases, Reply, ServedApi, SubApi, UpstreamSelector } from './step.ts'
import type { Target } from './target.ts'

/** What the worker does for its requests. */
export interface RequestServices {
  /** Milliseconds since 1970. */
  now(): number
  clientIp(exchange: Exchange): string
  /** Writes an answer of the gate itself. */
  answer(context: RequestContext, answer: Answer): void
  /** Writes the upstream's reply, with what steps changed. */
  relay(context: RequestContext, reply: ReplyHead): void
  /** Sends the request to its target; what comes of it is told to the listener. */
  send(context: RequestContext, target: Target, listener: ForwardListener): void
  /** What a failure on the way to the upstream means for the client. */
  failed(context: RequestContext, failure: UpstreamFailure): Answer
}

const BUG = refusal('internal', { step: 'route', code: 'unforeseen' })

/**
 * Runs one request through the phases of its chain, from the first step to the end. Synchronous until a step returns a
 * promise. It is the context that steps see: one object, so that a request allocates no second one.
 */
export class RequestRun extends RequestContext implements ForwardListener, Finishing {
  readonly #services: RequestServices
  #api: ServedApi
  #phases: Phases
  #upstreams: UpstreamSelector | undefined = undefined
  #clientIp = ''

  constructor(
    services: RequestServices,
    exchange: Exchange,
    api: ServedApi,
    requestId: string,
    fullPath: string,
    prefixLength: number,
  ) {
    super(exchange, api, requestId, fullPath, prefixLength, services.now())
    this.#services = services
    this.#api = api
    this.#phases = api.phases
  }

  override get clientIp(): string {
    if (this.#clientIp === '') this.#clientIp = this.#services.clientIp(this.exchange)
    return this.#clientIp
  }

  start(): void {
    try {
      let entered = this.#api.enter(this)
      if (entered.kind === 'sub-api') entered = this.#enterSubApi(entered)
      if (entered.kind === 'version') this.#onVersion(entered)
      else this.answer(entered.kind === 'sub-api' ? BUG : entered)
    } catch (error) {
      this.#crash(error)
    }
  }

  /** Ends the request with an answer of the gate itself. */
  answer(answer: Answer): void {
    if (answer.kind === 'refusal') this.record.refusal = answer
    this.#services.answer(this, answer)
  }

  onReply(reply: ReplyHead): void {
    try {
      this.#report(reply.status)
      const { replyHead, replyBody } = this.#phases
      if (replyHead.length === 0 && replyBody.length === 0) this.#services.relay(this, reply)
      else
        this.#onReplyHead({ head: reply, edits: this.reply.editPassed(), body: this.exchange.replyBody }, 0)
    } catch (error) {
      this.#crash(error)
    }
  }

  onFailure(failure: UpstreamFailure): void {
    this.#report(failure)
    this.answer(this.#services.failed(this, failure))
  }

  /** The answer is out, or the client gone. */
  finish(result: FinishResult): void {
    this.isOver = true
    this.onOver?.()
    const { end } = this.#phases
    for (let i = 0; i < end.length; i++) end[i]?.(this, result)
  }

  /** Goes on at the API that the version is; it sees the path behind the version's name. */
  #enterSubApi({ api, pathDrop }: SubApi): ReturnType<ServedApi['enter']> {
    const { route, upstream } = this
    this.#api = api
    this.#phases = api.phases
    route.api = api
    route.isSubVersion = true
    if (pathDrop > 0) {
      upstream.dropPath(pathDrop)
      route.path = upstream.path
    }
    return api.enter(this)
  }

  #onVersion({ phases, upstreams }: CompiledVersion): void {
    this.#phases = phases
    this.#upstreams = upstreams
    this.#onRequest(0)
  }

  #onRequest(from: number): void {
    const { request } = this.#phases
    for (let i = from; i < request.length; i++) {
      const answer = request[i]?.(this)
      if (answer === undefined) continue
      if (answer instanceof Promise) this.#goOnLater(answer, () => this.#onRequest(i + 1))
      else this.answer(answer)
      return
    }
    this.#send()
  }

  #send(): void {
    const target = this.#target()
    if (target.kind !== 'target') {
      this.answer(target)
      return
    }
    this.upstream.target = target
    const { upstreamRequest } = this.#phases
    if (upstreamRequest.length > 0) {
      const edits = this.upstream.edit()
      for (let i = 0; i < upstreamRequest.length; i++) upstreamRequest[i]?.(this, edits)
    }
    this.#services.send(this, target, this)
  }

  #target(): Target | Answer {
    const { target } = this.#phases
    for (let i = 0; i < target.length; i++) {
      const chosen = target[i]?.(this)
      if (chosen !== undefined) return chosen
    }
    return this.#upstreams?.pick(this) ?? BUG
  }

  #onReplyHead(reply: Reply, from: number): void {
    const { replyHead } = this.#phases
    for (let i = from; i < replyHead.length; i++) {
      const answer = replyHead[i]?.(this, reply)
      if (answer === undefined) continue
      if (answer instanceof Promise) this.#goOnLater(answer, () => this.#onReplyHead(reply, i + 1))
      else this.answer(answer)
      return
    }
    const { replyBody } = this.#phases
    for (let i = 0; i < replyBody.length; i++) {
      const transform = replyBody[i]?.(this, reply)
      if (transform !== undefined) reply.body.pipe(transform)
    }
    this.#services.relay(this, reply.head)
  }

  #goOnLater(answer: Promise<Answer | undefined>, goOn: () => void): void {
    answer
      .then((later) => {
        // Who has left is not sent on, and whatever was counted for them now nobody would give back.
        if (this.isOver) return
        if (later === undefined) goOn()
        else this.answer(later)
      })
      .catch((error: unknown) => this.#crash(error))
  }

  #report(outcome: number | UpstreamFailure): void {
    const { target } = this.upstream
    if (target !== undefined) this.#upstreams?.report(target, outcome)
  }

  /** A bug of ours: the client learns a request id, the log the stack. */
  #crash(error: unknown): void {
    this.record.fault = error
    this.answer(BUG)
  }
}
