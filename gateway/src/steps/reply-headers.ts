import type { StepFactory } from '../pipeline/step.ts'

/** Removes and adds the headers that a path changes in answers of the upstream. */
export const replyHeaders: StepFactory<unknown> = {
  name: 'reply-headers',

  create(_plan, { inUse }) {
    if (!inUse.has('reply-headers')) return undefined
    return {
      name: 'reply-headers',
      onReplyHead({ version }, { edits }) {
        const change = version?.endpoint.replyHeaders
        if (change !== undefined) edits.apply(change)
        return undefined
      },
    }
  },
}
