import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rateLimit } from '@tollgate/model/limits/limit'
import { BY_THE_KEY } from '@tollgate/model/source-ref'
import { type Ask, asking, makeApi, makeUser, session, smallWorld, type TestWorld } from '../test-world.ts'

const NOW = Date.UTC(2026, 0, 5, 10)

const limited = (apiId: string) => ({
  ...session(apiId),
  rate: 60,
  per: 60,
  quota_max: 10,
  quota_renewal_rate: 3600,
})

async function makePolicy(ask: Ask, apiId: string, more: object = {}): Promise<string> {
  const policy = {
    name: 'Gold',
    rate: 5,
    per: 1,
    access_rights: { [apiId]: { api_id: apiId, versions: ['Default'] } },
  }
  const { body } = await ask('POST', '/api/portal/policies', { ...policy, ...more })
  return body.Message
}

/** Counts requests of a key as the gateway does. */
function use(world: TestWorld, name: string, times: number, seconds: number): void {
  const limit = rateLimit(1000, seconds, { kind: 'rate', name, scope: '', source: BY_THE_KEY })
  assert.ok(limit)
  for (let time = 0; time < times; time++) world.counters.take([limit], world.clock.nowMs, 1)
}

test('a key is described with every limit, its source, its use and when it starts anew', async () => {
  const world = await smallWorld()
  const { ask, apiId } = world
  const { body: key } = await ask('POST', '/api/keys', { ...limited(apiId), alias: 'ada' })
  use(world, `rate:${key.key_hash}`, 3, 60)

  for (const id of [key.key_id, key.key_hash]) {
    const { status, body } = await ask('GET', `/api/keys/${id}/effective`)
    assert.equal(status, 200)
    assert.deepEqual([body.key_hash, body.alias, body.status], [key.key_hash, 'ada', 'open'])
    const [api] = body.apis
    assert.deepEqual([api.api_id, api.api_name, api.status], [apiId, 'orders', 'open'])
    assert.deepEqual(api.rate, {
      max: 60,
      window_seconds: 60,
      algorithm: 'fixed_window',
      burst: null,
      calendar: null,
      words: '60 requests each minute',
      source: { kind: 'key', words: 'key', policies: [], change_at: [`/api/keys/${key.key_hash}`] },
      scope: 'key',
      shared: false,
      used: 3,
      allowance: null,
      remaining: 57,
      resets_at: { unix: NOW / 1000 + 60, rfc3339: '2026-01-05T10:01:00.000Z' },
      under_admission: 0,
    })
    assert.deepEqual([api.quota.remaining, api.quota.resets_at], [10, null])
    assert.ok(!JSON.stringify(body).includes(key.key_id))
  }
  const unknown = await ask('GET', `/api/keys/${'f'.repeat(32)}/effective`)
  assert.equal(unknown.status, 404)
})

test('a change of a policy or of an API shows at once, with the place to change it', async () => {
  const { ask, apiId, logged } = await smallWorld()
  const policy = await makePolicy(ask, apiId)
  const { body: key } = await ask('POST', '/api/keys', { apply_policies: [policy] })
  const read = async () => (await ask('GET', `/api/keys/${key.key_hash}/effective`)).body

  const [api] = (await read()).apis
  assert.deepEqual(api.rate.source, {
    kind: 'policy',
    words: `policy Gold (${policy})`,
    policies: [{ id: policy, name: 'Gold' }],
    change_at: [`/api/portal/policies/${policy}`],
  })
  const { body: stored } = await ask('GET', `/api/portal/policies/${policy}`)
  await ask('PUT', `/api/portal/policies/${policy}`, { ...stored, is_inactive: true })
  const off = await read()
  assert.deepEqual(
    [off.status, off.source.policies[0].id, off.apis[0].status],
    ['inactive', policy, 'inactive'],
  )

  const { body: wrapper } = await ask('GET', `/api/apis/${apiId}`)
  wrapper.api_definition.global_rate_limit = { rate: 7, per: 3600 }
  await ask('PUT', `/api/apis/${apiId}`, wrapper)
  const wide = (await read()).apis[0].api_rate
  assert.deepEqual([wide.words, wide.source.change_at], ['7 requests each hour', [`/api/apis/${apiId}`]])
  assert.deepEqual(logged, [])
})

test('who can call an API: by a right of their own and by a policy, in pages, with a status in one word', async () => {
  const { ask, apiId } = await smallWorld()
  const policy = await makePolicy(ask, apiId)
  const other = await makePolicy(ask, await makeApi(ask, 'other'), { name: 'Other' })
  const create = async (body: object) => (await ask('POST', '/api/keys', body)).body.key_hash
  const own = await create({ ...session(apiId), alias: 'own' })
  const byPolicy = await create({ apply_policies: [policy], alias: 'policy' })
  const off = await create({ ...session(apiId), is_inactive: true, alias: 'off' })
  const replaced = await create({ ...session(apiId), apply_policies: [other], alias: 'replaced' })
  await create({ apply_policies: [other] })

  const { body } = await ask('GET', `/api/apis/${apiId}/access-by-key`)
  assert.equal(body.pages, 1)
  assert.deepEqual(
    body.keys.map((key: { key_hash: string; status: string; source: { words: string } }) => [
      key.key_hash,
      key.status,
      key.source.words,
    ]),
    [
      [replaced, 'not_granted', 'key'],
      [off, 'inactive', 'key'],
      [byPolicy, 'open', `policy Gold (${policy})`],
      [own, 'open', 'key'],
    ],
  )
  assert.deepEqual((await ask('GET', `/api/apis/${apiId}/keys`)).body.data.keys, [
    replaced,
    off,
    byPolicy,
    own,
  ])
  const found = await ask('GET', `/api/apis/${apiId}/keys/search?q=${byPolicy}`)
  assert.deepEqual(found.body.data.keys, [byPolicy])
  assert.equal((await ask('GET', `/api/apis/${'f'.repeat(32)}/access-by-key`)).status, 404)
})

test('who hangs on a policy, by either of its ids, in pages', async () => {
  const { ask, apiId } = await smallWorld()
  const policy = await makePolicy(ask, apiId, { id: 'gold' })
  const create = async (body: object) => (await ask('POST', '/api/keys', body)).body.key_hash
  const byWord = await create({ apply_policies: ['gold'] })
  const byId = await create({ apply_policies: [policy] })
  await create(session(apiId))
  const carried = { name: 'carried', rate: 1, per: 1, access_rights: { [apiId]: {} } }
  const passedOver = await create({ apply_policies: [policy], meta_data: { policies: [carried] } })

  for (const id of [policy, 'gold']) {
    const { body } = await ask('GET', `/api/portal/policies/${id}/keys`)
    assert.deepEqual(
      body.keys.map((key: { key_hash: string; status: string }) => [key.key_hash, key.status]),
      [
        [passedOver, 'not_granted'],
        [byId, 'open'],
        [byWord, 'open'],
      ],
    )
  }
  for (let more = 0; more < 10; more++) await create({ apply_policies: [policy] })
  const second = await ask('GET', `/api/portal/policies/${policy}/keys?p=2`)
  assert.deepEqual([second.body.pages, second.body.keys.length], [2, 3])
  assert.equal((await ask('GET', `/api/portal/policies/${'f'.repeat(24)}/keys`)).status, 404)
})

test('nobody reads these of another organisation, or without the permission for keys', async () => {
  const world = await smallWorld()
  const { ask, apiId, app } = world
  const policy = await makePolicy(ask, apiId)
  const { body: key } = await ask('POST', '/api/keys', session(apiId))
  const paths = [
    `/api/keys/${key.key_hash}/effective`,
    `/api/apis/${apiId}/access-by-key`,
    `/api/portal/policies/${policy}/keys`,
  ]
  const stranger = asking(app, { authorization: (await makeUser(world)).accessKey })
  const { accessKey } = await makeUser(world, { policies: 'read', apis: 'read' }, world.user.orgId)
  const colleague = asking(app, { authorization: accessKey })
  for (const path of paths) {
    assert.equal((await stranger('GET', path)).status, 404, path)
    assert.equal((await colleague('GET', path)).status, 403, path)
  }
})

test('a preview shows beside the key what it might do', async () => {
  const { ask, apiId } = await smallWorld()
  const { status, body } = await ask('POST', '/api/keys/preview?effective=1', limited(apiId))
  assert.equal(status, 200)
  assert.deepEqual(Object.keys(body), ['api_model', 'key_id', 'data', 'key_hash', 'effective'])
  const [api] = body.effective.apis
  assert.deepEqual([api.status, api.rate.words, api.quota.remaining], ['open', '60 requests each minute', 10])
  assert.deepEqual(api.rate.source.change_at, [])
})
