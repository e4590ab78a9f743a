import { defineProblems } from '../errors.ts'

/** What the certificate routes of the Dashboard surface may answer (dashboard contract, section 1.8). */
export const certificateProblems = defineProblems({
  certificate_invalid: { status: 400, message: 'Could not create certificate' },
  certificate_too_large: { status: 413, message: 'Could not create certificate' },
  certificate_absent: { status: 400, message: 'Failed to read response body, body empty' },
  certificate_taken: { status: 404, message: 'Could not create certificate. Certificate with' },
  certificate_foreign: { status: 400, message: 'Attempted access to non-owned certificate' },
  certificate_not_found: {
    status: 404,
    message: 'Could not retrieve certificate details. Certificate with given SHA256 fingerprint not found',
  },
  certificate_not_deletable: { status: 404, message: 'Could not delete certificate' },
  certificate_unknown: { status: 404, message: 'Certificate not found or access denied' },
})
