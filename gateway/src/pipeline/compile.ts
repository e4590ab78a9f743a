import type { VersionRules } from '@tollgate/model/definition/api-rules'
import type { Slot } from './request-context.ts'
import type { Phases, Slots, Step, StepFactory } from './step.ts'

/**
 * Makes the steps that a version asks for and folds them into phases; done once, when the API is compiled.
 * @param factories in the order in which the steps run
 * @param ends steps that every version ends with
 */
export function compilePhases<Plan>(
  factories: readonly StepFactory<Plan>[],
  plan: Plan,
  version: VersionRules,
  ends: readonly Step[],
): Phases {
  const slots = slotCounter()
  const steps = factories.map(({ create }) => create(plan, version, slots))
  return phasesOf([...steps.filter((step) => step !== undefined), ...ends])
}

/** Folds steps into phases. */
export function phasesOf(steps: readonly Step[]): Phases {
  return {
    request: steps.flatMap(({ onRequest }) => onRequest ?? []),
    target: steps.flatMap(({ onTarget }) => onTarget ?? []),
    upstreamRequest: steps.flatMap(({ onUpstreamRequest }) => onUpstreamRequest ?? []),
    replyHead: steps.flatMap(({ onReplyHead }) => onReplyHead ?? []),
    replyBody: steps.flatMap(({ onReplyBody }) => onReplyBody ?? []),
    end: steps.flatMap(({ onEnd }) => onEnd ?? []),
  }
}

function slotCounter(): Slots {
  let next = 0
  return { slot: <T>(initial: T): Slot<T> => ({ index: next++, initial }) }
}
