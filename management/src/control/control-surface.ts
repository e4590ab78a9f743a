import type { ApiSurface } from '../api-surface.ts'
import type { Dependencies } from '../dependencies.ts'
import { Problem } from '../errors.ts'
import type { HttpFacts } from '../route.ts'
import { secretCheck } from '../secret-guesses.ts'
import { controlProblems } from './control-problems.ts'

/** Who may use the control API, and how its refusals look (gateway contract, section 3). */
export function controlSurface(deps: Dependencies): ApiSurface {
  const holdsSecret = secretCheck('x-tyk-authorization', deps.controlSecret, deps)
  const requireSecret = (http: HttpFacts) => {
    if (!holdsSecret(http)) throw new Problem(controlProblems.control_secret_wrong)
  }
  return {
    async admit(route, http) {
      if (route.permission === 'public') return { kind: 'anyone' }
      requireSecret(http)
      return { kind: 'control-secret' }
    },

    async refuseUnknown(http, allowed) {
      // Whoever lacks the secret does not learn which paths exist.
      if (/^\/+tyk(\/|$)/.test(http.path)) requireSecret(http)
      if (allowed.length === 0) throw new Problem(controlProblems.not_found)
      throw new Problem(controlProblems.method_unknown, '', { allow: allowed.join(', ') })
    },

    render: (problem) => ({ status: 'error', message: problem.message }),
    malformed: controlProblems.request_malformed,
    invalid: controlProblems.request_malformed.message,
    lineEnd: '\n',
  }
}
