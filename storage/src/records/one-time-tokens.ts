import type { Db } from '../drivers/schema.ts'
import { exact } from './columns.ts'

/** What may be used once: nonces of single sign-on, and the marks of what was used. No revisions. */
export interface OneTimeTokenStore {
  /** Keeps a token by its hash until it is taken or over. */
  insert(hash: string, document: string, expiresAtMs: number): Promise<void>
  /** Takes a token. @returns what was kept with it; undefined when it is unknown, used or over */
  take(hash: string, nowMs: number): Promise<string | undefined>
  /** Marks something as used. @returns false when it had been used before */
  spend(hash: string, expiresAtMs: number): Promise<boolean>
  removeExpired(nowMs: number): Promise<void>
}

/** One-time tokens over a connection that may write; only inside `write`. */
export const oneTimeTokenStore = (db: Db): OneTimeTokenStore => ({
  async insert(hash, document, expiresAtMs) {
    await db
      .insertInto('one_time_tokens')
      .values({ hash: exact(hash), document, expires_at_ms: Math.trunc(expiresAtMs) })
      .execute()
  },

  async take(hash, nowMs) {
    const row = await db
      .deleteFrom('one_time_tokens')
      .where('hash', '=', exact(hash))
      .returningAll()
      .executeTakeFirst()
    return row === undefined || row.expires_at_ms <= nowMs ? undefined : row.document
  },

  async spend(hash, expiresAtMs) {
    const { numInsertedOrUpdatedRows } = await db
      .insertInto('one_time_tokens')
      .values({ hash: exact(hash), document: '', expires_at_ms: Math.trunc(expiresAtMs) })
      .onConflict((conflict) => conflict.column('hash').doNothing())
      .executeTakeFirstOrThrow()
    return (numInsertedOrUpdatedRows ?? 0n) > 0n
  },

  async removeExpired(nowMs) {
    await db.deleteFrom('one_time_tokens').where('expires_at_ms', '<=', nowMs).execute()
  },
})
