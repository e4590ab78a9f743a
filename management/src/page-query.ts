import type { Page, PageRequest } from '@tollgate/storage/records/paging'
import { z } from 'zod'

/** `p` of a list's query: absent or empty is page 1, zero and less is everything (dashboard contract, section 0 rule 9). */
export const PageNumber = z
  .string()
  .regex(/^(-?\d{1,9})?$/, 'expected a whole number')
  .optional()

/** Most rows of a page. */
const MAX_PAGE_SIZE = 100

/** `page_size` of a list's query: rows of a page, 1 to 100; absent or empty is the setting's. */
export const PageSize = z
  .string()
  .regex(/^(|[1-9]\d?|100)$/, `expected a whole number from 1 to ${MAX_PAGE_SIZE}`)
  .optional()

/** Rows of the page that a request asks for. */
export function sizeOf(pageSize: string | undefined, usual: number): number {
  return pageSize === undefined || pageSize === '' ? usual : Number(pageSize)
}

/** The number of matches, for who asks for pages of a size: other clients get the answer of the contract to the letter. */
export function totalIfSized(
  query: { readonly page_size?: string | undefined },
  total: number,
): { readonly total?: number } {
  return query.page_size === undefined ? {} : { total }
}

/** The page that a request asks for. */
export function pageOf(p: string | undefined, size: number): PageRequest {
  return { page: p === undefined || p === '' ? 1 : Number(p), size }
}

/** One page of rows that are in memory already. */
export function paged<T>(rows: readonly T[], { page, size }: PageRequest): Page<T> {
  if (page <= 0) return { rows, pages: 1, total: rows.length }
  const shown = rows.slice((page - 1) * size, page * size)
  return { rows: shown, pages: Math.max(1, Math.ceil(rows.length / size)), total: rows.length }
}

/** The parts of a comma-separated value; none for an absent one. */
export function csv(value: string | undefined): readonly string[] {
  return (value ?? '').split(',').flatMap((part) => part.trim() || [])
}
