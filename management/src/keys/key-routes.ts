import { AccessDescription } from '@tollgate/model/access/access-description'
import { Session } from '@tollgate/model/access/session'
import { z } from 'zod'
import { actorOf, organisationFor, type UserCaller } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { Done, ok } from '../envelopes.ts'
import { Problem } from '../errors.ts'
import { type Method, type Route, route } from '../route.ts'
import { accessRoutes } from './access-routes.ts'
import { createCatalogue } from './catalogue.ts'
import { deleteKey } from './delete-key.ts'
import { describeKey } from './describe-key.ts'
import { type FoundKey, findKey, KeyNamingQuery, namingOf } from './find-key.ts'
import { issueBasicUser, issueKey, previewKey } from './issue-key.ts'
import { accessOf } from './key-access.ts'
import type { KeyContext } from './key-context.ts'
import { KeyData, keyData } from './key-data.ts'
import { KEY_INVALID, keyProblems } from './key-problems.ts'
import { KeyListQuery, keyIdPage, listKeys } from './list-keys.ts'
import { manyKeysRoutes } from './many-keys-routes.ts'
import { updateKey } from './update-key.ts'

/** Ways to name the key of the path; any value of `hashed` and `suppress_reset` counts (dashboard contract 1.1). */
const KeyQuery = z.object({ ...KeyNamingQuery.shape, suppress_reset: z.string().optional() })
type KeyQuery = z.output<typeof KeyQuery>

const KeyIds = z.object({ data: z.object({ keys: z.array(z.string()) }), pages: z.int() })
const KeyDetails = z.object({ keys: z.array(KeyData), pages: z.int() })
/** What is ours in it comes only to who asks for it: clients of the contract read its fields and no others. */
const PreviewedKey = z.object({ ...KeyData.shape, effective: AccessDescription.optional() })
const UpdatedKey = z.object({ ...KeyData.shape, ...Done.omit({ ID: true }).shape })

/** /api/keys and /api/apis/…/keys (dashboard contract, section 1.1). A secret is shown once, in the answer to the POST. */
export const keyRoutes = (deps: Dependencies): Route[] => {
  const context: KeyContext = { ...deps, catalogue: createCatalogue(deps) }
  return [
    ...accessRoutes(context, deps.pageSize),
    ...manyKeysRoutes(context, deps.pageSize),
    ...issuing(context),
    ...listing(context, deps.pageSize),
    ...keyOf('/api/keys/:keyId', context),
    ...keyOf('/api/apis/:apiId/keys/:keyId', context),
  ]
}

const orderOf = (caller: UserCaller, session: Session) => ({
  actor: actorOf(caller),
  orgId: organisationFor(caller, session.org_id),
  session,
})

const issuing = (context: KeyContext): Route[] => {
  const writes = { permission: 'keys:write', body: Session, invalid: KEY_INVALID, answer: KeyData } as const
  return [
    route({
      ...writes,
      method: 'POST',
      path: '/api/keys',
      summary: 'Create a key; with basic_auth=true a basic-auth user',
      query: z.object({ basic_auth: z.string().optional() }),
      handle: async ({ caller, query, body }) => {
        const order = orderOf(caller, body)
        const username = body.basic_auth_data?.user ?? ''
        const isUser = query.basic_auth === 'true' || query.basic_auth === '1'
        const issued = isUser
          ? await issueBasicUser(context, order, username)
          : await issueKey(context, order)
        return keyData(context, issued.record, issued.keyId)
      },
    }),
    route({
      ...writes,
      method: 'POST',
      path: '/api/keys/preview',
      summary: 'What creating a key would yield, with effective=1 what it might do too; nothing is stored',
      query: z.object({ effective: z.string().optional() }),
      answer: PreviewedKey,
      handle: async ({ caller, query, body }) => {
        const draft = await previewKey(context, orderOf(caller, body))
        const data = await keyData(context, draft, '')
        return query.effective === '1' ? { ...data, effective: await describeKey(context, draft) } : data
      },
    }),
    route({
      ...writes,
      method: 'POST',
      path: '/api/keys/:keyId',
      summary: 'Create a key with a secret of your own choice, or write it anew',
      handle: async ({ caller, params, body }) => {
        const { record, keyId } = await issueKey(context, orderOf(caller, body), params.keyId ?? '')
        return keyData(context, record, keyId)
      },
    }),
    route({
      ...writes,
      method: 'POST',
      path: '/api/apis/keys/basic/:username',
      summary: 'Create a basic-auth user',
      handle: async ({ caller, params, body }) => {
        const { record, keyId } = await issueBasicUser(context, orderOf(caller, body), params.username ?? '')
        return keyData(context, record, keyId)
      },
    }),
  ]
}

const listing = (context: KeyContext, pageSize: number): Route[] => {
  const reads = { method: 'GET', permission: 'keys:read', query: KeyListQuery } as const
  const ids = (caller: UserCaller, apiId: string, query: z.output<typeof KeyListQuery>) =>
    keyIdPage(context, caller.scope, apiId, query, pageSize)
  const ofAll = (path: string) =>
    route({
      ...reads,
      path,
      summary: 'List the public ids of keys, newest first',
      answer: KeyIds,
      handle: ({ caller, query }) => ids(caller, '-', query),
    })
  const ofApi = (path: string, summary: string) =>
    route({
      ...reads,
      path,
      summary,
      answer: KeyIds,
      handle: ({ caller, params, query }) => ids(caller, params.apiId ?? '-', query),
    })

  return [
    ofAll('/api/keys'),
    ofAll('/api/apis/keys'),
    ofApi('/api/apis/:apiId/keys', 'List the public ids of the keys of one API; - is any'),
    ofApi('/api/apis/:apiId/keys/search', 'Find keys of one API by alias, public id or secret'),
    route({
      ...reads,
      path: '/api/keys/detailed',
      summary: 'List keys with their sessions',
      answer: KeyDetails,
      handle: async ({ caller, query }) => {
        const { rows, pages } = await listKeys(context, caller.scope, '-', query, pageSize)
        return { keys: await Promise.all(rows.map((row) => keyData(context, row, row.id))), pages }
      },
    }),
  ]
}

/** Reading, replacing and deleting one key, under either of its two paths. */
const keyOf = (path: string, context: KeyContext): Route[] => {
  const about = <M extends Method>(method: M, level: 'keys:read' | 'keys:write') =>
    ({ method, path, permission: level, query: KeyQuery }) as const
  const find = async (caller: UserCaller, params: Readonly<Record<string, string>>, query: KeyQuery) => {
    const found = await findKey(context, caller.scope, params.keyId ?? '', namingOf(query))
    await refuseForeignApi(context, params.apiId ?? '-', found)
    return found
  }

  return [
    route({
      ...about('GET', 'keys:read'),
      summary: 'Read a key by secret, custom name, public id or user name',
      answer: KeyData,
      handle: async ({ caller, params, query }) => {
        const { record, shownId } = await find(caller, params, query)
        return keyData(context, record, shownId)
      },
    }),
    route({
      ...about('PUT', 'keys:write'),
      summary: 'Replace a key; its quota starts anew unless suppress_reset is set',
      body: Session,
      invalid: KEY_INVALID,
      answer: UpdatedKey,
      handle: async ({ caller, params, query, body }) => {
        const { record, shownId } = await find(caller, params, query)
        const keepQuota = (query.suppress_reset ?? '') !== ''
        const updated = await updateKey(context, {
          actor: actorOf(caller),
          found: record,
          session: body,
          keepQuota,
        })
        return { ...(await keyData(context, updated, shownId)), ...ok('Key updated'), Status: 'OK' as const }
      },
    }),
    route({
      ...about('DELETE', 'keys:write'),
      summary: 'Delete a key; it opens nothing from now on',
      answer: Done,
      handle: async ({ caller, params, query }) => {
        const { record } = await find(caller, params, query)
        await deleteKey(context, actorOf(caller), record)
        return ok('Key deleted successfully')
      },
    }),
  ]
}

/** The API of the path has to be one of the organisation, or one that the key itself names (it may be deleted since). */
async function refuseForeignApi(context: KeyContext, apiId: string, { record }: FoundKey): Promise<void> {
  if (apiId === '-') return
  const own = await context.storage.apis.byId(record.orgId, apiId)
  if (own !== undefined || (await accessOf(context, record)).apis.has(apiId)) return
  throw new Problem(keyProblems.key_not_found)
}
