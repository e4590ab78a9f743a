import { Policy } from '@tollgate/model/access/policy'
import { z } from 'zod'
import { ApiDocument } from '../apis/api-document.ts'
import { apiProblems } from '../apis/api-problems.ts'
import { importApi } from '../apis/save-api.ts'
import { actorOf } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { envelopeOf, ok } from '../envelopes.ts'
import { Problem, problems } from '../errors.ts'
import { policyProblems } from '../policies/policy-problems.ts'
import { importPolicy } from '../policies/save-policy.ts'
import { type Route, route } from '../route.ts'

const ImportedApis = z.object({ apis: z.array(ApiDocument) })
const ImportedPolicies = z.object({ Data: z.array(Policy) })
const Imported = envelopeOf(z.record(z.string(), z.literal(true)))

/**
 * /admin/apis/import and /admin/policies/import: records that keep their ids (dashboard contract, section 1.7). Each is
 * stored on its own; the first that cannot be is named in the answer, and those before it stay.
 */
export const importRoutes = (deps: Dependencies): Route[] => [
  route({
    method: 'POST',
    path: '/admin/apis/import',
    permission: 'admin-secret',
    summary: 'Import APIs with their ids',
    invalid: 'API import validation failed',
    body: ImportedApis,
    answer: Imported,
    async handle({ caller, body }) {
      const done = new Set<string>()
      for (const [index, document] of body.apis.entries()) {
        const { org_id: orgId, api_id: apiId } = document.api_definition
        const { apiId: id } = await naming(apiId || `apis.${index}`, async () => {
          if (apiId && done.has(apiId)) throw new Problem(apiProblems.api_id_taken)
          return importApi(deps, actorOf(caller), await organisationOf(deps, orgId), document)
        })
        done.add(id)
      }
      return ok('APIs imported', answered(done))
    },
  }),
  route({
    method: 'POST',
    path: '/admin/policies/import',
    permission: 'admin-secret',
    summary: 'Import policies with their ids',
    invalid: 'Policy import validation failed',
    body: ImportedPolicies,
    answer: Imported,
    async handle({ caller, body }) {
      const done = new Set<string>()
      for (const [index, policy] of body.Data.entries()) {
        const { id } = await naming(policy._id || policy.id || `Data.${index}`, async () => {
          const orgId = await organisationOf(deps, policy.org_id)
          const named = await deps.storage.policies.byId(orgId, policy._id || policy.id || '')
          if (named !== undefined && done.has(named.id)) throw new Problem(policyProblems.policy_id_taken)
          return importPolicy(deps, actorOf(caller), orgId, policy)
        })
        done.add(id)
      }
      return ok('Policies imported', answered(done))
    },
  }),
]

/** Of two records with one id the second would replace the first, and the answer would tell of one: both loops refuse that. */
function answered(ids: ReadonlySet<string>): Record<string, true> {
  return Object.fromEntries(Array.from(ids, (id) => [id, true] as const))
}

/** The organisation that a record says it belongs to; it has to exist. */
async function organisationOf({ storage }: Dependencies, orgId: string | undefined): Promise<string> {
  if (orgId === undefined || orgId === '') throw new Problem(problems.organisation_required)
  if ((await storage.organisations.byId(orgId)) === undefined) {
    throw new Problem(problems.organisation_unknown, orgId)
  }
  return orgId
}

/** Lets a refusal say which of the records it is about. */
async function naming<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    throw new Problem({ code: error.code, status: error.status, message: `${error.message} (${name})` })
  }
}
