import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { dashboardAs, through } from '../support/client.ts'
import { type CountingUpstream, startCountingUpstream } from '../support/counting-upstream.ts'
import {
  type Api,
  expectStatus,
  type Key,
  newApi,
  newKey,
  newOrganisation,
  type Organisation,
  rightsTo,
  sessionFor,
  unique,
} from '../support/fixtures.ts'
import { flood, statuses, times } from '../support/flood.ts'
import { type Server, startServer } from '../support/server.ts'

// What a quota admitted outlives the program, however it ends.
let server: Server
let upstream: CountingUpstream
let org: Organisation
let api: Api

before(async () => {
  server = await startServer()
  upstream = await startCountingUpstream()
  org = await newOrganisation(server)
  api = await newApi(org, upstream.url)
})
after(async () => {
  await server?.dispose()
  await upstream?.close()
})

const quotaOf = (quota_max: number) => ({ rate: -1, quota_max, quota_renewal_rate: 3600 })

/** The organisation's client on the program that runs now. */
const client = () => dashboardAs(server, org.accessKey)

/** What is shown of the key's quota. */
async function shownQuota(key: Key) {
  const effective = expectStatus(await client().get(`/api/keys/${key.hash}/effective`))
  const shown = (field: string) => Number(effective.at('apis', 0, 'quota', field))
  return { used: shown('used'), remaining: shown('remaining'), bound: shown('under_admission') }
}

/** Asks until the quota is used up; how many were admitted. */
async function useUp(secret: string): Promise<number> {
  const answers = await flood(server, api.listenPath, secret, times(403, 100))
  assert.deepEqual(Object.keys(statuses(answers)), ['200', '403'], JSON.stringify(statuses(answers)))
  return statuses(answers)[200] ?? 0
}

test('after an orderly restart a quota goes on where it was, to the request', async () => {
  const key = await newKey(org, api, quotaOf(1_000))
  const answers = await flood(server, api.listenPath, key.secret, times(200, 300))
  const first = statuses(answers)[200] ?? 0
  assert.equal((await shownQuota(key)).used, first)
  server = await server.restart()
  assert.deepEqual(await shownQuota(key), { used: first, remaining: 1_000 - first, bound: 0 })
  const read = expectStatus(await client().get(`/api/keys/${key.hash}`))
  assert.equal(read.at('data', 'quota_remaining'), 1_000 - first)
  assert.equal(first + (await useUp(key.secret)), 1_000)
  server = await server.restart()
  assert.equal((await through(server, api.listenPath, key.secret)).status, 403)
})

/** Numbers below 1, the same ones for a seed: the generator of Park and Miller, whose seed is not 0. */
function numbersFrom(seed: number): () => number {
  const modulus = 2 ** 31 - 1
  let state = seed
  return () => {
    state = (state * 48_271) % modulus
    return state / modulus
  }
}

/** On each database. */
const kills = 5

test('kills in the midst of traffic admit no request too many, and no fewer than the bound that is shown', async (t) => {
  const seed = Number(process.env.TOLLGATE_TEST_SEED ?? 1 + (Date.now() % 100_000))
  t.diagnostic(`the pauses before the kills are those of TOLLGATE_TEST_SEED=${seed}`)
  const next = numbersFrom(seed)
  const pauseMs = () => next() * 400
  const quota = 4_000
  const { accessKey } = org
  const key = await newKey({ ...org, api: dashboardAs(server, accessKey) }, api, quotaOf(quota))
  const before = upstream.count()
  let underTraffic = 0
  for (let round = 0; round < kills; round++) {
    const roundBegan = upstream.count()
    const traffic = flood(server, api.listenPath, key.secret, times(403, 1)).catch(() => [])
    await sleep(pauseMs())
    if (upstream.count() > roundBegan && upstream.count() - before < quota) underTraffic++
    await server.kill9()
    await traffic
    server = await server.restart()
  }
  assert.ok(underTraffic > 0, 'no kill met traffic')
  const { bound } = await shownQuota(key)
  await flood(server, api.listenPath, key.secret, times(403, 200))
  const admitted = upstream.count() - before
  assert.ok(admitted <= quota, `${admitted} admitted`)
  assert.ok(admitted >= quota - bound, `${admitted} admitted, ${bound} shown as lost`)
  assert.equal((await shownQuota(key)).remaining, 0)
})

test('a custom key that is deleted and made again starts afresh', async () => {
  const name = unique('custom')
  const body = sessionFor(api, quotaOf(20))
  for (let round = 0; round < 3; round++) {
    const made = expectStatus(await client().post(`/api/keys/${name}`, body))
    const key = { secret: made.textAt('key_id'), hash: made.textAt('key_hash'), created: made }
    assert.deepEqual(await shownQuota(key), { used: 0, remaining: 20, bound: 0 })
    assert.equal(await useUp(key.secret), 20)
    expectStatus(await client().delete(`/api/keys/${name}`))
    assert.equal((await through(server, api.listenPath, key.secret)).status, 403)
  }
})

test('an update starts the quota anew, unless it says suppress_reset', async () => {
  const key = await newKey({ ...org, api: client() }, api, quotaOf(30))
  assert.equal(await useUp(key.secret), 30)
  const body = sessionFor(api, quotaOf(30))
  expectStatus(await client().put(`/api/keys/${key.hash}?suppress_reset=1`, body))
  assert.equal((await through(server, api.listenPath, key.secret)).status, 403)
  expectStatus(await client().put(`/api/keys/${key.hash}`, body))
  assert.equal(await useUp(key.secret), 30)
})

test('under load a lowered quota refuses and a raised one admits from the answer on; consumption stays', async () => {
  const key = await newKey({ ...org, api: client() }, api, quotaOf(100_000))
  const before = upstream.count()
  const edit = async (max: number) =>
    expectStatus(await client().put(`/api/keys/${key.hash}?suppress_reset=1`, sessionFor(api, quotaOf(max))))
  const lowered = flood(server, api.listenPath, key.secret, times(403, 200))
  while (upstream.count() - before < 500) await sleep(5)
  await edit(100)
  await lowered
  const used = upstream.count() - before
  assert.equal((await through(server, api.listenPath, key.secret)).status, 403)
  await edit(used + 300)
  assert.equal(await useUp(key.secret), 300)
  assert.equal(upstream.count() - before, used + 300)
})

test('a policy’s quota may be edited under its keys: what was used stays used', async () => {
  const body = (quota_max: number, id: string) => ({
    name: id,
    active: true,
    per: 1,
    access_rights: rightsTo(api),
    ...quotaOf(quota_max),
  })
  const name = unique('policy')
  const id = expectStatus(await client().post('/api/portal/policies', body(50, name))).textAt('Message')
  const key = await newKey({ ...org, api: client() }, api, { access_rights: {}, apply_policies: [id] })
  assert.equal(await useUp(key.secret), 50)
  expectStatus(await client().put(`/api/portal/policies/${id}`, body(80, name)))
  assert.equal(await useUp(key.secret), 30)
  expectStatus(await client().put(`/api/portal/policies/${id}`, body(10, name)))
  assert.equal((await through(server, api.listenPath, key.secret)).status, 403)
})
