import { defineProblems } from '../errors.ts'

/** What the routes of user groups may answer (dashboard contract, section 1.6). */
export const groupProblems = defineProblems({
  group_invalid: { status: 400, message: 'User group object validation failed' },
  group_unknown: { status: 404, message: 'Could not retrieve user group detail' },
  group_outranks_caller: {
    status: 403,
    message: 'access denied: You cannot give, or act on, permissions that you do not have',
  },
})
