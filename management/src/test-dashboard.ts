import type { Permissions } from '@tollgate/model/people/permissions'
import type { FastifyInstance } from 'fastify'
import { passwordGate } from './authentication/password-gate.ts'
import { buildDashboardApi } from './dashboard-api.ts'
import type { Dependencies } from './dependencies.ts'
import { type Ask, asking, makeUser, type TestWorld, testWorld } from './test-world.ts'

/** The whole Dashboard API over records in memory, for tests; wrong sign-ins note their pauses instead of waiting. */
export async function testDashboard(settings: Partial<Dependencies> = {}): Promise<TestDashboard> {
  const made = await testWorld()
  const world = { ...made, deps: { ...made.deps, ...settings } }
  const pauses: number[] = []
  const gate = passwordGate(world.deps.now, async (ms) => pauses.push(ms))
  const app = buildDashboardApi(world.deps, gate)
  const as = (accessKey: string) => asking(app, { authorization: accessKey })
  return {
    ...world,
    app,
    pauses,
    as,
    nobody: asking(app, {}),
    admin: asking(app, { 'admin-auth': world.deps.adminSecret }),
    async member(permissions, orgId) {
      const user = await makeUser(world, permissions, orgId)
      return { ...user, ask: as(user.accessKey) }
    },
  }
}

export type TestDashboard = TestWorld & {
  readonly app: FastifyInstance
  /** Milliseconds that wrong sign-ins were held back, in order. */
  readonly pauses: readonly number[]
  readonly as: (accessKey: string) => Ask
  readonly nobody: Ask
  readonly admin: Ask
  /** A user with these permissions; none at all are an administrator's. */
  readonly member: (
    permissions?: Permissions,
    orgId?: string,
  ) => Promise<{ orgId: string; userId: string; accessKey: string; ask: Ask }>
}

/** The text of a refusal on this surface. */
export function refusal(message: string): string {
  return `{"Status":"Error","Message":${JSON.stringify(message)},"Meta":null}`
}

/** The text of a mutation's answer that has nothing to say but its message. */
export function done(message: string): string {
  return `{"Status":"OK","Message":"${message}","Meta":null}`
}
