import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { through } from '../support/client.ts'
import {
  type Api,
  expectStatus,
  newApi,
  newKey,
  newOrganisation,
  type Organisation,
} from '../support/fixtures.ts'
import type { Reply } from '../support/http.ts'
import { type Server, startServer } from '../support/server.ts'
import { startUpstream, type Upstream } from '../support/upstream.ts'

/** A program in one of the modes, with an API in it. */
type World = { readonly server: Server; readonly org: Organisation; readonly api: Api }

let upstream: Upstream
const worlds = new Map<string, World>()

before(async () => {
  upstream = await startUpstream()
  for (const mode of ['quotas', 'rate_limits', 'ietf']) {
    const server = await startServer({ TOLLGATE_RATE_LIMIT_RESPONSE_HEADERS: mode })
    const org = await newOrganisation(server)
    worlds.set(mode, { server, org, api: await newApi(org, upstream.url) })
  }
})
after(async () => {
  await Promise.all([...worlds.values()].map(({ server }) => server.dispose()))
  await upstream?.close()
})

const inMode = (mode: string): World => {
  const world = worlds.get(mode)
  if (world === undefined) throw new Error(`no world in mode ${mode}`)
  return world
}

const LIMITS = { rate: 2, per: 3600, quota_max: 10, quota_renewal_rate: 86_400 }
const HOUR = 3600
const DAY = 86_400

/** Statuses and the named headers of three calls with a new key whose rate admits two. */
async function threeCalls(mode: string, names: readonly string[], more: object = {}) {
  const { server, org, api } = inMode(mode)
  const { secret } = await newKey(org, api, { ...LIMITS, ...more })
  const replies: Reply[] = []
  for (let call = 0; call < 3; call++) replies.push(await through(server, api.listenPath, secret))
  assert.deepEqual(
    replies.map(({ status }) => status),
    [200, 200, 429],
  )
  return replies.map((reply) => names.map((name) => reply.headers[name]))
}

const X = ['x-ratelimit-limit', 'x-ratelimit-remaining', 'x-ratelimit-reset']
const now = () => Math.floor(Date.now() / 1000)

/** Whether a Unix time is so many seconds from now, give or take what a slow machine takes. */
const isIn = (seconds: number, unix: unknown) => Math.abs(Number(unix) - now() - seconds) <= 20

test('quotas: what is left of the quota, true from the first answer on, and nothing on refusals', async () => {
  const [first = [], second = [], refused] = await threeCalls('quotas', X)
  assert.deepEqual([first[0], first[1], second[1]], ['10', '9', '8'])
  assert.ok(isIn(DAY, first[2]) && isIn(DAY, second[2]), `${first[2]} ${second[2]}`)
  assert.deepEqual(refused, [undefined, undefined, undefined])
})

test('rate_limits: what is left of the rate, also on the refusal, which says when the window ends', async () => {
  const [first = [], second = [], refused = []] = await threeCalls('rate_limits', X)
  assert.deepEqual(
    [first.slice(0, 2), second.slice(0, 2), refused.slice(0, 2)],
    [
      ['2', '1'],
      ['2', '0'],
      ['2', '0'],
    ],
  )
  assert.ok([first, second, refused].every(([, , reset]) => isIn(HOUR, reset)))
})

test('rate_limits: of several windows the one with the least room is told', async () => {
  const [first] = await threeCalls('rate_limits', X, { rate: 100, per: 60, rates: [{ rate: 2, per: 3600 }] })
  assert.deepEqual(first?.slice(0, 2), ['2', '1'])
})

test('ietf: every limit with what is left of it, and when to come again', async () => {
  const names = ['ratelimit-policy', 'ratelimit', 'retry-after']
  const [first = [], , refused = []] = await threeCalls('ietf', names, { max_concurrency: 5 })
  const policy = '"rate";q=2;w=3600, "concurrency";q=5;qu="concurrent-requests", "quota";q=10;w=86400'
  assert.equal(first[0], policy)
  assert.match(
    String(first[1]),
    /^"rate";r=1;t=3(600|5\d\d), "concurrency";r=4, "quota";r=9;t=86(400|3\d\d)$/,
  )
  assert.equal(first[2], undefined)
  assert.equal(refused[0], policy)
  assert.match(String(refused[1]), /^"rate";r=0;t=3(600|5\d\d), /)
  const wait = Number(refused[2])
  assert.ok(wait > 3500 && wait <= 3600, `Retry-After: ${wait}`)
})

test('no mode tells the X-RateLimit headers of the upstream for the gate’s, nor hides what it does not replace', async () => {
  upstream.respond((_request, response) => {
    response.setHeader('X-RateLimit-Limit', '7')
    response.setHeader('RateLimit', '"theirs";r=1')
    response.end()
  })
  const told = async (mode: string) => {
    const { server, org, api } = inMode(mode)
    const { secret } = await newKey(org, api, LIMITS)
    const { headers } = expectStatus(await through(server, api.listenPath, secret))
    return [headers['x-ratelimit-limit'], headers.ratelimit]
  }
  assert.deepEqual(await told('quotas'), ['10', '"theirs";r=1'])
  assert.deepEqual(await told('rate_limits'), ['2', '"theirs";r=1'])
  const [theirs, ours] = await told('ietf')
  assert.equal(theirs, '7')
  assert.match(String(ours), /^"rate";r=1;/)
  upstream.respond()
})

test('W7: a request of which no quota is counted is told of none, in any mode, and reads what the upstream says', async () => {
  upstream.respond((_request, response) => {
    response.setHeader('X-RateLimit-Remaining', '7')
    response.end()
  })
  for (const mode of ['quotas', 'rate_limits', 'ietf'] as const) {
    const { server, org, api } = inMode(mode)
    const told = async (path: string, key?: string) => {
      const { headers } = expectStatus(await through(server, path, key))
      return [headers['x-ratelimit-limit'], headers['x-ratelimit-remaining'], headers.ratelimit]
    }
    const nothing = [undefined, '7', undefined]
    const open = await newApi(org, upstream.url, { use_keyless: true })
    assert.deepEqual(await told(open.listenPath), nothing, mode)
    for (const unlimited of [
      { quota_max: -1 },
      { quota_max: 0, quota_remaining: 0 },
      { quota_max: -1, quota_remaining: 5 },
    ]) {
      const { secret } = await newKey(org, api, { rate: -1, ...unlimited })
      assert.deepEqual(await told(api.listenPath, secret), nothing, `${mode} ${JSON.stringify(unlimited)}`)
    }
    const unquoted = await newApi(org, upstream.url, { disable_quota: true })
    const { secret } = await newKey(org, unquoted, { rate: -1, quota_max: 5, quota_renewal_rate: 60 })
    assert.deepEqual(await told(unquoted.listenPath, secret), nothing, `${mode}, quota switched off`)
  }
  upstream.respond()
})

test('the header of a smoothed rate tells its allowance', async () => {
  const smoothing = { enabled: true, threshold: 1, trigger: 0, step: 1, delay: HOUR }
  const calls = await threeCalls('rate_limits', X.slice(0, 2), { rate: 3, smoothing })
  assert.deepEqual(calls, [
    ['1', '0'],
    ['2', '0'],
    ['2', '0'],
  ])
})
