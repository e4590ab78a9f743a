import { z } from 'zod'
import type { Dependencies } from '../dependencies.ts'
import { Problem } from '../errors.ts'
import { type Route, route } from '../route.ts'
import { StatusMessage } from './control-answers.ts'
import { controlProblems } from './control-problems.ts'

const Component = z.object({
  status: z.string(),
  componentType: z.string(),
  output: z.string().optional(),
  time: z.string(),
})
const Health = z.object({
  status: z.enum(['pass', 'warn', 'fail']),
  /** The release of Tyk whose API this is: scripts ask for a least one. Ours stands beside it. */
  version: z.string(),
  tollgate_version: z.string(),
  description: z.string(),
  details: z.object({ redis: Component, dashboard: Component }),
})

/** The release of Tyk's gateway whose wire is followed (gateway contract, decisions of 2026-11-30). */
const COMPATIBLE_WITH = 'v5.8.0'

/** /hello, /ready and the reloads: what was answered is in force already, so that only files are read again. */
export const healthRoutes = (deps: Dependencies): Route[] => {
  const health = async (description: string): Promise<z.input<typeof Health>> => {
    const fault = await storeFault(deps)
    const status = fault === undefined ? 'pass' : 'fail'
    const time = new Date(deps.now()).toISOString()
    // Monitors look for the store under the name that it has on this wire.
    const redis = { status, componentType: 'datastore', ...(fault !== undefined && { output: fault }), time }
    // The Dashboard is a part of this program: it is there when all of it is.
    const waitsFor = deps.notReady()
    const dashboard = {
      status: waitsFor === undefined ? 'pass' : 'warn',
      componentType: 'system',
      ...(waitsFor !== undefined && { output: waitsFor }),
      time,
    }
    const warns = status === 'pass' && waitsFor !== undefined
    return {
      status: warns ? 'warn' : status,
      version: COMPATIBLE_WITH,
      tollgate_version: deps.version,
      description,
      details: { redis, dashboard },
    }
  }
  const reload = (path: string, summary: string) =>
    route({
      method: 'GET',
      path,
      permission: 'control-secret',
      summary,
      answer: StatusMessage,
      async handle() {
        await deps.reload()
        return { status: 'ok', message: '' }
      },
    })

  return [
    route({
      method: 'GET',
      path: '/hello',
      permission: 'public',
      summary: 'Whether the gateway and its store are well; always 200',
      answer: Health,
      handle: () => health('Tyk GW'),
    }),
    route({
      method: 'GET',
      path: '/ready',
      permission: 'public',
      summary: 'Whether the gateway can serve; 503 when it cannot',
      answer: Health,
      handle: async () => {
        const reason = deps.notReady()
        if (reason !== undefined) throw new Problem({ ...controlProblems.not_ready, message: reason })
        return health('Tyk GW Ready')
      },
    }),
    reload(
      '/tyk/reload',
      'Read the files of definitions and policies again; every answered write is in force already',
    ),
    reload('/tyk/reload/group', 'The same'),
  ]
}

/** In words for a monitor; the cause goes to the log. */
async function storeFault(deps: Dependencies): Promise<string | undefined> {
  try {
    await deps.storage.revision()
    return undefined
  } catch (error) {
    deps.logError('the store does not answer', {
      cause: error instanceof Error ? error.message : String(error),
    })
    return 'The store does not answer'
  }
}
