import type { ApiStore } from './apis.ts'
import type { Actor, Change } from './changes.ts'
import type { KeyStore } from './keys.ts'
import type { OrganisationStore } from './organisations.ts'
import type { PolicyStore } from './policies.ts'
import type { RevisionStore } from './revisions.ts'
import type { SignInStore } from './sign-ins.ts'
import type { UserGroupStore } from './user-groups.ts'
import type { UserStore } from './users.ts'

/** Every store, over one connection or one transaction. */
export type Stores = {
  readonly organisations: OrganisationStore
  readonly users: UserStore
  readonly userGroups: UserGroupStore
  readonly apis: ApiStore
  readonly keys: KeyStore
  readonly policies: PolicyStore
  readonly revisions: RevisionStore
  readonly signIns: SignInStore
}

/** The records of the product. Reads go through the stores; writes only through `write`. */
export interface Storage extends Stores {
  /**
   * Runs `work` in one transaction, in which each change also appends a revision; resolves after the commit is on disk
   * AND every subscriber has put the changes in force. A throw rolls back and rejects. On SQLite, writes that are
   * waiting share one commit (each in a savepoint of its own), so that 2,000 a second need not be 2,000 fsyncs.
   */
  write<T>(actor: Actor, work: (stores: Stores) => Promise<T>): Promise<T>
  /** Called after each commit with its changes, in order of revision; `write` waits for it. */
  subscribe(listener: (changes: readonly Change[]) => Promise<void>): void
  /** Number of the newest revision. */
  revision(): Promise<number>
  close(): Promise<void>
}
