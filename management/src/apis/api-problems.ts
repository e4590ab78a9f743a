import { defineProblems } from '../errors.ts'

/** What the API routes of the Dashboard surface may answer (dashboard contract, section 1.2). */
export const apiProblems = defineProblems({
  api_invalid: { status: 400, message: 'API definition validation failed' },
  api_id_taken: { status: 409, message: 'Found API with the same ID' },
  api_url_taken: { status: 403, message: 'Found API with same url' },
  api_url_not_assigned: {
    status: 403,
    message: 'This domain or listen path is not assigned to your organisation',
  },
  api_not_readable: { status: 400, message: 'Could not retrieve API detail' },
  api_id_invalid: { status: 400, message: 'Invalid `ID` value' },
  api_not_updatable: { status: 404, message: 'API definition does not exist' },
  api_not_deletable: { status: 404, message: 'Could not retrieve API detail' },
  api_access_unknown: { status: 404, message: 'API not found' },
  api_owner_unknown: { status: 400, message: 'No such user or user group' },
  api_versioning_unsupported: {
    status: 400,
    message: 'Creating an API as a version of another is not supported yet',
  },
})
