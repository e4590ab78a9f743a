import assert from 'node:assert/strict'
import type { X509Certificate } from 'node:crypto'
import { test } from 'node:test'
import type { TLSSocket } from 'node:tls'
import type {
  Exchange,
  Finishing,
  FinishResult,
  ForwardListener,
  ReplyHead,
  Upstream,
} from '@tollgate/http1/exchange'
import { BodyAccess } from '@tollgate/http1/exchange/body-access'
import { BodyBudget } from '@tollgate/http1/exchange/body-budget'
import { ParsedRequest, parseRequestHead } from '@tollgate/http1/syntax/request-head'
import { createCounterTable, openCounters } from '@tollgate/limits/counter-table'
import { effectiveAccess } from '@tollgate/model/access/effective-access'
import { withApiDefaults } from '@tollgate/model/definition/api-definition'
import type { ApiRules } from '@tollgate/model/definition/api-rules'
import { compileRules } from '@tollgate/model/definition/compile-api'
import type { ClientTls } from '@tollgate/model/judge/judge-certificate'
import { judgeRequest } from '@tollgate/model/judge/judge-request'
import type { RefusalCode } from '@tollgate/model/judge/refusals'
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
  NETWORKS,
  type Network,
  type RandomApi,
  type RandomWorld,
  randomWorld,
  STEP_MS,
  WORLD_BEGINS_MS,
} from '../testing/random-worlds.ts'
import { createDataPlane, type DataPlane } from '../worker/data-plane.ts'
import type { LogLine } from '../worker-protocol.ts'
import { noteClient } from './client-tls.ts'

/** The whole chain of the gateway, from the head of a request to its end, decides what judgeRequest() decides. */

const PEPPER = '00'.repeat(32)
const WORLDS = 1_000
const REQUESTS = 10

/** Ways of deciding that have to occur, or the property proves little; each does some dozens of times. */
const OCCURRING = [
  'pass',
  'api_inactive',
  'endpoint_forbidden',
  'ip_not_allowed',
  'tls_required',
  'client_certificate_required',
  'client_certificate_not_allowed',
  'length_required',
  'request_too_large',
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

/** A refusal’s reasons, which `explain` shows; none where there is no API yet, and nothing is judged. */
function stepsOf(trace: readonly TraceStep[], code: string): readonly TraceStep[] {
  return code === 'pass' || code === 'api_inactive' ? [] : trace
}

/** What `refusedBefore` has an opinion of its own about. */
const OF_THIS_TEST: ReadonlySet<string> = new Set([
  'ip_not_allowed',
  'tls_required',
  'client_certificate_required',
  'client_certificate_not_allowed',
  'organisation_inactive',
  'length_required',
  'request_too_large',
])

/** Codes by which the choice of the version refuses: these come first. */
const OF_THE_VERSION: ReadonlySet<string> = new Set([
  'api_expired',
  'version_missing',
  'version_unknown',
  'sub_version_unknown',
  'version_expired',
  'endpoint_forbidden',
])

/**
 * What refuses a request between the choice of its version and the search for its key, said once more and in another
 * way than the gateway's: lists of addresses, client certificates, the organisation's switch, sizes.
 */
function refusedBefore(asked: Asked, api: RandomApi, world: World): RefusalCode | undefined {
  const isIn = (list: readonly Network[]) => list.some((network) => NETWORKS[network] === asked.from)
  const { allowed, blocked, mutualTls, sizes } = api
  if (allowed !== undefined && allowed.length > 0 && !isIn(allowed)) return 'ip_not_allowed'
  if (blocked !== undefined && isIn(blocked)) return 'ip_not_allowed'
  if (mutualTls) {
    if (asked.certificate === 'unsecured') return 'tls_required'
    if (asked.certificate === 'none') return 'client_certificate_required'
    if (asked.certificate === 'other') return 'client_certificate_not_allowed'
  }
  if (world.organisation?.is_inactive === true) return 'organisation_inactive'
  const bounds = [sizes.general, asked.path === '/x' ? sizes.ofPath : 0].filter((bytes) => bytes > 0)
  if (asked.method !== 'POST' || bounds.length === 0) return undefined
  if (asked.bodyBytes === undefined) return 'length_required'
  return bounds.some((bytes) => (asked.bodyBytes ?? 0) > bytes) ? 'request_too_large' : undefined
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
    certificates: [{ ...CERTIFICATE, id: world.orgId + LISTED, orgId: world.orgId }],
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
      if (line?.code === undefined) return { code: 'pass', trace: [] }
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
    assertIndependently(asked, api, verdict)
    if (verdict.outcome === 'pass') after(asked, api, nowMs)
    return verdict
  }

  /** The gateway shares the judges of lists, certificates, switches and sizes: what these say is held to rules of this test. */
  function assertIndependently(asked: Asked, api: ApiRules, verdict: Verdict): void {
    const code = verdict.outcome === 'pass' ? 'pass' : verdict.code
    const isMocked = verdict.outcome === 'pass' && verdict.trace.at(-1)?.code === 'path_answered'
    if (isMocked || OF_THE_VERSION.has(code)) return
    const judging = subApiOf(asked, api) === undefined ? asked.api : 'b'
    const before = refusedBefore(asked, world.apis[judging], world)
    if (before !== undefined) assert.equal(code, before)
    else assert.ok(!OF_THIS_TEST.has(code), code)
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
  if (asked.bodyBytes !== undefined) headers['content-length'] = String(asked.bodyBytes)
  return {
    method: asked.method,
    path: asked.path,
    fullPath: `/${asked.api}${asked.path}`,
    query: '',
    clientTls: tlsOf(asked),
    clientIp: asked.from,
    bodyLength: asked.bodyBytes ?? 0,
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
  return Object.entries(apis).map(([apiId, { definition: sent, mutualTls }]) => {
    const ids = { apiId, id: apiId, orgId }
    const proxy = { listen_path: `/${apiId}/`, target_url: 'http://127.0.0.1:9' }
    return {
      ...ids,
      definition: withApiDefaults(
        { ...sent, proxy, ...(mutualTls && { client_certificates: [orgId + LISTED] }) },
        ids,
      ),
      wrapper: {},
      createdAt: apiId,
      updatedAt: '',
    }
  })
}

function noBody(): BodyAccess {
  return new BodyAccess({ startBody() {}, stopBody() {}, dropBody() {} }, new BodyBudget(0), 0)
}

const LISTED = 'a1'.repeat(32)
const CERTIFICATE = { pem: '', keySealed: '', createdAt: '' }
const VALID = { notBeforeMs: 0, notAfterMs: WORLD_BEGINS_MS * 2 }

function tlsOf({ certificate }: Asked): ClientTls {
  if (certificate === 'unsecured') return 'plain'
  if (certificate === 'none') return 'no-certificate'
  return { fingerprint: certificate === 'listed' ? LISTED : 'b2'.repeat(32), ...VALID }
}

/** A connection whose handshake is done, as far as the gateway knows it. */
function socketOf(asked: Asked): TLSSocket | undefined {
  const tls = tlsOf(asked)
  if (tls === 'plain') return undefined
  const certificate =
    typeof tls === 'string'
      ? undefined
      : {
          fingerprint256: tls.fingerprint.toUpperCase(),
          validFromDate: new Date(tls.notBeforeMs),
          validToDate: new Date(tls.notAfterMs),
        }
  // Nothing of a socket is read, and nothing else of a certificate.
  const socket = {} as TLSSocket
  noteClient(socket, certificate as X509Certificate | undefined, undefined, undefined)
  return socket
}

/** One request of a client whose upstream answers at once: what the engine is to the gateway, without sockets. */
class TestExchange implements Exchange {
  readonly head: ParsedRequest
  readonly remoteAddress: string
  readonly tls: TLSSocket | undefined
  readonly startedAt = performance.now()
  readonly answered: Promise<void>
  state: Finishing | undefined = undefined
  stripped: ReadonlySet<string> = new Set()
  forwarded = false
  readonly body = noBody()
  readonly replyBody = noBody()
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
    this.remoteAddress = asked.from
    this.tls = socketOf(asked)
    const lines = [`${asked.method} /${asked.api}${asked.path} HTTP/1.1`, 'Host: gate']
    if (asked.version !== '') lines.push(`V: ${asked.version}`)
    if (asked.key !== 'none') lines.push(`Authorization: ${asked.key}`)
    if (asked.bodyBytes !== undefined) lines.push(`Content-Length: ${asked.bodyBytes}`)
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
