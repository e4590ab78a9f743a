import type { Policy } from './policy.ts'
import type { AccessDefinition, ApiLimit } from './session.ts'

/** How limits of several policies are weighed against each other (gateway contract, section 1.3 steps 3 and 4). */

type Rate = Pick<ApiLimit, 'rate' | 'per' | 'rates'>
type Endpoint = NonNullable<AccessDefinition['endpoints']>[number]
type EndpointMethod = NonNullable<Endpoint['methods']>[number]

/** Whether `a` admits at least as much as `b`, where a negative number is unlimited and 0 is nothing yet. */
export function atLeast(a: number | undefined, b: number | undefined): boolean {
  return weight(a) >= weight(b)
}

/**
 * The rate that admits more per second, where one with several windows admits as much as the tightest of them; on a tie
 * the one with the larger `rate`, then `b`. A rate or a period of 0 is unset and loses to any other; a negative one is
 * unlimited.
 */
export function mostPermissive<A extends Rate, B extends Rate>(a: A, b: B): A | B {
  const [perSecondOfA, perSecondOfB] = [perSecond(a), perSecond(b)]
  if (perSecondOfA !== perSecondOfB) return perSecondOfA > perSecondOfB ? a : b
  return perSecondOfA > 0 && (a.rate ?? 0) > (b.rate ?? 0) ? a : b
}

/**
 * Whether a limit says nothing, so that the limits of the session apply: every number is 0 or absent, and there are no
 * further windows. How large a burst may be says nothing by itself.
 */
export function isEmptyLimit(limit: ApiLimit | null | undefined): boolean {
  if (limit === null || limit === undefined) return true
  if (limit.rates && limit.rates.length > 0) return false
  return Object.entries(limit).every(
    ([name, value]) => typeof value !== 'number' || value === 0 || name === 'rate_burst',
  )
}

/** What belongs to a rate: it is taken whole from one limit or another, so that no mixture of two comes to be. */
const RATE_FIELDS = [
  'rate',
  'per',
  'smoothing',
  'rate_algorithm',
  'rate_burst',
  'rates',
] as const satisfies readonly (keyof ApiLimit)[]

/** What belongs to a quota but its renewal. */
const QUOTA_FIELDS = [
  'quota_max',
  'quota_calendar',
  'quota_time_zone',
] as const satisfies readonly (keyof ApiLimit)[]

/** Gives `target` the rate of `from`, and nothing of its own before. */
export function takeRate(target: ApiLimit, from: ApiLimit): void {
  for (const field of RATE_FIELDS) takeField(target, from, field)
  target.rate ??= 0
  target.per ??= 0
  target.smoothing ??= null
}

/** Gives `target` the quota of `from` but for its renewal. */
export function takeQuota(target: ApiLimit, from: ApiLimit): void {
  for (const field of QUOTA_FIELDS) takeField(target, from, field)
  target.quota_max ??= 0
}

/** After how many seconds a quota renews: 0 where the calendar renews it, so that no other quota takes it over. */
export function renewalOf({ quota_calendar, quota_renewal_rate }: ApiLimit): number {
  return quota_calendar ? 0 : (quota_renewal_rate ?? 0)
}

/** Gives `target` this concurrency; nothing stays where nobody limits it. */
export function setConcurrency(target: ApiLimit, max: number | undefined): void {
  if (max) target.max_concurrency = max
  else delete target.max_concurrency
}

function takeField<F extends keyof ApiLimit>(target: ApiLimit, from: ApiLimit, field: F): void {
  if (from[field] === undefined) delete target[field]
  else target[field] = from[field]
}

/** The limits that a policy states for itself, as the limit of one API. */
export function policyLimits(policy: Policy): ApiLimit {
  const limits: ApiLimit = {}
  takeRate(limits, policy)
  takeQuota(limits, policy)
  setConcurrency(limits, policy.max_concurrency)
  return {
    ...limits,
    throttle_interval: policy.throttle_interval ?? 0,
    throttle_retry_limit: policy.throttle_retry_limit ?? 0,
    max_query_depth: policy.max_query_depth ?? 0,
    quota_renewal_rate: renewalOf(policy),
  }
}

/** Merges limits of endpoints by method and path; the most permissive wins. */
export function mergedEndpoints(
  a: AccessDefinition['endpoints'],
  b: AccessDefinition['endpoints'],
): NonNullable<AccessDefinition['endpoints']> {
  const paths = new Map<string, { endpoint: Endpoint; methods: Map<string, EndpointMethod> }>()
  for (const endpoint of [...(a ?? []), ...(b ?? [])]) {
    const known = paths.get(endpoint.path) ?? { endpoint, methods: new Map<string, EndpointMethod>() }
    paths.set(endpoint.path, known)
    for (const method of endpoint.methods ?? []) {
      const other = known.methods.get(method.name)
      const wins =
        other === undefined || mostPermissive(method.limit ?? {}, other.limit ?? {}) === method.limit
      if (wins) known.methods.set(method.name, method)
    }
  }
  return [...paths.values()].map(({ endpoint, methods }) => ({ ...endpoint, methods: [...methods.values()] }))
}

function weight(value: number | undefined): number {
  if (value === undefined) return 0
  return value < 0 ? Number.POSITIVE_INFINITY : value
}

/** Requests a second, by the tightest window; -1 for a rate that is unset. */
function perSecond({ rate = 0, per = 0, rates }: Rate): number {
  const windows = [{ rate, per }, ...(rates ?? [])].filter((window) => window.rate > 0 && window.per > 0)
  if (windows.length > 0) return Math.min(...windows.map((window) => window.rate / window.per))
  if (rate >= 0 && (rate === 0 || per === 0)) return -1
  return Number.POSITIVE_INFINITY
}
