import type { Policy } from '@tollgate/model/policy'
import type { Page, PageRequest } from './paging.ts'

/** A policy as stored. `id` is `_id` of the wire (24 hex); `explicitId` its free-word `id`, empty when there is none. */
export type PolicyRecord = {
  readonly id: string
  readonly explicitId: string
  readonly orgId: string
  readonly policy: Policy
  readonly createdAt: string
  readonly updatedAt: string
}

export type PolicyFilter = {
  /** Name or either id contains this. */
  readonly contains?: string
  readonly ids?: readonly string[]
  readonly active?: boolean
  readonly states?: readonly ('active' | 'draft' | 'deny')[]
  readonly apiIds?: readonly string[]
  readonly sort?: 'date_created' | '-date_created' | 'name' | '-name' | 'state' | '-state'
}

export interface PolicyStore {
  /** By `_id` or explicit id. */
  byId(orgId: string | undefined, id: string): Promise<PolicyRecord | undefined>
  byName(orgId: string, name: string): Promise<PolicyRecord | undefined>
  list(orgId: string | undefined, filter: PolicyFilter, page: PageRequest): Promise<Page<PolicyRecord>>
  insert(record: PolicyRecord): Promise<void>
  update(record: PolicyRecord): Promise<void>
  remove(record: PolicyRecord): Promise<void>
}
