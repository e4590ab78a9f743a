import type { Organisation } from '@tollgate/model/organisation'
import type { Page, PageRequest } from './paging.ts'

export type OrganisationRecord = { readonly id: string; readonly organisation: Organisation; readonly createdAt: string }

export interface OrganisationStore {
  byId(id: string): Promise<OrganisationRecord | undefined>
  list(page: PageRequest): Promise<Page<OrganisationRecord>>
  insert(record: OrganisationRecord): Promise<void>
  update(record: OrganisationRecord): Promise<void>
  /** Removes the organisation and everything it owns, each with its own change. */
  remove(record: OrganisationRecord): Promise<void>
}
