import type { Permission } from '@tollgate/model/people/permissions'
import type { ApiSurface } from '../api-surface.ts'
import type { UserCaller } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { errorEnvelope } from '../envelopes.ts'
import { Problem, problems } from '../errors.ts'
import type { HttpFacts, Route } from '../route.ts'
import { secretCheck } from '../secret-guesses.ts'
import { authenticateSignInStep, authenticateUser } from './authenticate.ts'
import { knownCallers } from './known-callers.ts'

type Asked = HttpFacts & { readonly path: string }

/** Who may use the Dashboard API, and how its refusals look. Whatever no route allows is denied. */
export function dashboardSurface(deps: Dependencies): ApiSurface {
  const callers = knownCallers(deps.storage)
  const holdsAdminSecret = secretCheck('admin-auth', deps.adminSecret, deps)
  return {
    async admit(route, http) {
      if (route.permission === 'public') return { kind: 'anyone' }
      if (route.permission === 'admin-secret') {
        if (!holdsAdminSecret(http)) throw new Problem(problems.not_authorised)
        return { kind: 'admin-secret' }
      }
      if (route.permission === 'sign-in-step') {
        const step = await authenticateSignInStep(deps, callers, http)
        if (step === undefined) throw new Problem(problems.not_authorised)
        return step
      }
      const caller = await authenticateUser(deps, callers, http)
      if (caller === undefined) throw new Problem(problems.not_authorised)
      if (!isAllowed(route, caller, http)) throw accessDenied(http.path)
      return caller
    },

    async refuseUnknown(http, allowed) {
      const known = holdsAdminSecret(http) || (await authenticateUser(deps, callers, http))
      if (!known) throw new Problem(problems.not_authorised)
      if (allowed.length === 0) throw new Problem(problems.not_found)
      throw new Problem(problems.method_unknown, '', { allow: allowed.join(', ') })
    },

    render: (problem) => errorEnvelope(problem.message),
    malformed: problems.body_malformed,
    invalid: problems.body_invalid.message,
    lineEnd: '',
  }
}

/** The 403 of a missing permission, in the words that clients know (contract, section 1.6). */
export function accessDenied(path: string): Problem {
  const message = `access denied: You do not have permission to access ${path}`
  return new Problem({ ...problems.access_denied, message })
}

function isAllowed(route: Route, caller: UserCaller, http: Asked): boolean {
  if (route.permission === 'any-user') return true
  const [permission = '', level = ''] = route.permission.split(':')
  // The type `Access` says that these two are a permission and a level.
  if (caller.may(permission as Permission, level as 'read' | 'write')) return true
  return route.ownParam !== undefined && pathParam(route, http.path, route.ownParam) === caller.userId
}

/** One parameter of a path that the route has matched. */
function pathParam(route: Route, path: string, name: string): string | undefined {
  const index = route.path.split('/').indexOf(`:${name}`)
  return path.replace(/\/{2,}/g, '/').split('/')[index]
}
