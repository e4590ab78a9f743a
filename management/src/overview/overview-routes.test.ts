import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testDashboard } from '../test-dashboard.ts'
import { makeApi, session } from '../test-world.ts'

const kinds = (body: { attention: { kind: string }[] }) => body.attention.map(({ kind }) => kind)

async function world() {
  const dashboard = await testDashboard()
  const owner = await dashboard.member()
  return { ...dashboard, owner, ask: owner.ask, now: () => Math.floor(dashboard.clock.nowMs / 1000) }
}

const demo = { config_data: { tollgate_demo_upstream: true } }
const passed = { status: 200, bytesIn: 0, bytesOut: 10, upstreamMs: 1 }
const failed = { status: 500, bytesIn: 0, bytesOut: 10, upstreamMs: 1 }

test('a new organisation has everything before it, and the steps tick themselves', async () => {
  const { ask, owner, deps, recorder, storage, clock } = await world()
  const steps = async () => {
    const { checklist } = (await ask('GET', '/api/overview')).body
    return Object.entries(checklist as Record<string, { done: boolean }>).flatMap(([name, { done }]) =>
      done ? [name] : [],
    )
  }
  assert.deepEqual(await steps(), [])
  await makeApi(ask, 'demo', demo)
  assert.deepEqual(await steps(), [], 'the demo is not the user’s own')
  const apiId = await makeApi(ask, 'orders')
  assert.deepEqual(await steps(), ['api_made'])
  await ask('POST', '/api/keys', session(apiId))
  assert.deepEqual(await steps(), ['api_made', 'key_made'])
  recorder.record(apiId, owner.orgId, undefined, 1, passed)
  deps.traffic.sample(clock.nowMs / 1000)
  await storage.write({ kind: 'system', id: '' }, ({ overview }) =>
    overview.reach(owner.orgId, 'first_200', '2026-01-05T10:00:00.000Z'),
  )
  assert.deepEqual(await steps(), ['api_made', 'key_made', 'first_200'])
  const { checklist } = (await ask('GET', '/api/overview')).body
  assert.equal(checklist.first_200.at, '2026-01-05T10:00:00.000Z')
})

test('what needs attention is counted and named, the most urgent first', async () => {
  const { ask, owner, deps, recorder, storage, clock, now } = await world()
  const [orders, closed] = [await makeApi(ask, 'orders'), await makeApi(ask, 'closed')]
  await makeApi(ask, 'off', { active: false })
  await makeApi(ask, 'open', { use_keyless: true })
  const soon = (
    await ask('POST', '/api/keys', { ...session(orders), alias: 'soon', expires: now() + 86_400 })
  ).body.key_hash
  const over = (await ask('POST', '/api/keys', { ...session(orders), alias: 'over', expires: now() + 5 }))
    .body.key_hash
  clock.nowMs += 60_000
  await storage.write({ kind: 'system', id: '' }, ({ keys }) => keys.noteUses([[over, now() - 10]]))
  for (let i = 0; i < 30; i++) recorder.record(orders, owner.orgId, undefined, 1, i < 6 ? failed : passed)
  recorder.record(closed, owner.orgId, undefined, 1, failed)
  deps.traffic.sample(now() - 1)

  const { body, text } = await ask('GET', '/api/overview')

  assert.deepEqual(kinds(body), [
    'keys_expired_in_use',
    'apis_failing',
    'keys_expiring',
    'apis_inactive',
    'apis_without_key',
    'users_never_signed_in',
  ])
  const [expired, failing, expiring, inactive, without] = body.attention
  assert.deepEqual(expired, {
    kind: 'keys_expired_in_use',
    count: 1,
    first: [
      {
        id: over,
        name: 'over',
        expires: now() - 55,
        last_used_at: new Date((now() - 10) * 1000).toISOString(),
      },
    ],
  })
  assert.deepEqual(failing.first, [{ id: orders, name: 'orders', error_rate: 0.2, requests: 30 }], text)
  assert.deepEqual([expiring.first[0].id, inactive.first[0].name], [soon, 'off'])
  assert.deepEqual(without.first, [{ id: closed, name: 'closed' }], 'not the keyless, not the inactive one')
  assert.deepEqual(body.counts, { apis: 4, keys: 2, policies: 0, users: 1 })
})

test('an overview holds only what the user may read', async () => {
  const { ask, owner, member } = await world()
  const apiId = await makeApi(ask, 'orders', { active: false, ...demo })
  await ask('POST', '/api/keys', { ...session(apiId), expires: 1_900_000_000 })
  const reader = await member({ hooks: 'read' }, owner.orgId)
  const { body, status } = await reader.ask('GET', '/api/overview')
  assert.equal(status, 200)
  assert.deepEqual([body.attention, body.demo], [[], null])
  assert.deepEqual(body.counts, { apis: null, keys: null, policies: null, users: null })
})

test('an overview speaks of the own organisation alone', async () => {
  const { ask, member } = await world()
  await makeApi(ask, 'orders', { active: false, ...demo })
  const stranger = await member()
  const { body } = await stranger.ask('GET', '/api/overview')
  assert.deepEqual([kinds(body), body.demo, body.counts.apis], [['users_never_signed_in'], null, 0])
})

test('the demo is cleared away: its API, the keys that open nothing else and the policies that grant nothing else', async () => {
  const { ask, owner, storage } = await world()
  const right = (id: string) => ({ [id]: { api_id: id, api_name: 'x', versions: ['Default'] } })
  const [demoId, ordersId] = [await makeApi(ask, 'demo', demo), await makeApi(ask, 'orders')]
  const policy = async (name: string, ...ids: string[]) =>
    (
      await ask('POST', '/api/portal/policies', {
        name,
        active: true,
        access_rights: Object.assign({}, ...ids.map(right)),
      })
    ).body.Message
  const [onlyDemo, both] = [await policy('only demo', demoId), await policy('both', demoId, ordersId)]
  const key = async (body: object) => (await ask('POST', '/api/keys', body)).body.key_hash
  const gone = [await key(session(demoId)), await key({ apply_policies: [onlyDemo] })]
  const kept = [await key(session(demoId, ordersId)), await key({ apply_policies: [both] })]

  assert.deepEqual((await ask('GET', '/api/overview')).body.demo, {
    apis: [{ id: demoId, name: 'demo' }],
    keys: 2,
    policies: 1,
  })
  const { text } = await ask('DELETE', '/api/demo')
  assert.equal(text, '{"Status":"OK","Message":"Demo removed","Meta":{"apis":1,"keys":2,"policies":1}}')
  const there = async (id: string) => (await storage.keys.byId(owner.orgId, id)) !== undefined
  assert.deepEqual(await Promise.all([...gone, ...kept].map(there)), [false, false, true, true])
  assert.equal(await storage.apis.byId(owner.orgId, demoId), undefined)
  assert.equal((await storage.policies.byId(owner.orgId, both))?.id, both)
  assert.equal((await ask('DELETE', '/api/demo')).status, 404)
  assert.equal((await ask('GET', '/api/overview')).body.demo, null)
})

test('only an administrator clears the demo away, and only that of the own organisation', async () => {
  const { ask, owner, member } = await world()
  await makeApi(ask, 'demo', demo)
  const writer = await member({ apis: 'write', keys: 'write', policies: 'write' }, owner.orgId)
  assert.equal((await writer.ask('DELETE', '/api/demo')).status, 403)
  assert.equal((await (await member()).ask('DELETE', '/api/demo')).status, 404)
})

test('finding 8: a proxy that is not trusted is an administrator’s concern, and its address nobody else’s', async () => {
  const { deps, ask, member } = await world()
  Object.assign(deps, { untrustedForwarders: () => ['192.0.2.7'] })
  const concern = async (who: typeof ask) =>
    (await who('GET', '/api/overview')).body.attention.find(
      ({ kind }: { kind: string }) => kind === 'proxies_not_trusted',
    )
  assert.deepEqual(await concern(ask), { kind: 'proxies_not_trusted', count: 1, first: [] })
  const reader = await member({ apis: 'read' })
  assert.equal(await concern(reader.ask), undefined)
  const superUser = await member({}, '')
  assert.deepEqual((await concern(superUser.ask)).first, [{ id: '192.0.2.7', name: '192.0.2.7' }])
})
