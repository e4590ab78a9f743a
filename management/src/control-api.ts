import type { FastifyInstance } from 'fastify'
import { buildApiSurface } from './api-surface.ts'
import { controlApiRoutes } from './control/api-routes.ts'
import { controlCertificateRoutes } from './control/certificate-routes.ts'
import { controlSurface } from './control/control-surface.ts'
import { healthRoutes } from './control/health-routes.ts'
import { controlKeyRoutes } from './control/key-routes.ts'
import { controlOrganisationKeyRoutes } from './control/organisation-key-routes.ts'
import { controlPolicyRoutes } from './control/policy-routes.ts'
import type { Dependencies } from './dependencies.ts'
import type { Route } from './route.ts'

/** Every route of the control API, which the gateway port serves (gateway contract, section 3). */
export function controlRoutes(deps: Dependencies): readonly Route[] {
  return [
    ...healthRoutes(deps),
    ...controlKeyRoutes(deps),
    ...controlOrganisationKeyRoutes(deps),
    ...controlApiRoutes(deps),
    ...controlPolicyRoutes(deps),
    ...controlCertificateRoutes(deps),
  ]
}

/** The control API; its writes are the same records as the Dashboard API's. */
export function buildControlApi(deps: Dependencies): FastifyInstance {
  return buildApiSurface(controlRoutes(deps), controlSurface(deps), deps, deps.logError)
}
