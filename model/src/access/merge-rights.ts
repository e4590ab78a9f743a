import { BY_KEY, type Setter } from '../limits/budget.ts'
import { BY_THE_KEY, type SourceRef } from '../source-ref.ts'
import {
  atLeast,
  isEmptyLimit,
  mergedEndpoints,
  mostPermissive,
  renewalOf,
  setConcurrency,
  takeQuota,
  takeRate,
} from './merge-limits.ts'
import type { AccessDefinition, ApiLimit, Session } from './session.ts'

/** The right on one API while policies are being merged into it (gateway contract, section 1.3 steps 3, 4 and 7). */
export type MergedRight = {
  readonly apiId: string
  /** What the key itself says about this API: its running quota is respected. */
  readonly own: AccessDefinition | undefined
  /** Fields of the ACL; limits and endpoints are kept apart until the right is done. */
  acl: AccessDefinition
  limit: ApiLimit
  endpoints: NonNullable<AccessDefinition['endpoints']>
  /** Ids of the policy that granted last, and of the counters it asks for; empty when no ACL granted the API. */
  grantedBy: string
  scope: string
  rateSet: boolean
  quotaSet: boolean
  depthSet: boolean
  /** Where the right comes from; none when no ACL granted it. */
  aclSources: SourceRef[]
  /** Undefined: the session's own value counts. */
  setters: { rate?: Setter; concurrency?: Setter; quota?: Setter }
}

/** Who set each of the limits. */
export type LimitSetters = { readonly rate: Setter; readonly concurrency: Setter; readonly quota: Setter }

/** Where a right comes from, and who set its limits. */
export type RightSetters = LimitSetters & { readonly acl: readonly SourceRef[] }

/** Everything is as the key has it. */
export const SET_BY_KEY: RightSetters = {
  acl: [BY_THE_KEY],
  rate: BY_KEY,
  concurrency: BY_KEY,
  quota: BY_KEY,
}

/** A right into which nothing was merged yet. */
export function newRight(apiId: string, own: AccessDefinition | undefined): MergedRight {
  return {
    apiId,
    own,
    acl: {},
    limit: {},
    endpoints: [],
    grantedBy: '',
    scope: '',
    rateSet: false,
    quotaSet: false,
    depthSet: false,
    aclSources: [],
    setters: {},
  }
}

/** Merges what a policy grants on the API: unions of versions, URLs and types. */
export function grantAcl(right: MergedRight, granted: AccessDefinition, by: string, source: SourceRef): void {
  const { acl } = right
  right.acl = {
    ...granted,
    ...acl,
    versions: [...new Set([...(acl.versions ?? []), ...(granted.versions ?? [])])],
    allowed_urls: mergedUrls(acl.allowed_urls, granted.allowed_urls),
    restricted_types: mergedTypes(acl.restricted_types, granted.restricted_types),
    allowed_types: mergedTypes(acl.allowed_types, granted.allowed_types),
    field_access_rights: mergedFieldRights(acl.field_access_rights, granted.field_access_rights),
    disable_introspection: acl.disable_introspection === true || granted.disable_introspection === true,
  }
  right.grantedBy = by
  if (!right.aclSources.some(({ id }) => id === source.id)) right.aclSources.push(source)
}

/**
 * Raises the rate, the concurrency, the throttle and the limits of endpoints to what a policy allows. A rate is one whole
 * with its algorithm, burst and further windows: the more generous one stays, none is made of two.
 */
export function raiseRate(
  right: MergedRight,
  limits: ApiLimit,
  endpoints: AccessDefinition['endpoints'],
  setter: Setter,
): void {
  const { limit, setters } = right
  if (!right.rateSet || mostPermissive(limits, limit) === limits) {
    takeRate(limit, limits)
    setters.rate = setter
  }
  if (!atLeast(limit.max_concurrency, limits.max_concurrency)) {
    setConcurrency(limit, limits.max_concurrency)
    setters.concurrency = setter
  }
  limit.throttle_interval = Math.max(limit.throttle_interval ?? 0, limits.throttle_interval ?? 0)
  limit.throttle_retry_limit = Math.max(limit.throttle_retry_limit ?? 0, limits.throttle_retry_limit ?? 0)
  right.endpoints = mergedEndpoints(right.endpoints, endpoints)
  right.rateSet = true
}

/** Raises the quota to what a policy allows; its renewal is the longest, unless the calendar renews it. */
export function raiseQuota(right: MergedRight, limits: ApiLimit, setter: Setter): void {
  const { limit } = right
  if (!right.quotaSet || !atLeast(limit.quota_max, limits.quota_max)) {
    takeQuota(limit, limits)
    right.setters.quota = setter
  }
  limit.quota_renewal_rate = Math.max(limit.quota_renewal_rate ?? 0, renewalOf(limits))
  right.quotaSet = true
}

/** Raises the query depth to what a policy allows. */
export function raiseDepth(right: MergedRight, depth: number | undefined): void {
  if (!right.depthSet || !atLeast(right.limit.max_query_depth, depth))
    right.limit.max_query_depth = depth ?? 0
  right.depthSet = true
}

/**
 * Gives the right the counters of a `per_api` policy. Policies that ask for different ones share a counter of the API:
 * the merged limit belongs to none of them alone.
 */
export function scopePerApi(right: MergedRight, scope: string): void {
  right.scope = right.scope === '' || right.scope === scope ? scope : right.apiId
  if ((right.limit.quota_max ?? 0) < 0) right.limit.quota_renewal_rate = 0
}

/** The finished right: what no policy limited is taken from the session. */
export function finishedRight(right: MergedRight, session: Session, manyGrant: boolean): AccessDefinition {
  const limit = { ...right.limit }
  if (!right.rateSet) {
    takeRate(limit, session)
    setConcurrency(limit, session.max_concurrency)
    limit.throttle_interval = session.throttle_interval ?? 0
    limit.throttle_retry_limit = session.throttle_retry_limit ?? 0
  }
  if (!right.depthSet) limit.max_query_depth = session.max_query_depth ?? 0
  if (!right.quotaSet) {
    takeQuota(limit, session)
    limit.quota_renewal_rate = session.quota_renewal_rate ?? 0
    limit.quota_renews = session.quota_renews ?? 0
  }
  const running = right.own?.limit
  if (running && !isEmptyLimit(running)) {
    limit.quota_renews = running.quota_renews ?? 0
    limit.quota_remaining = running.quota_remaining ?? 0
  }
  const scope = right.scope === '' && manyGrant ? right.grantedBy : right.scope
  return { ...right.acl, limit, allowance_scope: scope, endpoints: right.rateSet ? right.endpoints : [] }
}

function mergedUrls(a: AccessDefinition['allowed_urls'], b: AccessDefinition['allowed_urls']) {
  const urls = new Map<string, NonNullable<AccessDefinition['allowed_urls']>[number]>()
  for (const entry of [...(a ?? []), ...(b ?? [])]) {
    const known = urls.get(entry.url)
    const methods = [...new Set([...(known?.methods ?? []), ...(entry.methods ?? [])])]
    urls.set(entry.url, { ...(known ?? entry), methods })
  }
  return [...urls.values()]
}

type Loose = Readonly<Record<string, unknown>>

function mergedTypes(a: readonly Loose[] | null | undefined, b: readonly Loose[] | null | undefined) {
  const types = new Map<unknown, Record<string, unknown>>()
  for (const type of [...(a ?? []), ...(b ?? [])]) {
    const known = types.get(type.name)
    types.set(type.name, known ? { ...known, fields: union(known.fields, type.fields) } : { ...type })
  }
  return [...types.values()]
}

function mergedFieldRights(a: readonly Loose[] | null | undefined, b: readonly Loose[] | null | undefined) {
  const fields = new Map<string, Record<string, unknown>>()
  for (const field of [...(a ?? []), ...(b ?? [])]) {
    const name = JSON.stringify([field.type_name, field.field_name])
    const known = fields.get(name)
    if (known === undefined || !atLeast(depthOf(known), depthOf(field))) fields.set(name, { ...field })
  }
  return [...fields.values()]
}

function union(a: unknown, b: unknown): unknown[] {
  return [...new Set([...(Array.isArray(a) ? a : []), ...(Array.isArray(b) ? b : [])])]
}

function depthOf(field: Loose): number {
  const { limits } = field
  if (typeof limits !== 'object' || limits === null || !('max_query_depth' in limits)) return 0
  return typeof limits.max_query_depth === 'number' ? limits.max_query_depth : 0
}
