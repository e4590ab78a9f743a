import type { User } from '@tollgate/model/user'
import type { Page, PageRequest } from './paging.ts'

/** A user of the management surface. The document has no password and no access key. */
export type UserRecord = {
  readonly id: string
  /** Empty for a super user, who sees every organisation. */
  readonly orgId: string
  /** Lower case; unique per organisation. */
  readonly email: string
  readonly user: User
  /** `argon2id` hash in PHC form; empty = no password yet. */
  readonly passwordHash: string
  /** Set by an administrator: the owner's first reset needs no current password. */
  readonly passwordProvisional: boolean
  /** Hashes of passwords used before, newest first, bounded: none may be used again. */
  readonly passwordHistory: readonly string[]
  /** Hex HMAC of the access key; empty = revoked. */
  readonly accessKeyHash: string
  /** The access key sealed (AES-256-GCM) because the contract shows it again; empty = revoked. */
  readonly accessKeySealed: string
  readonly createdAt: string
  readonly updatedAt: string
}

export interface UserStore {
  byId(orgId: string | undefined, id: string): Promise<UserRecord | undefined>
  byAccessKeyHash(hash: string): Promise<UserRecord | undefined>
  /** One e-mail may exist in several organisations. */
  byEmail(email: string): Promise<readonly UserRecord[]>
  list(orgId: string | undefined, contains: string, page: PageRequest): Promise<Page<UserRecord>>
  insert(record: UserRecord): Promise<void>
  update(record: UserRecord): Promise<void>
  remove(record: UserRecord): Promise<void>
}
