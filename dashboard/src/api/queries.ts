import { QueryClient } from '@tanstack/react-query'
import { problemOf } from './problem.ts'

/** Times a request that got no answer, or 5xx, is tried again before its failure is shown. */
const maxRetries = 2
/** How long what was read is taken for current, milliseconds; every write of ours invalidates what it touched. */
const freshMs = 5_000

/** The query cache of the page. What the server refused (4xx) is not asked again by itself. */
export function newQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: freshMs,
        retry: (failures, error) => {
          const { status } = problemOf(error)
          return failures < maxRetries && (status === 0 || status >= 500)
        },
      },
      mutations: { retry: false },
    },
  })
}
