import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { type Answer, type Input, request } from '../../api/request.ts'
import { copyText } from '../../lib/copy-text.ts'
import type { Found } from '../../lib/feature.ts'
import { paletteRows } from '../../lib/feature.ts'
import { isRecord, text } from '../../lib/json-values.ts'
import { paths } from '../../lib/paths.ts'
import { isPast } from '../../lib/time-in-words.ts'

/** An API in its wrapper, as the server answers it. Every query of this feature has a key that begins with 'apis'. */
export type ApiDocument = Answer<'GET /api/apis'>['apis'][number]

type Sort = NonNullable<Input<'GET /api/apis'>['query']>['sort']
type Body = NonNullable<Input<'POST /api/apis'>['body']>

/** One page of the APIs. */
export function apisQuery(asked: { readonly page: number; readonly q: string; readonly sort: string }) {
  return queryOptions({
    queryKey: ['apis', 'list', asked],
    queryFn: async ({ signal }) => {
      // A sort of no such name, from an address that was typed, is answered with what is wrong.
      const query = { p: String(asked.page), q: asked.q, sort: asked.sort as Sort, page_size: '10' }
      const { apis, pages, total } = await request('GET /api/apis', { query, signal })
      return { rows: apis, pages, total }
    },
    placeholderData: keepPreviousData,
  })
}

/** One API, as it is stored. */
export function apiQuery(apiId: string) {
  return queryOptions({
    queryKey: ['apis', 'one', apiId],
    queryFn: ({ signal }) => request('GET /api/apis/{apiId}', { params: { apiId }, signal }),
  })
}

/** Where clients reach an API. */
export function apiUrlQuery(apiId: string) {
  return queryOptions({
    queryKey: ['apis', 'url', apiId],
    queryFn: async ({ signal }) =>
      (await request('GET /api/apis/{apiId}/url', { params: { apiId }, signal })).ApiURL,
  })
}

/** Stores a new API; answers its API ID. */
export async function createApi(document: Readonly<Record<string, unknown>>): Promise<string> {
  // The server checks what is in it, and says what is wrong.
  const { ID } = await request('POST /api/apis', { body: document as Body })
  return ID ?? ''
}

/** Replaces an API by the document, whole. */
export function updateApi(apiId: string, document: ApiDocument): Promise<unknown> {
  return request('PUT /api/apis/{apiId}', { params: { apiId }, body: document as Body })
}

/** Deletes an API. */
export function deleteApi(apiId: string): Promise<unknown> {
  return request('DELETE /api/apis/{apiId}', { params: { apiId } })
}

/** Switches an API on or off; nothing else of it changes, whatever a list has shown. */
export async function setApiActive(apiId: string, active: boolean): Promise<void> {
  const document = await request('GET /api/apis/{apiId}', { params: { apiId } })
  await updateApi(apiId, { ...document, api_definition: { ...document.api_definition, active } })
}

/** Who can call an API, a page of them. */
export function callersQuery(apiId: string, page: number) {
  return queryOptions({
    queryKey: ['apis', 'callers', apiId, page],
    queryFn: async ({ signal }) => {
      const query = { p: String(page) }
      const input = { params: { apiId }, query, signal }
      const { keys, pages } = await request('GET /api/apis/{apiId}/access-by-key', input)
      return { rows: keys, pages }
    },
    placeholderData: keepPreviousData,
  })
}

/** A key that opens an API or is refused at it, and why. */
export type Caller = Answer<'GET /api/apis/{apiId}/access-by-key'>['keys'][number]

/** Things that name an API: how many, and the first of them. */
export type Dependents = { readonly total: number; readonly names: readonly string[] }

/** Most names of dependents that are shown. */
const shownDependents = '5'

/** Keys that open an API. */
export function keysOfApiQuery(apiId: string, enabled: boolean) {
  return queryOptions({
    queryKey: ['apis', 'keys', apiId],
    queryFn: async ({ signal }): Promise<Dependents> => {
      const body = { api_id: apiId, p: 1, page_size: Number(shownDependents) }
      const { keys, total } = await request('POST /api/keys/search', { body, signal })
      return { total, names: keys.map(({ alias, key_hash }) => alias || key_hash) }
    },
    enabled,
  })
}

/** Policies that grant an API. */
export function policiesOfApiQuery(apiId: string, enabled: boolean) {
  return queryOptions({
    queryKey: ['apis', 'policies', apiId],
    queryFn: async ({ signal }): Promise<Dependents> => {
      const query = { api_id: apiId, p: '1', page_size: shownDependents }
      const { Data, Total } = await request('GET /api/portal/policies', { query, signal })
      return { total: Total ?? Data.length, names: Data.map(({ name, id }) => text(name) || text(id)) }
    },
    enabled,
  })
}

/** Webhooks that events can be told to. */
export const webhooksQuery = queryOptions({
  queryKey: ['webhooks', 'choices'],
  queryFn: async ({ signal }) => (await request('GET /api/hooks', { query: { p: '-1' }, signal })).hooks,
})

/** Certificates of the store, newest first. */
export const certificatesQuery = queryOptions({
  queryKey: ['certificates', 'choices'],
  queryFn: async ({ signal }) => {
    const answer = await request('GET /api/certs', { query: { mode: 'detailed', p: '-1' }, signal })
    if (!('cert_basics' in answer)) return []
    return answer.cert_basics.map((one) => ({
      id: one.id,
      name: one.subject_cn || one.dns_names[0] || one.id,
      isExpired: isPast(one.not_after),
      hasPrivateKey: one.has_private,
    }))
  },
})

/** APIs for the palette. */
export async function findApis(typed: string, signal: AbortSignal): Promise<readonly Found[]> {
  const { apis } = await request('GET /api/apis', { query: { q: typed, p: '1' }, signal })
  return apis.slice(0, paletteRows).map((api) => {
    const { name, apiId, listenPath, isActive } = apiFacts(api)
    return {
      id: apiId,
      label: name,
      description: `${listenPath}  ·  ${apiId}`,
      to: paths.api(apiId),
      actions: [
        { label: `Try ${name}`, to: paths.api(apiId, 'try') },
        { label: 'Copy its API ID', run: async () => void (await copyText(apiId)) },
        {
          label: isActive ? `Switch ${name} off` : `Switch ${name} on`,
          permission: ['apis', 'write'],
          run: () => setApiActive(apiId, !isActive),
        },
      ],
    }
  })
}

/** What lists show of an API; a document need not have any of it. */
export function apiFacts({ api_definition: definition }: ApiDocument) {
  const { name, api_id: apiId, active, proxy } = definition
  const { listen_path: listenPath, target_url: targetUrl } = isRecord(proxy) ? proxy : {}
  return {
    name: text(name) || 'Unnamed API',
    apiId: text(apiId),
    isActive: active === true,
    listenPath: text(listenPath),
    targetUrl: text(targetUrl),
  }
}

/** Keys that open an API, as choices, found by alias, tag or id. */
export function keyChoicesQuery(apiId: string, q: string, enabled: boolean) {
  return queryOptions({
    queryKey: ['apis', 'key-choices', apiId, q],
    queryFn: async ({ signal }) => {
      const body = { api_id: apiId, q, p: 1, page_size: 20 }
      const { keys } = await request('POST /api/keys/search', { body, signal })
      return keys.map(({ key_hash, alias }) => ({
        value: key_hash,
        label: alias === '' ? key_hash : `${alias} (${key_hash.slice(0, 8)})`,
      }))
    },
    enabled,
    placeholderData: keepPreviousData,
  })
}
