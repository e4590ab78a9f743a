import { authUnsupported } from '@tollgate/model/judge/token-auth'
import { defineMiddleware, refusal } from '../pipeline/middleware.ts'

/** Refuses everything on an API whose way of authentication this release cannot judge: never silently open. */
export const unsupportedAuth = defineMiddleware({
  name: 'unsupported-auth',

  enabled: ({ rules }) => rules.unsupportedAuth.length > 0,

  create({ rules }) {
    const answer = refusal('auth_unsupported', authUnsupported(rules))
    return function unsupportedAuth() {
      return answer
    }
  },
})
