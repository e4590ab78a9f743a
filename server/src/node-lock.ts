import type { DatabaseSource } from '@tollgate/storage/drivers/connections'
import { type NodeLock, NodeLockedError, takeNodeLock } from '@tollgate/storage/drivers/node-lock'
import { databaseLabel, databaseProblem } from './database.ts'
import type { Log } from './log.ts'
import { errorText, StartFailure } from './start-failure.ts'

/** This node's hold on a database that others can reach too. */
export type HeldDatabase = {
  /** Resolves when another node has taken the database: this one has to stop. */
  readonly taken: Promise<StartFailure>
  release(): Promise<void>
}

/** What does not hold while two nodes run on one database. */
const unsafe =
  'nodes do not tell each other of changes yet: a key revoked on one may be admitted by another, an API made on one is not served by another, and each has rates of its own'

/**
 * Takes the database for this node. An embedded one needs nothing: the data folder is locked.
 * @param secondNodeAllowed the settings say that others may run on it: then nothing is taken, and the log says what that means
 * @throws {StartFailure} when another node has it, or the database cannot be asked.
 */
export async function holdDatabase(
  source: DatabaseSource,
  secondNodeAllowed: boolean,
  log: Log,
): Promise<HeldDatabase> {
  const { promise: taken, resolve } = Promise.withResolvers<StartFailure>()
  if (source.kind === 'sqlite') return { taken, release: async () => undefined }
  if (secondNodeAllowed) {
    log.warn('TOLLGATE_UNSAFE_SECOND_NODE: other nodes may run on this database', { unsafe })
    return { taken, release: async () => undefined }
  }
  const lock = await take(source, {
    onLost: (error) =>
      log.error('the lock of the database is lost, it is taken again', { cause: errorText(error) }),
    onRegained: () => log.info('the lock of the database is held again'),
    onTaken: (holder) => resolve(refusal(source, holder)),
  })
  return { taken, release: () => lock.release() }
}

async function take(
  source: Extract<DatabaseSource, { kind: 'postgres' }>,
  listener: Parameters<typeof takeNodeLock>[1],
): Promise<NodeLock> {
  try {
    return await takeNodeLock(source.url, listener)
  } catch (error) {
    if (error instanceof NodeLockedError) throw refusal(source, error.holder)
    throw new StartFailure(databaseProblem(source, error), { cause: error })
  }
}

function refusal(source: DatabaseSource, holder: string): StartFailure {
  return new StartFailure(
    `another Tollgate (${holder}) runs on the database ${databaseLabel(source)}, and ${unsafe}. Stop one of them, or set TOLLGATE_UNSAFE_SECOND_NODE=1`,
  )
}
