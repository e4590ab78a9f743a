import { BY_KEY, type Setter } from '../limits/budget.ts'
import { BY_THE_KEY, type SourceRef } from '../source-ref.ts'
import {
  atLeast,
  isEmptyLimit,
  mostPermissive,
  policyLimits,
  renewalOf,
  setConcurrency,
  takeQuota,
  takeRate,
} from './merge-limits.ts'
import {
  finishedRight,
  grantAcl,
  type LimitSetters,
  type MergedRight,
  newRight,
  type RightSetters,
  raiseDepth,
  raiseQuota,
  raiseRate,
  SET_BY_KEY,
  scopePerApi,
} from './merge-rights.ts'
import {
  keyOf,
  type NamedPolicy,
  namedPolicies,
  type Parts,
  type PolicyLabel,
  partsOf,
  policyProblem,
} from './named-policies.ts'
import type { FindPolicy, Policy } from './policy.ts'
import type { AccessDefinition, Session } from './session.ts'

/** Where the merged values come from. */
export type PolicySources = {
  /** Who set the limits at the root of the session. */
  readonly root: LimitSetters
  readonly inactive: SourceRef
  readonly apis: ReadonlyMap<string, RightSetters>
}

export { policyIds } from './named-policies.ts'

/** A session with its policies applied. */
export type AppliedPolicies = {
  readonly session: Session
  /** The policies that were applied; their ids are those by which the key names them. */
  readonly policies: readonly PolicyLabel[]
  /** Why the key opens nothing; its session is then the stored one. */
  readonly problem: string | undefined
  readonly sources: PolicySources
}

/**
 * Applies the policies of a key to its session (gateway contract, section 1.3). Pure: neither argument is changed, and
 * nothing is read but through `find`, which must look within the key's organisation only.
 */
export function applyPolicies(session: Session, find: FindPolicy, orgId = ''): AppliedPolicies {
  const found = namedPolicies(session, find)
  if (found === undefined) return withoutPolicies(session)
  if (typeof found === 'string') return refused(session, found)
  const problem = policyProblem(found, orgId)
  return problem === undefined ? merged(session, found) : refused(session, problem)
}

type Rights = Map<string, MergedRight>
type Root = { session: Session; rate: Setter; concurrency: Setter; quota: Setter }

function merged(stored: Session, found: readonly NamedPolicy[]): AppliedPolicies {
  const root: Root = { session: cleared(stored, found), rate: BY_KEY, concurrency: BY_KEY, quota: BY_KEY }
  const rights: Rights = new Map()
  for (const named of found) {
    if (named.policy.partitions?.per_api === true) applyPerApi(named, stored, rights)
    else applyParts(named, stored, root, rights)
    applyFlags(named.policy, root.session)
  }
  // Whoever switches a key off means it off: its own flag counts beside the policies' (the contract's source ignores it).
  root.session.is_inactive =
    stored.is_inactive === true || found.some(({ policy }) => policy.is_inactive === true)
  unionTags(root.session, stored, found)
  const sources = grantRights(root, rights)
  const granted = root.session.access_rights ?? {}
  if (Object.keys(granted).length === 0) return refused(stored, 'key has no valid policies to be applied')
  const inactive = found.find(({ policy }) => policy.is_inactive === true)
  return {
    session: root.session,
    policies: found.map(({ id, name, source, inline }) => ({ id, name, source, inline })),
    problem: undefined,
    sources: { root: settersOf(root), inactive: inactive?.source ?? BY_THE_KEY, apis: sources },
  }
}

/** Step 1: whatever a policy governs is cleared, so that the limits of the key itself lose to it. */
function cleared(stored: Session, found: readonly NamedPolicy[]): Session {
  const session: Session = { ...stored, meta_data: { ...stored.meta_data } }
  for (const { policy } of found) {
    const parts = partsOf(policy)
    if (parts.quota) {
      if (session.quota_calendar) session.quota_renewal_rate = 0
      takeQuota(session, {})
      session.quota_remaining = 0
    }
    if (parts.rate) {
      takeRate(session, {})
      setConcurrency(session, 0)
      Object.assign(session, { throttle_interval: 0, throttle_retry_limit: 0 })
    }
    if (parts.complexity) session.max_query_depth = 0
  }
  return session
}

/** Step 3: each API of the policy has a limit of its own, the policy's where it states none. */
function applyPerApi(named: NamedPolicy, stored: Session, rights: Rights): void {
  const { source, policy, id } = named
  const setter = setterOf(named)
  for (const [apiId, granted] of Object.entries(policy.access_rights ?? {})) {
    const right = rightOf(rights, apiId, stored)
    const limits = isEmptyLimit(granted.limit) ? undefined : granted.limit
    const scope = limits ? apiId : keyOf(policy, id)
    grantAcl(right, granted, scope, source)
    raiseRate(right, limits ?? policyLimits(policy), granted.endpoints, setter)
    raiseQuota(right, limits ?? policyLimits(policy), setter)
    raiseDepth(right, (limits ?? policy).max_query_depth)
    scopePerApi(right, scope)
  }
}

/** Steps 4 and 5: the parts that the policy governs, merged into each of its APIs and into the root of the session. */
function applyParts(named: NamedPolicy, stored: Session, root: Root, rights: Rights): void {
  const { source, policy, id } = named
  const parts = partsOf(policy)
  const entries = Object.entries(policy.access_rights ?? {})
  const limits = policyLimits(policy)
  const setter = setterOf(named)
  for (const [apiId, granted] of entries) {
    const right = rightOf(rights, apiId, stored)
    if (parts.acl) grantAcl(right, granted, keyOf(policy, id), source)
    if (parts.quota) raiseQuota(right, limits, setter)
    if (parts.rate) raiseRate(right, limits, granted.endpoints, setter)
    if (parts.complexity) raiseDepth(right, limits.max_query_depth)
  }
  if (entries.length === 0) setRoot(named, parts, root)
  else raiseRoot(named, parts, root)
}

/** A policy without access rights sets the root of the session outright ("master policy"). */
function setRoot(named: NamedPolicy, parts: Parts, root: Root): void {
  const { policy } = named
  const { session } = root
  if (parts.rate) {
    takeRate(session, policy)
    setConcurrency(session, policy.max_concurrency)
    session.throttle_interval = policy.throttle_interval ?? 0
    session.throttle_retry_limit = policy.throttle_retry_limit ?? 0
    root.rate = setterOf(named)
    root.concurrency = setterOf(named)
  }
  if (parts.complexity) session.max_query_depth = policy.max_query_depth ?? 0
  if (parts.quota) {
    takeQuota(session, policy)
    session.quota_renewal_rate = renewalOf(policy)
    root.quota = setterOf(named)
  }
}

function raiseRoot(named: NamedPolicy, parts: Parts, root: Root): void {
  const { policy } = named
  const { session } = root
  if (parts.rate) raiseRootRate(named, root)
  if (parts.quota) {
    if (!atLeast(session.quota_max, policy.quota_max)) {
      takeQuota(session, policy)
      root.quota = setterOf(named)
    }
    session.quota_renewal_rate = Math.max(session.quota_renewal_rate ?? 0, renewalOf(policy))
  }
  if (parts.complexity && !atLeast(session.max_query_depth, policy.max_query_depth)) {
    session.max_query_depth = policy.max_query_depth ?? 0
  }
}

function raiseRootRate(named: NamedPolicy, root: Root): void {
  const { policy } = named
  const { session } = root
  if (mostPermissive(policy, session) === policy) {
    takeRate(session, policy)
    root.rate = setterOf(named)
  }
  if (!atLeast(session.max_concurrency, policy.max_concurrency)) {
    setConcurrency(session, policy.max_concurrency)
    root.concurrency = setterOf(named)
  }
  session.throttle_interval = Math.max(session.throttle_interval ?? 0, policy.throttle_interval ?? 0)
  session.throttle_retry_limit = Math.max(session.throttle_retry_limit ?? 0, policy.throttle_retry_limit ?? 0)
}

/** A policy as the one who sets a limit. What a key carries itself has no counters that other keys could share. */
function setterOf({ source, policy, id, inline }: NamedPolicy): Setter {
  return {
    source,
    sharedBy: policy.limits_shared_by ?? '',
    policyId: inline ? '' : policy._id || keyOf(policy, id),
  }
}

function settersOf({ rate, concurrency, quota }: Root): LimitSetters {
  return { rate, concurrency, quota }
}

function applyFlags(policy: Policy, session: Session): void {
  session.meta_data = { ...session.meta_data, ...policy.meta_data }
  if (policy.hmac_enabled === true) session.hmac_enabled = true
  if (policy.enable_http_signature_validation === true) session.enable_http_signature_validation = true
  if ((policy.last_updated ?? '') > (session.last_updated ?? '')) session.last_updated = policy.last_updated
}

function unionTags(session: Session, stored: Session, found: readonly NamedPolicy[]): void {
  const tags = new Set(stored.tags ?? [])
  for (const { policy } of found) for (const tag of policy.tags ?? []) tags.add(tag)
  if (tags.size > 0) session.tags = [...tags]
}

/** Steps 7 and 8: rights that no ACL granted are dropped, the others take what no policy set from the session. */
function grantRights(root: Root, rights: Rights): Map<string, RightSetters> {
  const sources = new Map<string, RightSetters>()
  const granted = [...rights.values()].filter((right) => right.grantedBy !== '')
  if (granted.length === 0) return sources
  const manyGrant = new Set(granted.map((right) => right.grantedBy)).size > 1
  const entries = granted.map(
    (right) => [right.apiId, finishedRight(right, root.session, manyGrant)] as const,
  )
  for (const { apiId, aclSources, setters } of granted) {
    sources.set(apiId, { ...settersOf(root), ...setters, acl: aclSources })
  }
  mirrorSingle(root, granted)
  // fromEntries defines own properties, so an api id such as "__proto__" cannot reach a prototype.
  root.session.access_rights = Object.fromEntries(entries)
  return sources
}

/** Where exactly one API has all three limits, the root of the session mirrors them. */
function mirrorSingle(root: Root, granted: readonly MergedRight[]): void {
  const limited = granted.filter((right) => right.rateSet && right.quotaSet && right.depthSet)
  const [only] = limited
  if (only === undefined || limited.length !== 1) return
  const { max_concurrency, quota_renewal_rate, max_query_depth } = only.limit
  setConcurrency(root.session, max_concurrency)
  takeRate(root.session, only.limit)
  takeQuota(root.session, only.limit)
  Object.assign(root.session, { quota_renewal_rate, max_query_depth })
  Object.assign(root, only.setters)
}

function rightOf(rights: Rights, apiId: string, stored: Session): MergedRight {
  const known = rights.get(apiId)
  if (known) return known
  const right = newRight(apiId, ownRight(stored, apiId))
  rights.set(apiId, right)
  return right
}

function ownRight(session: Session, apiId: string): AccessDefinition | undefined {
  const rights = session.access_rights
  return rights && Object.hasOwn(rights, apiId) ? rights[apiId] : undefined
}

/** Step 9: without policies, an API with limits of its own has counters of its own. */
function withoutPolicies(session: Session): AppliedPolicies {
  const entries = Object.entries(session.access_rights ?? {})
  const scoped = entries.some(([, right]) => !isEmptyLimit(right.limit))
  const rights = entries.map(([apiId, right]) => {
    return [apiId, isEmptyLimit(right.limit) ? right : { ...right, allowance_scope: apiId }] as const
  })
  return {
    session: scoped ? { ...session, access_rights: Object.fromEntries(rights) } : session,
    policies: [],
    problem: undefined,
    sources: KEY_ALONE,
  }
}

function refused(session: Session, problem: string): AppliedPolicies {
  return { session, policies: [], problem, sources: KEY_ALONE }
}

const KEY_ALONE: PolicySources = { root: SET_BY_KEY, inactive: BY_THE_KEY, apis: new Map() }
