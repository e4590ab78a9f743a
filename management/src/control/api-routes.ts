import { ApiDefinition } from '@tollgate/model/definition/api-definition'
import type { ApiRecord } from '@tollgate/storage/records/apis'
import { z } from 'zod'
import { ApiDocument } from '../apis/api-document.ts'
import { apiProblems } from '../apis/api-problems.ts'
import { deleteApi } from '../apis/delete-api.ts'
import { importDefinition, updateApi } from '../apis/save-api.ts'
import { actorOf, type ControlCaller } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { Document } from '../envelopes.ts'
import { Problem } from '../errors.ts'
import { type Route, route } from '../route.ts'
import { Mutation, mutated } from './control-answers.ts'
import { inWordsOf, controlProblems as problems, type Wording } from './control-problems.ts'
import { organisationOf } from './organisation-of.ts'

const API_WORDS: Wording = {
  api_invalid: problems.api_invalid,
  api_url_taken: problems.api_invalid,
  api_not_updatable: problems.api_not_found,
  api_not_deletable: problems.api_not_found,
}

/** /tyk/apis: bare classic definitions (gateway contract, section 3), served as soon as they are stored. */
export const controlApiRoutes = (deps: Dependencies): Route[] => {
  const access = { permission: 'control-secret' } as const
  const writes = { ...access, body: ApiDefinition, answer: Mutation } as const
  const one = '/tyk/apis/:apiId'

  const add = async (caller: ControlCaller, definition: ApiDefinition) => {
    const orgId = await organisationOf(deps, { named: definition.org_id })
    const record = await inWordsOf(API_WORDS, () =>
      importDefinition({ ...deps, adopts: true }, actorOf(caller), orgId, definition),
    )
    return mutated(record.apiId, 'added')
  }

  return [
    route({
      ...access,
      method: 'GET',
      path: '/tyk/apis',
      summary: 'List all API definitions',
      answer: z.array(Document),
      handle: async () => {
        const { rows } = await deps.storage.apis.list(undefined, {}, { page: 0, size: deps.pageSize })
        return rows.map((record) => record.definition)
      },
    }),
    route({
      ...writes,
      method: 'POST',
      path: '/tyk/apis',
      summary: 'Create an API, or replace the one of the same id',
      handle: ({ caller, query, body }) => {
        if (query.base_api_id) throw new Problem(apiProblems.api_versioning_unsupported)
        return add(caller, body)
      },
    }),
    route({
      ...writes,
      method: 'POST',
      path: one,
      summary: 'Create an API under this id, or replace it',
      handle: ({ caller, params, body }) => {
        const apiId = body.api_id || params.apiId
        if (apiId !== params.apiId) throw new Problem(problems.api_id_mismatch)
        return add(caller, { ...body, api_id: apiId })
      },
    }),
    route({
      ...access,
      method: 'GET',
      path: one,
      summary: 'Read an API definition',
      answer: Document,
      handle: async ({ params }) => (await findApi(deps, params.apiId)).definition,
    }),
    route({
      ...writes,
      method: 'PUT',
      path: one,
      summary: 'Replace an API definition',
      handle: async ({ caller, params, body }) => {
        const found = await findApi(deps, params.apiId)
        if (body.api_id !== params.apiId) throw new Problem(problems.api_id_mismatch)
        const document = ApiDocument.parse({ ...found.wrapper, api_definition: body })
        await inWordsOf(API_WORDS, () => updateApi(deps, actorOf(caller), found, document))
        return mutated(found.apiId, 'modified')
      },
    }),
    route({
      ...access,
      method: 'DELETE',
      path: one,
      summary: 'Delete an API',
      answer: Mutation,
      handle: async ({ caller, params }) => {
        const found = await findApi(deps, params.apiId)
        await inWordsOf(API_WORDS, () => deleteApi(deps, actorOf(caller), found))
        return mutated(found.apiId, 'deleted')
      },
    }),
  ]
}

async function findApi(deps: Dependencies, id: string | undefined): Promise<ApiRecord> {
  const record = await deps.storage.apis.byId(undefined, id ?? '')
  if (record === undefined) throw new Problem(problems.api_not_found)
  return record
}
