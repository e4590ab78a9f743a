import { defineProblems } from '../errors.ts'

/** What the routes about organisations' own limits may answer. */
export const organisationSessionProblems = defineProblems({
  organisation_session_unknown: { status: 404, message: 'Org not found' },
  organisation_session_expiry_past: { status: 400, message: 'expires lies in the past' },
})
