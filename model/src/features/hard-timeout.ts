import { z } from 'zod'
import { forItsMethod, operationFeature } from './feature.ts'

/** How long the upstream of a path may take until its reply head is there, milliseconds. */
export const hardTimeout = operationFeature({
  name: 'hard-timeout',
  label: 'timeout',
  slot: 'hardTimeoutMs',
  list: 'hard_timeouts',
  about: 'How long the target may take to answer',
  fields: { timeout: z.number().optional() },
  compile(entry) {
    const seconds = entry.timeout ?? 0
    return seconds > 0 ? forItsMethod(entry, seconds * 1000) : []
  },
  fresh: { timeout: 10 },
  words: ({ timeout }) => `${timeout ?? 0} s`,
})
