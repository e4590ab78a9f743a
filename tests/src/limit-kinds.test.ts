import assert from 'node:assert/strict'
import { once } from 'node:events'
import type http from 'node:http'
import net from 'node:net'
import { afterEach, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { adminOf, controlOf, through } from '../support/client.ts'
import {
  expectStatus,
  newApi,
  newKey,
  newOrganisation,
  newPolicy,
  rightsTo,
  sessionFor,
  unique,
} from '../support/fixtures.ts'
import { org, server, upstream, useWorld } from '../support/world.ts'

useWorld(async () => undefined, { TOLLGATE_MAX_THROTTLED_REQUESTS: '3' })
afterEach(() => upstream.respond())

const statuses = async (path: string, secret: string, calls: number): Promise<number[]> => {
  const seen: number[] = []
  for (let call = 0; call < calls; call++) seen.push((await through(server, path, secret)).status)
  return seen
}

/** What is left of the key's quota, as its reads show it. */
const left = async (secret: string) =>
  Number(expectStatus(await org.api.get(`/api/keys/${secret}`)).at('data', 'quota_remaining'))

/** Waits for what comes about sooner or later; what never does is a defect. */
const until = async (holds: () => boolean | Promise<boolean>) => {
  const deadline = Date.now() + 30_000
  while (!(await holds())) {
    assert.ok(Date.now() < deadline, 'it never came about')
    await sleep(5)
  }
}

/** An upstream that answers only when told to. */
function holdReplies() {
  const waiting: http.ServerResponse[] = []
  upstream.respond((_request, response) => waiting.push(response))
  return {
    waiting,
    release: () => {
      for (const response of waiting.splice(0)) response.end()
    },
  }
}

const DEFAULT_VERSION = (extended: object) => ({
  version_data: {
    not_versioned: true,
    versions: { Default: { name: 'Default', use_extended_paths: true, extended_paths: extended } },
  },
})

test('a request costs what its path says, in rate and quota; one that costs nothing always passes', async () => {
  const api = await newApi(
    org,
    upstream.url,
    DEFAULT_VERSION({
      request_costs: [
        { path: '/dear', method: 'GET', cost: 4 },
        { path: '/free', method: 'GET', cost: 0 },
      ],
    }),
  )
  const { secret } = await newKey(org, api, { rate: 100, per: 60, quota_max: 10, quota_renewal_rate: 3600 })
  const at = (path: string) => statuses(api.listenPath + path, secret, 1)
  assert.deepEqual([await at('dear'), await at('dear')], [[200], [200]])
  assert.equal(await left(secret), 2)
  assert.deepEqual(await at('dear'), [403])
  assert.equal(await left(secret), 2)
  assert.deepEqual(
    [await at('x'), await at('x'), await at('x'), await at('free')],
    [[200], [200], [403], [200]],
  )
})

test('the upstream’s word on the cost is charged, not shown to the client, and obeyed only when it is one', async () => {
  const api = await newApi(org, upstream.url, { cost_header: 'X-Cost' })
  const { secret } = await newKey(org, api, { rate: -1, quota_max: 1000, quota_renewal_rate: 3600 })
  let left = 1000
  for (const [said, charged] of [
    ['30', 30],
    ['0', 0],
    [undefined, 1],
    ['-5', 1],
    ['1.5', 1],
    ['many', 1],
    ['', 1],
    ['0007', 7],
  ] as const) {
    upstream.respond((_request, response) => {
      if (said !== undefined) response.setHeader('X-Cost', said)
      response.end()
    })
    const { headers } = expectStatus(await through(server, api.listenPath, secret))
    left -= charged
    assert.deepEqual([headers['x-cost'], headers['x-ratelimit-remaining']], [undefined, String(left)], said)
  }
  upstream.respond((_request, response) => response.setHeader('X-Cost', '9'.repeat(30)).end())
  assert.equal((await through(server, api.listenPath, secret)).headers['x-ratelimit-remaining'], '0')
  assert.equal((await through(server, api.listenPath, secret)).status, 403)
})

test('at most so many requests at a time: each gives its place back when it is over', async () => {
  const api = await newApi(org, upstream.url)
  const { secret } = await newKey(org, api, { rate: -1, max_concurrency: 2 })
  const { waiting, release } = holdReplies()
  const first = [1, 2].map(() => through(server, api.listenPath, secret))
  await until(() => waiting.length === 2)
  const refused = await through(server, api.listenPath, secret)
  assert.equal(refused.status, 429)
  release()
  assert.deepEqual(
    (await Promise.all(first)).map(({ status }) => status),
    [200, 200],
  )
  upstream.respond()
  assert.deepEqual(await statuses(api.listenPath, secret, 20), Array(20).fill(200))
})

test('clients that leave give their places back, wherever the request was', async () => {
  const api = await newApi(org, upstream.url)
  const { secret } = await newKey(org, api, { rate: -1, max_concurrency: 3 })
  const { waiting } = holdReplies()
  /** A client whose request has reached the upstream; as often refused as the gate has not yet heard who left. */
  const held = async (): Promise<net.Socket> => {
    const before = waiting.length
    const socket = net.connect(server.gateway.port, server.gateway.host)
    let refused = false
    socket.on('data', (bytes) => {
      refused ||= / 429 /.test(String(bytes))
    })
    await once(socket, 'connect')
    socket.write(`GET ${api.listenPath} HTTP/1.1\r\nHost: x\r\nAuthorization: ${secret}\r\n\r\n`)
    await until(() => refused || waiting.length > before)
    if (!refused) return socket
    socket.destroy()
    return held()
  }
  for (let round = 0; round < 10; round++) {
    const sockets = [await held(), await held(), await held()]
    assert.equal((await through(server, api.listenPath, secret)).status, 429)
    sockets[0]?.resetAndDestroy()
    sockets[1]?.destroy()
    // The upstream leaves, and then the client that was told so.
    waiting[2]?.destroy()
    sockets[2]?.destroy()
    waiting.length = 0
  }
  upstream.respond()
  await until(async () => (await statuses(api.listenPath, secret, 1))[0] === 200)
})

test('a refusal by another limit holds no place', async () => {
  const api = await newApi(org, upstream.url)
  const { secret } = await newKey(org, api, { rate: 2, per: 1, max_concurrency: 1 })
  await statuses(api.listenPath, secret, 6)
  await sleep(1_050)
  assert.deepEqual(await statuses(api.listenPath, secret, 2), [200, 200])
})

test('a throttled key waits for its rate instead of being refused, as often as it is told', async () => {
  const api = await newApi(org, upstream.url)
  const patient = await newKey(org, api, { rate: 1, per: 1, throttle_interval: 0.4, throttle_retry_limit: 5 })
  assert.deepEqual(await statuses(api.listenPath, patient.secret, 3), [200, 200, 200])
  const hasty = await newKey(org, api, {
    rate: 1,
    per: 3600,
    throttle_interval: 0.02,
    throttle_retry_limit: 2,
  })
  assert.deepEqual(await statuses(api.listenPath, hasty.secret, 2), [200, 429])
})

test('only so many requests wait at a time, and a client that leaves makes room', async () => {
  const api = await newApi(org, upstream.url)
  const { secret } = await newKey(org, api, {
    rate: 1,
    per: 3600,
    throttle_interval: 3600,
    throttle_retry_limit: 9,
  })
  expectStatus(await through(server, api.listenPath, secret))
  const waiters = Array.from({ length: 40 }, () => net.connect(server.gateway.port, server.gateway.host))
  let refused = 0
  for (const socket of waiters) {
    socket.on('data', (bytes) => {
      if (/ 429 /.test(String(bytes))) refused++
    })
    await once(socket, 'connect')
    socket.write(`GET ${api.listenPath} HTTP/1.1\r\nHost: x\r\nAuthorization: ${secret}\r\n\r\n`)
  }
  // Three wait in each of the two workers: all others are answered at once.
  const workers = Number(server.env.TOLLGATE_WORKERS)
  await until(() => refused >= 40 - 3 * workers)
  assert.equal((await through(server, api.listenPath, secret)).status, 429)
  for (const socket of waiters) socket.destroy()
  const patient = await newKey(org, api, { rate: 1, per: 1, throttle_interval: 0.3, throttle_retry_limit: 8 })
  assert.deepEqual(await statuses(api.listenPath, patient.secret, 2), [200, 200])
})

test('several windows hold at the same time', async () => {
  const api = await newApi(org, upstream.url)
  const { secret } = await newKey(org, api, { rate: 100, per: 1, rates: [{ rate: 5, per: 3600 }] })
  assert.deepEqual(await statuses(api.listenPath, secret, 6), [200, 200, 200, 200, 200, 429])
})

test('a sliding window and a token bucket admit what they promise', async () => {
  const api = await newApi(org, upstream.url)
  for (const more of [
    { rate: 4, per: 3600, rate_algorithm: 'sliding_window' },
    { rate: 60, per: 3600, rate_algorithm: 'token_bucket', rate_burst: 4 },
  ]) {
    const { secret } = await newKey(org, api, more)
    assert.deepEqual(
      await statuses(api.listenPath, secret, 5),
      [200, 200, 200, 200, 429],
      more.rate_algorithm,
    )
  }
})

test('keys of one owner share a budget, also by a policy, and other keys do not', async () => {
  const api = await newApi(org, upstream.url)
  const owner = unique('acme')
  const limits = { quota_max: 3, quota_renewal_rate: 3600, rate: -1 }
  const own = { ...limits, limits_shared_by: 'owner' }
  const one = await newKey(org, api, { ...own, owner })
  const two = await newKey(org, api, { ...own, owner })
  const other = await newKey(org, api, { ...own, owner: unique('other') })
  assert.deepEqual(await statuses(api.listenPath, one.secret, 2), [200, 200])
  assert.deepEqual(await statuses(api.listenPath, two.secret, 2), [200, 403])
  assert.deepEqual(await statuses(api.listenPath, one.secret, 1), [403])
  assert.deepEqual(await statuses(api.listenPath, other.secret, 3), [200, 200, 200])

  const policy = await newPolicy(org, { access_rights: rightsTo(api), ...limits, limits_shared_by: 'policy' })
  const keys: string[] = []
  for (let key = 0; key < 2; key++)
    keys.push(expectStatus(await org.api.post('/api/keys', { apply_policies: [policy] })).textAt('key_id'))
  const shared = [...keys, ...keys].map((key) => statuses(api.listenPath, key, 1))
  assert.deepEqual((await Promise.all(shared)).flat().sort(), [200, 200, 200, 403])
})

test('an organisation’s own limits hold for all its keys and open APIs, from the moment they are answered', async () => {
  const own = await newOrganisation(server)
  const api = await newApi(own, upstream.url)
  const open = await newApi(own, upstream.url, { use_keyless: true })
  const { secret } = await newKey(own, api, { rate: -1 })
  const tyk = controlOf(server)
  const path = `/tyk/org/keys/${own.id}`
  expectStatus(await tyk.post(path, { rate: 3, per: 3600, quota_max: -1 }))
  assert.deepEqual(await statuses(api.listenPath, secret, 2), [200, 200])
  assert.equal((await through(server, open.listenPath)).status, 200)
  const over = await through(server, api.listenPath, secret)
  assert.equal(over.status, 403)
  assert.equal(
    over.at('error'),
    'This organisation rate limit has been exceeded, please contact your API administrator',
  )
  expectStatus(await adminOf(server).put(`/admin/org/keys/${own.id}`, { rate: -1, quota_max: 1 }))
  assert.equal((await through(server, open.listenPath)).status, 200)
  const used = await through(server, api.listenPath, secret)
  assert.match(used.textAt('error'), /^This organisation quota has been exceeded/)
  assert.equal(expectStatus(await tyk.get(path)).at('quota_remaining'), 0)
  expectStatus(await tyk.put(path, { is_inactive: true }))
  assert.match((await through(server, api.listenPath, secret)).textAt('error'), /has been disabled/)
  expectStatus(await tyk.delete(path))
  assert.deepEqual(await statuses(api.listenPath, secret, 3), [200, 200, 200])
  // The client is told the contract's error, who may ask more: which limit, whose, and until when.
  const id = String(over.headers['x-request-id'])
  const why = expectStatus(await own.api.get(`/api/requests/${id}/explain`))
  assert.deepEqual(
    [why.at('code'), why.at('limit', 'words'), why.at('limit', 'scope'), why.at('limit', 'remaining')],
    ['organisation_rate_limited', '3 requests each hour', 'organisation', 0],
  )
  assert.ok(Number(why.at('limit', 'resets_at', 'unix')) > Date.now() / 1000)
})

test('a quota that no request has begun is asked for at once by all workers, and counts each request once', async () => {
  const api = await newApi(org, upstream.url)
  const { secret } = await newKey(org, api, {
    ...sessionFor(api),
    rate: -1,
    quota_max: 50,
    quota_renewal_rate: 3600,
  })
  const replies = await Promise.all(Array.from({ length: 80 }, () => through(server, api.listenPath, secret)))
  const passed = replies.filter(({ status }) => status === 200).length
  assert.equal(passed, 50)
  assert.ok(replies.every(({ status }) => status === 200 || status === 403))
})
