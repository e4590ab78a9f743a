import type { Ledger, NodeLife } from '@tollgate/limits/ledger'
import type { Actor, Change } from './changes/changes.ts'
import type { RevisionStore } from './changes/revisions.ts'
import type { KeyStore } from './keys/keys.ts'
import type { QuotaLedgerOptions } from './ledger/quota-ledger.ts'
import type { ApiStore } from './records/apis.ts'
import type { CertificateStore } from './records/certificates.ts'
import type { IdentityProviderStore } from './records/identity-providers.ts'
import type { OneTimeTokenStore } from './records/one-time-tokens.ts'
import type { OrganisationSessionStore } from './records/organisation-sessions.ts'
import type { OrganisationStore } from './records/organisations.ts'
import type { OverviewStore } from './records/overview.ts'
import type { PolicyStore } from './records/policies.ts'
import type { SecondFactorStore } from './records/second-factors.ts'
import type { SignInRulesStore } from './records/sign-in-rules.ts'
import type { SignInStore } from './records/sign-ins.ts'
import type { UserGroupStore } from './records/user-groups.ts'
import type { UserStore } from './records/users.ts'
import type { WebhookStore } from './records/webhooks.ts'

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
  readonly secondFactors: SecondFactorStore
  readonly identityProviders: IdentityProviderStore
  readonly signInRules: SignInRulesStore
  readonly oneTimeTokens: OneTimeTokenStore
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
