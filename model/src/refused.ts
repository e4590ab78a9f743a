import type { RefusalCode } from './refusals.ts'
import type { Rung } from './verdict.ts'

/** A refusal by one part of the judgement; its ladder holds every rung up to the one that decided. */
export type Refused = {
  readonly outcome: 'refuse'
  readonly code: RefusalCode
  readonly ladder: readonly Rung[]
}

/** A refusal after the rungs that were passed; `step` and `detail` say what decided. */
export function refused(
  code: RefusalCode,
  passed: readonly Rung[],
  step: Rung['step'],
  detail: string,
): Refused {
  return { outcome: 'refuse', code, ladder: [...passed, { step, detail }] }
}
