import { type ApiDefinition, withApiDefaults } from '@tollgate/model/definition/api-definition'
import { compileApi } from '@tollgate/model/definition/compile-api'
import { problemText } from '@tollgate/model/definition/problem'
import { hex32, isObjectId, objectId } from '@tollgate/model/ids'
import type { Actor } from '@tollgate/storage/changes/changes'
import type { ApiRecord } from '@tollgate/storage/records/apis'
import type { Storage, Stores } from '@tollgate/storage/storage'
import { Problem, problems } from '../errors.ts'
import { type ApiDocument, wrapperOf } from './api-document.ts'
import { apiProblems } from './api-problems.ts'
import { withHookHandlers } from './hook-references.ts'

/** Problems of a definition that an answer lists at most. */
const MAX_LISTED_PROBLEMS = 10

/** What the API verbs work with. */
export type ApiContext = { readonly storage: Storage; readonly now: () => number }

/**
 * Stores a new API. Its `api_id` is kept when it brings one; the organisation is the given one whatever it says. Throws
 * `organisation_unknown`, `api_invalid` with everything wrong, `api_id_taken`, `api_url_taken`.
 */
export function createApi(
  context: ApiContext,
  actor: Actor,
  orgId: string,
  document: ApiDocument,
): Promise<ApiRecord> {
  return insertApi(context, actor, orgId, document, objectId())
}

/**
 * Stores an API with both its ids as they come. One that the organisation has already is replaced. Throws as
 * `createApi`.
 */
export async function importApi(
  context: ApiContext,
  actor: Actor,
  orgId: string,
  document: ApiDocument,
): Promise<ApiRecord> {
  const { id = '', api_id: apiId = '' } = document.api_definition
  const found = apiId === '' ? undefined : await context.storage.apis.byId(orgId, apiId)
  if (found?.apiId === apiId) return updateApi(context, actor, found, document)
  return insertApi(context, actor, orgId, document, isObjectId(id) ? id : objectId())
}

/**
 * Replaces an API's definition and wrapper; ids, organisation and creation date stay. Throws `api_invalid`,
 * `api_url_taken`, and `api_not_updatable` when it went meanwhile.
 */
export async function updateApi(
  context: ApiContext,
  actor: Actor,
  found: ApiRecord,
  document: ApiDocument,
): Promise<ApiRecord> {
  const next = draft(context, { ...found, wrapper: wrapperOf(document) }, document.api_definition, found)
  await context.storage.write(actor, async (stores) => {
    if ((await stores.apis.byId(found.orgId, found.id)) === undefined)
      throw new Problem(apiProblems.api_not_updatable)
    await refuseTakenUrl(stores, next)
    await stores.apis.update(next)
  })
  return next
}

async function insertApi(
  context: ApiContext,
  actor: Actor,
  orgId: string,
  document: ApiDocument,
  id: string,
): Promise<ApiRecord> {
  const { api_id: sentId = '' } = document.api_definition
  const apiId = sentId === '' ? hex32() : sentId
  const at = new Date(context.now()).toISOString()
  const frame = { id, apiId, orgId, wrapper: wrapperOf(document), createdAt: at }
  const record = draft(context, frame, document.api_definition)
  await context.storage.write(actor, async (stores) => {
    if ((await stores.organisations.byId(orgId)) === undefined)
      throw new Problem(problems.organisation_unknown)
    for (const taken of [id, apiId]) {
      if ((await stores.apis.byId(undefined, taken)) !== undefined)
        throw new Problem(apiProblems.api_id_taken)
    }
    await refuseTakenUrl(stores, record)
    await stores.apis.insert(record)
  })
  return record
}

/** The record with its definition completed and checked: what cannot be served is refused before it is stored. */
function draft(
  context: ApiContext,
  frame: Omit<ApiRecord, 'definition' | 'updatedAt'>,
  sent: ApiDefinition,
  before?: ApiRecord,
): ApiRecord {
  const completed = withApiDefaults(sent, frame)
  const definition = withHookHandlers(completed, referencesOf(frame.wrapper), referencesOf(before?.wrapper))
  const { problems: found } = compileApi(definition)
  if (found.length > 0) {
    const listed = found.slice(0, MAX_LISTED_PROBLEMS).map(problemText)
    throw new Problem(apiProblems.api_invalid, listed.join('; '))
  }
  return { ...frame, definition, updatedAt: new Date(context.now()).toISOString() }
}

function referencesOf(wrapper: ApiRecord['wrapper'] | undefined) {
  const references = wrapper?.hook_references
  return Array.isArray(references) ? references : []
}

/**
 * One domain has each listen path once, with or without its last slash. Nor may a listen path begin with the id of
 * another API, under which that one is reachable everywhere.
 */
async function refuseTakenUrl(stores: Stores, record: ApiRecord): Promise<void> {
  const listenPath = record.definition.proxy?.listen_path ?? ''
  const domain = (record.definition.domain ?? '').toLowerCase()
  const bare = listenPath.replace(/\/+$/, '')
  for (const path of new Set([listenPath, bare, `${bare}/`])) {
    const others = path === '' ? [] : await stores.apis.byListenPath(domain, path)
    if (others.some((other) => other.id !== record.id)) throw new Problem(apiProblems.api_url_taken)
  }
  const first = listenPath.split('/')[1] ?? ''
  const named = first === '' ? undefined : await stores.apis.byId(undefined, first)
  if (named !== undefined && named.apiId === first && named.id !== record.id) {
    throw new Problem(apiProblems.api_url_taken)
  }
}
