import type { RequestRecord } from '@tollgate/analytics/request-record'
import type { Exchange, MessageBody, RequestHead } from '@tollgate/http1/exchange'
import { headerValue } from '@tollgate/http1/syntax/headers'
import type { ClientTls } from '@tollgate/model/judge/judge-certificate'
import type { VersionPassed } from '@tollgate/model/judge/judge-version'
import type { RequestFacts } from '@tollgate/model/judge/request-facts'
import type { TraceStep } from '@tollgate/model/judge/verdict'
import type { LimitPlan } from '@tollgate/model/limits/limit-plan'
import type { Refusal } from './answer.ts'
import { clientTls } from './client-tls.ts'
import { HeadEdits } from './head-edits.ts'
import type { Identity } from './identity.ts'
import type { Target } from './target.ts'

/** What steps know of the API that serves a request. */
export type ApiFacts = {
  /** Empty where no API has the host and path. */
  readonly apiId: string
  readonly orgId: string
  /** First step of every request on it. */
  readonly traceStep: TraceStep | undefined
  readonly stripListenPath: boolean
  readonly preserveHost: boolean
  readonly disableStripSlash: boolean
}

/** A place for a step's own state in each request; handed out when a version is compiled. */
export type Slot<T> = { readonly index: number; readonly initial: T }

/**
 * One request on its way through an API: the facts that are judged, and what steps decide. What is decided stands in
 * groups; each is written by one step, named with it, and read by all. A fixed shape, so that the request path stays fast.
 */
export abstract class RequestContext implements RequestFacts {
  readonly exchange: Exchange
  readonly head: RequestHead
  readonly requestId: string
  readonly method: string
  /** Milliseconds since 1970, read once. */
  readonly nowMs: number
  /** Where the request belongs: written by the edge, and by the version step. */
  readonly route: Route
  /** Written by the version step. */
  version: VersionPassed | undefined = undefined
  /** Written by `authenticate`; undefined where nobody is asked who it is. */
  identity: Identity | undefined = undefined
  /** Written by `limits`; undefined while the request is counted nowhere. */
  admission: Admitted | undefined = undefined
  /** What goes upstream: any step may change it on the way in. */
  readonly upstream: UpstreamRequest
  /** Lines that steps put into the answer. */
  readonly reply = new ReplyEdits()
  /** What is written down of the request. */
  readonly record = new RecordNotes()
  /** The exchange has ended. Nothing may be counted any more, because nobody would release it. */
  isOver = false
  /** Called when the exchange ends, for who waits for something else. */
  onOver: (() => void) | undefined = undefined
  #slots: unknown[] | undefined = undefined

  constructor(
    exchange: Exchange,
    api: ApiFacts,
    requestId: string,
    fullPath: string,
    prefixLength: number,
    nowMs: number,
  ) {
    const { head } = exchange
    this.exchange = exchange
    this.head = head
    this.requestId = requestId
    this.method = head.method
    this.nowMs = nowMs
    const path = pathBehind(fullPath, prefixLength)
    this.route = new Route(api, fullPath, prefixLength, path)
    this.upstream = new UpstreamRequest(path, head.query)
  }

  /** The client's address, behind trusted proxies; found out when first asked for. */
  abstract get clientIp(): string

  /** The client's body, for the time before it is sent on. */
  get body(): MessageBody {
    return this.exchange.body
  }

  get path(): string {
    return this.route.path
  }

  get fullPath(): string {
    return this.route.fullPath
  }

  get query(): string {
    return this.upstream.query
  }

  /** Bytes of the client's body by the length that it states. */
  get bodyLength(): number {
    return this.head.bodyLength
  }

  /** What TLS says of the client. */
  get clientTls(): ClientTls {
    return clientTls(this.exchange)
  }

  header(lowerName: string): string | undefined {
    return headerValue(this.head, lowerName)
  }

  get<T>(slot: Slot<T>): T {
    // Whatever is in a slot was put there by `set`, with a value of the slot's own type.
    return (this.#slots?.[slot.index] as T | undefined) ?? slot.initial
  }

  set<T>(slot: Slot<T>, value: T): void {
    this.#slots ??= []
    this.#slots[slot.index] = value
  }
}

/** Which API, and which part of the path led to it. */
class Route {
  /** The API that judges; changes once where a version is an API of its own. */
  api: ApiFacts
  isSubVersion = false
  /** The whole normalised path: what is matched is what is sent on. */
  readonly fullPath: string
  /** Where `fullPath` goes on behind the listen path. */
  readonly prefixLength: number
  /** Normalised path without the listen path, starting with `/`: what lists and settings match. */
  path: string

  constructor(api: ApiFacts, fullPath: string, prefixLength: number, path: string) {
    this.api = api
    this.fullPath = fullPath
    this.prefixLength = prefixLength
    this.path = path
  }
}

/** The upstream's request, as far as it differs from the client's. */
class UpstreamRequest {
  /** Path without the listen path and without what named the version, where that is stripped. */
  path: string
  /** Whether a piece was taken off the path. */
  isShortened = false
  /** As received, until a step takes something out of it. */
  query: string
  /** Time for the reply head, milliseconds; 0 = the default. */
  timeoutMs = 0
  /** Where the request was sent. */
  target: Target | undefined = undefined
  /** What steps change in the head; undefined while nothing is. */
  edits: HeadEdits | undefined = undefined

  constructor(path: string, query: string) {
    this.path = path
    this.query = query
  }

  /** The edits of the head, made when first asked for. */
  edit(): HeadEdits {
    this.edits ??= new HeadEdits()
    return this.edits
  }

  /** Takes what named the version off the start of the path. */
  dropPath(length: number): void {
    this.path = this.path.slice(length) || '/'
    this.isShortened = true
  }
}

/** What steps put into the answer: into that of the upstream or of a step, or into refusals as well. */
class ReplyEdits {
  passed: HeadEdits | undefined = undefined
  any: HeadEdits | undefined = undefined

  /** Edits of the upstream's reply, and of replies that steps give in its place. */
  editPassed(): HeadEdits {
    this.passed ??= new HeadEdits()
    return this.passed
  }

  /** Edits of whatever is answered, refusals included. */
  editAny(): HeadEdits {
    this.any ??= new HeadEdits()
    return this.any
  }
}

/** What a request was counted in, and as how many units. */
export type Admitted = { readonly plan: LimitPlan; readonly cost: number }

/** What is written down of a request on its way; the record itself is made at its end, if anybody reads it. */
class RecordNotes {
  /** The step of having the right, or of needing none. */
  rightsStep: TraceStep | undefined = undefined
  /** The gate's own no; undefined where there was none. */
  refusal: Refusal | undefined = undefined
  /** Cause of an unforeseen failure, for the log only. */
  fault: unknown = undefined
  finished: RequestRecord | undefined = undefined
}

/** What follows the listen path, with the slash that starts a path. */
function pathBehind(fullPath: string, prefixLength: number): string {
  // Most listen paths end in the slash that the rest starts with.
  if (fullPath.charCodeAt(prefixLength - 1) === 47)
    return prefixLength === 1 ? fullPath : fullPath.slice(prefixLength - 1)
  const rest = fullPath.slice(prefixLength)
  return rest.charCodeAt(0) === 47 ? rest : `/${rest}`
}
