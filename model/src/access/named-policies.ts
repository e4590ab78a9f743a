import { z } from 'zod'
import { byPolicy, type SourceRef } from '../source-ref.ts'
import { type FindPolicy, Policy } from './policy.ts'
import type { Session } from './session.ts'

/** A policy as a key names it. */
export type NamedPolicy = PolicyLabel & { readonly policy: Policy }

/** Which policy a key has applied: its `source` is what steps and limits name. */
export type PolicyLabel = {
  readonly id: string
  readonly name: string
  readonly source: SourceRef
  /** The key carries the policy itself, in `meta_data.policies`: there is no record of it. */
  readonly inline: boolean
}

/** Which parts of a session a policy governs; without any partition, all of them. */
export type Parts = {
  readonly quota: boolean
  readonly rate: boolean
  readonly complexity: boolean
  readonly acl: boolean
}

/** The parts that this policy governs. */
export function partsOf(policy: Policy): Parts {
  const { quota, rate_limit, complexity, acl } = policy.partitions ?? {}
  const all = !isPartitioned(policy)
  return {
    quota: all || !!quota,
    rate: all || !!rate_limit,
    complexity: all || !!complexity,
    acl: all || !!acl,
  }
}

/** Whether the policy governs some parts only. */
function isPartitioned(policy: Policy): boolean {
  const { quota, rate_limit, complexity, acl } = policy.partitions ?? {}
  return quota === true || rate_limit === true || complexity === true || acl === true
}

/** Why these policies cannot be applied together to a key of the organisation (section 1.3 step 2). */
export function policyProblem(found: readonly NamedPolicy[], orgId: string): string | undefined {
  if (found.length === 0) return 'key has no valid policies to be applied'
  const perApi = found.some(({ policy }) => policy.partitions?.per_api === true)
  for (const { id, policy } of found) {
    if (orgId !== '' && policy.org_id && policy.org_id !== orgId) {
      return 'attempting to apply policy from different organisation to key, skipping'
    }
    if (!isPartitioned(policy)) continue
    if (policy.partitions?.per_api === true) {
      return `cannot apply policy ${id} which has per_api and any of partitions set`
    }
    if (perApi) return 'cannot apply multiple policies when some have per_api set and some are partitioned'
  }
  return undefined
}

/** The policies that a session names: `apply_policies`, else the older `apply_policy_id`. */
export function policyIds(session: Session): readonly string[] {
  if (session.apply_policies && session.apply_policies.length > 0) return session.apply_policies
  return session.apply_policy_id ? [session.apply_policy_id] : []
}

/**
 * The policies of a session that exist, in its order; undefined when it names none, a text when the only one it names
 * does not exist or those it carries itself are malformed.
 */
export function namedPolicies(
  session: Session,
  find: FindPolicy,
): readonly NamedPolicy[] | string | undefined {
  const inline = inlinePolicies(session)
  if (inline === 'malformed') return 'meta_data.policies does not hold policies'
  const ids = inline?.map((policy, index) => keyOf(policy, `inline ${index + 1}`)) ?? policyIds(session)
  if (ids.length === 0) return undefined
  const found: NamedPolicy[] = []
  for (const [index, id] of ids.entries()) {
    const policy = inline === undefined ? find(id) : inline[index]
    if (policy !== undefined)
      found.push({
        id,
        name: policy.name ?? '',
        source: byPolicy(id, policy.name ?? ''),
        inline: inline !== undefined,
        policy,
      })
    else if (ids.length === 1) return `policy not found: ${id}`
  }
  return found
}

/** The id by which a policy names counters and scopes. */
export function keyOf(policy: Policy, fallback: string): string {
  return policy.id || policy._id || fallback
}

/** Policies that the key carries itself, in `meta_data.policies`; they take the place of the ids. */
export function inlinePolicies(session: Session): readonly Policy[] | 'malformed' | undefined {
  const metaData = session.meta_data
  const inline = metaData && Object.hasOwn(metaData, 'policies') ? metaData.policies : undefined
  if (!Array.isArray(inline) || inline.length === 0) return undefined
  const parsed = Policies.safeParse(inline)
  return parsed.success ? parsed.data : 'malformed'
}

const Policies = z.array(Policy)
