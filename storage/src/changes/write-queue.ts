import { setImmediate as nextTurn } from 'node:timers/promises'
import { CompiledQuery, type DatabaseConnection } from 'kysely'
import type { Connections } from '../drivers/connections.ts'
import {
  NotInForceError,
  StoreBusyError,
  StoreUnavailableError,
  WorkTimeoutError,
} from '../drivers/errors.ts'
import type { Db } from '../drivers/schema.ts'
import type { Stores } from '../storage.ts'
import type { Actor, Change } from './changes.ts'
import { newestRevision } from './revisions.ts'
import { boundTo, type Transaction } from './transaction.ts'

/** Works that share one commit. More would make the first of them wait long for the last. */
const MAX_BATCH = 64
/** Works that may wait for a place in a batch; the next one is refused. */
const MAX_WAITING = 10_000
/** How long a work may take: while it runs, every other writer waits. */
const WORK_TIMEOUT_MS = 30_000

const SAVEPOINT = CompiledQuery.raw('savepoint work')
const RELEASE = CompiledQuery.raw('release savepoint work')
const ROLLBACK_TO = CompiledQuery.raw('rollback to savepoint work')
const COMMIT = CompiledQuery.raw('commit')
const ROLLBACK = CompiledQuery.raw('rollback')

export type WriteQueueOptions = {
  readonly connections: Connections
  readonly begin: (connection: DatabaseConnection, actor: Actor, revision: number) => Transaction
  readonly stores: (transaction: Transaction) => Stores
  /** Puts the changes in force everywhere. */
  readonly notify: (changes: readonly Change[]) => Promise<void>
  readonly workTimeoutMs?: number
}

type Job = {
  readonly actor: Actor
  readonly work: (transaction: Transaction) => Promise<unknown>
  readonly resolve: (value: unknown) => void
  readonly reject: (reason: unknown) => void
}
type Done = { readonly job: Job; readonly value: unknown; readonly changes: readonly Change[] }

/**
 * All writes, one after another, those that wait together in one commit (group commit): the disk is synced once per
 * batch, not once per write. Each work has a savepoint, so a failing one takes only itself back.
 *
 * PostgreSQL is written in the same way, under a lock that keeps other processes' batches out. That way a revision's
 * number is the order of its commit, and what a work has read stays true until it commits, on both databases alike.
 */
export class WriteQueue {
  readonly #options: WriteQueueOptions
  readonly #waiting: Job[] = []
  #draining: Promise<void> | undefined
  #closed = false

  constructor(options: WriteQueueOptions) {
    this.#options = options
  }

  /** Resolves when the work is on disk and in force. Works run in the order of their calls. */
  async run<T>(actor: Actor, work: (stores: Stores) => Promise<T>): Promise<T> {
    return await this.#enqueue(actor, (transaction) => work(this.#options.stores(transaction)))
  }

  /** The same for what is no record: nothing of it is in the history, and nobody is told. Resolves when it is on disk. */
  async runUnrecorded<T>(actor: Actor, work: (db: Db) => Promise<T>): Promise<T> {
    return await this.#enqueue(actor, ({ db }) => work(db))
  }

  async #enqueue<T>(actor: Actor, work: (transaction: Transaction) => Promise<T>): Promise<T> {
    if (this.#closed) throw new StoreUnavailableError('the store is closed')
    if (this.#waiting.length >= MAX_WAITING) throw new StoreBusyError('too many writes are waiting')
    return await new Promise<T>((resolve, reject) => {
      // The value that comes back to this job is the one that its own work returned.
      this.#waiting.push({ actor, work, resolve: (value) => resolve(value as T), reject })
      this.#draining ??= this.#drain()
    })
  }

  /** Refuses new works and waits for those that wait. */
  async close(): Promise<void> {
    this.#closed = true
    await this.#draining
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      // Whatever arrives in this turn of the event loop joins the batch.
      await nextTurn()
      await this.#batch()
    }
    this.#draining = undefined
  }

  async #batch(): Promise<void> {
    const taken: Job[] = []
    let done: readonly Done[]
    try {
      done = await this.#options.connections.writer
        .getExecutor()
        .provideConnection((connection) => this.#commitBatch(connection, taken))
    } catch (error) {
      // Nothing was committed. When not even a connection was to be had, no job was taken yet.
      const failed = taken.length > 0 ? taken : this.#waiting.splice(0, MAX_BATCH)
      for (const job of failed) job.reject(error)
      return
    }
    await this.#announce(done)
  }

  /** Runs waiting works in one transaction. Throws when none of them is committed. */
  async #commitBatch(connection: DatabaseConnection, taken: Job[]): Promise<Done[]> {
    const done: Done[] = []
    try {
      await this.#options.connections.begin(connection)
      let revision = await newestRevision(boundTo(this.#options.connections.writer, connection))
      while (taken.length < MAX_BATCH) {
        const job = this.#waiting.shift()
        if (job === undefined) break
        taken.push(job)
        const transaction = this.#options.begin(connection, job.actor, revision)
        const outcome = await this.#runWork(connection, job, transaction)
        if (outcome === undefined) continue
        revision = transaction.revision
        done.push(outcome)
      }
      await commit(connection)
      return done
    } catch (error) {
      // A connection that cannot even roll back is lost, and the transaction with it.
      await connection.executeQuery(ROLLBACK).catch(() => undefined)
      throw error
    }
  }

  /** Runs one work in its savepoint; undefined when it failed and was taken back. */
  async #runWork(
    connection: DatabaseConnection,
    job: Job,
    transaction: Transaction,
  ): Promise<Done | undefined> {
    await connection.executeQuery(SAVEPOINT)
    try {
      const value = await inTime(job.work(transaction), this.#options.workTimeoutMs ?? WORK_TIMEOUT_MS)
      transaction.end()
      await connection.executeQuery(RELEASE)
      return { job, value, changes: transaction.changes }
    } catch (error) {
      transaction.abandon()
      await connection.executeQuery(ROLLBACK_TO)
      await connection.executeQuery(RELEASE)
      job.reject(error)
      return undefined
    }
  }

  async #announce(done: readonly Done[]): Promise<void> {
    const changes = done.flatMap((one) => one.changes)
    // Who changed no record waits for nobody: requests may be waiting for a lease.
    for (const { job, value, changes: own } of done) if (own.length === 0) job.resolve(value)
    let failure: NotInForceError | undefined
    try {
      if (changes.length > 0) await this.#options.notify(changes)
    } catch (cause) {
      failure = new NotInForceError('the write is stored, but not in force everywhere', { cause })
    }
    for (const { job, value, changes: own } of done) {
      if (own.length === 0) continue
      if (failure === undefined) job.resolve(value)
      else job.reject(failure)
    }
  }
}

/** PostgreSQL answers COMMIT with ROLLBACK when the transaction had failed. */
async function commit(connection: DatabaseConnection): Promise<void> {
  const { rows } = await connection.executeQuery<{ command?: string }>(COMMIT)
  if (rows[0]?.command === 'ROLLBACK')
    throw new StoreUnavailableError('the database rolled the transaction back')
}

async function inTime<T>(work: Promise<T>, limitMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () =>
        reject(
          new WorkTimeoutError(`a write took longer than ${limitMs} ms (is it waiting for another write?)`),
        ),
      limitMs,
    )
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
