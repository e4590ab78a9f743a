import { Policy } from '@tollgate/model/access/policy'
import type { PolicyRecord } from '@tollgate/storage/records/policies'
import { z } from 'zod'
import { actorOf, type ControlCaller } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { Document } from '../envelopes.ts'
import { Problem } from '../errors.ts'
import { shownPolicy } from '../policies/policy-document.ts'
import { deletePolicy, FREE_NAMES, importPolicy, updatePolicy } from '../policies/save-policy.ts'
import { type Route, route } from '../route.ts'
import { Mutation, mutated } from './control-answers.ts'
import { inWordsOf, controlProblems as problems, type Wording } from './control-problems.ts'
import { organisationOf } from './organisation-of.ts'

const POLICY_WORDS: Wording = {
  policy_not_found: problems.policy_not_found,
  policy_not_deletable: problems.policy_not_found,
}

/** /tyk/policies (gateway contract, section 3), in force as soon as they are stored. */
export const controlPolicyRoutes = (deps: Dependencies): Route[] => {
  const access = { permission: 'control-secret' } as const
  const writes = { ...access, body: Policy, answer: Mutation } as const
  const one = '/tyk/policies/:policyId'

  const add = async (caller: ControlCaller, policy: Policy) => {
    if (!policy.id && !policy._id) throw new Problem(problems.policy_without_id)
    const orgId = await organisationOf(deps, {
      named: policy.org_id,
      grantedApis: policy.access_rights,
    })
    const record = await inWordsOf(POLICY_WORDS, () =>
      importPolicy({ ...deps, adopts: true }, actorOf(caller), orgId, policy),
    )
    return mutated(publicId(record), 'added')
  }

  return [
    route({
      ...access,
      method: 'GET',
      path: '/tyk/policies',
      summary: 'List all policies',
      answer: z.array(Document),
      handle: async () => {
        const { rows } = await deps.storage.policies.list(undefined, {}, { page: 0, size: deps.pageSize })
        return rows.map(gatewayPolicy)
      },
    }),
    route({
      ...writes,
      method: 'POST',
      path: '/tyk/policies',
      summary: 'Create a policy, or replace the one of the same id',
      handle: ({ caller, body }) => add(caller, body),
    }),
    route({
      ...writes,
      method: 'POST',
      path: one,
      summary: 'Create a policy under this id, or replace it',
      handle: ({ caller, params, body }) => {
        const id = body.id || params.policyId
        if (id !== params.policyId) throw new Problem(problems.policy_id_mismatch)
        return add(caller, { ...body, id })
      },
    }),
    route({
      ...access,
      method: 'GET',
      path: one,
      summary: 'Read a policy',
      answer: Document,
      handle: async ({ params }) => gatewayPolicy(await findPolicy(deps, params.policyId)),
    }),
    route({
      ...writes,
      method: 'PUT',
      path: one,
      summary: 'Replace a policy; in force for every key that lists it when this is answered',
      handle: async ({ caller, params, body }) => {
        const found = await findPolicy(deps, params.policyId)
        for (const id of [body.id, body._id])
          if (id && id !== found.explicitId && id !== found.id) throw new Problem(problems.policy_id_mismatch)
        await inWordsOf(POLICY_WORDS, () =>
          updatePolicy(deps, actorOf(caller), found, { ...body, org_id: found.orgId }, FREE_NAMES),
        )
        return mutated(publicId(found), 'modified')
      },
    }),
    route({
      ...access,
      method: 'DELETE',
      path: one,
      summary: 'Delete a policy',
      answer: Mutation,
      handle: async ({ caller, params }) => {
        const found = await findPolicy(deps, params.policyId)
        await inWordsOf(POLICY_WORDS, () => deletePolicy(deps, actorOf(caller), found))
        return mutated(publicId(found), 'deleted')
      },
    }),
  ]
}

/** A policy as a gateway names it: by `id`, which is `_id` where no other was chosen, and without what only a Dashboard knows (gateway contract, section 1.3). */
function gatewayPolicy(record: PolicyRecord): Record<string, unknown> {
  const { access_rights_array: _list, date_created: _date, ...policy } = shownPolicy(record)
  return { ...policy, id: publicId(record) }
}

function publicId(record: PolicyRecord): string {
  return record.explicitId === '' ? record.id : record.explicitId
}

async function findPolicy(deps: Dependencies, id: string | undefined): Promise<PolicyRecord> {
  const record = await deps.storage.policies.byId(undefined, id ?? '')
  if (record === undefined) throw new Problem(problems.policy_not_found)
  return record
}
