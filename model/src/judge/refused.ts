import type { LimitPlan, Throttle } from '../limits/limit-plan.ts'
import type { RefusalCode } from './refusals.ts'
import type { TraceStep } from './verdict.ts'

/** A refusal by one part of the judgement; its trace holds every step up to the one that decided. */
export type Refused = {
  readonly outcome: 'refuse'
  readonly code: RefusalCode
  readonly trace: readonly TraceStep[]
  /** Set when a limit refused. */
  readonly limited: Limited | undefined
}

/** A limit that had no room. What the others hold can be read until the counters are asked again. */
export type Limited = {
  readonly plan: LimitPlan
  /** Which of the plan's limits it was. */
  readonly index: number
  /** When the same request could pass at the earliest, milliseconds since 1970; 0 = that cannot be told. */
  readonly retryAtMs: number
  /** Set when the request is to wait and to be judged again. */
  readonly throttle: Throttle | undefined
}

/** Why a request may not go on: its code and the step that decided; and what was over its limit. */
export type Why = { readonly code: RefusalCode; readonly decided: TraceStep; readonly limited?: Limited }

/** A refusal after the steps that were passed; `decided` is the step that decided. */
export function refused(
  code: RefusalCode,
  passed: readonly TraceStep[],
  decided: TraceStep,
  limited?: Limited,
): Refused {
  return { outcome: 'refuse', code, trace: [...passed, decided], limited }
}

/** The same for a reason that was found. */
export function refusedFor({ code, decided, limited }: Why, passed: readonly TraceStep[]): Refused {
  return refused(code, passed, decided, limited)
}
