import type { Ledger, NodeLife } from '@tollgate/limits/ledger'
import type { ApiStore } from './apis.ts'
import type { CertificateStore } from './certificates.ts'
import type { Actor, Change } from './changes.ts'
import type { KeyStore } from './keys.ts'
import type { OrganisationSessionStore } from './organisation-sessions.ts'
import type { OrganisationStore } from './organisations.ts'
import type { OverviewStore } from './overview.ts'
import type { PolicyStore } from './policies.ts'
import type { QuotaLedgerOptions } from './quota-ledger.ts'
import type { RevisionStore } from './revisions.ts'
import type { SignInStore } from './sign-ins.ts'
import type { UserGroupStore } from './user-groups.ts'
import type { UserStore } from './users.ts'
import type { WebhookStore } from './webhooks.ts'

/** Every store, over one connection or one transaction. */
export type Stores = {
  readonly organisations: OrganisationStore
  readonly organisationSessions: OrganisationSessionStore
  readonly users: UserStore
  readonly userGroups: UserGroupStore
  readonly apis: ApiStore
  readonly keys: KeyStore
  readonly policies: PolicyStore
  readonly certificates: CertificateStore
  readonly webhooks: WebhookStore
  readonly revisions: RevisionStore
  readonly signIns: SignInStore
  readonly overview: OverviewStore
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
  /** The ledger of quotas, as this life of a node sees it. It has no part in the history. */
  quotaLedger(life: NodeLife, options?: QuotaLedgerOptions): Ledger
  /** Number of the newest revision. */
  revision(): Promise<number>
  close(): Promise<void>
}
