import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createHttpServer, type HttpServer } from '@tollgate/http1/connection/server'
import { defaultServerLimits } from '@tollgate/http1/limits'
import { createCounterTable, openCounters } from '@tollgate/limits/counter-table'
import { withApiDefaults } from '@tollgate/model/definition/api-definition'
import type { KeyRecord } from '@tollgate/storage/keys/keys'
import type { ApiRecord } from '@tollgate/storage/records/apis'
import { secretHash } from '@tollgate/storage/secrets'
import { callPort, noLeases, testSettings } from '../testing/gate.ts'
import { startUpstream, type TestUpstream } from '../testing/upstream.ts'
import type { LogLine } from '../worker-protocol.ts'
import { createDataPlane, type DataPlane } from './data-plane.ts'

const ORG = 'b'.repeat(24)
const PEPPER = '00'.repeat(32)

let upstream: TestUpstream
let server: HttpServer
let plane: DataPlane
let port = 0
let nowMs = 1_000_000
/** What the store knows, and whether it answers: at once, later as a database over the network does, or not at all. */
let storeIs: 'at once' | 'later' | 'down' | 'rejecting' = 'at once'
let countersFail = false
const counters = openCounters(createCounterTable({ cells: 1_024 }), 1)
const keys = new Map<string, KeyRecord>()
const log: LogLine[] = []

before(async () => {
  upstream = await startUpstream()
  plane = createDataPlane({
    worker: 1,
    pepper: PEPPER,
    controlSocket: '/nowhere',
    apis: [apiRecord('one', { disable_rate_limit: false })],
    policies: [],
    settings: testSettings,
    counters: {
      take: (limits, at, cost) => {
        if (countersFail) throw new Error('counters are out of order')
        return counters.take(limits, at, cost)
      },
      usage: (index) => counters.usage(index),
      allowance: (index) => counters.allowance(index),
      retryAtMs: () => counters.retryAtMs(),
      wanting: () => counters.wanting(),
      runningLow: () => counters.runningLow(),
      charge: (limits, units, at) => counters.charge(limits, units, at),
      release: (limit) => counters.release(limit),
      peek: (limit, at) => counters.peek(limit, at),
      reset: (cell) => counters.reset(cell),
    },
    leases: noLeases,
    reader: {
      bySecretHash(hash) {
        if (storeIs === 'down') throw new Error('down')
        if (storeIs === 'rejecting') return Promise.reject(new Error('down'))
        return storeIs === 'at once' ? keys.get(hash) : Promise.resolve(keys.get(hash))
      },
      close: async () => {},
    },
    log: (line) => log.push(line),
    now: () => nowMs,
  })
  server = createHttpServer(plane, defaultServerLimits)
  port = await server.listen({ host: '127.0.0.1', port: 0, reusePort: false })
})
after(async () => {
  await server.close(0)
  plane.close()
  await upstream.close()
})

function apiRecord(apiId: string, more: object): ApiRecord {
  const ids = { apiId, id: apiId, orgId: ORG }
  const proxy = { listen_path: `/${apiId}/`, target_url: upstream.url }
  const definition = withApiDefaults({ name: apiId, proxy, ...more }, ids)
  return { ...ids, definition, wrapper: {}, createdAt: '', updatedAt: '' }
}

function addKey(secret: string, session: KeyRecord['session']): void {
  const record = { id: secret, orgId: ORG, session, username: '', createdAt: '', updatedAt: '' }
  keys.set(secretHash(PEPPER, secret), record)
}

const call = (secret: string) => callPort(port, '/one/x', { headers: { Authorization: secret } })

test('a key that the store brings later passes, is counted, and is cached', async () => {
  storeIs = 'later'
  addKey('later-key', { rate: 2, per: 10, access_rights: { one: { api_id: 'one' } } })
  assert.deepEqual([(await call('later-key')).status, (await call('nobody')).status], [200, 403])
  storeIs = 'down'
  assert.deepEqual([(await call('later-key')).status, (await call('nobody')).status], [200, 403])
  assert.equal((await call('later-key')).status, 429)
  nowMs += 10_000
  assert.equal((await call('later-key')).status, 200)
})

test('a clock that is set back or forth exceeds no limit, and none sticks for longer than its window', async () => {
  storeIs = 'at once'
  const hour = 3_600_000
  const passing = async (calls: number) => {
    let passed = 0
    for (let i = 0; i < calls; i++) if ((await call('stepped')).status === 200) passed++
    return passed
  }
  addKey('stepped', { rate: 3, per: 60, access_rights: { one: { api_id: 'one' } } })
  const before = nowMs
  assert.equal(await passing(2), 2)
  nowMs -= hour
  assert.equal(await passing(5), 1, 'the open window goes on')
  nowMs += 60_000
  assert.equal(await passing(5), 3, 'for no longer than a window')
  nowMs += hour
  assert.equal(await passing(5), 3)
  nowMs -= 2 * hour
  assert.equal(await passing(5), 0)
  nowMs += 60_000
  assert.equal(await passing(5), 3)
  nowMs = before + 10 * hour
})

test('a store that cannot be asked is 503, never an unknown key, and the log says so', async () => {
  for (const state of ['down', 'rejecting'] as const) {
    storeIs = state
    const reply = await call(`someone-${state}`)
    assert.deepEqual(
      [reply.status, reply.body],
      [503, '{\n    "error": "Service temporarily unavailable."\n}'],
    )
  }
  storeIs = 'at once'
  assert.equal((await call('someone-down')).status, 403)
  assert.ok(log.some(({ msg }) => msg === 'keys cannot be looked up'))
})

test('what fails unforeseen is 500 with an id, and a stack in the log', async () => {
  addKey('counted', { rate: 2, per: 10, access_rights: { one: { api_id: 'one' } } })
  countersFail = true
  const reply = await call('counted')
  countersFail = false
  assert.equal(reply.status, 500)
  const line = log.find(({ requestId }) => requestId === reply.headers['x-request-id'])
  assert.match(String(line?.error), /Error: counters are out of order\n\s+at /)
})

test('paths that could be read in two ways are refused before anything is matched', async () => {
  for (const path of ['/one/%2e%2e/%2fadmin', '/one/..%2f', '/one/%00', '/one/\\x', '/../one/']) {
    assert.equal((await callPort(port, path)).status, 400, path)
  }
})

test('only what changed is compiled again, and what is broken refuses instead of vanishing', async () => {
  plane.apply([
    { revision: 1, orgId: ORG, kind: 'api', id: 'two', after: apiRecord('two', { use_keyless: true }) },
    {
      revision: 2,
      orgId: ORG,
      kind: 'api',
      id: 'three',
      after: apiRecord('three', {
        use_keyless: true,
        proxy: { listen_path: '/three/', target_url: 'tcp://self:1/' },
      }),
    },
  ])
  assert.equal((await callPort(port, '/two/')).status, 200)
  assert.equal((await callPort(port, '/three/')).status, 500)
  assert.ok(
    log.some(
      ({ msg, apiId }) => apiId === 'three' && msg === 'API cannot be compiled, it refuses every request',
    ),
  )
  plane.apply([{ revision: 3, orgId: ORG, kind: 'api', id: 'two', after: undefined }])
  assert.equal((await callPort(port, '/two/')).status, 404)
})
