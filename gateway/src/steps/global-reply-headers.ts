import type { StepFactory } from '../pipeline/step.ts'

/** Removes and adds the headers that a version changes in every answer of the upstream. */
export const globalReplyHeaders: StepFactory<unknown> = {
  name: 'global-reply-headers',

  create(_plan, { globalReplyHeaders: change }) {
    if (change === undefined) return undefined
    return {
      name: 'global-reply-headers',
      onReplyHead(_context, { edits }) {
        edits.apply(change)
        return undefined
      },
    }
  },
}
