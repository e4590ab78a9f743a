import assert from 'node:assert/strict'
import { test } from 'node:test'
import { buildControlApi } from './control-api.ts'
import type { Dependencies } from './dependencies.ts'
import { testDashboard } from './test-dashboard.ts'
import { asking, askingControl, makeUser, resourceApp, session, smallWorld, testWorld } from './test-world.ts'

/** What a gateway without a Dashboard is asked, and what both surfaces must not lose of each other's records. */

const DB_ID = 'a'.repeat(24)
const OTHER_ID = 'b'.repeat(24)

async function controlWorld(more: Partial<Dependencies> = {}) {
  const world = await smallWorld()
  return { ...world, tyk: askingControl(buildControlApi({ ...world.deps, ...more })) }
}

async function policyNames(tyk: ReturnType<typeof askingControl>): Promise<string[]> {
  return (await tyk('GET', '/tyk/policies')).body.map(({ name }: { name: string }) => name).sort()
}

test('V4: two ids that do not belong to one policy replace none', async () => {
  const { tyk } = await controlWorld()
  const post = async (policy: object) => (await tyk('POST', '/tyk/policies', policy)).status
  assert.equal(await post({ _id: DB_ID, id: 'gold', name: 'gold' }), 200)
  assert.equal(await post({ id: 'silver', name: 'silver' }), 200)
  for (const taken of [
    { _id: DB_ID, id: 'bronze' },
    { _id: DB_ID, id: 'silver' },
    { _id: OTHER_ID, id: 'gold' },
    { _id: OTHER_ID, id: DB_ID },
  ])
    assert.equal(await post({ ...taken, name: 'thief' }), 409, JSON.stringify(taken))
  assert.equal((await tyk('PUT', '/tyk/policies/gold', { id: 'silver', name: 'thief' })).status, 400)
  assert.equal((await tyk('PUT', '/tyk/policies/gold', { _id: OTHER_ID, name: 'thief' })).status, 400)
  assert.deepEqual(await policyNames(tyk), ['gold', 'silver'])
  // Its own ids, either or both, replace it.
  for (const own of [{ _id: DB_ID, id: 'gold' }, { id: 'gold' }, { _id: DB_ID }, { id: DB_ID }])
    assert.equal(await post({ ...own, name: 'gold' }), 200, JSON.stringify(own))
  assert.deepEqual(await policyNames(tyk), ['gold', 'silver'])
})

test('V4: an import loses nothing either: of APIs, of policies, of organisations', async () => {
  const { admin, member } = await testDashboard()
  const { orgId } = await member()
  const policies = (...Data: object[]) => admin('POST', '/admin/policies/import', { Data })
  const gold = { org_id: orgId, _id: DB_ID, id: 'gold', name: 'gold' }
  assert.equal((await policies(gold)).status, 200)
  assert.equal((await policies(gold)).status, 200, 'once more')
  assert.equal((await policies({ ...gold, id: 'other' })).status, 409)
  assert.equal((await policies({ ...gold, name: 'twice' }, { ...gold, name: 'twice as well' })).status, 409)

  const proxy = { target_url: 'http://127.0.0.1:1' }
  const api = { org_id: orgId, id: DB_ID, api_id: 'one', name: 'one', proxy }
  const apis = (...definitions: object[]) =>
    admin('POST', '/admin/apis/import', { apis: definitions.map((api_definition) => ({ api_definition })) })
  assert.equal((await apis(api, { ...api, id: OTHER_ID, api_id: 'two' })).status, 200)
  assert.equal((await apis({ ...api, id: OTHER_ID })).status, 409, 'the database id of another API')
  assert.equal((await apis({ ...api, api_id: 'three' })).status, 409)
  assert.equal((await apis({ ...api, name: 'a' }, { ...api, name: 'b' })).status, 409)

  assert.equal((await admin('POST', '/admin/organisations', { id: orgId, owner_name: 'thief' })).status, 409)
  assert.notEqual((await admin('GET', `/admin/organisations/${orgId}`)).body.owner_name, 'thief')
})

test('V5: a policy of the Dashboard has its id here, in the list and alone, and can be sent back', async () => {
  const { tyk, ask } = await controlWorld()
  const { body } = await ask('POST', '/api/portal/policies', { name: 'gold', rate: 1, per: 1 })
  const [listed] = (await tyk('GET', '/tyk/policies')).body
  const { body: read } = await tyk('GET', `/tyk/policies/${body.Message}`)
  assert.deepEqual([listed.id, read.id, read._id], [body.Message, body.Message, body.Message])
  assert.equal((await tyk('PUT', `/tyk/policies/${read.id}`, read)).status, 200)
  assert.equal((await tyk('POST', '/tyk/policies', read)).body.key, body.Message)
  assert.equal((await ask('GET', '/api/portal/policies')).body.Data.length, 1)
  assert.equal((await ask('GET', `/api/portal/policies/${body.Message}`)).body.id, body.Message)
})

test('V7: names of policies are free here, and who saves one of two in the Dashboard may', async () => {
  const { tyk, ask } = await controlWorld()
  for (const id of ['one', 'two'])
    assert.equal((await tyk('POST', '/tyk/policies', { id, name: 'gold' })).status, 200)
  assert.equal((await tyk('PUT', '/tyk/policies/two', { id: 'two', name: 'gold', rate: 3 })).status, 200)
  const { body: two } = await ask('GET', '/api/portal/policies/two')
  assert.equal((await ask('PUT', '/api/portal/policies/two', { ...two, rate: 5 })).status, 200)
  assert.equal((await ask('POST', '/api/portal/policies', { name: 'gold' })).status, 400)
  await ask('POST', '/api/portal/policies', { id: 'three', name: 'silver' })
  assert.equal((await ask('PUT', '/api/portal/policies/three', { name: 'gold' })).status, 400)
})

test('V8: with the setting the APIs of one organisation share a listen path, those of two do not', async () => {
  const world = await testWorld()
  const deps = { ...world.deps, duplicateSlugs: true }
  const app = resourceApp({ ...world, deps })
  const mine = asking(app, { authorization: (await makeUser(world)).accessKey })
  const theirs = asking(app, { authorization: (await makeUser(world)).accessKey })
  const body = (name: string, listen_path = '/same/') => ({
    api_definition: { name, proxy: { listen_path, target_url: 'http://127.0.0.1:1' } },
  })
  const { body: first } = await mine('POST', '/api/apis', body('a'))
  assert.deepEqual([(await mine('POST', '/api/apis', body('b'))).status, first.Status], [200, 'OK'])
  assert.equal((await mine('POST', '/api/apis', body('c', '/same'))).status, 200)
  assert.equal((await mine('PUT', `/api/apis/${first.ID}`, body('a'))).status, 200)
  assert.equal((await theirs('POST', '/api/apis', body('d'))).status, 403)
  const without = asking(resourceApp(world), { authorization: (await makeUser(world)).accessKey })
  assert.equal((await without('POST', '/api/apis', body('e'))).status, 403)
})

const bare = (name: string) => ({ name, use_keyless: true, proxy: { target_url: 'http://127.0.0.1:1' } })

test('V9: any organisation may be named, and is kept', async () => {
  const { tyk } = await controlWorld()
  for (const orgId of ['default', '1', 'my-team', 'team:eu@example.org', 'Acme']) {
    const api_id = `api-of-${orgId.replaceAll(/\W/g, '')}`
    const made = await tyk('POST', '/tyk/apis', { ...bare('a'), api_id, org_id: orgId })
    assert.equal(made.status, 200, made.text)
    assert.equal((await tyk('GET', `/tyk/apis/${api_id}`)).body.org_id, orgId)
    const policy = { id: 'gold', org_id: orgId, access_rights: session(api_id).access_rights }
    assert.equal((await tyk('POST', '/tyk/policies', policy)).status, 200, orgId)
    const key = await tyk('POST', '/tyk/keys/create', { org_id: orgId, apply_policies: ['gold'] })
    assert.equal(key.body.key.slice(0, -32), orgId)
    assert.equal((await tyk('GET', `/tyk/keys/${encodeURIComponent(key.body.key)}`)).body.org_id, orgId)
    const custom = `custom-of-${api_id}`
    assert.equal((await tyk('POST', `/tyk/keys/${custom}`, session(api_id))).body.key, orgId + custom)
    assert.equal((await tyk('GET', `/tyk/keys/${custom}`)).status, 200, 'without saying whose')
    assert.equal((await tyk('DELETE', `/tyk/keys/${custom}`)).status, 200)
    assert.equal(
      (await tyk('POST', `/tyk/org/keys/${encodeURIComponent(orgId)}`, { rate: 5, per: 1 })).status,
      200,
    )
  }
  for (const orgId of ['a/b', 'a b', '-', 'x'.repeat(200), '\u00e9'])
    assert.equal((await tyk('POST', '/tyk/apis', { ...bare('a'), org_id: orgId })).status, 400, orgId)
})

test('V9: an installation with a Dashboard’s organisations takes theirs, and the one of the setting', async () => {
  const { tyk, deps, ...world } = await controlWorld()
  assert.equal((await tyk('POST', '/tyk/apis', { ...bare('a'), api_id: 'a', org_id: DB_ID })).status, 200)
  assert.equal(
    (await tyk('POST', '/tyk/apis', { ...bare('b'), api_id: 'b' })).status,
    200,
    'one is a Dashboard’s',
  )
  await makeUser({ deps, ...world })
  for (const org_id of [OTHER_ID, 'default', ''])
    assert.equal((await tyk('POST', '/tyk/apis', { ...bare('c'), api_id: 'c', org_id })).status, 400, org_id)
  assert.equal((await tyk('POST', '/tyk/policies', { id: 'p', org_id: 'default' })).status, 400)
  assert.equal((await tyk('POST', '/tyk/keys', { ...session('none'), org_id: 'default' })).status, 400)
  assert.equal((await tyk('POST', '/tyk/org/keys/default', { rate: 1, per: 1 })).status, 404)
  const setting = askingControl(buildControlApi({ ...deps, defaultOrganisation: 'default' }))
  for (const org_id of ['default', '', null]) {
    const api_id = `api-${org_id}`
    assert.equal((await setting('POST', '/tyk/apis', { ...bare('d'), api_id, org_id })).status, 200)
    assert.equal((await setting('GET', `/tyk/apis/${api_id}`)).body.org_id, 'default')
  }
  assert.equal(
    (await setting('POST', '/tyk/apis', { ...bare('e'), api_id: 'e', org_id: 'other' })).status,
    400,
  )
})

test('V9: what names no organisation goes where its API or policy is', async () => {
  const { tyk, user } = await controlWorld()
  await tyk('POST', '/tyk/apis', { ...bare('a'), api_id: 'a' })
  assert.equal((await tyk('GET', '/tyk/apis/a')).body.org_id, user.orgId)
  await tyk('POST', '/tyk/apis', { ...bare('b'), api_id: 'b', org_id: 'default' })
  await tyk('POST', '/tyk/policies', { id: 'theirs', access_rights: session('b').access_rights })
  assert.equal((await tyk('GET', '/tyk/policies/theirs')).body.org_id, 'default')
  for (const org_id of [undefined, '', 'default', '1']) {
    const byPolicy = await tyk('POST', '/tyk/keys', { org_id, apply_policies: ['theirs'] })
    assert.equal(byPolicy.body.key?.slice(0, -32), 'default', `${org_id}: ${byPolicy.text}`)
    const byApi = await tyk('POST', '/tyk/keys', { ...session('b'), org_id })
    assert.equal(byApi.body.key?.slice(0, -32), 'default', `${org_id}: ${byApi.text}`)
  }
})

test('V9: what is refused makes no organisation', async () => {
  const { tyk, storage } = await controlWorld()
  const before = (await storage.organisations.list({ page: 0, size: 1 })).total
  for (const [path, body] of [
    ['/tyk/apis', { name: 'x', proxy: { target_url: 'no target' } }],
    ['/tyk/policies', { id: 'x', partitions: { per_api: true, quota: true } }],
    ['/tyk/keys', { rate: 1, per: 1 }],
    ['/tyk/keys/create', session('none')],
  ] as const)
    assert.equal((await tyk('POST', path, { ...body, org_id: 'word' })).status, 400, path)
  assert.equal((await tyk('POST', '/tyk/certs?org_id=word', 'no PEM')).status, 403)
  assert.equal((await storage.organisations.list({ page: 0, size: 1 })).total, before)
})

test('V9: an organisation keeps the id that it is made with', async () => {
  const { admin } = await testDashboard()
  for (const id of [DB_ID, 'default', '1']) {
    assert.equal((await admin('POST', '/admin/organisations', { id, owner_name: id })).body.Meta, id)
    assert.equal((await admin('GET', `/admin/organisations/${id}`)).body.owner_name, id)
  }
  assert.equal(
    (await admin('POST', '/admin/organisations/import', { id: 'moved', owner_name: 'm' })).body.Meta,
    'moved',
  )
  assert.match(
    (await admin('POST', '/admin/organisations', { id: '', owner_name: 'x' })).body.Meta,
    /^[0-9a-f]{24}$/,
  )
  assert.match((await admin('POST', '/admin/organisations', { owner_name: 'x' })).body.Meta, /^[0-9a-f]{24}$/)
  assert.equal((await admin('POST', '/admin/organisations', { id: 'a/b' })).status, 400)
})

test('W1: hello tells of the store and the Dashboard, and the release of Tyk that is followed', async () => {
  const { tyk, deps } = await controlWorld()
  const { body } = await tyk('GET', '/hello')
  const { redis, dashboard } = body.details
  assert.deepEqual([body.status, redis.status, dashboard.status], ['pass', 'pass', 'pass'])
  assert.deepEqual([redis.componentType, dashboard.componentType], ['datastore', 'system'])
  assert.match(body.version, /^v5\.\d+\.\d+$/)
  assert.equal(body.tollgate_version, deps.version)
  assert.equal((await tyk('GET', '/ready')).body.details.dashboard.status, 'pass')
  const starting = askingControl(buildControlApi({ ...deps, notReady: () => 'starting' }))
  const early = await starting('GET', '/hello')
  assert.deepEqual([early.status, early.body.details.dashboard.status], [200, 'warn'])
})

test('W6: what is no JSON is the client’s fault on every path of keys', async () => {
  const { tyk } = await controlWorld()
  for (const path of [
    '/tyk/keys/create',
    '/tyk/keys',
    '/tyk/keys/custom',
    '/tyk/keys/preview',
    '/tyk/keys/policy/x',
  ])
    for (const body of ['{', '', 'no JSON', '{"a":1}}'])
      assert.equal((await tyk('POST', path, body)).status, 400, `${path} ${body}`)
})

test('V2: a key that is made as it is sent keeps a past expiry, every other way refuses it', async () => {
  const { tyk, apiId, clock } = await controlWorld()
  const expires = Math.floor(clock.nowMs / 1000) - 60
  const body = { ...session(apiId), expires }
  const made = await tyk('POST', '/tyk/keys/create', body)
  assert.deepEqual(
    [made.status, (await tyk('GET', `/tyk/keys/${made.body.key}`)).body.expires],
    [200, expires],
  )
  for (const path of ['/tyk/keys', '/tyk/keys/custom', '/tyk/keys/preview'])
    assert.deepEqual([(await tyk('POST', path, body)).status], [400], path)
  const live = (await tyk('POST', '/tyk/keys', session(apiId))).body.key
  assert.equal((await tyk('PUT', `/tyk/keys/${live}`, body)).status, 400)
  assert.equal((await tyk('GET', `/tyk/keys/${live}`)).body.expires, -1)
  const { org_id } = (await tyk('GET', `/tyk/keys/${live}`)).body
  assert.equal((await tyk('POST', `/tyk/org/keys/${org_id}`, { rate: 1, per: 1, expires })).status, 400)
})
