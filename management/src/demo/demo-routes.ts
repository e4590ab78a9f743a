import { z } from 'zod'
import { accessDenied } from '../authentication/dashboard-surface.ts'
import { actorOf } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { envelopeOf, ok } from '../envelopes.ts'
import { defineProblems, Problem } from '../errors.ts'
import { createCatalogue } from '../keys/catalogue.ts'
import { endCounters } from '../keys/key-access.ts'
import type { ApiIndex } from '../overview/api-index.ts'
import { type Route, route } from '../route.ts'
import { clearDemo, demoOf } from './clear-demo.ts'

export const demoProblems = defineProblems({
  demo_none: { status: 404, message: 'There is no demo' },
})

/** /api/demo: what the first start made for trying things out. */
export const demoRoutes = (deps: Dependencies, apiIndex: ApiIndex): Route[] => {
  const context = { ...deps, catalogue: createCatalogue(deps) }
  return [
    route({
      method: 'DELETE',
      path: '/api/demo',
      permission: 'any-user',
      summary:
        'Remove the demo API, the policies that grant nothing else and the keys that open nothing else; for administrators',
      answer: envelopeOf(z.object({ apis: z.int(), keys: z.int(), policies: z.int() })),
      handle: async ({ caller }) => {
        if (!caller.isAdmin) throw accessDenied('/api/demo')
        const demo = await demoOf(deps.storage, caller.scope, await apiIndex(caller.scope))
        if (demo.apis.length === 0) throw new Problem(demoProblems.demo_none)
        await clearDemo(deps.storage, actorOf(caller), demo)
        for (const key of demo.keys) await endCounters(context, key)
        return ok('Demo removed', {
          apis: demo.apis.length,
          keys: demo.keys.length,
          policies: demo.policies.length,
        })
      },
    }),
  ]
}
