import type { Actor, Change } from './changes/changes.ts'
import { newestRevision, revisionStore } from './changes/revisions.ts'
import { readScope, type Scope, Transaction } from './changes/transaction.ts'
import { WriteQueue } from './changes/write-queue.ts'
import { type Connections, type DatabaseSource, openConnections } from './drivers/connections.ts'
import { keyStore } from './keys/keys.ts'
import { quotaLedger } from './ledger/quota-ledger.ts'
import { migrate } from './migrations/migrate.ts'
import { apiStore } from './records/apis.ts'
import { certificateStore } from './records/certificates.ts'
import { identityProviderStore } from './records/identity-providers.ts'
import { oneTimeTokenStore } from './records/one-time-tokens.ts'
import { organisationSessionStore } from './records/organisation-sessions.ts'
import { organisationStore } from './records/organisations.ts'
import { overviewStore } from './records/overview.ts'
import { policyStore } from './records/policies.ts'
import { secondFactorStore } from './records/second-factors.ts'
import { signInRulesStore } from './records/sign-in-rules.ts'
import { queuedSignInStore, signInStore } from './records/sign-ins.ts'
import { userGroupStore } from './records/user-groups.ts'
import { userStore } from './records/users.ts'
import { webhookStore } from './records/webhooks.ts'
import type { Storage, Stores } from './storage.ts'

export type { DatabaseSource }

/** How long the subscribers may take to put changes in force before the writers are told that they did not. */
const IN_FORCE_TIMEOUT_MS = 30_000
const SYSTEM: Actor = { kind: 'system', id: '' }

type Listener = (changes: readonly Change[]) => Promise<void>

/**
 * Opens the records and brings their schema up to date. Throws NewerDatabaseError when a newer version of the program
 * wrote them. `now` dates the revisions, milliseconds since 1970.
 */
export async function openStorage(source: DatabaseSource, now: () => number = Date.now): Promise<Storage> {
  const connections = openConnections(source)
  try {
    await migrate(connections)
  } catch (error) {
    await connections.close()
    throw error
  }
  return storageOver(connections, now)
}

function storageOver(connections: Connections, now: () => number): Storage {
  const listeners: Listener[] = []
  const queue = new WriteQueue({
    connections,
    begin: (connection, actor, revision) =>
      new Transaction(connections.writer, connection, actor, new Date(now()).toISOString(), revision),
    stores: storesOver,
    notify: (changes) => notifyAll(listeners, changes),
  })
  return {
    ...storesOver(readScope(connections.reader)),
    signIns: queuedSignInStore(connections.reader, (work) =>
      queue.run(SYSTEM, ({ signIns }) => work(signIns)),
    ),
    write: (actor, work) => queue.run(actor, work),
    subscribe(listener) {
      listeners.push(listener)
    },
    revision: () => newestRevision(connections.reader),
    quotaLedger: (life, options) =>
      quotaLedger(connections.reader, (work) => queue.runUnrecorded(SYSTEM, work), life, options),
    async close() {
      await queue.close()
      await connections.close()
    },
  }
}

/** Every store, over what can be read or a transaction. */
export function storesOver(scope: Scope): Stores {
  const owned = {
    organisationSessions: organisationSessionStore(scope),
    users: userStore(scope),
    userGroups: userGroupStore(scope),
    apis: apiStore(scope),
    keys: keyStore(scope),
    policies: policyStore(scope),
    certificates: certificateStore(scope),
    webhooks: webhookStore(scope),
    identityProviders: identityProviderStore(scope),
    signInRules: signInRulesStore(scope),
  }
  return {
    ...owned,
    organisations: organisationStore(scope, owned),
    revisions: revisionStore(scope.db),
    signIns: signInStore(scope.db),
    secondFactors: secondFactorStore(scope),
    oneTimeTokens: oneTimeTokenStore(scope.db),
    overview: overviewStore(scope.db),
  }
}

/** Tells every listener, even when another one fails. */
async function notifyAll(listeners: readonly Listener[], changes: readonly Change[]): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    const fail = () => reject(new Error(`not in force within ${IN_FORCE_TIMEOUT_MS} ms`))
    timer = setTimeout(fail, IN_FORCE_TIMEOUT_MS)
  })
  try {
    const told = listeners.map(async (listener) => listener(changes))
    const outcomes = await Promise.race([Promise.allSettled(told), late])
    const failures = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []))
    if (failures.length > 0) throw new AggregateError(failures, 'a subscriber failed')
  } finally {
    clearTimeout(timer)
  }
}
