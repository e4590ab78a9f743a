import type { Policy } from '@tollgate/model/access/policy'
import { isObjectId } from '@tollgate/model/ids'
import type { Page } from '@tollgate/storage/records/paging'
import type { PolicyFilter, PolicyRecord } from '@tollgate/storage/records/policies'
import { z } from 'zod'
import { Problem } from '../errors.ts'
import { csv, PageNumber, PageSize, paged, pageOf, sizeOf } from '../page-query.ts'
import { policyProblems } from './policy-problems.ts'
import type { PolicyContext } from './save-policy.ts'

const SORTS = ['date_created', '-date_created', 'name', '-name', 'state', '-state'] as const

/** What a list of policies can be asked for (dashboard contract, section 1.4). */
export const PolicyListQuery = z.object({
  p: PageNumber,
  q: z.string().optional(),
  policy_ids: z.string().optional(),
  active: z.string().optional(),
  state: z.string().optional(),
  sort: z.union([z.literal(''), z.enum(SORTS)]).optional(),
  api_id: z.string().optional(),
  auth_type: z.string().optional(),
  page_size: PageSize,
})
type PolicyListQuery = z.output<typeof PolicyListQuery>

/** One page of an organisation's policies. Throws `policy_id_not_hex` for an id that is neither an id nor a known word. */
export async function listPolicies(
  context: PolicyContext,
  scope: string | undefined,
  query: PolicyListQuery,
  pageSize: number,
): Promise<Page<PolicyRecord>> {
  const page = pageOf(query.p, sizeOf(query.page_size, pageSize))
  const ids = csv(query.policy_ids)
  await refuseUnknownWords(context, scope, ids)
  const filter = filterOf(query, ids)
  const authTypes = csv(query.auth_type)
  if (authTypes.length === 0) return context.storage.policies.list(scope, filter, page)
  const everything = await context.storage.policies.list(scope, filter, { page: 0, size: pageSize })
  return paged(
    everything.rows.filter(({ policy }) => authTypesOf(policy).some((type) => authTypes.includes(type))),
    page,
  )
}

function filterOf(query: PolicyListQuery, ids: readonly string[]): PolicyFilter {
  const apiIds = csv(query.api_id)
  const states = csv(query.state).filter(
    (state) => state === 'active' || state === 'draft' || state === 'deny',
  )
  return {
    // Ids that are given win over words that are looked for.
    ...(ids.length > 0 ? { ids } : query.q && { contains: query.q }),
    ...(query.active && { active: true }),
    ...(states.length > 0 && { states }),
    ...(apiIds.length > 0 && { apiIds }),
    ...(query.sort && { sort: query.sort }),
  }
}

async function refuseUnknownWords(context: PolicyContext, scope: string | undefined, ids: readonly string[]) {
  for (const id of ids) {
    if (isObjectId(id) || (await context.storage.policies.byId(scope, id)) !== undefined) continue
    throw new Problem(policyProblems.policy_id_not_hex)
  }
}

function authTypesOf(policy: Policy): readonly string[] {
  return [...(policy.auth_types ?? []), ...(policy.auth_type ? [policy.auth_type] : [])]
}
