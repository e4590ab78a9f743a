import type { RefusalCode } from './refusals.ts'

/**
 * One step on the way to a verdict, in words a person can act on: `{ step: 'rate', detail: '101 of 100, key' }`.
 * Rungs of steps that passed are constants, made when the API or the key was compiled; only a refusal builds text.
 */
export type Rung = {
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

/** What was decided about a request, and the ladder that led there; the last rung of a refusal is the one that decided. */
export type Verdict =
  | { readonly outcome: 'pass'; readonly ladder: readonly Rung[] }
  | { readonly outcome: 'refuse'; readonly code: RefusalCode; readonly ladder: readonly Rung[] }
