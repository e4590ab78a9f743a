import type { Session } from '@tollgate/model/access/session'

/** A key. Its secret is not here: see `KeySecret`. */
export type KeyRecord = {
  /** Public id, 32 hex: `key_hash` of the wire. */
  readonly id: string
  readonly orgId: string
  /** The session as stored (policies not applied), `org_id` set. */
  readonly session: Session
  /** Basic-auth user name; empty for others. */
  readonly username: string
  readonly createdAt: string
  readonly updatedAt: string
}
