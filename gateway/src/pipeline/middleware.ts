import type { ReplyHead } from '@tollgate/http1/exchange'
import type { FeatureName } from '@tollgate/model/features/index'
import type { RefusalCode } from '@tollgate/model/judge/refusals'
import type { Refused } from '@tollgate/model/judge/refused'
import type { TraceStep } from '@tollgate/model/judge/verdict'
import type { LimitKind } from '@tollgate/model/limits/counters'
import type { SourceRef } from '@tollgate/model/source-ref'
import type { ApiPlan } from '../worker/snapshot.ts'
import type { HeaderEdits } from './header-edits.ts'
import type { RequestContext } from './request-context.ts'

/** The gate's own no: rendered in one place, logged with the trace that led to it. */
export type Refusal = {
  readonly kind: 'refusal'
  readonly code: RefusalCode
  /** Every step, when the judgement brought them; else the request's own and then `step`. */
  readonly trace: readonly TraceStep[] | undefined
  readonly traceStep: TraceStep | undefined
  /** CounterReadings instead of the code's own text. */
  readonly text: string | undefined
  /** Complete header lines of the answer: what it tells of limits. */
  readonly lines: string
  /** The limit that refused. */
  readonly limit: LimitReport | undefined
}

/** What is kept of the limit that refused a request; times in milliseconds since 1970, 0 = there is none. */
export type LimitReport = {
  readonly kind: LimitKind
  readonly words: string
  /** Whose budget it is, in words. */
  readonly scope: string
  readonly source: SourceRef
  readonly used: number
  readonly max: number
  readonly resetsAtMs: number
  readonly retryAtMs: number
}

/** An answer of the gate itself. `headerLines` are complete lines. */
export type OwnReply = {
  readonly kind: 'reply'
  readonly status: number
  readonly headerLines: string
  readonly body: string
}

/** The head of the upstream's answer on its way back; steps that touch it put their changes into `edits`. */
export type UpstreamReply = {
  readonly kind: 'upstream'
  readonly head: ReplyHead
  readonly edits: HeaderEdits
}

/** The request is on its way and the answer relays itself: nothing is left to be done. */
export type Forwarded = { readonly kind: 'forwarded' }

/** What a chain, or the rest of one, comes to. */
export type Outcome = Refusal | OwnReply | UpstreamReply | Forwarded
/** The rest of the chain. */
export type Next = (context: RequestContext) => Outcome | Promise<Outcome>

/** One step of an API's chain. A refusal or reply ends the way in; `await next(context)` only to touch the reply. */
export type Step = (context: RequestContext, next: Next) => Outcome | Promise<Outcome>

/** A step before it is made for an API. */
export type Middleware = {
  readonly name: FeatureName
  /** Whether the API asks for it; a chain holds only what is enabled. */
  readonly enabled: (plan: ApiPlan) => boolean
  /** Set by steps that wait for the upstream's reply head: it then comes back through the chain. */
  readonly touchesReply?: true
  /** Made once, when the API is compiled. Throws `CompileError` when the options cannot be obeyed. */
  readonly create: (plan: ApiPlan) => Step
}

/** Types a middleware; there is nothing more to it. */
export function defineMiddleware(middleware: Middleware): Middleware {
  return middleware
}

/** A refusal by a step of the gateway's own. */
export function refusal(code: RefusalCode, traceStep: TraceStep, text?: string): Refusal {
  return { kind: 'refusal', code, traceStep, trace: undefined, text, lines: '', limit: undefined }
}

/** A refusal that a part of the judgement came to. */
export function judged({ code, trace }: Refused): Refusal {
  return { kind: 'refusal', code, traceStep: undefined, trace, text: undefined, lines: '', limit: undefined }
}

/** Nothing is left to be done. */
export const FORWARDED: Forwarded = { kind: 'forwarded' }
