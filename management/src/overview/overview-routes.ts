import type { KeyMention, Mentions } from '@tollgate/storage/records/overview'
import { z } from 'zod'
import { minutesUntilNow } from '../activity/activity-routes.ts'
import { shareOf, trafficNumbers } from '../activity/traffic-answer.ts'
import type { UserCaller } from '../caller.ts'
import { demoOf } from '../demo/clear-demo.ts'
import type { Dependencies } from '../dependencies.ts'
import { EXPIRING_SECONDS } from '../keys/search-keys.ts'
import { type Route, route } from '../route.ts'
import type { ApiEntry, ApiIndex } from './api-index.ts'

/** Things that are named of each kind. */
const NAMED = 5
/** An API fails when so many of its requests were answered 5xx lately, of at least so many. */
const FAILING_SHARE = 0.05
const FAILING_REQUESTS = 20
const LATELY_SECONDS = 900
const DAY_SECONDS = 86_400

const KINDS = [
  'proxies_not_trusted',
  'keys_expired_in_use',
  'apis_failing',
  'keys_expiring',
  'apis_inactive',
  'apis_without_key',
  'policies_inactive',
  'policies_unused',
  'users_never_signed_in',
] as const

const Concern = z.object({
  kind: z.enum(KINDS),
  count: z.int(),
  first: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      expires: z.number().optional(),
      last_used_at: z.string().nullable().optional(),
      error_rate: z.number().optional(),
      requests: z.int().optional(),
    }),
  ),
})
type Concern = z.input<typeof Concern>

const Step = z.object({ done: z.boolean(), at: z.string().nullable() })

const Overview = z.object({
  checklist: z.object({ api_made: Step, key_made: Step, first_200: Step, first_limit_hit: Step }),
  counts: z.object({
    apis: z.int().nullable(),
    keys: z.int().nullable(),
    policies: z.int().nullable(),
    users: z.int().nullable(),
  }),
  /** What needs attention, the most urgent first. */
  attention: z.array(Concern),
  demo: z
    .object({
      apis: z.array(z.object({ id: z.string(), name: z.string() })),
      keys: z.int(),
      policies: z.int(),
    })
    .nullable(),
  at: z.string(),
})

/** /api/overview: what a start page shows beside the traffic; only what the user may read is in it. */
export const overviewRoutes = (deps: Dependencies, apiIndex: ApiIndex): Route[] => [
  route({
    method: 'GET',
    path: '/api/overview',
    permission: 'any-user',
    summary: 'What needs attention, how far the first steps are, and whether the demo is there',
    answer: Overview,
    handle: async ({ caller }) => {
      const { overview } = deps.storage
      const [apis, counts, milestones, attention] = await Promise.all([
        apiIndex(caller.scope),
        overview.counts(caller.scope),
        overview.milestones(caller.scope),
        concernsOf(deps, caller, apiIndex),
      ])
      const reached = (name: string, done = milestones.has(name)) => ({
        done,
        at: milestones.get(name) ?? null,
      })
      const mayRead = { apis: caller.may('apis', 'read'), keys: caller.may('keys', 'read') }
      return {
        checklist: {
          api_made: reached(
            'api_made',
            apis.some(({ demo }) => !demo),
          ),
          key_made: reached('key_made', counts.keys > 0),
          first_200: reached('first_200'),
          first_limit_hit: reached('first_limit_hit'),
        },
        counts: {
          apis: mayRead.apis ? counts.apis : null,
          keys: mayRead.keys ? counts.keys : null,
          policies: caller.may('policies', 'read') ? counts.policies : null,
          users: caller.may('users', 'read') ? counts.users : null,
        },
        attention,
        demo: mayRead.apis ? await shownDemo(deps, caller, apis) : null,
        at: new Date(deps.now()).toISOString(),
      }
    },
  }),
]

async function shownDemo(deps: Dependencies, caller: UserCaller, apis: readonly ApiEntry[]) {
  if (!apis.some(({ demo }) => demo)) return null
  const demo = await demoOf(deps.storage, caller.scope, apis)
  return {
    apis: demo.apis.map(({ apiId, name }) => ({ id: apiId, name })),
    keys: demo.keys.length,
    policies: demo.policies.length,
  }
}

async function concernsOf(deps: Dependencies, caller: UserCaller, apiIndex: ApiIndex): Promise<Concern[]> {
  const found = await Promise.all([
    ...(caller.may('keys', 'read') ? keyConcerns(deps, caller.scope) : []),
    ...(caller.may('apis', 'read') ? apiConcerns(deps, caller, apiIndex) : []),
    ...(caller.may('policies', 'read') ? policyConcerns(deps, caller.scope) : []),
    ...(caller.may('users', 'read') ? userConcerns(deps, caller.scope) : []),
    ...(caller.isAdmin ? [proxyConcern(deps, caller.scope)] : []),
  ])
  return found.filter(({ count }) => count > 0).sort((a, b) => KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind))
}

function keyConcerns(deps: Dependencies, scope: string | undefined): Promise<Concern>[] {
  const { keys, overview } = deps.storage
  const now = Math.floor(deps.now() / 1000)
  const concern = async (kind: Concern['kind'], mentions: Promise<Mentions<KeyMention>>) => {
    const { count, first } = await mentions
    return {
      kind,
      count,
      first: await Promise.all(
        first.map(async ({ id, expires, usedAt }) => ({
          id,
          name: (await keys.byId(scope, id))?.session.alias ?? '',
          expires,
          last_used_at: usedAt === 0 ? null : new Date(usedAt * 1000).toISOString(),
        })),
      ),
    }
  }
  return [
    concern('keys_expiring', overview.keysExpiring(scope, now, now + EXPIRING_SECONDS)),
    concern('keys_expired_in_use', overview.keysExpiredInUse(scope, now, now - DAY_SECONDS)),
  ]
}

function apiConcerns(deps: Dependencies, caller: UserCaller, apiIndex: ApiIndex): Promise<Concern>[] {
  const { scope } = caller
  const listed = (kind: Concern['kind'], entries: readonly ApiEntry[]): Concern => ({
    kind,
    count: entries.length,
    first: entries.slice(0, NAMED).map(({ apiId, name }) => ({ id: apiId, name })),
  })
  const inactive = async () =>
    listed(
      'apis_inactive',
      (await apiIndex(scope)).filter(({ active }) => !active),
    )
  const withoutKey = async () => {
    const [entries, ids] = await Promise.all([apiIndex(scope), deps.storage.overview.apisWithoutKey(scope)])
    const without = new Set(ids)
    const closed = entries.filter(
      ({ apiId, keyed, active, demo }) => keyed && active && !demo && without.has(apiId),
    )
    return listed('apis_without_key', closed)
  }
  const failing = async () => failingApis(deps, caller, await apiIndex(scope))
  return [inactive(), withoutKey(), failing()]
}

/** What the traffic says is for those who may read it. */
function failingApis(deps: Dependencies, caller: UserCaller, entries: readonly ApiEntry[]): Concern {
  const { from, to } = minutesUntilNow(deps, LATELY_SECONDS)
  const rows = caller.may('analytics', 'read') ? deps.traffic.byApi(caller.scope, from, to) : []
  const failing = rows.flatMap(({ apiId, row }) => {
    const { requests, s5xx } = trafficNumbers(row)
    const share = shareOf(s5xx, requests)
    const api = entries.find((entry) => entry.apiId === apiId)
    if (api === undefined || requests < FAILING_REQUESTS || share < FAILING_SHARE) return []
    return [{ id: apiId, name: api.name, error_rate: share, requests }]
  })
  failing.sort((a, b) => b.error_rate - a.error_rate)
  return { kind: 'apis_failing', count: failing.length, first: failing.slice(0, NAMED) }
}

function policyConcerns({ storage }: Dependencies, scope: string | undefined): Promise<Concern>[] {
  return [
    storage.overview.policiesInactive(scope).then((found) => named('policies_inactive', found)),
    storage.overview.policiesUnused(scope).then((found) => named('policies_unused', found)),
  ]
}

function userConcerns({ storage }: Dependencies, scope: string | undefined): Promise<Concern>[] {
  return [storage.overview.usersNeverSignedIn(scope).then((found) => named('users_never_signed_in', found))]
}

/**
 * Whoever is behind such a proxy is taken for it: in IP lists, in locks of sign-ins, in the log. The addresses are of
 * everybody's clients, so an organisation learns only that there are some.
 */
function proxyConcern({ untrustedForwarders }: Dependencies, scope: string | undefined): Concern {
  const peers = untrustedForwarders()
  const first = scope === undefined ? peers.map((peer) => ({ id: peer, name: peer })) : []
  return { kind: 'proxies_not_trusted', count: peers.length, first }
}

function named(kind: Concern['kind'], { count, first }: Mentions<{ id: string; name: string }>): Concern {
  return { kind, count, first: [...first] }
}
