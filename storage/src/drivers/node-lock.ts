import { hostname } from 'node:os'
import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'

/**
 * The lock by which one node at a time has a PostgreSQL: an advisory lock of a session that does nothing else and lives as
 * long as the node. The server takes it back when the connection ends, however the node ends.
 */
export type NodeLock = { release(): Promise<void> }

export type NodeLockListener = {
  /** The connection is gone; it is tried again until `onTaken` or a new lock. */
  readonly onLost: (error: unknown) => void
  readonly onRegained: () => void
  /** Another node has it meanwhile; nothing more is tried. `holder` names it. */
  readonly onTaken: (holder: string) => void
}

/** Any number will do, as long as every Tollgate uses the same, and no other lock of ours: "node". */
const NODE_LOCK = 0x6e6f6465
/** A node that was just killed may be known to the server for a moment longer. */
const PATIENCE_MS = 3_000
const AGAIN_MS = 250
/** After a lost connection: between two tries, and how often the connection is used, so that a cut line is noticed. */
const RETRY_MS = 1_000
const HEARTBEAT_MS = 10_000
const CONNECT_TIMEOUT_MS = 5_000
/** A host that vanished without a word keeps its lock no longer than this, seconds between and number of probes. */
const KEEPALIVE =
  'set tcp_keepalives_idle = 10; set tcp_keepalives_interval = 5; set tcp_keepalives_count = 3'

/** Another node holds the lock. */
export class NodeLockedError extends Error {
  override name = 'NodeLockedError'
  /** Who: host and process id, as it calls itself. */
  readonly holder: string

  constructor(holder: string) {
    super(`another node (${holder}) runs on this database`)
    this.holder = holder
  }
}

/** Takes the lock. Throws NodeLockedError when another node has it, and what the database says when it cannot be asked. */
export async function takeNodeLock(
  url: string,
  listener: NodeLockListener,
  patienceMs = PATIENCE_MS,
): Promise<NodeLock> {
  const deadline = Date.now() + patienceMs
  for (;;) {
    const session = await openSession(url)
    if (session !== undefined) {
      const lock = new HeldLock(url, session, listener)
      return { release: () => lock.release() }
    }
    if (Date.now() >= deadline) throw new NodeLockedError(await holderOf(url))
    await wait(AGAIN_MS)
  }
}

class HeldLock {
  readonly #url: string
  readonly #listener: NodeLockListener
  #session: pg.Client
  #heartbeat: NodeJS.Timeout | undefined
  #released = false

  constructor(url: string, session: pg.Client, listener: NodeLockListener) {
    this.#url = url
    this.#listener = listener
    this.#session = session
    this.#watch(session)
  }

  async release(): Promise<void> {
    this.#released = true
    clearInterval(this.#heartbeat)
    await end(this.#session)
  }

  #watch(session: pg.Client): void {
    this.#session = session
    this.#heartbeat = setInterval(() => {
      session.query('select 1').catch((error: unknown) => this.#lost(session, error))
    }, HEARTBEAT_MS)
    this.#heartbeat.unref()
    session.on('error', (error) => this.#lost(session, error))
    session.on('end', () => this.#lost(session, new Error('the connection ended')))
  }

  #lost(session: pg.Client, error: unknown): void {
    if (this.#released || session !== this.#session || this.#heartbeat === undefined) return
    clearInterval(this.#heartbeat)
    this.#heartbeat = undefined
    void end(session)
    this.#listener.onLost(error)
    void this.#regain()
  }

  async #regain(): Promise<void> {
    while (!this.#released) {
      try {
        const session = await openSession(this.#url)
        if (session !== undefined) {
          if (this.#released) await session.end()
          else {
            this.#watch(session)
            this.#listener.onRegained()
          }
          return
        }
        // Our own former session may still be known to the server.
        await wait(PATIENCE_MS)
        const again = this.#released ? undefined : await openSession(this.#url)
        if (again !== undefined) {
          this.#watch(again)
          this.#listener.onRegained()
        } else if (!this.#released) this.#listener.onTaken(await holderOf(this.#url))
        return
      } catch {
        // The database is not there yet: `onLost` has said so.
        await wait(RETRY_MS)
      }
    }
  }
}

/** A session that holds the lock; undefined when another one does. */
async function openSession(url: string): Promise<pg.Client | undefined> {
  const session = new pg.Client({
    connectionString: url,
    application_name: `tollgate ${hostname()} ${process.pid}`.slice(0, 63),
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: CONNECT_TIMEOUT_MS,
    keepAlive: true,
  })
  session.on('error', () => undefined)
  try {
    await session.connect()
    await session.query(KEEPALIVE)
    const { rows } = await session.query<{ taken: boolean }>(
      `select pg_try_advisory_lock(${NODE_LOCK}) as taken`,
    )
    if (rows[0]?.taken) return session
  } catch (error) {
    await end(session)
    throw error
  }
  await session.end()
  return undefined
}

async function holderOf(url: string): Promise<string> {
  const session = new pg.Client({ connectionString: url, connectionTimeoutMillis: CONNECT_TIMEOUT_MS })
  session.on('error', () => undefined)
  try {
    await session.connect()
    const { rows } = await session.query<{ name: string | null }>(
      `select a.application_name as name from pg_locks l join pg_stat_activity a on a.pid = l.pid
       where l.locktype = 'advisory' and l.objid = ${NODE_LOCK} and l.granted
       and l.database = (select oid from pg_database where datname = current_database())`,
    )
    return rows[0]?.name?.replace(/^tollgate /, '').replace(/ (\d+)$/, ', process $1') || 'unknown'
  } catch {
    // That there is one is certain; who, is a courtesy.
    return 'unknown'
  } finally {
    await end(session)
  }
}

/** Ends a session. One that is broken already may fail to say goodbye; the database ends it, and its lock, with the connection. */
async function end(session: pg.Client): Promise<void> {
  await session.end().catch(() => undefined)
}
