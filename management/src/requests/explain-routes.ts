import type { Dependencies } from '../dependencies.ts'
import { Problem, problems } from '../errors.ts'
import { createCatalogue } from '../keys/catalogue.ts'
import type { KeyContext } from '../keys/key-context.ts'
import { type Route, route } from '../route.ts'
import { Explanation, explainRequest } from './explain-request.ts'
import { requestProblems } from './request-problems.ts'

/** /api/requests: why the gateway refused a request, for the people of the organisation whose API it was. */
export const explainRoutes = (deps: Dependencies): Route[] => {
  const context: KeyContext = { ...deps, catalogue: createCatalogue(deps.storage) }
  return [
    route({
      method: 'GET',
      path: '/api/requests/:requestId/explain',
      permission: 'any-user',
      summary:
        'Why a request was refused or failed, by the X-Request-Id of its answer; needs keys or log, read',
      answer: Explanation,
      handle: async ({ caller, params }) => {
        if (!caller.may('keys', 'read') && !caller.may('log', 'read'))
          throw new Problem(problems.access_denied)
        const request = await deps.findRequest(params.requestId ?? '')
        // A request that reached no API is no organisation's: only who sees all may read it.
        const isForeign = caller.scope !== undefined && request?.orgId !== caller.scope
        if (request === undefined || isForeign) throw new Problem(requestProblems.request_not_kept)
        return explainRequest(context, request)
      },
    }),
  ]
}
