import type { UpstreamSelector } from '../pipeline/step.ts'
import type { Target } from '../pipeline/target.ts'
import type { Targets } from './targets.ts'

/** Takes the targets in turn, however they fare. */
export function inTurn({ list }: Targets) {
  const [first] = list
  let turn = 0
  return {
    pick(): Target {
      if (list.length === 1) return first
      turn = (turn + 1) % list.length
      return list[turn] ?? first
    },
    report() {},
  } satisfies UpstreamSelector
}
