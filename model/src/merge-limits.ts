import type { Policy } from './policy.ts'
import type { AccessDefinition, ApiLimit } from './session.ts'

/** How limits of several policies are weighed against each other (gateway contract, section 1.3 steps 3 and 4). */

type Rate = { readonly rate?: number | undefined; readonly per?: number | undefined }
type Endpoint = NonNullable<AccessDefinition['endpoints']>[number]
type EndpointMethod = NonNullable<Endpoint['methods']>[number]

/** Whether `a` admits at least as much as `b`, where a negative number is unlimited and 0 is nothing yet. */
export function atLeast(a: number | undefined, b: number | undefined): boolean {
  return weight(a) >= weight(b)
}

/**
 * The rate that admits more per second; on a tie the one with the larger `rate`, then `b`. A rate or a period of 0 is
 * unset and loses to any other; a negative one is unlimited.
 */
export function mostPermissive<A extends Rate, B extends Rate>(a: A, b: B): A | B {
  const [perSecondOfA, perSecondOfB] = [perSecond(a), perSecond(b)]
  if (perSecondOfA !== perSecondOfB) return perSecondOfA > perSecondOfB ? a : b
  return perSecondOfA > 0 && (a.rate ?? 0) > (b.rate ?? 0) ? a : b
}

/** Whether a limit says nothing, so that the limits of the session apply: every number is 0 or absent. */
export function isEmptyLimit(limit: ApiLimit | null | undefined): boolean {
  if (limit === null || limit === undefined) return true
  return Object.values(limit).every((value) => typeof value !== 'number' || value === 0)
}

/** The limits that a policy states for itself, as the limit of one API. */
export function policyLimits(policy: Policy): ApiLimit {
  return {
    rate: policy.rate ?? 0,
    per: policy.per ?? 0,
    smoothing: policy.smoothing ?? null,
    throttle_interval: policy.throttle_interval ?? 0,
    throttle_retry_limit: policy.throttle_retry_limit ?? 0,
    max_query_depth: policy.max_query_depth ?? 0,
    quota_max: policy.quota_max ?? 0,
    quota_renewal_rate: policy.quota_renewal_rate ?? 0,
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

/** Requests a second; -1 for a rate that is unset. */
function perSecond({ rate = 0, per = 0 }: Rate): number {
  if (rate >= 0 && (rate === 0 || per === 0)) return -1
  return rate < 0 || per < 0 ? Number.POSITIVE_INFINITY : rate / per
}
