import { defineProblems } from '../errors.ts'

/** What the routes of single sign-on may answer. */
export const signOnProblems = defineProblems({
  provider_unknown: { status: 404, message: 'Could not retrieve identity provider' },
  provider_unreachable: {
    status: 502,
    message:
      'The identity provider cannot be reached, or does not describe itself as OpenID Connect wants it',
  },
  provider_group_unknown: { status: 400, message: 'User group does not exist' },
  providers_too_many: { status: 403, message: 'An organisation has at most 20 identity providers' },
  provider_last: {
    status: 409,
    message: 'Your organisation signs in with an identity provider only, and this is the last one',
  },
  provider_missing: {
    status: 400,
    message: 'Signing in with an identity provider only needs one that is active',
  },
  emergency_user_unfit: {
    status: 400,
    message:
      'The emergency user must be an active administrator of the organisation who has a password or a passkey',
  },
  organisation_required_for_rules: { status: 400, message: 'You belong to no organisation' },
  nonce_invalid: { status: 400, message: 'Cannot create an SSO session for an invalid payload' },
})
