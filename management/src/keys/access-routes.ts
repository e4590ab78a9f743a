import { AccessDescription, AccessSource, AccessStatus } from '@tollgate/model/access/access-description'
import type { KeyFilter, KeyRecord } from '@tollgate/storage/keys/keys'
import { z } from 'zod'
import { apiProblems } from '../apis/api-problems.ts'
import type { UserCaller } from '../caller.ts'
import { Problem } from '../errors.ts'
import { PageNumber, pageOf } from '../page-query.ts'
import { policyProblems } from '../policies/policy-problems.ts'
import { type Route, route } from '../route.ts'
import { describeKey, describeKeyOn, describeStanding } from './describe-key.ts'
import { findKey, KeyNamingQuery, namingOf } from './find-key.ts'
import type { KeyContext } from './key-context.ts'

const KeyAccess = z.object({
  key_hash: z.string(),
  alias: z.string(),
  status: AccessStatus,
  words: z.string(),
  /** Where the right comes from, or what keeps the key out. */
  source: AccessSource,
})
const KeysWithAccess = z.object({ keys: z.array(KeyAccess), pages: z.int() })
type KeyAccess = z.input<typeof KeyAccess>

const PageQuery = z.object({ p: PageNumber })

/** Who may do what, and why: what one key may do, who can call an API, who hangs on a policy. */
export const accessRoutes = (context: KeyContext, pageSize: number): Route[] => {
  const reads = { method: 'GET', permission: 'keys:read' } as const
  const page = async (
    orgId: string,
    filter: KeyFilter,
    query: z.output<typeof PageQuery>,
    shown: (record: KeyRecord) => Promise<KeyAccess>,
  ) => {
    const { rows, pages } = await context.storage.keys.list(orgId, filter, pageOf(query.p, pageSize))
    return { keys: await Promise.all(rows.map(shown)), pages }
  }

  return [
    route({
      ...reads,
      path: '/api/keys/:keyId/effective',
      summary:
        'What a key may do now: every right and limit in force, its source, its use and when it starts anew',
      query: KeyNamingQuery,
      answer: AccessDescription,
      handle: async ({ caller, params, query }) => {
        const { record } = await findKey(context, caller.scope, params.keyId ?? '', namingOf(query))
        return describeKey(context, record)
      },
    }),
    route({
      ...reads,
      path: '/api/apis/:apiId/access-by-key',
      summary: 'Who can call an API: keys with a right of their own and keys by a policy, newest first',
      query: PageQuery,
      answer: KeysWithAccess,
      handle: async ({ caller, params, query }) => {
        const { apiId, orgId } = await findApi(context, caller, params.apiId ?? '')
        return page(orgId, { apiId }, query, (record) => accessOnApi(context, record, apiId))
      },
    }),
    route({
      ...reads,
      path: '/api/portal/policies/:id/keys',
      summary: 'Who hangs on a policy: the keys that list it, newest first',
      query: PageQuery,
      answer: KeysWithAccess,
      handle: async ({ caller, params, query }) => {
        const policy = await context.storage.policies.byId(caller.scope, params.id ?? '')
        if (policy === undefined) throw new Problem(policyProblems.policy_not_found)
        const { id, explicitId, orgId } = policy
        const policyIds: KeyFilter['policyIds'] = explicitId === '' ? [id] : [id, explicitId]
        return page(orgId, { policyIds }, query, (record) => accessByPolicy(context, record, policyIds))
      },
    }),
  ]
}

async function findApi(context: KeyContext, caller: UserCaller, id: string) {
  const record = await context.storage.apis.byId(caller.scope, id)
  if (record === undefined) throw new Problem(apiProblems.api_access_unknown)
  return record
}

async function accessOnApi(context: KeyContext, record: KeyRecord, apiId: string): Promise<KeyAccess> {
  const described = await describeKeyOn(context, record, apiId)
  const api = described.apis.find(({ api_id }) => api_id === apiId)
  const key = { key_hash: record.id, alias: described.alias }
  if (api !== undefined) {
    const isKept = described.status !== 'open' && api.status === described.status
    return { ...key, status: api.status, words: api.words, source: isKept ? described.source : api.rights }
  }
  if (described.status !== 'open') return { ...key, ...rightsOf(described) }
  // Policies that govern rights take the place of those that the key itself names.
  const words = 'the key names the API, but the policies that are applied to it grant others'
  return { ...key, status: 'not_granted', words, source: described.source }
}

async function accessByPolicy(
  context: KeyContext,
  record: KeyRecord,
  policyIds: readonly string[],
): Promise<KeyAccess> {
  const described = await describeStanding(context, record)
  const key = { key_hash: record.id, alias: described.alias, ...rightsOf(described) }
  const isApplied = described.policies.some(({ id }) => policyIds.includes(id))
  if (described.status !== 'open' || isApplied) return key
  const words = 'the key names the policy, but carries policies or a list of its own that come first'
  return { ...key, status: 'not_granted', words }
}

function rightsOf({ status, words, source }: AccessDescription): Omit<KeyAccess, 'key_hash' | 'alias'> {
  return { status, words, source }
}
