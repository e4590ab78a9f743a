import { type DatabaseConnection, DummyDriver, Kysely, type QueryResult } from 'kysely'
import { OutsideWriteError, TransactionEndedError } from '../drivers/errors.ts'
import type { Db, Tables } from '../drivers/schema.ts'
import { asStorageError } from '../records/conflict.ts'
import type { Actor, Change } from './changes.ts'
import { appendRevision } from './revisions.ts'

/** What a store works on: committed data to read, or a transaction to read and write in. */
export interface Scope {
  readonly db: Db
  /** Number of the revision of the change that is about to be made. Throws OutsideWriteError outside `write`. */
  nextRevision(): number
  /** Appends the revision of a change that was just made, and hands it to the subscribers after the commit. */
  record(change: Change, before: unknown, after: unknown): Promise<void>
}

/** The stores outside `write`: they read. */
export function readScope(db: Db): Scope {
  const refuse = (): never => {
    throw new OutsideWriteError('records are changed only inside write()')
  }
  return { db, nextRevision: refuse, record: refuse }
}

/**
 * One work's share of a transaction. Its connection is guarded: after `end` every statement throws, so a store that
 * is kept too long cannot write into the next work's transaction; and once a statement has failed the work cannot
 * succeed any more (PostgreSQL would refuse what follows, SQLite would not: so both do).
 */
export class Transaction implements Scope {
  readonly db: Db
  readonly changes: Change[] = []
  readonly #actor: Actor
  readonly #at: string
  #revision: number
  #ended = false
  #failure: unknown

  constructor(db: Db, connection: DatabaseConnection, actor: Actor, at: string, revision: number) {
    this.db = boundTo(db, this.#guard(connection))
    this.#actor = actor
    this.#at = at
    this.#revision = revision
  }

  /** The newest revision so far. */
  get revision(): number {
    return this.#revision
  }

  nextRevision(): number {
    this.#refuseWhenEnded()
    return ++this.#revision
  }

  async record(change: Change, before: unknown, after: unknown): Promise<void> {
    await appendRevision(this.db, { change, at: this.#at, actor: this.#actor, before, after })
    this.changes.push(change)
  }

  /** No statement runs any more. Throws what made a statement fail, even if the work ignored it. */
  end(): void {
    this.#ended = true
    if (this.#failure !== undefined) throw this.#failure
  }

  /** Ends a work that failed. */
  abandon(): void {
    this.#ended = true
  }

  #refuseWhenEnded(): void {
    if (this.#ended) throw new TransactionEndedError('a store was used after its write had ended')
  }

  #guard(connection: DatabaseConnection): DatabaseConnection {
    return {
      executeQuery: async <Row>(
        query: Parameters<DatabaseConnection['executeQuery']>[0],
      ): Promise<QueryResult<Row>> => {
        this.#refuseWhenEnded()
        if (this.#failure !== undefined) throw this.#failure
        try {
          return await connection.executeQuery<Row>(query)
        } catch (error) {
          this.#failure = asStorageError(error)
          throw this.#failure
        }
      },
      streamQuery() {
        throw new TypeError('stores do not stream')
      },
    }
  }
}

/** The same database, with every statement going over the one connection. */
export function boundTo(db: Db, connection: DatabaseConnection): Db {
  const executor = db
    .getExecutor()
    .withConnectionProvider({ provideConnection: (consumer) => consumer(connection) })
  // Dialect and driver matter only to who opens and closes connections; this one is somebody else's.
  return new Kysely<Tables>({
    config: { dialect: NO_DIALECT },
    dialect: NO_DIALECT,
    driver: new DummyDriver(),
    executor,
  })
}

const noDialect = (): never => {
  throw new TypeError('a bound database opens no connection')
}
const NO_DIALECT = {
  createDriver: noDialect,
  createAdapter: noDialect,
  createIntrospector: noDialect,
  createQueryCompiler: noDialect,
}
