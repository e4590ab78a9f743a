import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { type Answer, request } from '../../api/request.ts'
import { spans } from './spans.ts'

/** What the start page is told beside the traffic. */
export type Overview = Answer<'GET /api/overview'>
/** Something that needs attention. */
export type Concern = Overview['attention'][number]
/** The traffic of a stretch of time, in steps. */
export type Traffic = Answer<'GET /api/activity/live'>
/** One step of it. */
export type TrafficPoint = Traffic['points'][number]
/** A name of a stretch of time. */
export type Span = keyof typeof spans

/** How often the rest of the page is read while it is looked at, milliseconds. */
const refreshMs = 10_000

/** What needs attention, how far the first steps are. Nothing is asked while the tab is hidden. */
export const overviewQuery = queryOptions({
  queryKey: ['overview'],
  queryFn: ({ signal }) => request('GET /api/overview', { signal }),
  refetchInterval: refreshMs,
})

/** The traffic until now. */
export function trafficQuery(span: Span) {
  const { window, step, refreshMs: every } = spans[span]
  return queryOptions({
    queryKey: ['activity', 'live', span],
    queryFn: ({ signal }) => {
      const query = { window: String(window), step: String(step) }
      return request('GET /api/activity/live', { query, signal })
    },
    refetchInterval: every,
    placeholderData: keepPreviousData,
  })
}

/** The APIs with traffic, the busiest first. */
export function busiestQuery(span: Span) {
  const { window, refreshMs: every } = spans[span]
  return queryOptions({
    queryKey: ['activity', 'apis', span],
    queryFn: async ({ signal }) => {
      const query = { window: String(Math.max(60, window)) }
      return (await request('GET /api/activity/live/apis', { query, signal })).apis
    },
    refetchInterval: Math.max(every, 5_000),
    placeholderData: keepPreviousData,
  })
}

/** The API that was made last: where a first call is tried. */
export const newestApiQuery = queryOptions({
  queryKey: ['apis', 'newest'],
  queryFn: async ({ signal }) => {
    const query = { sort: '-created_at', page_size: '1' } as const
    const { apis } = await request('GET /api/apis', { query, signal })
    const { api_id: id, proxy } = apis[0]?.api_definition ?? {}
    if (typeof id !== 'string') return null
    const path =
      typeof proxy === 'object' && proxy !== null && 'listen_path' in proxy ? proxy.listen_path : undefined
    return { id, listenPath: typeof path === 'string' ? path : '/' }
  },
})

/** Removes what the first start made for trying things out. */
export async function clearDemo(): Promise<Answer<'DELETE /api/demo'>['Meta']> {
  return (await request('DELETE /api/demo', {})).Meta
}
