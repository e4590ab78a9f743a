import type { StepFactory } from '../pipeline/step.ts'

/** Removes and adds the headers that a path changes in requests. */
export const requestHeaders: StepFactory<unknown> = {
  name: 'request-headers',

  create(_plan, { inUse }) {
    if (!inUse.has('request-headers')) return undefined
    return {
      name: 'request-headers',
      onUpstreamRequest({ version }, head) {
        const change = version?.endpoint.requestHeaders
        if (change !== undefined) head.apply(change)
      },
    }
  },
}
