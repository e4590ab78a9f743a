import type { Limit } from './counters.ts'

/** `throttle_interval` and `throttle_retry_limit`: a request over the rate waits and is judged again. */
export type Throttle = { readonly retries: number; readonly intervalMs: number }

/** The limits of a key on an API, or on one endpoint of it. */
export type OwnLimits = {
  /** Rates and concurrency: what `disable_rate_limit` of an API switches off. */
  readonly rates: readonly Limit[]
  readonly quota: Limit | undefined
  readonly throttle: Throttle | undefined
  /** Plans that were made of these limits: a key meets the same few APIs and paths again and again. */
  readonly plans: LimitPlan[]
}

/** The limits of an API for all callers, on one path of it or elsewhere. */
export type ApiLimits = {
  readonly rate: Limit | undefined
  readonly limits: readonly Limit[]
  readonly ignoresKeyRate: boolean
  readonly ignoresKeyQuota: boolean
  /** What a request without a key is counted in. */
  readonly open: OwnLimits
}

/** Everything that a request is counted in. The same object for each request with these limits, and never changed. */
export type LimitPlan = {
  /** In the order in which they are asked: the organisation's, the key's, the API's. */
  readonly limits: readonly Limit[]
  /** Which of them is the key's quota; -1 = none. */
  readonly quotaIndex: number
  /** Which of them the `rate_limits` header mode tells of: the key's rates, else the API's. */
  readonly shownRates: readonly number[]
  /** Concurrency limits: to be released when the request ends. */
  readonly held: readonly Limit[]
  /** All others: to be charged when the real cost is known only afterwards. */
  readonly charged: readonly Limit[]
  readonly throttle: Throttle | undefined
  readonly madeOf: { readonly api: ApiLimits; readonly organisation: readonly Limit[] }
}

/** Most plans kept with the limits of one key; all are made anew when there are more. */
const MAX_PLANS = 32

/** No limits of an organisation. */
export const NO_LIMITS: readonly Limit[] = []

/** The limits of a key. */
export function ownLimits(
  rates: readonly Limit[],
  quota: Limit | undefined,
  throttle: Throttle | undefined,
): OwnLimits {
  return { rates, quota, throttle, plans: [] }
}

/** The limits of an API. */
export function apiLimits(
  rate: Limit | undefined,
  concurrency: Limit | undefined,
  ignores: { readonly ignoresKeyRate: boolean; readonly ignoresKeyQuota: boolean },
): ApiLimits {
  return {
    rate,
    limits: [rate, concurrency].filter((limit) => limit !== undefined),
    ignoresKeyRate: ignores.ignoresKeyRate,
    ignoresKeyQuota: ignores.ignoresKeyQuota,
    open: ownLimits([], undefined, undefined),
  }
}

/** What a request of this key on this API is counted in. Allocates only when the three meet for the first time. */
export function planOf(own: OwnLimits, api: ApiLimits, organisation: readonly Limit[]): LimitPlan {
  const { plans } = own
  for (const plan of plans) {
    if (plan.madeOf.api === api && plan.madeOf.organisation === organisation) return plan
  }
  if (plans.length >= MAX_PLANS) plans.length = 0
  const plan = joined(own, api, organisation)
  plans.push(plan)
  return plan
}

function joined(own: OwnLimits, api: ApiLimits, organisation: readonly Limit[]): LimitPlan {
  const rates = api.ignoresKeyRate ? [] : own.rates
  const quota = own.quota === undefined || api.ignoresKeyQuota ? [] : [own.quota]
  const limits = [...organisation, ...rates, ...quota, ...api.limits]
  return {
    limits,
    quotaIndex: limits.findIndex(({ kind }) => kind === 'quota'),
    shownRates: indexesOf(limits, limits.some(({ kind }) => kind === 'rate') ? 'rate' : 'api-rate'),
    held: limits.filter(({ algorithm }) => algorithm === 'concurrency'),
    charged: limits.filter(({ algorithm }) => algorithm !== 'concurrency'),
    throttle: own.throttle,
    madeOf: { api, organisation },
  }
}

function indexesOf(limits: readonly Limit[], kind: Limit['kind']): readonly number[] {
  return limits.flatMap((limit, index) => (limit.kind === kind ? [index] : []))
}
