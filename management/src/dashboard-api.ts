import type { FastifyInstance } from 'fastify'
import { activityRoutes } from './activity/activity-routes.ts'
import { importRoutes } from './admin/imports.ts'
import { organisationKeyRoutes } from './admin/organisation-keys.ts'
import { organisationRoutes } from './admin/organisations.ts'
import { systemRoutes } from './admin/system.ts'
import { adminUserRoutes } from './admin/users.ts'
import { buildApiSurface } from './api-surface.ts'
import { apiRoutes } from './apis/api-routes.ts'
import { dashboardSurface } from './authentication/dashboard-surface.ts'
import { loginRoutes } from './authentication/login.ts'
import { type PasswordGate, passwordGate } from './authentication/password-gate.ts'
import { certificateRoutes } from './certificates/certificate-routes.ts'
import { controlRoutes } from './control-api.ts'
import { serveDashboard } from './dashboard-files.ts'
import { demoRoutes } from './demo/demo-routes.ts'
import type { Dependencies } from './dependencies.ts'
import { openApiDocument } from './docs/openapi.ts'
import { referencePage, referencePagePolicy } from './docs/reference-page.ts'
import { Document } from './envelopes.ts'
import { keyRoutes } from './keys/key-routes.ts'
import { ownOrganisationRoutes } from './organisation/organisation-routes.ts'
import { createApiIndex } from './overview/api-index.ts'
import { overviewRoutes } from './overview/overview-routes.ts'
import { policyRoutes } from './policies/policy-routes.ts'
import { explainRoutes } from './requests/explain-routes.ts'
import { type Route, route, StoredReply } from './route.ts'
import { sessionRoutes } from './session/session-routes.ts'
import { packedDocument, type StoredDocument, sendStored } from './stored-document.ts'
import { tryRoutes } from './try-it/try-routes.ts'
import { userGroupRoutes } from './user-groups/user-group-routes.ts'
import { userListRoutes } from './users/list-users.ts'
import { userRoutes } from './users/user-routes.ts'
import { webhookRoutes } from './webhooks/webhook-routes.ts'

/** Every route of the Dashboard API except its own documentation (dashboard contract, section 1). */
export function dashboardRoutes(
  deps: Dependencies,
  gate: PasswordGate = passwordGate(deps.now),
): readonly Route[] {
  const apiIndex = createApiIndex(deps.storage)
  return [
    ...systemRoutes(deps),
    ...loginRoutes(deps, gate),
    ...organisationRoutes(deps),
    ...organisationKeyRoutes(deps),
    ...adminUserRoutes(deps),
    ...importRoutes(deps),
    ...userListRoutes(deps),
    ...userRoutes(deps, gate),
    ...userGroupRoutes(deps),
    ...apiRoutes(deps),
    ...keyRoutes(deps),
    ...policyRoutes(deps),
    ...certificateRoutes(deps),
    ...webhookRoutes(deps),
    ...explainRoutes(deps),
    ...sessionRoutes(deps),
    ...ownOrganisationRoutes(deps),
    ...overviewRoutes(deps, apiIndex),
    ...activityRoutes(deps, apiIndex),
    ...demoRoutes(deps, apiIndex),
    ...tryRoutes(deps),
  ]
}

/**
 * The Dashboard API: what a browser, a script or a client of the dashboard contract talks to.
 * @param gate judges passwords; tests give one that does not wait
 */
export function buildDashboardApi(
  deps: Dependencies,
  gate: PasswordGate = passwordGate(deps.now),
): FastifyInstance {
  const routes = dashboardRoutes(deps, gate)
  const documents = madeOnce(() => {
    const document = openApiDocument([...routes, documentRoute], controlRoutes(deps), {
      version: deps.version,
      gatewayUrl: deps.controlUrl ?? deps.gatewayUrl,
    })
    return {
      data: packedDocument('application/json; charset=utf-8', JSON.stringify(document)),
      page: packedDocument('text/html; charset=utf-8', referencePage(document)),
    }
  })
  const documentRoute = openApiRoute(() => documents().data)
  const all = [...routes, documentRoute]
  const app = buildApiSurface(all, dashboardSurface(deps), deps, deps.logError)
  if (deps.dashboard) {
    serveDashboard(
      app,
      deps.dashboard,
      all.map(({ path }) => path),
    )
  } else {
    // Where a sign-in by form and a sign-out lead; there is nothing else to see on this port.
    app.get('/', (_request, reply) => reply.redirect('/docs'))
  }
  app.get('/docs', (request, reply) =>
    sendStored(
      request,
      reply.header('content-security-policy', referencePagePolicy),
      documents().page,
      'no-cache',
    ),
  )
  return app
}

function openApiRoute(document: () => StoredDocument): Route {
  return route({
    method: 'GET',
    path: '/docs/openapi.json',
    permission: 'public',
    summary: 'This document',
    answer: Document,
    handle: () => new StoredReply(document()),
  })
}

/** Made when first asked for, and then the same for all. */
function madeOnce<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}
