import type { SourceRef } from '../source-ref.ts'
import type { RefusalCode } from './refusals.ts'
import type { TraceArg, TraceCode } from './trace-words.ts'

/** The parts of a judgement, as people know them. */
export const STEP_NAMES = [
  'route',
  'version',
  'path',
  'address',
  'credential',
  'key',
  'rights',
  'rate',
  'quota',
  'upstream',
] as const
export type StepName = (typeof STEP_NAMES)[number]

/**
 * One step on the way to a verdict: what it came to, who set the rule, and what its words need; `traceWords` makes them.
 * Plain data. Steps that passed are constants, made when the API or the key was compiled; only a refusal makes new ones.
 */
export type TraceStep = { readonly [Code in TraceCode]: StepOf<Code> }[TraceCode]

type StepOf<Code extends TraceCode> = {
  readonly step: StepName
  readonly code: Code
  /** Whose rule it is; several where policies granted a right together. */
  readonly sources?: readonly SourceRef[]
} & ([TraceArg<Code>] extends [never]
  ? { readonly args?: undefined }
  : { readonly args: Readonly<Record<TraceArg<Code>, string | number>> })

/** What was decided about a request, and the trace that led there; the last step of a refusal is the one that decided. */
export type Verdict =
  | { readonly outcome: 'pass'; readonly trace: readonly TraceStep[] }
  | { readonly outcome: 'refuse'; readonly code: RefusalCode; readonly trace: readonly TraceStep[] }
