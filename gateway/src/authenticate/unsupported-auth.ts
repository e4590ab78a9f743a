import { unsupportedAuth as judge } from '@tollgate/model/judge/token-auth'
import { defineMiddleware, refusal } from '../pipeline/middleware.ts'

/** Refuses everything on an API whose way of authentication this release cannot judge: never silently open. */
export const unsupportedAuth = defineMiddleware({
  name: 'other-authentication',

  enabled: ({ rules }) => rules.unsupportedAuth.length > 0,

  create({ rules }) {
    const why = judge(rules.unsupportedAuth)
    const answer = refusal('auth_unsupported', why?.decided ?? { step: 'route', code: 'unforeseen' })
    return function unsupportedAuth() {
      return answer
    }
  },
})
