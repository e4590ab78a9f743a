import { TrafficHistory } from '@tollgate/analytics/traffic-history'
import { type TrafficRecorder, trafficRecorder } from '@tollgate/analytics/traffic-recorder'
import { createTrafficTable } from '@tollgate/analytics/traffic-table'
import { createCounterTable, openCounters } from '@tollgate/limits/counter-table'
import type { QuotaCells } from '@tollgate/limits/quota-cells'
import type { Quotas } from '@tollgate/limits/quotas'
import { hex32, objectId } from '@tollgate/model/ids'
import type { Counters, Limit } from '@tollgate/model/limits/counters'
import type { Permissions } from '@tollgate/model/people/permissions'
import { openStorage } from '@tollgate/storage/open'
import { seal, secretHash } from '@tollgate/storage/secrets'
import type { Storage } from '@tollgate/storage/storage'
import type { FastifyInstance } from 'fastify'
import { buildApiSurface } from './api-surface.ts'
import { apiRoutes } from './apis/api-routes.ts'
import { dashboardSurface } from './authentication/dashboard-surface.ts'
import type { Dependencies } from './dependencies.ts'
import { keyRoutes } from './keys/key-routes.ts'
import { policyRoutes } from './policies/policy-routes.ts'
import { explainRoutes } from './requests/explain-routes.ts'
import type { KeptRequest } from './requests/kept-request.ts'

const CONTROL_SECRET = 'control-secret-of-the-test'
const SYSTEM = { kind: 'system', id: '' } as const

// A test reads what it expects to be there; what is not fails the test.
// biome-ignore lint/suspicious/noExplicitAny: the shape of an answer is what the tests are about
type Json = any
/** What a request came back with; `body` is parsed. */
export type Answer = { readonly status: number; readonly body: Json; readonly text: string }
export type Ask = (method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown) => Promise<Answer>

/** Dependencies over real records in memory, with a clock that the test sets; for tests of the REST surfaces. */
export async function testWorld(): Promise<TestWorld> {
  const clock = { nowMs: Date.UTC(2026, 0, 5, 10) }
  const now = () => clock.nowMs
  const storage = await openStorage({ kind: 'sqlite', file: ':memory:' }, now)
  const counters = openCounters(createCounterTable({ cells: 1024 }), 0)
  const logged: object[] = []
  const requests = new Map<string, KeptRequest>()
  const uses = new Map<string, number>()
  const traffic = createTrafficTable(1)
  const deps: Dependencies = {
    storage,
    counters,
    quotas: cellsAsQuotas(counters, now),
    pepper: hex32() + hex32(),
    adminSecret: 'admin-secret-of-the-test',
    controlSecret: CONTROL_SECRET,
    version: '0.0.0',
    claimRule: 'first-come',
    gatewayHosts: ['localhost', 'gw.example'],
    gatewayUrl: 'http://gateway.example:8080',
    dashboardUrl: 'http://localhost:3000',
    minPasswordLength: 10,
    traffic: new TrafficHistory(traffic, clock.nowMs / 1000),
    lastUse: (keyId) => uses.get(keyId) ?? 0,
    ownGateway: undefined,
    duplicateSlugs: false,
    defaultOrganisation: '',
    reload: async () => undefined,
    matching: {},
    strictRoutes: false,
    // Paths of these tests have the form already in which they are matched.
    normalisePath: (path) => path,
    pageSize: 10,
    maxBodyBytes: 1_000_000,
    maxBodyValues: 100_000,
    maxAnswerBytes: 256 * 1024 * 1024,
    wrongSecrets: 100,
    untrustedForwarders: () => [],
    findRequest: async (id) => requests.get(id),
    notReady: () => undefined,
    now,
    logError: (message, detail) => logged.push({ message, detail }),
  }
  return { clock, deps, storage, counters, logged, requests, uses, recorder: trafficRecorder(traffic, 1) }
}

/** Quotas that are nowhere but in the counters of this node. */
function cellsAsQuotas(counters: Counters, now: () => number): Quotas {
  const reset = async (limits: readonly Limit[]) => {
    for (const { cell } of limits) counters.reset(cell)
  }
  return {
    use: async (limits) =>
      new Map(
        limits.map((limit) => [limit.name, { ...counters.peek(limit, now()), underAdmission: 0 }] as const),
      ),
    reset,
    forgetKey: (_keyId, limits) => reset(limits),
  }
}

export type TestWorld = {
  readonly clock: { nowMs: number }
  readonly deps: Dependencies
  readonly storage: Storage
  readonly counters: Counters & QuotaCells
  /** What went to the log; a test ends with it empty. */
  readonly logged: readonly object[]
  /** What the gateway refused. */
  readonly requests: Map<string, KeptRequest>
  /** Last uses of keys that are not stored yet, unix seconds. */
  readonly uses: Map<string, number>
  /** Counts requests as the gateway does; `deps.traffic.sample` takes note of them. */
  readonly recorder: TrafficRecorder
}

/** An organisation of its own, and the access key of a user in it. */
export async function makeUser(world: TestWorld, permissions: Permissions = {}, orgId = objectId()) {
  const accessKey = hex32()
  const id = objectId()
  const at = new Date(world.clock.nowMs).toISOString()
  await world.storage.write(SYSTEM, async (stores) => {
    if ((await stores.organisations.byId(orgId)) === undefined) {
      await stores.organisations.insert({
        id: orgId,
        organisation: { id: orgId, owner_name: orgId },
        createdAt: at,
      })
    }
    await stores.users.insert({
      id,
      orgId,
      email: `${id}@example.org`,
      user: {
        id,
        org_id: orgId,
        email_address: `${id}@example.org`,
        active: true,
        user_permissions: permissions,
      },
      passwordHash: '',
      passwordProvisional: false,
      passwordHistory: [],
      accessKeyHash: secretHash(world.deps.pepper, accessKey),
      accessKeySealed: seal(world.deps.pepper, accessKey),
      createdAt: at,
      updatedAt: at,
    })
  })
  return { orgId, userId: id, accessKey }
}

/** Asks an app with these headers; a body that is no text is sent as JSON. */
export function asking(app: FastifyInstance, headers: Readonly<Record<string, string>>): Ask {
  return async (method, path, body) => {
    const payload = body === undefined || typeof body === 'string' ? body : JSON.stringify(body)
    const reply = await app.inject({ method, url: path, headers, ...(payload !== undefined && { payload }) })
    return {
      status: reply.statusCode,
      text: reply.body,
      body: reply.body === '' ? undefined : JSON.parse(reply.body),
    }
  }
}

/** As the holder of the control API's secret. */
export function askingControl(app: FastifyInstance): Ask {
  return asking(app, { 'x-tyk-authorization': CONTROL_SECRET })
}

/** The routes of keys, APIs, policies and refused requests behind the Dashboard's surface. */
export function resourceApp({ deps }: TestWorld): FastifyInstance {
  const routes = [...keyRoutes(deps), ...apiRoutes(deps), ...policyRoutes(deps), ...explainRoutes(deps)]
  return buildApiSurface(routes, dashboardSurface(deps), deps, deps.logError)
}

/** A world with one organisation, its administrator asking, and one API in it. */
export async function smallWorld() {
  const world = await testWorld()
  const app = resourceApp(world)
  const user = await makeUser(world)
  const ask = asking(app, { authorization: user.accessKey })
  const apiId = await makeApi(ask, 'orders')
  return { ...world, app, user, ask, apiId }
}

/** Creates a keyed API; returns its `api_id`. */
export async function makeApi(ask: Ask, name: string, more: object = {}): Promise<string> {
  const proxy = { listen_path: `/${name}/`, target_url: 'http://127.0.0.1:1/', strip_listen_path: true }
  const { body } = await ask('POST', '/api/apis', { api_definition: { name, active: true, proxy, ...more } })
  return body.ID
}

/** The body of a key that opens these APIs. */
export function session(...apiIds: readonly string[]) {
  const right = (apiId: string) => [apiId, { api_id: apiId, api_name: 'orders', versions: ['Default'] }]
  return {
    allowance: 1000,
    rate: 1000,
    per: 1,
    expires: -1,
    quota_max: -1,
    quota_renews: 1449051461,
    quota_remaining: -1,
    quota_renewal_rate: 60,
    access_rights: Object.fromEntries(apiIds.map(right)),
    meta_data: {},
  }
}
