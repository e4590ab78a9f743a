import type { UserGroup } from '@tollgate/model/user-group'
import type { Page, PageRequest } from './paging.ts'

export type UserGroupRecord = { readonly id: string; readonly orgId: string; readonly group: UserGroup }

export interface UserGroupStore {
  byId(orgId: string | undefined, id: string): Promise<UserGroupRecord | undefined>
  list(orgId: string, page: PageRequest): Promise<Page<UserGroupRecord>>
  insert(record: UserGroupRecord): Promise<void>
  update(record: UserGroupRecord): Promise<void>
  remove(record: UserGroupRecord): Promise<void>
}
