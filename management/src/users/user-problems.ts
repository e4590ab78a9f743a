import { defineProblems } from '../errors.ts'

/** What the routes of users may answer (dashboard contract, section 1.5). */
export const userProblems = defineProblems({
  user_invalid: { status: 400, message: 'User object validation failed' },
  user_email_taken: { status: 403, message: 'User email already exists for this Org' },
  user_without_permissions: {
    status: 403,
    message: 'To create a user specify at least one permission, or make them an admin',
  },
  user_not_readable: { status: 404, message: 'Could not retrieve user detail' },
  user_not_updatable: { status: 400, message: 'user does not exist' },
  user_unknown: { status: 404, message: 'User not found' },
  user_not_deletable: { status: 404, message: 'Could not retrieve user detail' },
  user_outranks_caller: {
    status: 403,
    message: 'access denied: You cannot give, or act on, permissions that you do not have',
  },
  user_changed_meanwhile: { status: 409, message: 'The user was changed by another request, try again' },
  user_group_unknown: { status: 400, message: 'User group does not exist' },
  last_administrator: {
    status: 403,
    message: 'An organisation cannot be left without an active administrator',
  },
  password_too_short: { status: 400, message: 'Password must be at least … characters long' },
  password_common: {
    status: 400,
    message: 'Password is one of the commonest, which are tried first; choose another one',
  },
  password_reused: { status: 403, message: 'This password was used before, choose another one' },
  current_password_wrong: { status: 403, message: 'Current password is incorrect' },
  search_invalid: { status: 400, message: 'Could not extract search filter from request body' },
})
