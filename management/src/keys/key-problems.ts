import { defineProblems } from '../errors.ts'

/** What the key routes of the Dashboard surface may answer (dashboard contract, section 1.1). */
export const keyProblems = defineProblems({
  key_without_rights: {
    status: 400,
    message: 'Failed to create key, keys must have at least one Access Rights record set.',
  },
  key_api_unknown: { status: 400, message: 'Access rights name an API that does not exist' },
  key_right_contradictory: { status: 400, message: 'Access rights name one API by two ids' },
  key_policy_unknown: { status: 400, message: 'Policy not found' },
  key_budget_unusable: { status: 400, message: 'Limits cannot be counted so' },
  key_policies_unusable: { status: 400, message: 'Policies cannot be applied' },
  key_expiry_past: { status: 400, message: 'expires lies in the past: such a key would open nothing' },
  key_certificate_unknown: { status: 400, message: 'Certificate not found' },
  key_certificate_taken: {
    status: 400,
    message: 'Failed to create key, another key is bound to this certificate',
  },
  key_certificate_kept: {
    status: 400,
    message: 'The certificate that a key is bound to cannot be changed: create another key',
  },
  key_name_invalid: { status: 400, message: 'Custom key id is not usable' },
  key_username_invalid: { status: 400, message: 'Username is not usable' },
  key_password_short: { status: 400, message: 'Password is too short, minimum length' },
  key_foreign: { status: 400, message: 'Attempted access to non-owned key' },
  key_not_found: { status: 404, message: 'Could not retrieve key detail' },
})

/** First words of the answer to a body that is no session. */
export const KEY_INVALID = 'User/Key object validation failed, most likely malformed input'
