import { z } from 'zod'
import type { Dependencies } from '../dependencies.ts'
import { envelopeOf, ok } from '../envelopes.ts'
import { type Route, route } from '../route.ts'

const Hello = envelopeOf(z.object({ version: z.string(), ready: z.boolean() }))

/** Signs of life on the dashboard port, and a reload that has nothing to do (dashboard contract, section 1.7). */
export const systemRoutes = (deps: Dependencies): Route[] => {
  const hello = () => ok('Hello', { version: deps.version, ready: deps.notReady() === undefined })
  return [
    route({
      method: 'GET',
      path: '/hello',
      permission: 'public',
      summary: 'Whether the program answers',
      answer: Hello,
      handle: hello,
    }),
    route({
      method: 'GET',
      path: '/admin/hello',
      permission: 'admin-secret',
      summary: 'Whether the program answers and knows the secret',
      answer: Hello,
      handle: hello,
    }),
    route({
      method: 'GET',
      path: '/admin/system/reload',
      permission: 'admin-secret',
      summary: 'Nothing to do: a change is in force when it is answered',
      answer: z.object({ status: z.literal('ok') }),
      handle: () => ({ status: 'ok' }) as const,
    }),
  ]
}
