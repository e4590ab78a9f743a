import type { StepFactory } from '../pipeline/step.ts'

/** Gives the upstream the time that the path says, instead of the default. */
export const hardTimeout: StepFactory<unknown> = {
  name: 'hard-timeout',

  create(_plan, { inUse }) {
    if (!inUse.has('hard-timeout')) return undefined
    return {
      name: 'hard-timeout',
      onUpstreamRequest({ version, upstream }) {
        const timeoutMs = version?.endpoint.hardTimeoutMs
        if (timeoutMs !== undefined) upstream.timeoutMs = timeoutMs
      },
    }
  },
}
