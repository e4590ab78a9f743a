import type { EffectiveAccess } from '@tollgate/model/access/effective-access'

/** Ways in which a client can show who it is. */
export type AuthMethod = 'token'

/** Who sent a request, and what it may do. */
export type Identity = {
  readonly method: AuthMethod
  /** A stored key's, or made of claims and policies. */
  readonly access: EffectiveAccess
  /** Public id of the key; empty where there is none. */
  readonly keyId: string
  /** What a token says of its bearer; undefined where there is no such token. */
  readonly claims: Readonly<Record<string, unknown>> | undefined
}
