import type { Db, Tables } from '../drivers/schema.ts'
import { exact } from './columns.ts'

/**
 * How far a sign-in has come. `full`: signed in; `factor`: the password was right, the second factor is outstanding;
 * `enrol`: the organisation wants a second factor, and the user has none yet.
 */
export type SignInStage = 'full' | 'factor' | 'enrol'
/** What a session was begun with. */
export type SignInMethod = 'password' | 'passkey' | 'single-sign-on'

/** A browser's session: the cookie is random and kept only as a hash. */
export type SignIn = {
  readonly tokenHash: string
  /** Names the session to its user; nothing can be opened with it. */
  readonly id: string
  readonly userId: string
  /** Where it was begun from. */
  readonly address: string
  readonly userAgent: string
  readonly createdAtMs: number
  readonly lastSeenAtMs: number
  readonly expiresAtMs: number
  readonly stage: SignInStage
  readonly method: SignInMethod
  /** When the user last showed who it is, beyond the cookie; 0 = not since the sign-in. */
  readonly confirmedAtMs: number
}

/** Browser sessions; no revision, they are no records of the product. These may be called outside `write`. */
export interface SignInStore {
  byTokenHash(hash: string): Promise<SignIn | undefined>
  /** The last seen first. */
  ofUser(userId: string): Promise<readonly SignIn[]>
  insert(signIn: SignIn): Promise<void>
  touch(tokenHash: string, lastSeenAtMs: number): Promise<void>
  /** Notes that the user has shown who it is. */
  confirm(tokenHash: string, confirmedAtMs: number): Promise<void>
  remove(tokenHash: string): Promise<void>
  removeOfUser(userId: string): Promise<void>
  /** Removes the sessions of a user except one (by the hash of its token, '' for none). */
  removeOthers(userId: string, keptTokenHash: string): Promise<void>
  removeExpired(nowMs: number): Promise<void>
}

type SignInRow = Tables['sign_ins']

/** Browser sessions over a connection that may write. */
export const signInStore = (db: Db): SignInStore => ({
  async byTokenHash(hash) {
    const row = await db
      .selectFrom('sign_ins')
      .selectAll()
      .where('token_hash', '=', exact(hash))
      .executeTakeFirst()
    return row && fromRow(row)
  },

  async ofUser(userId) {
    const rows = await db
      .selectFrom('sign_ins')
      .selectAll()
      .where('user_id', '=', exact(userId))
      .orderBy('last_seen_at_ms', 'desc')
      .orderBy('token_hash')
      .execute()
    return rows.map(fromRow)
  },

  async insert(signIn) {
    await db.insertInto('sign_ins').values(columnsOf(signIn)).execute()
  },

  async touch(tokenHash, lastSeenAtMs) {
    await db
      .updateTable('sign_ins')
      .set({ last_seen_at_ms: lastSeenAtMs })
      .where('token_hash', '=', exact(tokenHash))
      .execute()
  },

  async confirm(tokenHash, confirmedAtMs) {
    await db
      .updateTable('sign_ins')
      .set({ confirmed_at_ms: confirmedAtMs })
      .where('token_hash', '=', exact(tokenHash))
      .execute()
  },

  async remove(tokenHash) {
    await db.deleteFrom('sign_ins').where('token_hash', '=', exact(tokenHash)).execute()
  },

  async removeOfUser(userId) {
    await db.deleteFrom('sign_ins').where('user_id', '=', exact(userId)).execute()
  },

  async removeOthers(userId, keptTokenHash) {
    await db
      .deleteFrom('sign_ins')
      .where('user_id', '=', exact(userId))
      .where('token_hash', '!=', exact(keptTokenHash))
      .execute()
  },

  async removeExpired(nowMs) {
    await db.deleteFrom('sign_ins').where('expires_at_ms', '<=', nowMs).execute()
  },
})

/** The sessions outside `write`: reads go to what is committed, each change is a small write of its own. */
export const queuedSignInStore = (
  reader: Db,
  change: (work: (signIns: SignInStore) => Promise<void>) => Promise<void>,
): SignInStore => ({
  byTokenHash: signInStore(reader).byTokenHash,
  ofUser: signInStore(reader).ofUser,
  insert: (signIn) => change((signIns) => signIns.insert(signIn)),
  touch: (tokenHash, lastSeenAtMs) => change((signIns) => signIns.touch(tokenHash, lastSeenAtMs)),
  confirm: (tokenHash, confirmedAtMs) => change((signIns) => signIns.confirm(tokenHash, confirmedAtMs)),
  remove: (tokenHash) => change((signIns) => signIns.remove(tokenHash)),
  removeOfUser: (userId) => change((signIns) => signIns.removeOfUser(userId)),
  removeOthers: (userId, keptTokenHash) => change((signIns) => signIns.removeOthers(userId, keptTokenHash)),
  removeExpired: (nowMs) => change((signIns) => signIns.removeExpired(nowMs)),
})

function fromRow(row: SignInRow): SignIn {
  return {
    tokenHash: row.token_hash,
    id: row.id,
    address: row.address,
    userAgent: row.user_agent,
    userId: row.user_id,
    createdAtMs: row.created_at_ms,
    lastSeenAtMs: row.last_seen_at_ms,
    expiresAtMs: row.expires_at_ms,
    // Both were written from values of these types.
    stage: row.stage as SignInStage,
    method: row.method as SignInMethod,
    confirmedAtMs: row.confirmed_at_ms,
  }
}

function columnsOf(signIn: SignIn): SignInRow {
  return {
    token_hash: exact(signIn.tokenHash),
    id: signIn.id,
    address: signIn.address,
    user_agent: signIn.userAgent,
    user_id: signIn.userId,
    created_at_ms: Math.trunc(signIn.createdAtMs),
    last_seen_at_ms: Math.trunc(signIn.lastSeenAtMs),
    expires_at_ms: Math.trunc(signIn.expiresAtMs),
    stage: signIn.stage,
    method: signIn.method,
    confirmed_at_ms: Math.trunc(signIn.confirmedAtMs),
  }
}
