import type { Session } from '@tollgate/model/session'
import type { Page, PageRequest } from './paging.ts'

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

export type KeyFilter = {
  /** Only keys with a right on this api_id, by their own access_rights. */
  readonly apiId?: string
  /** Alias or public id contains this. */
  readonly contains?: string
  /** Only keys that list this policy (either id). */
  readonly policyId?: string
}

/** Keys and their secrets. Secrets come in as hex HMACs; nothing here ever sees one in the clear. */
export interface KeyStore {
  byId(orgId: string | undefined, id: string): Promise<KeyRecord | undefined>
  bySecretHash(hash: string): Promise<KeyRecord | undefined>
  byUsername(orgId: string, username: string): Promise<KeyRecord | undefined>
  list(orgId: string | undefined, filter: KeyFilter, page: PageRequest): Promise<Page<KeyRecord>>
  /** Only inside `write`: */
  insert(record: KeyRecord, secretHashes: readonly string[]): Promise<void>
  update(record: KeyRecord): Promise<void>
  remove(record: KeyRecord): Promise<void>
}
