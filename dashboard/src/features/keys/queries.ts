import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { type Answer, type Input, request } from '../../api/request.ts'

/**
 * Every request about keys. All queries have a key that begins with 'keys'. What somebody typed into the search may be
 * a secret: it goes into bodies, and into a query's key only once the server has said that it is none.
 */

/** A line of the list. */
export type KeyRow = Answer<'POST /api/keys/search'>['keys'][number]
/** A key as it is stored, fields nobody knows included. */
export type KeyDocument = Readonly<Record<string, unknown>>
/** What a key may do now. */
export type Access = Answer<'GET /api/keys/{keyId}/effective'>
/** What it may do with one API. */
export type ApiAccess = Access['apis'][number]
/** A limit in force and how much of it is used. */
export type LimitInForce = ApiAccess['rate']

/** What a list of keys is asked for. */
export type KeysAsked = {
  readonly page: number
  /** From the address: known to be no secret. */
  readonly q: string
  /** Typed, and not known to be no secret; `at` tells one from the next. */
  readonly typed: { readonly at: number; readonly text: string } | undefined
  readonly status: string
  readonly apiId: string
  readonly policyId: string
  /** A column, with `-` before it when it descends. */
  readonly sort: string
}

type SearchBody = NonNullable<Input<'POST /api/keys/search'>['body']>

/** One page of the keys. */
export function keysQuery({ typed, ...asked }: KeysAsked) {
  return queryOptions({
    queryKey: ['keys', 'list', asked, typed?.at],
    queryFn: async ({ signal }) => {
      // Words of no such meaning, from an address that was typed, are answered with what is wrong.
      const body: SearchBody = {
        q: typed?.text ?? asked.q,
        p: asked.page,
        ...(asked.status && { status: asked.status as SearchBody['status'] }),
        ...(asked.apiId && { api_id: asked.apiId }),
        ...(asked.policyId && { policy_id: asked.policyId }),
        ...orderOf(asked.sort),
      }
      const { keys, pages, total, matched_by } = await request('POST /api/keys/search', { body, signal })
      return { rows: keys, pages, total, isSecret: matched_by === 'secret' }
    },
    placeholderData: keepPreviousData,
    ...(typed !== undefined && { gcTime: 0 }),
  })
}

function orderOf(sort: string): Pick<SearchBody, 'sort' | 'order'> {
  if (sort === '') return {}
  const descends = sort.startsWith('-')
  return {
    sort: (descends ? sort.slice(1) : sort) as SearchBody['sort'],
    order: descends ? 'desc' : 'asc',
  }
}

/** The line that the list has for one key: its status, when it was last used. */
export function keyRowQuery(id: string) {
  return queryOptions({
    queryKey: ['keys', 'row', id],
    queryFn: async ({ signal }) => {
      const { keys } = await request('POST /api/keys/search', { body: { q: id }, signal })
      return keys.find((row) => row.key_hash === id) ?? null
    },
  })
}

/** A key's document, as it would be sent back. */
export function keyQuery(id: string) {
  return queryOptions({
    queryKey: ['keys', 'one', id],
    queryFn: async ({ signal }) => {
      const query = { hashed: '1' }
      const { data } = await request('GET /api/keys/{keyId}', { params: { keyId: id }, query, signal })
      return data
    },
    // It may hold a shared secret for signing: nothing of it stays when the page is left.
    gcTime: 0,
  })
}

/** What a key may do now; asked again while it is looked at, since its counters move. */
export function accessQuery(id: string) {
  return queryOptions({
    queryKey: ['keys', 'access', id],
    queryFn: ({ signal }) =>
      request('GET /api/keys/{keyId}/effective', { params: { keyId: id }, query: { hashed: '1' }, signal }),
    refetchInterval: refreshMs,
  })
}

/** How often a key's counters are read while its page is open, milliseconds. */
const refreshMs = 5_000

/** What creating this key would yield; nothing is stored. */
export async function previewKey(document: KeyDocument, signal: AbortSignal): Promise<Access> {
  const { effective } = await request('POST /api/keys/preview', {
    query: { effective: '1' },
    body: document,
    signal,
  })
  if (effective === undefined) throw new Error('the preview does not tell what the key may do')
  return effective
}

/** How a new key is presented. */
export type Presented =
  | { readonly kind: 'generated' | 'basic' }
  | { readonly kind: 'custom'; readonly secret: string }

/** A key that was just made. The secret is in this answer and nowhere else. */
export type Created = { readonly id: string; readonly secret: string }

/** Creates a key. */
export async function createKey(document: KeyDocument, presented: Presented): Promise<Created> {
  const made =
    presented.kind === 'custom'
      ? await request('POST /api/keys/{keyId}', { params: { keyId: presented.secret }, body: document })
      : await request('POST /api/keys', {
          body: document,
          query: presented.kind === 'basic' ? { basic_auth: 'true' } : {},
        })
  return { id: made.key_hash, secret: made.key_id }
}

/** Replaces a key's document. With `keepsCounters` the running quota and rate go on. */
export function updateKey(id: string, document: KeyDocument, keepsCounters: boolean): Promise<unknown> {
  const query = { hashed: '1', ...(keepsCounters && { suppress_reset: '1' }) }
  return request('PUT /api/keys/{keyId}', { params: { keyId: id }, query, body: document })
}

/** Switches a key off or on again; nothing else of it changes. */
export function setKeyActive(id: string, isActive: boolean): Promise<unknown> {
  const input = { params: { keyId: id }, query: { hashed: '1' } }
  return isActive
    ? request('POST /api/keys/{keyId}/enable', input)
    : request('POST /api/keys/{keyId}/disable', input)
}

/** Deletes a key: it opens nothing from then on. */
export function deleteKey(id: string): Promise<unknown> {
  return request('DELETE /api/keys/{keyId}', { params: { keyId: id }, query: { hashed: '1' } })
}

/** What can be done to many keys at once. */
export type BulkOrder = NonNullable<Input<'POST /api/keys/bulk'>['body']>
/** What became of each. */
export type BulkReport = Answer<'POST /api/keys/bulk'>

/** Changes many keys; each by itself, so that one that fails leaves the others changed. */
export function changeKeys(order: BulkOrder): Promise<BulkReport> {
  return request('POST /api/keys/bulk', { body: order })
}

/** Where the gateway listens, as callers reach it. */
export const gatewayQuery = queryOptions({
  queryKey: ['session', 'gateway'],
  queryFn: async ({ signal }) => (await request('GET /api/session', { signal })).gateway_url,
  staleTime: Number.POSITIVE_INFINITY,
})
