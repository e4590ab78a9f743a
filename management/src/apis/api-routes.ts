import { compileApi } from '@tollgate/model/definition/compile-api'
import { isApiId } from '@tollgate/model/definition/identity'
import type { ApiRecord } from '@tollgate/storage/records/apis'
import { z } from 'zod'
import { actorOf, organisationFor, type UserCaller } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { Done, envelopeOf, ok } from '../envelopes.ts'
import { Problem, type ProblemSpec } from '../errors.ts'
import { totalIfSized } from '../page-query.ts'
import { type Route, route } from '../route.ts'
import { ApiDocument, ShownApi, shownApi } from './api-document.ts'
import { apiProblems } from './api-problems.ts'
import { apiUrl } from './api-url.ts'
import { deleteApi } from './delete-api.ts'
import { ApiListQuery, categoriesOf, listApis } from './list-apis.ts'
import { overlapWarnings } from './listen-path-overlap.ts'
import { createApi, updateApi } from './save-api.ts'

const ShownApis = z.object({ apis: z.array(ShownApi), pages: z.int(), total: z.int().optional() })
const Owners = z.object({
  userIds: z.array(z.string()).nullish(),
  userGroupIds: z.array(z.string()).nullish(),
})
/** What a definition asks for and is not done; ours, where the contract has room for it. */
const Warnings = z.object({
  warnings: z.array(
    z.object({ path: z.array(z.union([z.string(), z.int()])), code: z.string(), message: z.string() }),
  ),
})
const API_INVALID = 'API definition validation failed'

/** /api/apis: classic API definitions in their wrapper (dashboard contract, section 1.2). Both ids work everywhere. */
export const apiRoutes = (deps: Dependencies): Route[] => {
  const list = async (caller: UserCaller, query: z.output<typeof ApiListQuery>) => {
    const { rows, pages, total } = await listApis(deps, caller.scope, query, deps.pageSize)
    return { apis: rows.map(shownApi), pages, ...totalIfSized(query, total) }
  }

  return [
    route({
      method: 'GET',
      path: '/api/apis',
      permission: 'apis:read',
      summary: 'List APIs, newest first unless sorted otherwise',
      query: ApiListQuery,
      answer: ShownApis,
      handle: ({ caller, query }) => list(caller, query),
    }),
    route({
      method: 'GET',
      path: '/api/apis/search',
      permission: 'apis:read',
      summary: 'Find APIs by a part of their name',
      query: ApiListQuery,
      answer: ShownApis,
      handle: ({ caller, query }) => list(caller, query),
    }),
    route({
      method: 'POST',
      path: '/api/apis',
      permission: 'apis:write',
      summary: 'Create an API; it is served when this is answered',
      body: ApiDocument,
      invalid: API_INVALID,
      answer: envelopeOf(z.string()),
      handle: async ({ caller, query, body }) => {
        if (query.base_api_id) throw new Problem(apiProblems.api_versioning_unsupported)
        const orgId = organisationFor(caller, body.api_definition.org_id)
        const record = await createApi(deps, actorOf(caller), orgId, body)
        return ok('API created', record.id, record.apiId)
      },
    }),
    ...readings(deps),
    route({
      method: 'GET',
      path: '/api/apis/:apiId',
      permission: 'apis:read',
      summary: 'Read an API',
      answer: ShownApi,
      handle: async ({ caller, params }) =>
        shownApi(await findApi(deps, caller, params.apiId, apiProblems.api_not_readable)),
    }),
    route({
      method: 'PUT',
      path: '/api/apis/:apiId',
      permission: 'apis:write',
      summary: 'Replace an API; its ids and organisation stay',
      body: ApiDocument,
      invalid: API_INVALID,
      answer: envelopeOf(Warnings.nullable()),
      handle: async ({ caller, params, body }) => {
        if (!isApiId(params.apiId ?? '')) throw new Problem(apiProblems.api_id_invalid)
        const found = await findApi(deps, caller, params.apiId, apiProblems.api_not_updatable)
        const updated = await updateApi(deps, actorOf(caller), found, body)
        return ok('API updated', await warningsOf(deps, updated))
      },
    }),
    route({
      method: 'DELETE',
      path: '/api/apis/:apiId',
      permission: 'apis:write',
      summary: 'Delete an API',
      answer: Done,
      handle: async ({ caller, params }) => {
        const found = await findApi(deps, caller, params.apiId, apiProblems.api_not_deletable)
        await deleteApi(deps, actorOf(caller), found)
        return ok('API deleted')
      },
    }),
    ...accessRoutes(deps),
  ]
}

async function warningsOf(
  { matching, strictRoutes, storage }: Dependencies,
  record: ApiRecord,
): Promise<z.input<typeof Warnings> | null> {
  const own = strictRoutes ? [] : await storage.apis.claimsOfOwn(record.orgId)
  const warnings = [...compileApi(record.definition, matching).warnings, ...overlapWarnings(record, own)]
  if (warnings.length === 0) return null
  return { warnings: warnings.map(({ path, code, message }) => ({ path: [...path], code, message })) }
}

/** What is read about APIs beside the APIs themselves. */
const readings = (deps: Dependencies): Route[] => [
  route({
    method: 'GET',
    path: '/api/apis/categories',
    permission: 'apis:read',
    summary: 'The #tags of API names, and how many APIs carry each',
    answer: z.object({ categories: z.array(z.object({ name: z.string(), count: z.int() })) }),
    handle: async ({ caller }) => {
      const groups = await groupsOf(deps, caller)
      return { categories: [...groups].map(([name, apiIds]) => ({ name, count: apiIds.length })) }
    },
  }),
  route({
    method: 'GET',
    path: '/api/apis/groups',
    permission: 'apis:read',
    summary: 'The API ids that carry each #tag',
    answer: z.record(z.string(), z.array(z.string())),
    handle: async ({ caller }) => Object.fromEntries(await groupsOf(deps, caller)),
  }),
  route({
    method: 'GET',
    path: '/api/apis/:apiId/url',
    permission: 'apis:read',
    summary: 'Where clients reach an API',
    answer: z.object({ ApiURL: z.string(), BasePath: z.string(), Host: z.string() }),
    handle: async ({ caller, params }) => {
      const record = await findApi(deps, caller, params.apiId, apiProblems.api_not_readable)
      return apiUrl(deps.gatewayUrl, record.definition)
    },
  }),
]

/** Who owns an API: users and groups named in its wrapper. */
const accessRoutes = (deps: Dependencies): Route[] => [
  route({
    method: 'GET',
    path: '/api/apis/:apiId/access',
    permission: 'apis:read',
    summary: 'Owners of an API',
    answer: Owners,
    handle: async ({ caller, params }) => {
      const record = await findApi(deps, caller, params.apiId, apiProblems.api_access_unknown)
      const { user_owners: users, user_group_owners: groups } = shownApi(record)
      return Owners.parse({ userIds: users, userGroupIds: groups })
    },
  }),
  route({
    method: 'PUT',
    path: '/api/apis/:apiId/access',
    permission: 'apis:write',
    summary: 'Replace the owners of an API',
    body: Owners,
    answer: Done,
    handle: async ({ caller, params, body }) => {
      const record = await findApi(deps, caller, params.apiId, apiProblems.api_access_unknown)
      const { userIds, userGroupIds } = body
      await refuseUnknownOwners(deps, record.orgId, userIds ?? [], userGroupIds ?? [])
      const wrapper = { ...record.wrapper, user_owners: userIds ?? [], user_group_owners: userGroupIds ?? [] }
      const document = { ...wrapper, api_definition: record.definition }
      await updateApi(deps, actorOf(caller), record, ApiDocument.parse(document))
      return ok('API access updated')
    },
  }),
]

async function findApi(
  deps: Dependencies,
  caller: UserCaller,
  id: string | undefined,
  otherwise: ProblemSpec,
): Promise<ApiRecord> {
  const record = await deps.storage.apis.byId(caller.scope, id ?? '')
  if (record === undefined) throw new Problem(otherwise)
  return record
}

async function groupsOf(deps: Dependencies, caller: UserCaller): Promise<Map<string, string[]>> {
  const { rows } = await deps.storage.apis.list(
    caller.scope,
    { sort: 'name' },
    { page: 0, size: deps.pageSize },
  )
  const groups = new Map<string, string[]>()
  for (const { apiId, definition } of rows) {
    for (const category of categoriesOf(definition)) {
      groups.set(category, [...(groups.get(category) ?? []), apiId])
    }
  }
  return groups
}

async function refuseUnknownOwners(
  deps: Dependencies,
  orgId: string,
  userIds: readonly string[],
  groupIds: readonly string[],
): Promise<void> {
  for (const id of userIds) {
    if ((await deps.storage.users.byId(orgId, id)) === undefined)
      throw new Problem(apiProblems.api_owner_unknown, id)
  }
  for (const id of groupIds) {
    const group = await deps.storage.userGroups.byId(orgId, id)
    if (group === undefined) throw new Problem(apiProblems.api_owner_unknown, id)
  }
}
