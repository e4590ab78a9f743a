import type { LimitReport } from '@tollgate/analytics/request-record'
import type { RefusalCode } from '@tollgate/model/judge/refusals'
import type { Refused } from '@tollgate/model/judge/refused'
import type { TraceStep } from '@tollgate/model/judge/verdict'

/** The gate's own no: rendered in one place, recorded with the trace that led to it. */
export type Refusal = {
  readonly kind: 'refusal'
  readonly code: RefusalCode
  /** Every step, when the judgement brought them; else the request's own and then `traceStep`. */
  readonly trace: readonly TraceStep[] | undefined
  readonly traceStep: TraceStep | undefined
  /** What the client is told instead of the code's own text. */
  readonly text: string | undefined
  /** The limit that refused. */
  readonly limit: LimitReport | undefined
}

/** An answer that a step gives itself. `headerLines` are complete lines. */
export type OwnReply = {
  readonly kind: 'reply'
  readonly status: number
  readonly headerLines: string
  readonly body: string
}

/** The client has left: there is nobody to answer. */
export type Gone = { readonly kind: 'gone' }

/** What ends a request's way in. */
export type Answer = Refusal | OwnReply | Gone

export const GONE: Gone = { kind: 'gone' }

/** A refusal by a step of the gateway's own. */
export function refusal(code: RefusalCode, traceStep: TraceStep, text?: string): Refusal {
  return { kind: 'refusal', code, traceStep, trace: undefined, text, limit: undefined }
}

/** A refusal that a part of the model's judgement came to. */
export function judged({ code, trace }: Refused, limit?: LimitReport): Refusal {
  return { kind: 'refusal', code, traceStep: undefined, trace, text: undefined, limit }
}
