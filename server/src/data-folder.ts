import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { hex32 } from '@tollgate/model/ids'
import { errorCode, errorText, StartFailure } from './start-failure.ts'

/** A data folder that this process alone holds. */
export type DataFolder = {
  readonly path: string
  /** Of the embedded database. */
  readonly databaseFile: string
  readonly secretsFile: string
  /** Names this node among those on one database, for as long as the folder lives. */
  readonly nodeId: string
  /** Lets the next start have the folder. */
  release(): void
}

/**
 * Creates the folder if need be (mode 700) and takes it for this process.
 * @throws {StartFailure} when it cannot be written or another Tollgate holds it.
 */
export function openDataFolder(path: string): DataFolder {
  const problem = dataFolderProblem(path)
  if (problem) throw new StartFailure(problem)
  try {
    makeFolder(path)
  } catch (error) {
    throw new StartFailure(cannotWrite(path, describe(error)))
  }
  const unlock = lock(path)
  const pidFile = join(path, 'pid')
  writeFileSync(pidFile, `${process.pid}\n`)
  return {
    path,
    databaseFile: join(path, databaseName),
    secretsFile: join(path, 'secrets.json'),
    nodeId: nodeIdIn(path),
    release() {
      rmSync(pidFile, { force: true })
      unlock()
    },
  }
}

function nodeIdIn(path: string): string {
  const file = join(path, 'node-id')
  try {
    const kept = readFileSync(file, 'utf8').trim()
    if (kept !== '') return kept
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw new StartFailure(cannotWrite(path, describe(error)))
  }
  const id = hex32()
  writeFileSync(file, `${id}\n`)
  return id
}

/** File name of the embedded database within the data folder. */
export const databaseName = 'tollgate.db'

/** Why the folder cannot be used, or undefined. Changes nothing. */
export function dataFolderProblem(path: string): string | undefined {
  try {
    if (existsSync(path)) {
      if (!statSync(path).isDirectory()) return `the data folder ${path} is not a folder (TOLLGATE_DATA_DIR)`
      accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK)
    } else {
      accessSync(nearestExisting(path), constants.W_OK | constants.X_OK)
    }
    return undefined
  } catch (error) {
    return cannotWrite(path, describe(error))
  }
}

/** Process id of the Tollgate that holds the folder, or undefined when none does. */
export function holderOf(path: string): string | undefined {
  if (!existsSync(join(path, lockName))) return undefined
  try {
    lock(path)()
    return undefined
  } catch (error) {
    if (error instanceof StartFailure) return pidIn(path)
    throw error
  }
}

const lockName = 'lock'

/**
 * The lock is the exclusive lock of an empty SQLite file: the system takes it back when the process ends, however it
 * ends, and no process id can be mistaken for another's (in a container every start may have the same one).
 */
function lock(path: string): () => void {
  let database: DatabaseSync | undefined
  try {
    database = new DatabaseSync(join(path, lockName))
    // The lock must leave nothing behind: no journal file either.
    database.exec('PRAGMA journal_mode = MEMORY; PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE')
  } catch (error) {
    database?.close()
    if (errorText(error).includes('locked')) {
      throw new StartFailure(
        `another Tollgate (process ${pidIn(path) ?? 'unknown'}) is running on the data folder ${path}`,
      )
    }
    throw new StartFailure(
      `the data folder ${path} cannot be written: ${errorText(error)} (TOLLGATE_DATA_DIR)`,
    )
  }
  const held = database
  return () => held.close()
}

function pidIn(path: string): string | undefined {
  try {
    return readFileSync(join(path, 'pid'), 'utf8').trim()
  } catch (error) {
    // The other one is just starting, or stopping.
    if (errorCode(error) === 'ENOENT') return undefined
    throw error
  }
}

/** Not Node's recursive mode: where a parent can hold no folders (such as /proc), that one never returns. */
function makeFolder(path: string): void {
  if (existsSync(path)) return
  makeFolder(dirname(path))
  mkdirSync(path, { mode: 0o700 })
}

function nearestExisting(path: string): string {
  const parent = dirname(path)
  return existsSync(parent) || parent === path ? parent : nearestExisting(parent)
}

function cannotWrite(path: string, why: string): string {
  return `the data folder ${path} cannot be written: ${why} (TOLLGATE_DATA_DIR)`
}

function describe(error: unknown): string {
  const texts: Record<string, string> = {
    EACCES: 'permission denied',
    EPERM: 'permission denied',
    EROFS: 'the file system is read-only',
    ENOTDIR: 'a part of the path is not a folder',
  }
  return texts[errorCode(error)] ?? errorText(error)
}
