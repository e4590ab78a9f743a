import { policyIds as policyIdsOf } from '@tollgate/model/access/apply-policies'
import type { FindPolicy, Policy } from '@tollgate/model/access/policy'
import type { Session } from '@tollgate/model/access/session'
import { budgetProblem } from '@tollgate/model/limits/budget'
import { Problem } from '../errors.ts'
import type { ApiFacts } from './catalogue.ts'
import type { KeyContext } from './key-context.ts'
import { keyProblems } from './key-problems.ts'

/** What a session refers to, looked up. */
export type KeyTerms = {
  /** Policies as the session names them. */
  readonly policyIds: readonly string[]
  readonly findPolicy: FindPolicy
  readonly apis: ReadonlyMap<string, ApiFacts>
}

/**
 * Looks up what a session refers to. Refuses a session that grants nothing, one that names an API or a policy which
 * its organisation does not have, one whose right contradicts itself, and one whose limits cannot be counted. What `before` (the session that it
 * replaces) named already may stay, though it was deleted meanwhile: saving without a change is always possible.
 */
export async function resolveTerms(
  context: KeyContext,
  orgId: string,
  session: Session,
  before?: Session,
): Promise<KeyTerms> {
  const rights = Object.entries(session.access_rights ?? {})
  const policyIds = policyIdsOf(session)
  if (rights.length === 0 && policyIds.length === 0 && !hasInlinePolicies(session)) {
    throw new Problem(keyProblems.key_without_rights)
  }

  const unusable = budgetProblem(session)
  if (unusable !== undefined && unusable !== (before && budgetProblem(before)))
    throw new Problem(keyProblems.key_budget_unusable, unusable)

  const apis = new Map<string, ApiFacts>()
  for (const [apiId, right] of rights) {
    if (right.api_id !== undefined && right.api_id !== '' && right.api_id !== apiId) {
      throw new Problem(keyProblems.key_right_contradictory, `access_rights.${apiId}.api_id`)
    }
    const facts = await context.catalogue.api(orgId, apiId)
    if (facts !== undefined) apis.set(apiId, facts)
    else if (!Object.hasOwn(before?.access_rights ?? {}, apiId))
      throw new Problem(keyProblems.key_api_unknown, apiId)
  }

  const findPolicy = await context.catalogue.policies(orgId, policyIds)
  const known = before === undefined ? [] : policyIdsOf(before)
  for (const id of policyIds) {
    if (findPolicy(id) === undefined && !known.includes(id))
      throw new Problem(keyProblems.key_policy_unknown, id)
  }
  return { policyIds, findPolicy, apis }
}

/** The policies of the terms that exist. */
export function policiesOf(terms: KeyTerms): readonly Policy[] {
  return terms.policyIds.map(terms.findPolicy).filter((policy) => policy !== undefined)
}

/** `meta_data.policies` may carry whole policies, which then count instead of the listed ones (gateway contract 1.3). */
function hasInlinePolicies(session: Session): boolean {
  const inline = session.meta_data?.policies
  return Array.isArray(inline) && inline.length > 0
}
