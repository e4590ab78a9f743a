import { NO_TARGET } from '@tollgate/model/features/targets'
import { refusal } from '../pipeline/answer.ts'
import type { UpstreamSelector } from '../pipeline/step.ts'
import type { Targets } from './targets.ts'

/** Requests of a version without targets are refused before; this is what is left to say. */
const NONE = refusal(NO_TARGET.code, NO_TARGET.decided)

/** Takes the targets in turn, however they fare. */
export function inTurn({ list }: Targets): UpstreamSelector {
  const only = list.length === 1 ? list[0] : undefined
  let turn = 0
  return {
    pick() {
      if (only !== undefined) return only
      turn = (turn + 1) % list.length
      return list[turn] ?? NONE
    },
    report() {},
  }
}
