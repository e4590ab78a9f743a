import type { KeyRecord } from '@tollgate/storage/keys/keys'
import type { Page } from '@tollgate/storage/records/paging'
import { z } from 'zod'
import { PageNumber, paged, pageOf } from '../page-query.ts'
import { lookUpKey } from './find-key.ts'
import { accessOf } from './key-access.ts'
import type { KeyContext } from './key-context.ts'

/** What a list of keys can be asked for (dashboard contract, section 1.1). */
export const KeyListQuery = z.object({ p: PageNumber, q: z.string().optional() })
type KeyListQuery = z.output<typeof KeyListQuery>

/**
 * One page of an organisation's keys, of one API (by rights of their own or by a policy) or of all (`-`). `q` is a part of an alias or of a public id, or a
 * whole secret.
 */
export async function listKeys(
  context: KeyContext,
  scope: string | undefined,
  apiId: string,
  query: KeyListQuery,
  pageSize: number,
): Promise<Page<KeyRecord>> {
  const page = pageOf(query.p, pageSize)
  const { q = '' } = query
  const exact = q === '' ? undefined : await lookUpKey(context, scope, q, 'any')
  if (exact !== undefined && (scope === undefined || exact.record.orgId === scope)) {
    const names = apiId === '-' || (await opens(context, exact.record, apiId))
    return paged(names ? [exact.record] : [], page)
  }
  const filter = { ...(apiId !== '-' && { apiId }), ...(q !== '' && { contains: q }) }
  return context.storage.keys.list(scope, filter, page)
}

/** By a right of its own, also one that its policies take away, or by a policy. */
async function opens(context: KeyContext, record: KeyRecord, apiId: string): Promise<boolean> {
  if (Object.hasOwn(record.session.access_rights ?? {}, apiId)) return true
  return (await accessOf(context, record)).apis.has(apiId)
}

/** The public ids of `listKeys`; all of them are read in chunks, so that a million keys are never in memory. */
export async function keyIdPage(
  context: KeyContext,
  scope: string | undefined,
  apiId: string,
  query: KeyListQuery,
  pageSize: number,
): Promise<{ readonly data: { readonly keys: string[] }; readonly pages: number }> {
  if (!query.q && pageOf(query.p, pageSize).page <= 0) {
    return { data: { keys: await listKeyIds(context, scope, { apiId, start: '' }) }, pages: 1 }
  }
  const { rows, pages } = await listKeys(context, scope, apiId, query, pageSize)
  return { data: { keys: rows.map((row) => row.id) }, pages }
}

/** Rows that are read at a time when every id is asked for. */
const CHUNK = 1_000

/** Public ids of every key, of one API or of all (`-`), whose organisation's id or own id begins with `start`. */
export async function listKeyIds(
  context: KeyContext,
  scope: string | undefined,
  { apiId, start }: { readonly apiId: string; readonly start: string },
): Promise<string[]> {
  const filter = apiId === '-' ? {} : { apiId }
  const ids = new Set<string>()
  for (let page = 1, pages = 1; page <= pages; page++) {
    const chunk = await context.storage.keys.list(scope, filter, { page, size: CHUNK })
    pages = chunk.pages
    for (const { id, orgId } of chunk.rows) if (id.startsWith(start) || orgId.startsWith(start)) ids.add(id)
  }
  return [...ids]
}
