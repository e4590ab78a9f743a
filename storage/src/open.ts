import { apiStore } from './apis.ts'
import { certificateStore } from './certificates.ts'
import type { Actor, Change } from './changes.ts'
import { type Connections, type KeySource, openConnections } from './connections.ts'
import { keyStore } from './keys.ts'
import { migrate } from './migrate.ts'
import { organisationSessionStore } from './organisation-sessions.ts'
import { organisationStore } from './organisations.ts'
import { overviewStore } from './overview.ts'
import { policyStore } from './policies.ts'
import { quotaLedger } from './quota-ledger.ts'
import { newestRevision, revisionStore } from './revisions.ts'
import { queuedSignInStore, signInStore } from './sign-ins.ts'
import type { Storage, Stores } from './storage.ts'
import { readScope, type Scope, Transaction } from './transaction.ts'
import { userGroupStore } from './user-groups.ts'
import { userStore } from './users.ts'
import { webhookStore } from './webhooks.ts'
import { WriteQueue } from './write-queue.ts'

export type { KeySource }

/** How long the subscribers may take to put changes in force before the writers are told that they did not. */
const IN_FORCE_TIMEOUT_MS = 30_000
const SYSTEM: Actor = { kind: 'system', id: '' }

type Listener = (changes: readonly Change[]) => Promise<void>

/**
 * Opens the records and brings their schema up to date. Throws NewerDatabaseError when a newer version of the program
 * wrote them. `now` dates the revisions, milliseconds since 1970.
 */
export async function openStorage(source: KeySource, now: () => number = Date.now): Promise<Storage> {
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
  }
  return {
    ...owned,
    organisations: organisationStore(scope, owned),
    revisions: revisionStore(scope.db),
    signIns: signInStore(scope.db),
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
