import { isDeepStrictEqual } from 'node:util'
import { type ApiDefinition, withApiDefaults } from '@tollgate/model/definition/api-definition'
import { compileApi } from '@tollgate/model/definition/compile-api'
import { problemText } from '@tollgate/model/definition/problem'
import { hex32, isObjectId, objectId } from '@tollgate/model/ids'
import type { Actor } from '@tollgate/storage/changes/changes'
import type { ApiRecord } from '@tollgate/storage/records/apis'
import type { Storage, Stores } from '@tollgate/storage/storage'
import { Problem } from '../errors.ts'
import { type Adopting, requireOrganisation } from '../organisation/adopt-organisation.ts'
import { ApiDocument, wrapperOf } from './api-document.ts'
import { apiProblems } from './api-problems.ts'
import { type HookReference, withHookHandlers } from './hook-references.ts'
import { type ClaimContext, refuseClaims } from './refuse-claims.ts'

/** Problems of a definition that an answer lists at most. */
const MAX_LISTED_PROBLEMS = 10

/** What the API verbs work with. */
export type ApiContext = Adopting &
  ClaimContext & {
    readonly storage: Storage
    /** Whether the APIs of one organisation may share a domain and listen path. */
    readonly duplicateSlugs: boolean
  }

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

/** As `importApi`, for a bare definition: what an API that is replaced has beside its own stays. */
export async function importDefinition(
  context: ApiContext,
  actor: Actor,
  orgId: string,
  definition: ApiDefinition,
): Promise<ApiRecord> {
  const { api_id: apiId = '' } = definition
  const found = apiId === '' ? undefined : await context.storage.apis.byId(orgId, apiId)
  const wrapper = found?.apiId === apiId ? found.wrapper : {}
  return importApi(context, actor, orgId, ApiDocument.parse({ ...wrapper, api_definition: definition }))
}

/**
 * Stores an API with both its ids as they come. One that the organisation has already is replaced; it keeps its database
 * id, but a database id that another API has is refused: `api_id_taken`. Nothing is written where nothing would change.
 * Throws as `createApi`.
 */
export async function importApi(
  context: ApiContext,
  actor: Actor,
  orgId: string,
  document: ApiDocument,
): Promise<ApiRecord> {
  const { id = '', api_id: apiId = '' } = document.api_definition
  const found = apiId === '' ? undefined : await context.storage.apis.byId(orgId, apiId)
  if (found?.apiId === apiId) {
    const named = isObjectId(id) ? await context.storage.apis.byId(undefined, id) : undefined
    if (named !== undefined && named.id !== found.id) throw new Problem(apiProblems.api_id_taken)
    const next = await updated(context, found, document)
    const isSame =
      isDeepStrictEqual(next.definition, found.definition) && isDeepStrictEqual(next.wrapper, found.wrapper)
    return isSame ? found : storeUpdated(context, actor, found, next)
  }
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
  return storeUpdated(context, actor, found, await updated(context, found, document))
}

async function updated(context: ApiContext, found: ApiRecord, document: ApiDocument): Promise<ApiRecord> {
  const references = await withWebhookIds(context.storage, found.orgId, document.hook_references ?? [])
  const frame = { ...found, wrapper: wrapperOf(document) }
  return draft(context, frame, document.api_definition, references, found)
}

async function storeUpdated(
  context: ApiContext,
  actor: Actor,
  found: ApiRecord,
  next: ApiRecord,
): Promise<ApiRecord> {
  await context.storage.write(actor, async (stores) => {
    if ((await stores.apis.byId(found.orgId, found.id)) === undefined)
      throw new Problem(apiProblems.api_not_updatable)
    await refuseTakenUrl(stores, next, context.duplicateSlugs)
    await refuseClaims(stores, next, context)
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
  const references = await withWebhookIds(context.storage, orgId, document.hook_references ?? [])
  const record = draft(context, frame, document.api_definition, references)
  await context.storage.write(actor, async (stores) => {
    await requireOrganisation(stores, context, orgId)
    for (const taken of [id, apiId]) {
      if ((await stores.apis.byId(undefined, taken)) !== undefined)
        throw new Problem(apiProblems.api_id_taken)
    }
    await refuseTakenUrl(stores, record, context.duplicateSlugs)
    await refuseClaims(stores, record, context)
    await stores.apis.insert(record)
  })
  return record
}

/** The record with its definition completed and checked: what cannot be served is refused before it is stored. */
function draft(
  context: ApiContext,
  frame: Omit<ApiRecord, 'definition' | 'updatedAt'>,
  sent: ApiDefinition,
  references: readonly HookReference[],
  before?: ApiRecord,
): ApiRecord {
  const completed = withApiDefaults(sent, frame)
  const definition = withHookHandlers(completed, references, referencesOf(before?.wrapper))
  const { problems: found } = compileApi(definition)
  if (found.length > 0) {
    const listed = found.slice(0, MAX_LISTED_PROBLEMS).map(problemText)
    throw new Problem(apiProblems.api_invalid, listed.join('; '))
  }
  return { ...frame, definition, updatedAt: new Date(context.now()).toISOString() }
}

/** References name a webhook by `id`; the gateway's handlers tell its `webhook_id` too, which a reference may lack. */
function withWebhookIds(
  { webhooks }: Storage,
  orgId: string,
  references: readonly HookReference[],
): Promise<readonly HookReference[]> {
  return Promise.all(
    references.map(async (reference) => {
      const { hook } = reference
      if (!hook?.id || hook.webhook_id) return reference
      const stored = await webhooks.byId(orgId, hook.id)
      return stored === undefined
        ? reference
        : { ...reference, hook: { ...hook, webhook_id: stored.webhookId } }
    }),
  )
}

function referencesOf(wrapper: ApiRecord['wrapper'] | undefined) {
  const references = wrapper?.hook_references
  return Array.isArray(references) ? references : []
}

/**
 * One domain has each listen path once, with or without its last slash, unless the APIs of an organisation may share one.
 * Nor may a listen path begin with the id of another API, under which that one is reachable everywhere, nor an id be the
 * listen path of another.
 */
async function refuseTakenUrl(stores: Stores, record: ApiRecord, duplicateSlugs: boolean): Promise<void> {
  const listenPath = record.definition.proxy?.listen_path ?? ''
  const domain = record.definition.domain ?? ''
  const clashes = (other: ApiRecord) =>
    other.id !== record.id && !(duplicateSlugs && other.orgId === record.orgId)
  const bare = listenPath.replace(/\/+$/, '')
  for (const path of new Set([listenPath, bare, `${bare}/`, `/${record.apiId}`, `/${record.apiId}/`])) {
    const others = path === '' ? [] : await stores.apis.byListenPath(domain, path)
    if (others.some(clashes)) throw new Problem(apiProblems.api_url_taken)
  }
  const first = listenPath.split('/')[1] ?? ''
  const named = first === '' ? undefined : await stores.apis.byId(undefined, first)
  if (named !== undefined && named.apiId === first && named.id !== record.id) {
    throw new Problem(apiProblems.api_url_taken)
  }
}
