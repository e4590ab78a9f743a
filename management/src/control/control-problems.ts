import { defineProblems, Problem, type ProblemSpec } from '../errors.ts'

/** What the control API may answer (gateway contract, section 3). */
export const controlProblems = defineProblems({
  control_secret_wrong: {
    status: 403,
    message: 'Attempted administrative access with invalid or missing key!',
  },
  method_unknown: { status: 405, message: 'Method not supported' },
  not_found: { status: 404, message: 'Not Found' },
  not_ready: { status: 503, message: 'A successful API reload did not happen' },
  unmarshalling_failed: { status: 400, message: 'Unmarshalling failed' },
  request_malformed: { status: 400, message: 'Request malformed' },
  instruction_malformed: { status: 400, message: "Couldn't decode instruction" },
  organisation_unclear: {
    status: 400,
    message:
      'org_id is required: nothing else of the request, nor the setting TOLLGATE_DEFAULT_ORG, tells it',
  },
  organisation_id_invalid: {
    status: 400,
    message:
      'org_id must begin with a letter or digit and have at most 128 characters without spaces, "/", "?", "#", "%" and commas',
  },
  organisation_unknown: { status: 400, message: 'Organisation not found' },
  key_without_rights: {
    status: 400,
    message: 'Failed to create key, keys must have at least one Access Rights record set.',
  },
  key_insecure: { status: 500, message: 'Failed to create key, ensure security settings are correct.' },
  key_certificate_taken: { status: 500, message: 'Failed to create key - Key is already used' },
  certificate_refused: { status: 403, message: 'Could not create certificate' },
  certificate_not_found: { status: 404, message: 'Certificate with given SHA256 fingerprint not found' },
  key_policies_failed: { status: 500, message: 'Failed to create key - ' },
  key_not_found: { status: 404, message: 'Key not found' },
  key_not_updatable: { status: 404, message: 'Key is not found' },
  key_not_deletable: { status: 404, message: 'There is no such key found' },
  api_not_found: { status: 404, message: 'API not found' },
  api_invalid: { status: 400, message: 'Validation of API Definition failed. Reason: ' },
  api_id_mismatch: {
    status: 400,
    message: 'Request APIID does not match that in Definition! For Update operations these must match.',
  },
  policy_not_found: { status: 404, message: 'Policy not found' },
  policy_without_id: { status: 400, message: 'Unable to create policy without id.' },
  policy_id_mismatch: {
    status: 400,
    message: 'Request ID does not match that in policy! For Update operations these must match.',
  },
})

/** How a problem of a verb is said here, by its code. A message that ends in a space is followed by the verb's own. */
export type Wording = Readonly<Record<string, ProblemSpec>>

/** Runs a verb and says its problems in the words of this surface; what `wording` does not name keeps its own. */
export async function inWordsOf<T>(wording: Wording, run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    if (!(error instanceof Problem) || !Object.hasOwn(wording, error.code)) throw error
    const spec = wording[error.code]
    if (spec === undefined) throw error
    const message = spec.message.endsWith(' ') ? spec.message + error.message : spec.message
    throw new Problem({ ...spec, message })
  }
}
