import type { EffectiveAccess } from '@tollgate/model/access/effective-access'
import type { Refusal } from '../pipeline/answer.ts'
import type { AuthMethod, Identity } from '../pipeline/identity.ts'
import type { RequestContext } from '../pipeline/request-context.ts'

/** A way in which a client shows who it is. */
export type Authenticator = {
  readonly method: AuthMethod
  /** What is answered when a request presents nothing of this method. */
  readonly missing: Refusal
  /** undefined = the request presents nothing of this method. */
  authenticate(context: RequestContext): AuthResult | undefined | Promise<AuthResult | undefined>
  /** Takes the credential off what goes upstream; undefined where it may go on. */
  readonly strip: ((context: RequestContext) => void) | undefined
}

export type AuthResult = Identity | Denied

/** The client is not let in. */
export type Denied = {
  readonly method: 'denied'
  readonly refusal: Refusal
  /** Who it is all the same, for the record; undefined when that could not be found out. */
  readonly identity: Identity | undefined
}

/** What is known of a credential. `unavailable` is said when the store could not be asked: it is never "unknown". */
export type Lookup = EffectiveAccess | 'unknown' | 'unavailable'

/** Keys as one organisation's APIs see them. */
export interface OrganisationKeys {
  /** Synchronous when the credential is cached, or the store is. */
  find(credential: string): Lookup | Promise<Lookup>
}
