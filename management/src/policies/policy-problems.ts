import { defineProblems } from '../errors.ts'

/** What the policy routes of the Dashboard surface may answer (dashboard contract, section 1.4). */
export const policyProblems = defineProblems({
  policy_name_taken: {
    status: 400,
    message: 'This policy name has already been used. Enter a unique policy name.',
  },
  policy_partitions_invalid: { status: 400, message: 'A policy is either per_api or partitioned, not both' },
  policy_lifetime_past: {
    status: 400,
    message: 'key_expires_in lies in the past: a lifetime is a number of seconds, 0 or -1 for none',
  },
  policy_id_invalid: { status: 400, message: 'Invalid policy ID' },
  policy_id_not_hex: { status: 400, message: 'Policy ID is not in hex format' },
  policy_id_taken: { status: 409, message: 'Found policy with the same ID' },
  policy_not_found: { status: 404, message: 'Could not retrieve portal object' },
  policy_not_deletable: { status: 404, message: 'Could not retrieve object for deletion' },
})

/** First words of the answer to a body that is no policy. */
export const POLICY_INVALID = 'Policy object validation failed'
