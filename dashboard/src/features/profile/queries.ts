import { queryOptions } from '@tanstack/react-query'
import { type Answer, request } from '../../api/request.ts'

/** A browser in which the user is signed in. */
export type BrowserSession = Answer<'GET /api/sessions'>['sessions'][number]

/** Where the user is signed in, the last seen first. */
export const sessionsQuery = queryOptions({
  queryKey: ['sessions'],
  queryFn: async ({ signal }) => (await request('GET /api/sessions', { signal })).sessions,
})

/** Ends one of the user's sessions. */
export function endSession(sessionId: string): Promise<unknown> {
  return request('DELETE /api/sessions/{sessionId}', { params: { sessionId } })
}

/** Ends all of them but this one. @returns how many there were */
export async function endOtherSessions(): Promise<number> {
  return (await request('DELETE /api/sessions', {})).Meta.ended
}
