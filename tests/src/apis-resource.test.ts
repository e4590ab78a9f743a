import assert from 'node:assert/strict'
import { test } from 'node:test'
import { through } from '../support/client.ts'
import { apiBody, expectStatus, newApi, newOrganisation, unique } from '../support/fixtures.ts'
import { arrayOf, at, objectOf, type Reply } from '../support/http.ts'
import { org, server, upstream, useWorld } from '../support/world.ts'

useWorld()

const assertError = (reply: Reply, status: number, message: string) => {
  assert.equal(reply.status, status, reply.text)
  assert.equal(reply.text, `{"Status":"Error","Message":${JSON.stringify(message)},"Meta":null}`)
}

test('the smallest definition gets ids, a listen path under its id, and auth by token', async () => {
  const created = expectStatus(
    await org.api.post('/api/apis', {
      api_definition: { name: 'Smallest', active: true, proxy: { target_url: upstream.url } },
    }),
  )
  const id = created.textAt('ID')
  const wrapper = expectStatus(await org.api.get(`/api/apis/${id}`))

  assert.equal(wrapper.at('api_definition', 'proxy', 'listen_path'), `/${id}/`)
  assert.equal(wrapper.at('api_definition', 'proxy', 'strip_listen_path'), true)
  assert.equal(wrapper.at('api_definition', 'org_id'), org.id)
  assert.equal(wrapper.at('api_definition', 'id'), created.at('Meta'))
  assert.deepEqual(wrapper.at('hook_references'), [])
  assert.deepEqual(wrapper.at('user_owners'), [])
  assert.deepEqual(wrapper.at('user_group_owners'), [])
  assert.equal(wrapper.at('is_site'), false)
  assert.equal(wrapper.at('sort_by'), 0)
  assert.deepEqual(wrapper.at('api_model'), {})
  assert.equal((await through(server, `/${id}/`)).status, 401)
})

test('a definition is kept whole, with every field we do not know, and saving it unchanged changes nothing', async () => {
  const api = await newApi(org, upstream.url, {
    x_unknown: { deep: [1, null, { a: 'b' }] },
    config_data: { any: ['thing'] },
    CORS: { enable: false, x_cors: 1 },
  })
  const path = `/api/apis/${api.id}`
  const first = objectOf(expectStatus(await org.api.get(path)).json)
  assert.deepEqual(at(first, 'api_definition', 'x_unknown'), { deep: [1, null, { a: 'b' }] })
  const updated = expectStatus(await org.api.put(path, first))
  assert.equal(updated.text, '{"Status":"OK","Message":"API updated","Meta":null}')
  const second = objectOf(expectStatus(await org.api.get(path)).json)

  assert.deepEqual({ ...second, updated_at: 0 }, { ...first, updated_at: 0 })
})

test('given ids are kept, and a taken one is 409', async () => {
  const id = unique('given')
  const body = apiBody(upstream.url, { api_id: id })
  assert.equal(expectStatus(await org.api.post('/api/apis', body)).at('ID'), id)

  assertError(
    await org.api.post('/api/apis', apiBody(upstream.url, { api_id: id })),
    409,
    'Found API with the same ID',
  )
})

test('an unknown API has the texts of the verbs', async () => {
  const path = `/api/apis/${'0'.repeat(32)}`
  assertError(await org.api.get(path), 400, 'Could not retrieve API detail')
  assertError(await org.api.put(path, apiBody(upstream.url)), 404, 'API definition does not exist')
  assertError(await org.api.delete(path), 404, 'Could not retrieve API detail')
  assertError(await org.api.get(`${path}/access`), 404, 'API not found')
})

test('what cannot be compiled is refused before anything is stored', async () => {
  const before = expectStatus(await org.api.get('/api/apis?p=-1')).text
  const bad = [
    { name: '', proxy: { target_url: upstream.url } },
    { name: unique('bad'), proxy: { target_url: 'no url at all' } },
    { name: unique('bad'), proxy: { target_url: upstream.url, listen_path: 17 } },
    { name: unique('bad'), proxy: { target_url: upstream.url }, version_data: { versions: 'none' } },
    { name: unique('bad'), proxy: { target_url: upstream.url }, api_id: 'no/good id' },
  ]
  for (const definition of bad) {
    const reply = await org.api.post('/api/apis', { api_definition: definition })
    assert.equal(reply.status, 400, `${JSON.stringify(definition)}: ${reply.text}`)
    assert.equal(reply.at('Status'), 'Error')
  }
  assert.equal((await org.api.post('/api/apis', { nothing: 1 })).status, 400)
  assert.equal(expectStatus(await org.api.get('/api/apis?p=-1')).text, before)
})

test('lists are sorted, searched and filtered as asked', async () => {
  const own = await newOrganisation(server)
  const names = ['banana #fruit', 'apple #fruit #red', 'carrot #root']
  for (const name of names) await newApi(own, upstream.url, { name, use_keyless: name.startsWith('carrot') })
  const listed = async (query: string) =>
    arrayOf(expectStatus(await own.api.get(`/api/apis${query}`)).at('apis')).map((entry) =>
      at(entry, 'api_definition', 'name'),
    )

  assert.deepEqual(await listed('?sort=name'), ['apple #fruit #red', 'banana #fruit', 'carrot #root'])
  assert.deepEqual(await listed('?sort=-name'), ['carrot #root', 'banana #fruit', 'apple #fruit #red'])
  assert.deepEqual(await listed('?sort=created_at'), names)
  assert.deepEqual(await listed(''), [...names].reverse())
  assert.deepEqual(await listed('?q=NAN'), ['banana #fruit'])
  assert.deepEqual(await listed('/search?q=carr'), ['carrot #root'])
  assert.deepEqual(await listed('?category=root'), ['carrot #root'])
  const categories = arrayOf(expectStatus(await own.api.get('/api/apis/categories')).at('categories'))
  assert.deepEqual(categories.map((entry) => [at(entry, 'name'), at(entry, 'count')]).sort(), [
    ['fruit', 2],
    ['red', 1],
    ['root', 1],
  ])
})

test('url and access of an API are read and set', async () => {
  const api = await newApi(org, upstream.url)
  const url = expectStatus(await org.api.get(`/api/apis/${api.id}/url`))
  assert.deepEqual(Object.keys(objectOf(url.json)).sort(), ['ApiURL', 'BasePath', 'Host'])
  assert.ok(
    url.textAt('ApiURL').endsWith(api.listenPath) ||
      url.textAt('ApiURL').endsWith(api.listenPath.slice(0, -1)),
  )

  const access = { userIds: [org.userId], userGroupIds: [] }
  const set = expectStatus(await org.api.put(`/api/apis/${api.id}/access`, access))
  assert.equal(set.at('Message'), 'API access updated')
  assert.deepEqual(expectStatus(await org.api.get(`/api/apis/${api.id}/access`)).json, access)
})

test('a deleted API is gone everywhere, and its keys open nothing', async () => {
  const api = await newApi(org, upstream.url, { use_keyless: true })
  assert.equal((await through(server, api.listenPath)).status, 200)
  const deleted = expectStatus(await org.api.delete(`/api/apis/${api.id}`))

  assert.equal(deleted.text, '{"Status":"OK","Message":"API deleted","Meta":null}')
  assert.equal((await through(server, api.listenPath)).status, 404)
  assert.equal((await org.api.get(`/api/apis/${api.id}`)).status, 400)
})

test('imports by the operator keep ids and answer which were taken', async () => {
  const { adminOf } = await import('../support/client.ts')
  const id = unique('imported')
  const imported = expectStatus(
    await adminOf(server).post('/admin/apis/import', {
      apis: [
        { ...apiBody(upstream.url, { api_id: id, id: 'ab'.repeat(12), org_id: org.id, use_keyless: true }) },
      ],
    }),
  )

  assert.equal(imported.at('Message'), 'APIs imported')
  assert.deepEqual(imported.at('Meta'), { [id]: true })
  assert.equal(expectStatus(await org.api.get(`/api/apis/${id}`)).at('api_definition', 'id'), 'ab'.repeat(12))
  assert.equal((await through(server, `/${id}/`)).status, 200)
})
