import type {
  Exchange,
  FinishResult,
  ForwardListener,
  ReplyHead,
  RequestHead,
  UpstreamFailure,
} from '@tollgate/http1/exchange'
import { headerValue } from '@tollgate/http1/syntax/headers'
import type { EffectiveAccess } from '@tollgate/model/access/effective-access'
import type { ClientTls } from '@tollgate/model/judge/judge-certificate'
import type { VersionPassed } from '@tollgate/model/judge/judge-version'
import type { RequestFacts } from '@tollgate/model/judge/request-facts'
import type { TraceStep } from '@tollgate/model/judge/verdict'
import type { Counters } from '@tollgate/model/limits/counters'
import type { LimitPlan } from '@tollgate/model/limits/limit-plan'
import { linesAfterCharge, type RateHeaders } from '../admission/rate-headers.ts'
import { clientTls } from '../edge/client-tls.ts'
import type { ForwardedHeaders } from '../upstream/forwarded-headers.ts'
import type { Targets } from '../upstream/targets.ts'
import type { CompiledApi } from '../worker/snapshot.ts'
import { HeaderEdits } from './header-edits.ts'
import type { Refusal } from './middleware.ts'

/** Called at an exchange's end. */
export interface Finishing {
  finish(result: FinishResult): void
}

/** What the worker does for its requests. */
export interface RequestServices {
  /** Milliseconds since 1970. */
  now(): number
  clientIp(exchange: Exchange): string
  readonly forwarded: ForwardedHeaders
  readonly counters: Counters
  readonly rateHeaders: RateHeaders
  /** The upstream's reply head, or why there is none, is here. */
  replied(context: RequestContext, reply: ReplyHead): void
  failed(context: RequestContext, failure: UpstreamFailure): void
  finished(context: RequestContext, result: FinishResult): void
}

/**
 * One request on its way through an API: the facts that are judged, and what the steps decide about the upstream's
 * request and the client's answer. A fixed shape, so that the request path stays fast.
 */
export class RequestContext implements ForwardListener, RequestFacts, Finishing {
  readonly exchange: Exchange
  readonly head: RequestHead
  readonly requestId: string
  readonly method: string
  /** The whole normalised path: what is matched is what is sent on. */
  readonly fullPath: string
  /** Where `fullPath` goes on behind the listen path. */
  readonly prefixLength: number
  /** Milliseconds since 1970, read once. */
  readonly nowMs: number
  /** The API that judges; changes once where a version is an API of its own. */
  api: CompiledApi
  isSubVersion = false
  /** Normalised path without the listen path, starting with `/`: what lists and settings match. */
  path: string
  /** The same without what named the version, where that is stripped: what goes upstream. */
  upstreamPath: string
  /** Whether a piece was taken off the path that goes upstream. */
  isShortened = false
  /** As received, until a step takes something out of it. */
  query: string
  version: VersionPassed | undefined = undefined
  /** The path is one that the version ignores: nobody is asked for a key. */
  ignored = false
  access: EffectiveAccess | undefined = undefined
  /** Targets of the version, where it has its own. */
  targets: Targets | undefined = undefined
  /** What steps change in the upstream's request; undefined as long as nothing is. */
  headerEdits: HeaderEdits | undefined = undefined
  /** `X-RateLimit-*` lines of the answer, and others that the gate puts into it. */
  rateLines = ''
  /** What the request was counted in, and as how many units; undefined = in nothing. */
  plan: LimitPlan | undefined = undefined
  cost = 1
  /** The exchange has ended. Nothing may be counted any more, because nobody would release it. */
  isOver = false
  /** CounterReadings when the exchange ends, of who waits for something else. */
  onOver: (() => void) | undefined = undefined
  replyLines = ''
  /** Time for the reply head; 0 = the default. */
  timeoutMs = 0
  /** Where the request was sent, for the trace. */
  origin = ''
  /** Set while a step waits for the reply head. */
  awaiting: ((reply: ReplyHead | UpstreamFailure) => void) | undefined = undefined

  /** The step of having the right, or of needing none. */
  rightsStep: TraceStep | undefined = undefined
  /** The gate's own answer; undefined for one of the upstream. */
  refusal: Refusal | undefined = undefined
  /** Cause of an unforeseen failure, for the log only. */
  fault: unknown = undefined

  readonly #services: RequestServices
  #clientIp = ''

  constructor(
    services: RequestServices,
    exchange: Exchange,
    api: CompiledApi,
    requestId: string,
    fullPath: string,
    prefixLength: number,
  ) {
    const { head } = exchange
    this.#services = services
    this.exchange = exchange
    this.head = head
    this.api = api
    this.requestId = requestId
    this.method = head.method
    this.fullPath = fullPath
    this.prefixLength = prefixLength
    this.nowMs = services.now()
    this.path = pathBehind(fullPath, prefixLength)
    this.upstreamPath = this.path
    this.query = head.query
  }

  /** Takes what named the version off what goes upstream. */
  dropPath(length: number): void {
    this.upstreamPath = this.path.slice(length) || '/'
    this.isShortened = true
  }

  /** Goes on at the API that the version is; it sees the path behind the version's name. */
  enter(sub: CompiledApi, pathDrop: number): void {
    this.api = sub
    this.isSubVersion = true
    if (pathDrop === 0) return
    this.dropPath(pathDrop)
    this.path = this.upstreamPath
  }

  /** What TLS says of the client. */
  get clientTls(): ClientTls {
    return clientTls(this.exchange)
  }

  /** The client's address, behind trusted proxies; found out when first asked for. */
  get clientIp(): string {
    if (this.#clientIp === '') this.#clientIp = this.#services.clientIp(this.exchange)
    return this.#clientIp
  }

  /** Names of the upstream's lines that the gate's own about limits take the place of. */
  get replacedByRateLines(): ReadonlySet<string> {
    return this.#services.rateHeaders.replaced
  }

  /** What the upstream is told of the client's connection. */
  get forwarded(): ForwardedHeaders {
    return this.#services.forwarded
  }

  /** Bytes of the body, as the request states them. */
  get bodyLength(): number {
    return this.head.bodyLength
  }

  header(lowerName: string): string | undefined {
    return headerValue(this.head, lowerName)
  }

  /** The upstream said what the request really cost: what it was counted too few, or too many, is counted now. */
  chargeReal(cost: number): void {
    const { plan } = this
    if (plan === undefined || cost === this.cost) return
    const { counters, rateHeaders, now } = this.#services
    const nowMs = now()
    counters.charge(plan.charged, cost - this.cost, nowMs)
    this.cost = cost
    this.rateLines = linesAfterCharge(rateHeaders, plan, counters, nowMs, this.rateLines)
  }

  /** The edits of the upstream's request, made when first asked for. */
  editHeaders(): HeaderEdits {
    this.headerEdits ??= new HeaderEdits()
    return this.headerEdits
  }

  onReply(reply: ReplyHead): void {
    this.#services.replied(this, reply)
  }

  onFailure(failure: UpstreamFailure): void {
    this.#services.failed(this, failure)
  }

  finish(result: FinishResult): void {
    this.isOver = true
    this.onOver?.()
    const { counters } = this.#services
    if (this.plan !== undefined) for (const limit of this.plan.held) counters.release(limit)
    this.#services.finished(this, result)
  }
}

/** What follows the listen path, with the slash that starts a path. */
function pathBehind(fullPath: string, prefixLength: number): string {
  // Most listen paths end in the slash that the rest starts with.
  if (fullPath.charCodeAt(prefixLength - 1) === 47)
    return prefixLength === 1 ? fullPath : fullPath.slice(prefixLength - 1)
  const rest = fullPath.slice(prefixLength)
  return rest.charCodeAt(0) === 47 ? rest : `/${rest}`
}
