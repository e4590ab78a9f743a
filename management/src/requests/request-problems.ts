import { defineProblems } from '../errors.ts'

/** What the routes about single requests may answer. */
export const requestProblems = defineProblems({
  request_not_kept: {
    status: 404,
    message: 'This request is not kept: it passed, it is too old, or there is none with this id',
  },
})
