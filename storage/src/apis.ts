import type { ApiDefinition } from '@tollgate/model/api-definition'
import type { Page, PageRequest } from './paging.ts'

/** An API as stored: the definition as sent (with its ids set), and the rest of the wire's wrapper. */
export type ApiRecord = {
  /** Database id, 24 hex; also `definition.id`. */
  readonly id: string
  /** Public id; also `definition.api_id`. Unique over all organisations. */
  readonly apiId: string
  readonly orgId: string
  readonly definition: ApiDefinition
  /** Wrapper fields beside `api_definition` as sent: hook_references, user_owners, user_group_owners, unknown ones. */
  readonly wrapper: Readonly<Record<string, unknown>>
  readonly createdAt: string // RFC 3339
  readonly updatedAt: string
}

export type ApiSort = 'name' | '-name' | 'created_at' | '-created_at' | 'updated_at' | '-updated_at'
export type ApiFilter = { readonly nameContains?: string; readonly sort?: ApiSort; readonly category?: readonly string[] }

/** API definitions. `orgId` undefined = over all organisations (control API and workers only). */
export interface ApiStore {
  /** By database id or api_id. */
  byId(orgId: string | undefined, id: string): Promise<ApiRecord | undefined>
  list(orgId: string | undefined, filter: ApiFilter, page: PageRequest): Promise<Page<ApiRecord>>
  /** All of one listen path on one domain: for the clash check. Case-sensitive path, lower-case domain. */
  byListenPath(domain: string, listenPath: string): Promise<readonly ApiRecord[]>
  /** Only inside `write`: */
  insert(record: ApiRecord): Promise<void>
  update(record: ApiRecord): Promise<void>
  remove(record: ApiRecord): Promise<void>
}
