import type { Actor } from './changes.ts'
import type { Page, PageRequest } from './paging.ts'

/** One row of history: who changed what, when, from what to what. Documents never hold a secret. */
export type Revision = {
  readonly revision: number
  readonly at: string
  readonly actor: Actor
  readonly orgId: string
  readonly noun: 'api' | 'policy' | 'key' | 'organisation' | 'user' | 'user-group'
  readonly id: string
  readonly before: unknown
  readonly after: unknown
}

export interface RevisionStore {
  list(orgId: string | undefined, page: PageRequest): Promise<Page<Revision>>
}
