import { Policy } from '@tollgate/model/access/policy'
import { isObjectId } from '@tollgate/model/ids'
import type { PolicyRecord } from '@tollgate/storage/records/policies'
import { z } from 'zod'
import { actorOf, organisationFor, type UserCaller } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { Document, Done, ok } from '../envelopes.ts'
import { Problem, type ProblemSpec } from '../errors.ts'
import { totalIfSized } from '../page-query.ts'
import { type Route, route } from '../route.ts'
import { listPolicies, PolicyListQuery } from './list-policies.ts'
import { shownPolicy } from './policy-document.ts'
import { POLICY_INVALID, policyProblems } from './policy-problems.ts'
import { createPolicy, deletePolicy, updatePolicy } from './save-policy.ts'

const ShownPolicies = z.object({ Data: z.array(Document), Pages: z.int(), Total: z.int().optional() })

/** /api/portal/policies (dashboard contract, section 1.4). Both ids of a policy work everywhere. */
export const policyRoutes = (deps: Dependencies): Route[] => {
  const list = async (caller: UserCaller, query: z.output<typeof PolicyListQuery>) => {
    const { rows, pages, total } = await listPolicies(deps, caller.scope, query, deps.pageSize)
    const sized = totalIfSized(query, total)
    return { Data: rows.map(shownPolicy), Pages: pages, ...(sized.total !== undefined && { Total: total }) }
  }

  return [
    route({
      method: 'GET',
      path: '/api/portal/policies',
      permission: 'policies:read',
      summary: 'List policies',
      query: PolicyListQuery,
      answer: ShownPolicies,
      handle: ({ caller, query }) => list(caller, query),
    }),
    route({
      method: 'GET',
      path: '/api/portal/policies/search',
      permission: 'policies:read',
      summary: 'Find policies by name, ids, state, API or kind of authentication',
      query: PolicyListQuery,
      answer: ShownPolicies,
      handle: ({ caller, query }) => list(caller, query),
    }),
    route({
      method: 'POST',
      path: '/api/portal/policies',
      permission: 'policies:write',
      summary: 'Create a policy; its id is in Message',
      body: Policy,
      invalid: POLICY_INVALID,
      answer: Done,
      handle: async ({ caller, body }) => {
        const orgId = organisationFor(caller, body.org_id)
        const record = await createPolicy(deps, actorOf(caller), orgId, body)
        return ok(record.id)
      },
    }),
    route({
      method: 'GET',
      path: '/api/portal/policies/:id',
      permission: 'policies:read',
      summary: 'Read a policy',
      answer: Document,
      handle: async ({ caller, params }) =>
        shownPolicy(await findPolicy(deps, caller, params.id, policyProblems.policy_not_found)),
    }),
    route({
      method: 'PUT',
      path: '/api/portal/policies/:id',
      permission: 'policies:write',
      summary: 'Replace a policy; in force for every key that lists it when this is answered',
      body: Policy,
      invalid: POLICY_INVALID,
      answer: Done,
      handle: async ({ caller, params, body }) => {
        const found = await findPolicy(deps, caller, params.id, policyProblems.policy_not_found)
        await updatePolicy(deps, actorOf(caller), found, body)
        return ok('Data updated')
      },
    }),
    route({
      method: 'DELETE',
      path: '/api/portal/policies/:id',
      permission: 'policies:write',
      summary: 'Delete a policy; keys that list it lose what it gave them',
      answer: Done,
      handle: async ({ caller, params }) => {
        const found = await findPolicy(deps, caller, params.id, policyProblems.policy_not_deletable)
        await deletePolicy(deps, actorOf(caller), found)
        return ok('Data deleted')
      },
    }),
  ]
}

/** By either id; what has not the form of an id and is no known word is answered so. */
async function findPolicy(
  deps: Dependencies,
  caller: UserCaller,
  id: string | undefined,
  otherwise: ProblemSpec,
): Promise<PolicyRecord> {
  const record = await deps.storage.policies.byId(caller.scope, id ?? '')
  if (record !== undefined) return record
  throw new Problem(isObjectId(id ?? '') ? otherwise : policyProblems.policy_id_invalid)
}
