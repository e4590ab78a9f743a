import type { StepFactory } from '../pipeline/step.ts'

/** Removes and adds the headers that a version changes in every request. */
export const globalHeaders: StepFactory<unknown> = {
  name: 'global-headers',

  create(_plan, { globalHeaders: change }) {
    if (change === undefined) return undefined
    return { name: 'global-headers', onUpstreamRequest: (_context, head) => head.apply(change) }
  },
}
