import { createHash } from 'node:crypto'
import { type Expression, type SqlBool, sql } from 'kysely'

/**
 * Columns for searching hold a derived form of what the document says, so that both databases compare alike and no text
 * that a client sends can exceed a limit of an index (PostgreSQL: 2.7 KB) or hold what a database refuses (a NUL).
 */

/** At most 1,500 bytes of UTF-8. */
const MAX_EXACT_LENGTH = 500
const MAX_SORT_LENGTH = 200
const MAX_SEARCH_LENGTH = 1000

/** The form in which a text is found by equality: itself, or the hash of one that is too long or not storable. */
export function exact(text: string): string {
  if (text.length <= MAX_EXACT_LENGTH && !text.includes('\0') && text.isWellFormed()) return text
  // As JSON, half a surrogate pair is spelled out: as UTF-8 all of them would be one and the same replacement character.
  return `sha256:${createHash('sha256').update(JSON.stringify(text)).digest('hex')}`
}

/** Whether an `exact` column holds a hash in place of its text. */
export function isHashed(column: string): boolean {
  return column.startsWith('sha256:')
}

/** The text that an `exact` column stands for: of a long one the document knows the original. */
export function original(column: string, inDocument: string | undefined): string {
  return isHashed(column) && inDocument !== undefined ? inDocument : column
}

/** The form by which names are sorted: lower case, cut off. */
export function sortable(text: string): string {
  return text.slice(0, MAX_SORT_LENGTH).toLowerCase().replaceAll('\0', '\ufffd')
}

/** The form in which `contains` looks: lower case, each part cut off. */
export function searchable(...parts: readonly string[]): string {
  return parts
    .map((part) => part.slice(0, MAX_SEARCH_LENGTH).toLowerCase().replaceAll('\0', '\ufffd'))
    .join('\n')
}

/** Whether a `searchable` column holds the text, whatever the case; wildcards in it stand for themselves. */
export function contains(column: Expression<string>, text: string): Expression<SqlBool> {
  // A newline parts the texts of the column, and no part is longer: such a text is nowhere.
  if (text.length > MAX_SEARCH_LENGTH || text.includes('\n')) return sql<SqlBool>`1 = 0`
  const pattern = `%${searchable(text).replace(/[\\%_]/g, (wildcard) => `\\${wildcard}`)}%`
  return sql<SqlBool>`${column} like ${pattern} escape '\\'`
}

/** Whether a column is one of the values; of no values, none is it (`in ()` is an error on PostgreSQL). */
export function oneOf(column: Expression<string | null>, values: readonly string[]): Expression<SqlBool> {
  return values.length === 0 ? sql<SqlBool>`1 = 0` : sql<SqlBool>`${column} in (${sql.join(values)})`
}
