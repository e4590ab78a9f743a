import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { dashboardAs, through } from '../support/client.ts'
import { expectStatus, newApi, newKey, newOrganisation } from '../support/fixtures.ts'
import type { Reply } from '../support/http.ts'
import { startServer } from '../support/server.ts'
import { org, server, upstream, useWorld } from '../support/world.ts'

useWorld()

/** Asks until the answer is as expected: what the gate counts is seen about a second later. */
async function until(ask: () => Promise<Reply>, isSo: (reply: Reply) => boolean): Promise<Reply> {
  for (let tries = 0; tries < 100; tries++) {
    const reply = expectStatus(await ask())
    if (isSo(reply)) return reply
    await sleep(100)
  }
  throw new Error('it never came to be')
}

test('real calls tick the checklist, are counted, and show when a key was used', async () => {
  const own = await newOrganisation(server)
  const api = await newApi(own, upstream.url)
  const key = await newKey(own, api, { alias: 'counted', rate: 2, per: 3600 })
  const before = expectStatus(await own.api.get('/api/overview'))
  assert.equal(before.at('checklist', 'first_200', 'done'), false)

  for (const status of [200, 200, 429]) {
    assert.equal((await through(server, api.listenPath, key.secret)).status, status)
  }
  assert.equal((await through(server, api.listenPath)).status, 401)

  const overview = await until(
    () => own.api.get('/api/overview'),
    (reply) => reply.at('checklist', 'first_limit_hit', 'done') === true,
  )
  assert.equal(overview.at('checklist', 'first_200', 'done'), true)
  const live = await until(
    () => own.api.get(`/api/activity/live?window=60&step=1&api_id=${api.id}`),
    (reply) => reply.at('totals', 'requests') === 4,
  )
  const totals = ['s2xx', 's4xx', 's5xx', 'upstream_errors'].map((field) => live.at('totals', field))
  assert.deepEqual(totals, [2, 2, 0, 0])
  assert.deepEqual([live.at('totals', 'refused', 'auth'), live.at('totals', 'refused', 'rate')], [1, 1])
  const found = await until(
    () => own.api.get('/api/keys/search?q=counted'),
    (reply) => reply.at('keys', '0', 'last_used_at') !== null,
  )
  assert.equal(found.at('keys', '0', 'key_hash'), key.hash)
  const stranger = await newOrganisation(server)
  const foreign = expectStatus(await stranger.api.get('/api/activity/live?window=900&step=60'))
  assert.equal(foreign.at('totals', 'requests'), 0)
})

test('a call that is tried from the dashboard goes through the gate like any other, and is explained', async () => {
  const api = await newApi(org, upstream.url)
  const key = await newKey(org, api, { rate: 1, per: 3600 })
  const tried = async (body: object) =>
    expectStatus(await org.api.post(`/api/apis/${api.id}/try`, { method: 'GET', path: '/x?y=1', ...body }))

  const passed = await tried({ key: key.secret })
  assert.deepEqual(
    [passed.at('sent'), passed.at('response', 'status'), passed.at('verdict', 'outcome')],
    [true, 200, 'passed'],
  )
  assert.ok(!JSON.stringify(passed.at('request')).includes(key.secret))
  const dry = await tried({ key_hash: key.hash })
  assert.deepEqual(
    [dry.at('sent'), dry.at('verdict', 'code')],
    [false, 'rate_limited'],
    'the one request is used up, and asking uses nothing',
  )
  const limited = await tried({ key: key.secret })
  assert.deepEqual([limited.at('response', 'status'), limited.at('verdict', 'code')], [429, 'rate_limited'])
  const none = await tried({})
  assert.deepEqual([none.at('response', 'status'), none.at('verdict', 'code')], [401, 'credential_missing'])
})

test('a switched-off key opens nothing when that is answered, and opens again with its counters as they were', async () => {
  const api = await newApi(org, upstream.url)
  const key = await newKey(org, api, { rate: 2, per: 3600 })
  const call = async () => (await through(server, api.listenPath, key.secret)).status
  assert.equal(await call(), 200)
  expectStatus(await org.api.post(`/api/keys/${key.hash}/disable`, {}))
  assert.equal(await call(), 403)
  expectStatus(await org.api.post('/api/keys/bulk', { action: 'enable', ids: [key.hash] }))
  assert.equal(await call(), 200)
  assert.equal(await call(), 429, 'the first call still counts')
})

test('the last use of a key outlives the program', async () => {
  const first = await startServer()
  const own = await newOrganisation(first)
  const api = await newApi(own, upstream.url)
  const key = await newKey(own, api, { alias: 'outliving' })
  assert.equal((await through(first, api.listenPath, key.secret)).status, 200)
  const second = await first.restart()
  try {
    const found = expectStatus(await dashboardAs(second, own.accessKey).get('/api/keys/search?q=outliving'))
    assert.match(found.textAt('keys', '0', 'last_used_at'), /^\d{4}-/)
  } finally {
    await second.dispose()
  }
})

test('what the first start made for trying things out is cleared away by an administrator', async () => {
  const own = await newOrganisation(server)
  const demo = await newApi(own, upstream.url, { config_data: { tollgate_demo_upstream: true } })
  const key = await newKey(own, demo)
  assert.equal(expectStatus(await own.api.get('/api/overview')).at('demo', 'keys'), 1)
  assert.equal((await through(server, demo.listenPath, key.secret)).status, 200)
  const cleared = expectStatus(await own.api.delete('/api/demo'))
  assert.deepEqual(cleared.at('Meta'), { apis: 1, keys: 1, policies: 0 })
  assert.equal((await through(server, demo.listenPath, key.secret)).status, 404)
})
