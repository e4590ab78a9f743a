import { z } from 'zod'
import type { Dependencies } from '../dependencies.ts'
import { Document, Done, envelopeOf, ok } from '../envelopes.ts'
import { type Route, route } from '../route.ts'

const Hello = envelopeOf(z.object({ version: z.string(), ready: z.boolean() }))

/** Signs of life on the dashboard port, and what scripts ask for that has nothing to do here (dashboard contract, section 1.7). */
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
      method: 'POST',
      path: '/license',
      permission: 'public',
      summary: 'Nothing to do: no licence is needed, whatever is sent',
      answer: Done,
      handle: () => ok('License updated'),
    }),
    route({
      method: 'GET',
      path: '/api/assets',
      permission: 'api_assets:read',
      summary: 'List assets; there are none yet',
      answer: z.array(Document),
      handle: () => [],
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
