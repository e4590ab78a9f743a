import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Exchange, FinishResult, ForwardListener, ReplyHead, Upstream } from '@tollgate/http1/exchange'
import { ParsedRequest, parseRequestHead } from '@tollgate/http1/syntax/request-head'
import { createCounterTable, openCounters } from '@tollgate/limits/counter-table'
import { effectiveAccess } from '@tollgate/model/access/effective-access'
import { withApiDefaults } from '@tollgate/model/definition/api-definition'
import type { ApiRules } from '@tollgate/model/definition/api-rules'
import { compileRules } from '@tollgate/model/definition/compile-api'
import { judgeRequest } from '@tollgate/model/judge/judge-request'
import type { RequestFacts } from '@tollgate/model/judge/request-facts'
import type { TraceStep, Verdict } from '@tollgate/model/judge/verdict'
import type { Counters, Limit } from '@tollgate/model/limits/counters'
import { memoryCounters } from '@tollgate/model/limits/memory-counters'
import { organisationLimits } from '@tollgate/model/limits/organisation-limits'
import type { KeyRecord } from '@tollgate/storage/keys/keys'
import { openStorage } from '@tollgate/storage/open'
import type { ApiRecord } from '@tollgate/storage/records/apis'
import { secretHash } from '@tollgate/storage/secrets'
import type { Storage } from '@tollgate/storage/storage'
import * as fc from 'fast-check'
import { openLeaseManager } from '../supervisor/lease-manager.ts'
import { testLeaseTimes, testSettings } from '../testing/gate.ts'
import {
  type Asked,
  type RandomWorld,
  randomWorld,
  STEP_MS,
  WORLD_BEGINS_MS,
} from '../testing/random-worlds.ts'
import { createDataPlane, type DataPlane } from '../worker/data-plane.ts'
import type { LogLine } from '../worker/log-batch.ts'

/** The whole chain of the gateway, from the head of a request to its end, decides what judgeRequest() decides. */

const PEPPER = '00'.repeat(32)
const WORLDS = 1_000
const REQUESTS = 10

/** Ways of deciding that have to occur, or the property proves little; each does some dozens of times. */
const OCCURRING = [
  'pass',
  'api_inactive',
  'endpoint_forbidden',
  'version_unknown',
  'version_expired',
  'auth_unsupported',
  'credential_missing',
  'key_unknown',
  'key_without_policies',
  'key_inactive',
  'key_expired',
  'version_not_granted',
  'url_not_granted',
  'rate_limited',
  'concurrency_limited',
  'quota_exceeded',
  'api_rate_limited',
  'api_concurrency_limited',
  'organisation_inactive',
  'organisation_rate_limited',
  'organisation_quota_exceeded',
]

test('the gateway’s chain and judgeRequest() agree on 10,000 random requests, and tell the same reasons', async () => {
  const outcomes = new Map<string, number>()
  const storage = await openStorage({ kind: 'sqlite', file: ':memory:' })
  let worlds = 0
  const property = fc.asyncProperty(randomWorld(REQUESTS), async (random) => {
    // The ledger is one for all worlds, and so is none of its names.
    const world = { ...random, orgId: (++worlds).toString(16).padStart(24, '0') }
    const clock = { nowMs: WORLD_BEGINS_MS }
    const gate = gateOver(world, clock, storage)
    const judge = judgeOver(world)
    try {
      for (const asked of world.requests) {
        if (asked.later) clock.nowMs += STEP_MS
        const expected = judge(asked, clock.nowMs)
        const got = await gate.ask(asked)
        const code = expected.outcome === 'pass' ? 'pass' : expected.code
        assert.deepEqual([got.code, ...stepsOf(got.trace, code)], [code, ...stepsOf(expected.trace, code)])
        outcomes.set(code, (outcomes.get(code) ?? 0) + 1)
      }
    } finally {
      await gate.close()
    }
  })
  await fc.assert(property, { numRuns: WORLDS })
  await storage.close()
  for (const code of OCCURRING)
    assert.ok((outcomes.get(code) ?? 0) > 0, `${code}: ${JSON.stringify(Object.fromEntries(outcomes))}`)
})

type World = RandomWorld & { readonly orgId: string }
/** What became of a request, and why. */
type Decided = { readonly code: string; readonly trace: readonly TraceStep[] }
type Clock = { nowMs: number }

/** A refusal’s reasons, which `explain` shows. */
function stepsOf(trace: readonly TraceStep[], code: string): readonly TraceStep[] {
  // Before there is an API nothing is judged.
  return code === 'pass' || code === 'api_inactive' ? [] : trace
}

/** The data plane of a worker over the world: all of it but the sockets. */
function gateOver(world: World, clock: Clock, storage: Storage) {
  const lines = new Map<unknown, LogLine>()
  const table = createCounterTable({ cells: 1_024 })
  const keys = new Map(keysOf(world).map((record, index) => [secretHash(PEPPER, `key-${index}`), record]))
  const leaseManager = openLeaseManager({
    ledger: storage.quotaLedger({ node: world.orgId, life: 'one' }),
    cells: openCounters(table, 0),
    times: testLeaseTimes,
    log: () => undefined,
    now: () => clock.nowMs,
  })
  const at = new Date(0).toISOString()
  const plane = createDataPlane({
    worker: 1,
    pepper: PEPPER,
    controlSocket: '/nowhere',
    apis: apisOf(world),
    policies: Object.entries(world.policies).map(([id, policy]) => ({
      id,
      explicitId: '',
      orgId: world.orgId,
      policy,
      createdAt: at,
      updatedAt: at,
    })),
    organisationSessions: world.organisation
      ? [{ orgId: world.orgId, session: world.organisation, createdAt: at, updatedAt: at }]
      : [],
    settings: testSettings,
    counters: openCounters(table, 1),
    leases: leaseManager,
    reader: { bySecretHash: (hash) => keys.get(hash), close: async () => undefined },
    log: (line) => lines.set(line.requestId, line),
    now: () => clock.nowMs,
  })
  const open: TestExchange[] = []
  return {
    async ask(asked: Asked): Promise<Decided> {
      const exchange = new TestExchange(plane, asked)
      plane.onRequest(exchange)
      await exchange.answered
      if (exchange.forwarded) {
        if (asked.stays) open.push(exchange)
        else exchange.end()
        return { code: 'pass', trace: [] }
      }
      exchange.end()
      const line = lines.get(exchange.requestId)
      const trace = Array.isArray(line?.trace) ? line.trace : []
      return { code: String(line?.code), trace }
    },
    async close(): Promise<void> {
      for (const exchange of open) exchange.end()
      plane.close()
      await leaseManager.close()
    },
  }
}

/** judgeRequest() over the same world, with counters of its own. */
function judgeOver(world: World) {
  const rules = new Map(
    apisOf(world).map(({ apiId, definition }) => [apiId, compileRules(definition, { loose: false })]),
  )
  const accesses = new Map(
    keysOf(world).map((key, index) => [`key-${index}`, effectiveAccess(key, (id) => world.policies[id])]),
  )
  const organisation = world.organisation && organisationLimits(world.orgId, world.organisation)
  const memory = memoryCounters()
  let counted: { readonly limits: readonly Limit[]; readonly cost: number } = { limits: [], cost: 0 }
  const counters: Counters = {
    ...memory,
    take(limits, nowMs, cost) {
      counted = { limits, cost }
      return memory.take(limits, nowMs, cost)
    },
  }

  return (asked: Asked, nowMs: number): Verdict => {
    const api = rules.get(asked.api)
    if (api?.active !== true) return { outcome: 'refuse', code: 'api_inactive', trace: [] }
    counted = { limits: [], cost: 0 }
    const verdict = judgeRequest(api, factsOf(asked), {
      nowMs,
      counters,
      findAccess: (presented) => accesses.get(presented),
      findRules: (id) => rules.get(id),
      organisation,
    })
    if (verdict.outcome === 'pass') after(asked, api, nowMs)
    return verdict
  }

  /** What happens to the counters when the request goes on and ends. */
  function after(asked: Asked, api: ApiRules, nowMs: number): void {
    const { limits, cost } = counted
    if (limits.length === 0) return
    const judging = subApiOf(asked, api) ?? api
    const said =
      judging.costHeader === '' || asked.realCost === undefined ? Number.NaN : Number(asked.realCost)
    if (Number.isInteger(said)) memory.charge(limits, said - cost, nowMs)
    if (asked.stays) return
    for (const limit of limits) if (limit.algorithm === 'concurrency') memory.release(limit)
  }

  function subApiOf(asked: Asked, { subApis }: ApiRules): ApiRules | undefined {
    const id = subApis?.apis.get(asked.version)
    return id === undefined ? undefined : rules.get(id)
  }
}

function factsOf(asked: Asked): RequestFacts {
  const headers: Record<string, string> = { v: asked.version }
  if (asked.version === '') delete headers.v
  if (asked.key !== 'none') headers.authorization = asked.key
  return {
    method: asked.method,
    path: asked.path,
    fullPath: `/${asked.api}${asked.path}`,
    query: '',
    header: (name) => headers[name],
  }
}

function keysOf({ keys, orgId }: World): KeyRecord[] {
  return keys.map((session, index) => ({
    id: `${orgId}-${index}`,
    orgId,
    session,
    username: '',
    createdAt: '',
    updatedAt: '',
  }))
}

function apisOf({ apis, orgId }: World): ApiRecord[] {
  return Object.entries(apis).map(([apiId, sent]) => {
    const ids = { apiId, id: apiId, orgId }
    const proxy = { listen_path: `/${apiId}/`, target_url: 'http://127.0.0.1:9' }
    return {
      ...ids,
      definition: withApiDefaults({ ...sent, proxy }, ids),
      wrapper: {},
      createdAt: apiId,
      updatedAt: '',
    }
  })
}

/** One request of a client whose upstream answers at once: what the engine is to the gateway, without sockets. */
class TestExchange implements Exchange {
  readonly head: ParsedRequest
  readonly remoteAddress = '127.0.0.1'
  readonly tls = undefined
  readonly startedAt = performance.now()
  readonly answered: Promise<void>
  state: unknown = undefined
  stripped: ReadonlySet<string> = new Set()
  forwarded = false
  requestId = ''
  readonly #plane: DataPlane
  readonly #asked: Asked
  #status = 0
  #answer: () => void = () => undefined

  constructor(plane: DataPlane, asked: Asked) {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.answered = promise
    this.#answer = resolve
    this.#plane = plane
    this.#asked = asked
    const lines = [`${asked.method} /${asked.api}${asked.path} HTTP/1.1`, 'Host: gate']
    if (asked.version !== '') lines.push(`V: ${asked.version}`)
    if (asked.key !== 'none') lines.push(`Authorization: ${asked.key}`)
    const head = parseRequestHead(`${lines.join('\r\n')}\r\n\r\n`, { maxTargetBytes: 1_000, maxHeaders: 10 })
    if (!(head instanceof ParsedRequest)) throw new Error(head.reason)
    this.head = head
  }

  respond(status: number, headerLines: string): void {
    this.#answerWith(status, headerLines)
  }

  forward(
    _upstream: Upstream,
    _method: string,
    _target: string,
    _headerLines: string,
    listener: ForwardListener,
  ): void {
    this.forwarded = true
    const { realCost } = this.#asked
    const reply: ReplyHead = {
      status: 200,
      names: realCost === undefined ? [] : ['x-cost'],
      rawNames: realCost === undefined ? [] : ['X-Cost'],
      values: realCost === undefined ? [] : [realCost],
      bodyLength: 0,
    }
    listener.onReply(reply)
  }

  relay(status: number, headerLines: string): void {
    this.#answerWith(status, headerLines)
  }

  /** The engine tells once that the exchange is over. */
  end(): void {
    const result: FinishResult = {
      status: this.#status,
      bytesIn: 0,
      bytesOut: 0,
      upstreamMs: this.forwarded ? 0 : -1,
      complete: true,
    }
    this.#plane.onFinish(this, result)
  }

  #answerWith(status: number, headerLines: string): void {
    this.#status = status
    this.requestId = /^X-Request-Id: (.*)\r$/m.exec(headerLines)?.[1] ?? ''
    this.#answer()
  }
}
