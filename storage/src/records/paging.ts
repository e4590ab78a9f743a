/** A page of a list. `page` counts from 1; 0 or less asks for everything (dashboard contract, section 0 rule 9). */
export type PageRequest = { readonly page: number; readonly size: number }

/** `pages` is the true page count: 1 when everything fits or everything was asked for. */
export type Page<T> = { readonly rows: readonly T[]; readonly pages: number; readonly total: number }

/** Rows to skip and rows to read, as SQL takes them. */
export type Window = { readonly limit: number; readonly offset: number }

/** Reads one page: the rows of its window and, for the page count, how many rows there are. */
export async function readPage<Row, T>(
  page: PageRequest,
  read: {
    readonly rows: (window: Window) => Promise<Row[]>
    readonly count: () => Promise<{ total: number }>
  },
  fromRow: (row: Row) => T,
): Promise<Page<T>> {
  const window = windowOf(page)
  const rows = (await read.rows(window)).map(fromRow)
  // A page that is not full is the last one: it tells the total by itself, unless it lies beyond the end.
  const isLast = rows.length < window.limit && (rows.length > 0 || window.offset === 0)
  const { total } = isLast ? { total: window.offset + rows.length } : await read.count()
  return { rows, total, pages: page.page <= 0 ? 1 : Math.max(1, Math.ceil(total / sizeOf(page))) }
}

function windowOf(page: PageRequest): Window {
  if (page.page <= 0) return { limit: Number.MAX_SAFE_INTEGER, offset: 0 }
  const offset = (Math.trunc(page.page) - 1) * sizeOf(page)
  return { limit: sizeOf(page), offset: Math.min(offset, Number.MAX_SAFE_INTEGER) }
}

function sizeOf(page: PageRequest): number {
  return Math.max(1, Math.trunc(page.size))
}
