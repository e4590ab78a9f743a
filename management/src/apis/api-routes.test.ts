import assert from 'node:assert/strict'
import { test } from 'node:test'
import { asking, makeApi, makeUser, smallWorld } from '../test-world.ts'

const error = (Message: string) => ({ Status: 'Error', Message, Meta: null })
const MINIMUM = { name: 'tiny', active: true, proxy: { target_url: 'http://127.0.0.1:1/' } }

test('creating answers the database id in Meta and the public id last, in ID', async () => {
  const { ask } = await smallWorld()
  const { status, text, body } = await ask('POST', '/api/apis/', { api_definition: MINIMUM })
  assert.equal(status, 200)
  assert.match(text, /^\{"Status":"OK","Message":"API created","Meta":"[0-9a-f]{24}","ID":"[0-9a-f]{32}"\}$/)
  const { api_definition } = (await ask('GET', `/api/apis/${body.ID}`)).body
  assert.deepEqual([api_definition.id, api_definition.api_id], [body.Meta, body.ID])
  assert.deepEqual(api_definition.proxy.listen_path, `/${body.ID}/`)
  assert.equal(api_definition.proxy.strip_listen_path, true)
})

test('an API is read by either of its ids, in the wrapper of the contract', async () => {
  const { ask, apiId, user } = await smallWorld()
  const { body } = await ask('GET', `/api/apis/${apiId}`)
  assert.deepEqual(Object.keys(body), [
    'api_model',
    'api_definition',
    'hook_references',
    'is_site',
    'sort_by',
    'user_group_owners',
    'user_owners',
    'created_at',
    'updated_at',
  ])
  assert.equal(body.api_definition.org_id, user.orgId)
  assert.deepEqual((await ask('GET', `/api/apis/${body.api_definition.id}/`)).body, body)
})

test('what was read is saved unchanged, unknown fields of definition and wrapper included', async () => {
  const { ask, clock } = await smallWorld()
  const definition = { ...MINIMUM, x: { deep: [{ y: null }] }, version_data: { not_versioned: true, z: 1 } }
  const sent = { api_definition: definition, sort_by: 3, is_site: true, mine: { a: 1 }, user_owners: null }
  const { body: made } = await ask('POST', '/api/apis', sent)
  const read = (await ask('GET', `/api/apis/${made.ID}`)).body
  assert.deepEqual(read.api_definition.x, definition.x)
  assert.deepEqual([read.api_definition.version_data.z, read.sort_by, read.is_site], [1, 3, true])
  assert.deepEqual(read.mine, { a: 1 })

  clock.nowMs += 1000
  const put = await ask('PUT', `/api/apis/${made.Meta}?accept_additional_properties=true`, read)
  assert.deepEqual(put.body, { Status: 'OK', Message: 'API updated', Meta: null })
  const { updated_at, ...again } = (await ask('GET', `/api/apis/${made.ID}`)).body
  const { updated_at: before, ...first } = read
  assert.deepEqual(again, first)
  assert.notEqual(updated_at, before)
})

test('an update keeps ids and organisation whatever the body says', async () => {
  const { ask, apiId, user } = await smallWorld()
  const { body } = await ask('GET', `/api/apis/${apiId}`)
  const api_definition = {
    ...body.api_definition,
    id: 'f'.repeat(24),
    api_id: 'other',
    org_id: 'f'.repeat(24),
    name: 'new',
  }
  assert.equal((await ask('PUT', `/api/apis/${apiId}`, { api_definition })).status, 200)
  const after = (await ask('GET', `/api/apis/${apiId}`)).body.api_definition
  assert.deepEqual(
    [after.id, after.api_id, after.org_id, after.name],
    [body.api_definition.id, apiId, user.orgId, 'new'],
  )
})

test('a definition that cannot be served is refused with everything wrong, and not stored', async () => {
  const { ask } = await smallWorld()
  const attempt = async (api_definition: unknown) => {
    const { status, body } = await ask('POST', '/api/apis', { api_definition })
    assert.equal(status, 400)
    assert.match(body.Message, /^API definition validation failed: /)
    return body.Message
  }
  assert.match(
    await attempt({ ...MINIMUM, proxy: { target_url: 'nonsense', listen_path: 'no-slash' } }),
    /target_url.*;.*listen_path|listen_path.*;.*target_url/,
  )
  assert.match(await attempt({ ...MINIMUM, active: 'yes' }), /api_definition\.active/)
  await attempt({ ...MINIMUM, api_id: 'with/slash' })
  await attempt(undefined)
  await attempt([])
  assert.equal((await ask('GET', '/api/apis?p=-1')).body.apis.length, 1)
  assert.deepEqual((await ask('POST', '/api/apis', '{')).body, error('Request body malformed'))
})

test('an api_id is kept when it is free and refused with 409 when not, also by another organisation', async () => {
  const { ask, app, apiId, ...world } = await smallWorld()
  const foreign = asking(app, { authorization: (await makeUser(world)).accessKey })
  assert.equal(await makeApi(ask, 'chosen', { api_id: 'my-Api_1' }), 'my-Api_1')
  for (const asked of [ask, foreign]) {
    const { status, body } = await asked('POST', '/api/apis', {
      api_definition: { ...MINIMUM, api_id: 'my-Api_1' },
    })
    assert.deepEqual([status, body], [409, error('Found API with the same ID')])
  }
})

test('one listen path of a domain belongs to one API', async () => {
  const { ask, apiId } = await smallWorld()
  const proxy = { target_url: 'http://127.0.0.1:1/' }
  const attempt = async (more: object) => {
    const { status, body } = await ask('POST', '/api/apis', { api_definition: { ...MINIMUM, ...more } })
    return [status, body.Message]
  }
  const taken = [403, 'Found API with same url']
  assert.deepEqual(await attempt({ proxy: { ...proxy, listen_path: '/orders/' } }), taken)
  assert.deepEqual(await attempt({ proxy: { ...proxy, listen_path: '/orders' } }), taken)
  assert.deepEqual(await attempt({ proxy: { ...proxy, listen_path: `/${apiId}/x` } }), taken)
  const elsewhere = { proxy: { ...proxy, listen_path: '/orders/' }, domain: 'Api.Example.org' }
  assert.equal((await attempt(elsewhere))[0], 200)
  assert.deepEqual(await attempt({ ...elsewhere, domain: 'api.example.ORG' }), taken)
  const second = await makeApi(ask, 'second')
  const { body } = await ask('GET', `/api/apis/${second}`)
  body.api_definition.proxy.listen_path = '/orders/'
  assert.deepEqual((await ask('PUT', `/api/apis/${second}`, body)).body, error(taken[1] as string))
})

test('unknown ids, and those of another organisation, are answered alike', async () => {
  const { app, apiId, ask, ...world } = await smallWorld()
  const foreign = asking(app, { authorization: (await makeUser(world)).accessKey })
  const { body: mine } = await ask('GET', `/api/apis/${apiId}`)
  for (const id of [apiId, mine.api_definition.id, 'f'.repeat(32), 'f'.repeat(24), 'constructor']) {
    const expected = [
      ['GET', `/api/apis/${id}`, undefined, 400, 'Could not retrieve API detail'],
      ['GET', `/api/apis/${id}/url`, undefined, 400, 'Could not retrieve API detail'],
      ['PUT', `/api/apis/${id}`, { api_definition: MINIMUM }, 404, 'API definition does not exist'],
      ['DELETE', `/api/apis/${id}`, undefined, 404, 'Could not retrieve API detail'],
      ['GET', `/api/apis/${id}/access`, undefined, 404, 'API not found'],
      ['PUT', `/api/apis/${id}/access`, { userIds: [] }, 404, 'API not found'],
    ] as const
    for (const [method, path, body, status, message] of expected) {
      const answer = await foreign(method, path, body)
      assert.deepEqual([answer.status, answer.body], [status, error(message)], `${method} ${path}`)
    }
  }
  const invalid = await ask('PUT', '/api/apis/not%20an%20id', { api_definition: MINIMUM })
  assert.deepEqual([invalid.status, invalid.body], [400, error('Invalid `ID` value')])
  assert.deepEqual((await foreign('GET', '/api/apis?p=-1')).body.apis, [])
  assert.deepEqual((await ask('GET', `/api/apis/${apiId}`)).body, mine)
})

test('a deleted API is gone', async () => {
  const { ask, apiId } = await smallWorld()
  assert.deepEqual((await ask('DELETE', `/api/apis/${apiId}`)).body, {
    Status: 'OK',
    Message: 'API deleted',
    Meta: null,
  })
  assert.equal((await ask('GET', `/api/apis/${apiId}`)).status, 400)
  assert.equal((await ask('DELETE', `/api/apis/${apiId}`)).status, 404)
})

test('lists are searched, sorted, filtered and paged', async () => {
  const { ask, clock } = await smallWorld()
  const more = [{ use_keyless: true }, { enable_jwt: true }, { internal: true }, { protocol: 'tcp' }]
  for (const [index, kind] of more.entries()) {
    clock.nowMs += 1000
    await makeApi(ask, `list${index}`, { name: `List ${'dcba'[index]} #eu #n${index}`, ...kind })
  }
  const names = async (query: string) => {
    const { body } = await ask('GET', `/api/apis${query}`)
    return body.apis.map(
      (api: { api_definition: { name: string } }) => api.api_definition.name.split(' #')[0],
    )
  }
  assert.deepEqual(await names(''), ['List a', 'List b', 'List c', 'List d', 'orders'])
  assert.deepEqual(await names('?sort=created_at'), ['orders', 'List d', 'List c', 'List b', 'List a'])
  assert.deepEqual(await names('?sort=-name&q=list'), ['List d', 'List c', 'List b', 'List a'])
  assert.deepEqual(await names('/search?q=ORDER'), ['orders'])
  assert.deepEqual(await names('?auth_type=keyless,jwt'), ['List c', 'List d'])
  assert.deepEqual(await names('?api_type=internal'), ['List b'])
  assert.deepEqual(await names('?api_type=tcp&p=1'), ['List a'])
  assert.deepEqual(await names('?category=n0,%23n2'), ['List b', 'List d'])
  assert.deepEqual(await names('?base_apis=1&p=-2'), ['List a', 'List b', 'List c', 'List d', 'orders'])
  assert.equal((await ask('GET', '/api/apis?sort=sideways')).status, 400)
  for (let i = 0; i < 6; i++) await makeApi(ask, `more${i}`)
  const page = (await ask('GET', '/api/apis?p=2')).body
  assert.deepEqual([page.apis.length, page.pages], [1, 2])
  assert.equal((await ask('GET', '/api/apis?p=0')).body.apis.length, 11)
})

test('categories are the #tags of the names', async () => {
  const { ask } = await smallWorld()
  const one = await makeApi(ask, 'one', { name: 'One #eu #gold' })
  const two = await makeApi(ask, 'two', { name: 'Two #eu' })
  const { body } = await ask('GET', '/api/apis/categories')
  assert.deepEqual(body, {
    categories: [
      { name: 'eu', count: 2 },
      { name: 'gold', count: 1 },
    ],
  })
  assert.deepEqual((await ask('GET', '/api/apis/groups')).body, { eu: [one, two], gold: [one] })
})

test('the url of an API is on its own domain, or else on the gateway', async () => {
  const { ask, apiId } = await smallWorld()
  assert.deepEqual((await ask('GET', `/api/apis/${apiId}/url`)).body, {
    ApiURL: 'http://gateway.example:8080/orders/',
    BasePath: '/orders/',
    Host: 'gateway.example:8080',
  })
  const own = await makeApi(ask, 'own', { domain: 'own.example' })
  assert.equal((await ask('GET', `/api/apis/${own}/url`)).body.ApiURL, 'http://own.example:8080/own/')
})

test('owners of an API are users and groups of its organisation', async () => {
  const { ask, apiId, user, ...world } = await smallWorld()
  const stranger = await makeUser(world)
  const access = `/api/apis/${apiId}/access`
  const put = await ask('PUT', access, { userIds: [user.userId], userGroupIds: [] })
  assert.deepEqual(put.body, { Status: 'OK', Message: 'API access updated', Meta: null })
  assert.deepEqual((await ask('GET', access)).body, { userIds: [user.userId], userGroupIds: [] })
  assert.deepEqual((await ask('GET', `/api/apis/${apiId}`)).body.user_owners, [user.userId])
  assert.equal((await ask('PUT', access, { userIds: [stranger.userId] })).status, 400)
  assert.equal((await ask('PUT', access, { userIds: 'all' })).status, 400)
})

test('hook references become event handlers once, and go when they are taken out', async () => {
  const { ask, apiId } = await smallWorld()
  const own = { handler_name: 'eh_log_handler', handler_meta: { prefix: 'x' } }
  const hook = { id: 'a'.repeat(24), name: 'call me', method: 'POST', target_path: 'http://127.0.0.1:1/hook' }
  const { body } = await ask('GET', `/api/apis/${apiId}`)
  body.api_definition.event_handlers = { events: { QuotaExceeded: [own] }, other: 1 }
  body.hook_references = [{ event_name: 'QuotaExceeded', event_timeout: 60, hook }]
  await ask('PUT', `/api/apis/${apiId}`, body)
  const saved = (await ask('GET', `/api/apis/${apiId}`)).body
  const copy = { handler_name: 'eh_web_hook_handler', handler_meta: { ...hook, event_timeout: 60 } }
  assert.deepEqual(saved.api_definition.event_handlers, { events: { QuotaExceeded: [own, copy] }, other: 1 })

  await ask('PUT', `/api/apis/${apiId}`, saved)
  const { updated_at: _, ...again } = (await ask('GET', `/api/apis/${apiId}`)).body
  const { updated_at: __, ...before } = saved
  assert.deepEqual(again, before)
  await ask('PUT', `/api/apis/${apiId}`, { ...saved, hook_references: [] })
  const { events } = (await ask('GET', `/api/apis/${apiId}`)).body.api_definition.event_handlers
  assert.deepEqual(events, { QuotaExceeded: [own] })
})

test('an API cannot be made a version of another one yet, and nothing is stored', async () => {
  const { ask, apiId } = await smallWorld()
  const refused = await ask('POST', `/api/apis?base_api_id=${apiId}`, { api_definition: MINIMUM })
  assert.deepEqual(
    [refused.status, refused.body],
    [400, error('Creating an API as a version of another is not supported yet')],
  )
  assert.equal((await ask('GET', '/api/apis?p=-1')).body.apis.length, 1)
})

test('a save tells what is asked for and not done, where the contract has room', async () => {
  const { ask } = await smallWorld()
  const { body } = await ask('POST', '/api/apis', { api_definition: MINIMUM })
  const save = async (more: object) =>
    (await ask('PUT', `/api/apis/${body.ID}`, { api_definition: { ...MINIMUM, ...more } })).body
  assert.equal((await save({})).Meta, null)
  const { Status, Meta } = await save({ CORS: { enable: true }, enable_context_vars: true })
  assert.equal(Status, 'OK')
  assert.deepEqual(
    Meta.warnings.map(({ path, code }: { path: string[]; code: string }) => [path.join('.'), code]),
    [
      ['CORS.enable', 'not_obeyed'],
      ['enable_context_vars', 'not_obeyed'],
    ],
  )
})

test('an id of another program is read, saved and served under', async () => {
  const { ask } = await smallWorld()
  for (const api_id of ['orders.v1', 'team:orders', 'me@home', 'bmFtZQ==', 'a'.repeat(255)]) {
    const made = await ask('POST', '/api/apis', { api_definition: { ...MINIMUM, api_id } })
    assert.deepEqual([made.status, made.body.ID], [200, api_id])
    const read = await ask('GET', `/api/apis/${encodeURIComponent(api_id)}`)
    assert.equal(read.body.api_definition.proxy.listen_path, `/${api_id}/`)
    assert.equal((await ask('PUT', `/api/apis/${api_id}`, read.body)).status, 200, api_id)
    assert.equal((await ask('DELETE', `/api/apis/${api_id}`)).status, 200, api_id)
  }
})
