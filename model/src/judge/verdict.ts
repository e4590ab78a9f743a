import type { RefusalCode } from './refusals.ts'

/**
 * One step on the way to a verdict, in words a person can act on: `{ step: 'rate', detail: '101 of 100, key' }`.
 * Entries of steps that passed are constants, made when the API or the key was compiled; only a refusal builds text.
 */
export type TraceStep = {
  readonly step:
    | 'route'
    | 'version'
    | 'path'
    | 'address'
    | 'credential'
    | 'key'
    | 'rights'
    | 'rate'
    | 'quota'
    | 'upstream'
  readonly detail: string
}

/** What was decided about a request, and the trace that led there; the last step of a refusal is the one that decided. */
export type Verdict =
  | { readonly outcome: 'pass'; readonly trace: readonly TraceStep[] }
  | { readonly outcome: 'refuse'; readonly code: RefusalCode; readonly trace: readonly TraceStep[] }
