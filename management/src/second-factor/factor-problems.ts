import { defineProblems } from '../errors.ts'

/** What the routes of second factors and passkeys may answer. */
export const factorProblems = defineProblems({
  code_incorrect: { status: 401, message: 'The code is incorrect or was used before, please try again' },
  proof_incorrect: { status: 403, message: 'The password or code is incorrect' },
  confirmation_needed: {
    status: 403,
    message: 'Show first that it is you: give your password or a second factor',
  },
  sign_in_unfinished: { status: 403, message: 'Finish signing in first' },
  code_not_set_up: { status: 409, message: 'There are no codes to take: begin with a new secret' },
  code_set_up_already: { status: 409, message: 'Codes of an app are set up already' },
  factor_required: {
    status: 403,
    message: 'Your organisation requires a second factor: set up another one before you remove this one',
  },
  passkey_refused: { status: 401, message: 'The passkey was not accepted, please try again' },
  passkey_unknown: { status: 404, message: 'Could not retrieve passkey' },
  passkey_taken: { status: 409, message: 'This passkey is registered already' },
  passkeys_too_many: { status: 403, message: 'A user has at most 20 passkeys' },
  passkeys_unavailable: {
    status: 409,
    message: 'Passkeys need a host name with TLS, or localhost: set TOLLGATE_DASHBOARD_URL',
  },
})
