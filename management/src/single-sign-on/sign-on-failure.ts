/** Why a sign-in with an identity provider came to nothing; the sign-in page has the words for each. */
export type SignOnFailureCode =
  | 'unknown_provider'
  | 'unreachable'
  | 'refused'
  | 'expired'
  | 'invalid'
  | 'no_account'
  | 'no_access'
  | 'email_unverified'
  | 'inactive'

/** A sign-in with an identity provider that comes to nothing, for a reason that the user is told. */
export class SignOnFailure extends Error {
  readonly code: SignOnFailureCode

  constructor(code: SignOnFailureCode) {
    super(code)
    this.name = 'SignOnFailure'
    this.code = code
  }
}
