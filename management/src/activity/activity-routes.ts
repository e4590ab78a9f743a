import { MINUTES_KEPT, SECONDS_KEPT, type TrafficScope } from '@tollgate/analytics/traffic-history'
import { z } from 'zod'
import { apiProblems } from '../apis/api-problems.ts'
import type { UserCaller } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { defineProblems, Problem } from '../errors.ts'
import type { ApiIndex } from '../overview/api-index.ts'
import { type Route, route } from '../route.ts'
import { p99Of, shareOf, TrafficNumbers, trafficNumbers } from './traffic-answer.ts'

export const activityProblems = defineProblems({
  activity_window: {
    status: 400,
    message:
      'Query parameter invalid: window is at most 900 seconds with a step below 60, else at most 86400, and at most 1440 steps long',
  },
})

/** Points of a series. */
const MAX_POINTS = 1440
/** APIs of a table. */
const MAX_APIS = 100

const WholeSeconds = z
  .string()
  .regex(/^(|[1-9]\d{0,4})$/, 'expected a number of seconds')
  .optional()

const Series = z.object({
  from: z.int(),
  to: z.int(),
  step: z.int(),
  /** Nothing is known of the time before. */
  recording_since: z.int(),
  points: z.array(z.object({ t: z.int(), ...TrafficNumbers })),
  totals: z.object({
    ...TrafficNumbers,
    requests_per_second: z.number(),
    /** Share of requests that were answered 5xx. */
    error_rate: z.number(),
    /** Share of requests that the gate refused. */
    refused_rate: z.number(),
    p99_ms: z.number().nullable(),
  }),
})

const ByApi = z.object({
  from: z.int(),
  to: z.int(),
  apis: z.array(
    z.object({ api_id: z.string(), name: z.string(), ...TrafficNumbers, error_rate: z.number() }),
  ),
})

/** /api/activity/live: the traffic of the last day, from memory (it begins anew with the program). */
export const activityRoutes = (deps: Dependencies, apiIndex: ApiIndex): Route[] => [
  route({
    method: 'GET',
    path: '/api/activity/live',
    permission: 'analytics:read',
    summary: 'Traffic by the second (15 minutes) or by the minute (a day), of the organisation or of one API',
    query: z.object({ window: WholeSeconds, step: WholeSeconds, api_id: z.string().optional() }),
    answer: Series,
    handle: async ({ caller, query }) => {
      const scope = await scopeOf(deps, caller, query.api_id)
      return seriesOf(deps, scope, Number(query.window || SECONDS_KEPT), Number(query.step || 5))
    },
  }),
  route({
    method: 'GET',
    path: '/api/activity/live/apis',
    permission: 'analytics:read',
    summary: 'Traffic of each API lately, the busiest first',
    query: z.object({ window: WholeSeconds }),
    answer: ByApi,
    handle: async ({ caller, query }) => {
      const { from, to } = minutesUntilNow(deps, Number(query.window || SECONDS_KEPT))
      const names = new Map((await apiIndex(caller.scope)).map(({ apiId, name }) => [apiId, name]))
      const apis = deps.traffic.byApi(caller.scope, from, to).map(({ apiId, row }) => {
        const numbers = trafficNumbers(row)
        const { requests, s5xx } = numbers
        return {
          api_id: apiId,
          name: names.get(apiId) ?? '',
          ...numbers,
          error_rate: shareOf(s5xx, requests),
        }
      })
      return { from, to, apis: apis.sort((a, b) => b.requests - a.requests).slice(0, MAX_APIS) }
    },
  }),
]

/** From so long ago until now, by whole minutes, the running one included. */
export function minutesUntilNow({ now }: Pick<Dependencies, 'now'>, window: number) {
  const to = Math.floor(now() / 1000)
  return { from: Math.floor((to - Math.min(window, MINUTES_KEPT)) / 60) * 60, to: to + 1 }
}

async function scopeOf(
  { storage }: Dependencies,
  caller: UserCaller,
  apiId: string | undefined,
): Promise<TrafficScope> {
  if (apiId === undefined || apiId === '') {
    return caller.scope === undefined ? { kind: 'everything' } : { kind: 'organisation', orgId: caller.scope }
  }
  const api = await storage.apis.byId(caller.scope, apiId)
  if (api === undefined) throw new Problem(apiProblems.api_not_readable)
  return { kind: 'api', orgId: api.orgId, apiId: api.apiId }
}

function seriesOf(deps: Dependencies, scope: TrafficScope, window: number, step: number) {
  const rows = step < 60 ? 'seconds' : 'minutes'
  const longest = rows === 'seconds' ? SECONDS_KEPT : MINUTES_KEPT
  if (window > longest || window < step || window / step > MAX_POINTS)
    throw new Problem(activityProblems.activity_window)
  // Points begin at whole steps, so that they stay what they are from one look to the next.
  const grid = rows === 'seconds' ? step : Math.ceil(step / 60) * 60
  const to = Math.floor(deps.now() / 1000)
  const from = Math.floor((to - window) / grid) * grid
  const points = deps.traffic.points(scope, rows, { from, to, step: grid })
  const total = deps.traffic.total(scope, rows, from, to)
  const numbers = trafficNumbers(total)
  const { requests, s5xx, refused } = numbers
  const seconds = Math.max(1, to - Math.max(from, deps.traffic.since))
  return {
    from,
    to,
    step: grid,
    recording_since: deps.traffic.since,
    points: points.map(({ at, row }) => ({ t: at, ...trafficNumbers(row) })),
    totals: {
      ...numbers,
      requests_per_second: Math.round((requests / seconds) * 100) / 100,
      error_rate: shareOf(s5xx, requests),
      refused_rate: shareOf(refused.auth + refused.rate + refused.quota + refused.other, requests),
      p99_ms: p99Of(total),
    },
  }
}
