import { queryOptions } from '@tanstack/react-query'
import { type Answer, request } from '../../api/request.ts'

/** Why a request was refused or failed. */
export type Explanation = Answer<'GET /api/requests/{requestId}/explain'>

/** Reads why; 404 when the request is not kept. What is kept does not change. */
export function explanationQuery(requestId: string) {
  return queryOptions({
    queryKey: ['requests', 'explain', requestId],
    queryFn: ({ signal }) =>
      request('GET /api/requests/{requestId}/explain', { params: { requestId }, signal }),
    staleTime: 60_000,
  })
}
