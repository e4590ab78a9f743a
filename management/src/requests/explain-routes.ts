import type { Dependencies } from '../dependencies.ts'
import { Problem, problems } from '../errors.ts'
import { createCatalogue } from '../keys/catalogue.ts'
import type { KeyContext } from '../keys/key-context.ts'
import { type Route, route } from '../route.ts'
import { Explanation, explainRequest } from './explain-request.ts'
import type { KeptRequest } from './kept-request.ts'
import { requestProblems } from './request-problems.ts'

/**
 * Whether a request is the business of an organisation's users. One that reached no API is no organisation's: only who
 * sees all may read it, and, where there is but one organisation, its users, because nobody else can have sent it.
 */
async function isOf(
  { storage }: Dependencies,
  scope: string | undefined,
  request: KeptRequest,
): Promise<boolean> {
  if (scope === undefined || request.orgId === scope) return true
  if (request.orgId !== '') return false
  const { rows } = await storage.organisations.list({ page: 1, size: 2 })
  return rows.length === 1 && rows[0]?.id === scope
}

/** /api/requests: why the gateway refused a request, for the people of the organisation whose API it was. */
export const explainRoutes = (deps: Dependencies): Route[] => {
  const context: KeyContext = { ...deps, catalogue: createCatalogue(deps) }
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
        if (request === undefined || !(await isOf(deps, caller.scope, request)))
          throw new Problem(requestProblems.request_not_kept)
        return explainRequest(context, request)
      },
    }),
  ]
}
