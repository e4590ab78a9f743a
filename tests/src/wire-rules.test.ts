import assert from 'node:assert/strict'
import { test } from 'node:test'
import { adminOf, dashboardAs } from '../support/client.ts'
import {
  apiBody,
  expectStatus,
  newApi,
  newKey,
  newOrganisation,
  rightsTo,
  unique,
} from '../support/fixtures.ts'
import { arrayOf, objectOf, send } from '../support/http.ts'
import { org, server, useWorld } from '../support/world.ts'

const target = 'http://127.0.0.1:9'

useWorld()

const types = [
  'application/x-www-form-urlencoded',
  'text/plain',
  'application/json; charset=utf-8',
  'multipart/form-data',
]

test('the body is read as JSON whatever the Content-Type says, and without one', async () => {
  for (const headers of [{}, ...types.map((type) => ({ 'content-type': type }))]) {
    const api = expectStatus(await org.api.post('/api/apis', apiBody(target), headers))
    const rights = rightsTo({ id: api.textAt('ID'), name: 'x' })
    expectStatus(await org.api.post('/api/keys', { rate: 1, per: 1, access_rights: rights }, headers))
    expectStatus(
      await org.api.post(
        '/api/portal/policies',
        { name: unique('policy'), active: true, rate: 1, per: 1, access_rights: rights },
        headers,
      ),
    )
    expectStatus(
      await org.api.post('/api/usergroups', { name: unique('group'), user_permissions: {} }, headers),
    )
    expectStatus(await adminOf(server).post('/admin/organisations', { owner_name: unique('org') }, headers))
  }
})

test('a trailing slash is optional and never redirects', async () => {
  const admin = adminOf(server)
  expectStatus(await send(server.dashboard, { path: '/hello/' }))
  expectStatus(await admin.get('/admin/hello/'))
  expectStatus(await admin.get('/admin/organisations/'))
  expectStatus(await admin.post('/admin/organisations/', { owner_name: unique('org') }))
  expectStatus(await org.api.get('/api/apis/?p=-1'))
  expectStatus(await org.api.get('/api/users/'))
  expectStatus(await org.api.get('/api/portal/policies/'))
  expectStatus(await org.api.get('/api/portal/policies/search/?q='))
  const api = expectStatus(await org.api.post('/api/apis/', apiBody(target))).textAt('ID')
  const key = expectStatus(
    await org.api.post('/api/keys/', { rate: 1, per: 1, access_rights: rightsTo({ id: api, name: 'x' }) }),
  ).textAt('key_id')
  expectStatus(await org.api.get(`/api/keys/${key}/?auto_guess=true`))
  expectStatus(await org.api.get(`/api/apis/${api}/keys/${key}/`))
  expectStatus(await org.api.delete(`/api/keys/${key}/`))
  expectStatus(await org.api.get(`/api/apis/${api}/`))
})

test('the access key is taken raw and as Bearer, under any case of the header name', async () => {
  const ask = (headers: Record<string, string>) => send(server.dashboard, { path: '/api/apis', headers })

  for (const name of ['authorization', 'Authorization', 'AUTHORIZATION']) {
    expectStatus(await ask({ [name]: org.accessKey }))
    expectStatus(await ask({ [name]: `Bearer ${org.accessKey}` }))
  }
  expectStatus(await ask({ authorization: org.accessKey, 'admin-auth': 'irrelevant' }))
  expectStatus(await ask({ authorization: org.accessKey, 'admin-auth': server.adminSecret }))
  const admin = await send(server.dashboard, {
    path: '/admin/organisations',
    headers: { authorization: 'irrelevant', 'admin-auth': server.adminSecret },
  })
  expectStatus(admin)
})

test('who is nobody gets 401 with the error envelope on every surface', async () => {
  const envelope = '{"Status":"Error","Message":"Not authorised","Meta":null}'
  const asked = [
    await send(server.dashboard, { path: '/api/apis' }),
    await send(server.dashboard, { path: '/api/apis', headers: { authorization: 'wrong' } }),
    await send(server.dashboard, { path: '/admin/organisations' }),
    await send(server.dashboard, { path: '/admin/organisations', headers: { 'admin-auth': 'wrong' } }),
    await send(server.dashboard, { path: '/api/nothing/of/the/kind' }),
  ]
  for (const reply of asked) {
    assert.equal(reply.status, 401)
    assert.equal(reply.text, envelope)
    assert.match(String(reply.headers['content-type']), /^application\/json/)
  }
})

test('answers are compact, with Status, Message, Meta and ID in this order', async () => {
  const admin = adminOf(server)
  const created = expectStatus(await admin.post('/admin/organisations', { owner_name: unique('org') }))
  assert.match(created.text, /^\{"Status":"OK","Message":"Org created","Meta":"[0-9a-f]{24}"\}\n?$/)
  const api = expectStatus(await org.api.post('/api/apis', apiBody(target)))
  assert.match(
    api.text,
    /^\{"Status":"OK","Message":"API created","Meta":"[0-9a-f]{24}","ID":"[0-9a-f]{32}"\}\n?$/,
  )
  const policy = expectStatus(
    await org.api.post('/api/portal/policies', {
      name: unique('policy'),
      active: true,
      access_rights: rightsTo({ id: api.textAt('ID'), name: 'x' }),
    }),
  )
  assert.match(policy.text, /^\{"Status":"OK","Message":"[0-9a-f]{24}","Meta":null\}\n?$/)
  const user = expectStatus(
    await admin.post('/admin/users', {
      org_id: org.id,
      first_name: 'A',
      last_name: 'B',
      email_address: `${unique('u')}@example.com`,
      active: true,
    }),
  )
  assert.match(user.text, /^\{"Status":"OK","Message":"[0-9a-f]{32}","Meta":\{/)
  assert.match(user.text, /"id":"[0-9a-f]{24}"/)
  assert.match(user.text, /"access_key":"[0-9a-f]{32}"/)
})

test('an API is found under both of its ids on every route', async () => {
  const api = await newApi(org, target)
  for (const id of [api.id, api.dbId]) {
    const wrapper = expectStatus(await org.api.get(`/api/apis/${id}`))
    assert.equal(wrapper.at('api_definition', 'api_id'), api.id)
    assert.equal(wrapper.at('api_definition', 'id'), api.dbId)
    expectStatus(await org.api.put(`/api/apis/${id}`, wrapper.json))
    expectStatus(await org.api.get(`/api/apis/${id}/url`))
    expectStatus(await org.api.get(`/api/apis/${id}/access`))
    expectStatus(await org.api.get(`/api/apis/${id}/keys`))
  }
  const second = await newApi(org, target)
  expectStatus(await org.api.delete(`/api/apis/${api.dbId}`))
  expectStatus(await org.api.delete(`/api/apis/${second.id}`))
})

test('lists have pages of ten; p counts from one, 0 and less mean everything, absent means the first', async () => {
  const own = await newOrganisation(server)
  const api = await newApi(own, target)
  for (let count = 0; count < 11; count++) await newApi(own, target)
  for (let count = 0; count < 23; count++) await newKey(own, api)
  const apis = async (query: string) => {
    const reply = expectStatus(await own.api.get(`/api/apis${query}`))
    return [arrayOf(reply.at('apis')).length, reply.at('pages')]
  }
  const keys = async (query: string) => {
    const reply = expectStatus(await own.api.get(`/api/apis/keys${query}`))
    return [arrayOf(reply.at('data', 'keys')).length, reply.at('pages')]
  }

  assert.deepEqual(await apis(''), [10, 2])
  assert.deepEqual(await apis('?p=1'), [10, 2])
  assert.deepEqual(await apis('?p=2'), [2, 2])
  assert.deepEqual(await apis('?p=3'), [0, 2])
  for (const page of ['0', '-1', '-2']) assert.deepEqual(await apis(`?p=${page}`), [12, 1])
  assert.deepEqual(await keys('?p=3'), [3, 3])
  assert.deepEqual(await keys('?p=-1'), [23, 1])
  const pages = await Promise.all([1, 2, 3].map((page) => own.api.get(`/api/apis/keys?p=${page}`)))
  const all = pages.flatMap((page) => arrayOf(page.at('data', 'keys')))
  assert.equal(new Set(all).size, 23, 'pages neither repeat nor leave out')
})

test('messages of errors carry no full stop', async () => {
  const replies = [
    await org.api.get(`/api/keys/${'0'.repeat(32)}`),
    await org.api.get(`/api/apis/${'0'.repeat(32)}`),
    await org.api.get(`/api/users/${'0'.repeat(24)}`),
    await org.api.get(`/api/portal/policies/${'0'.repeat(24)}`),
    await org.api.post('/api/keys', '{'),
    await dashboardAs(server, 'wrong').get('/api/keys'),
  ]
  for (const reply of replies) {
    assert.equal(reply.at('Status'), 'Error')
    assert.doesNotMatch(reply.textAt('Message'), /\.$/)
    assert.deepEqual(Object.keys(objectOf(reply.json)), ['Status', 'Message', 'Meta'])
    assert.equal(reply.at('Meta'), null)
  }
})

test('an unknown path is 404 for who is known, with the envelope', async () => {
  const reply = await org.api.get('/api/nothing/of/the/kind')

  assert.ok(reply.status === 404 || reply.status === 403, reply.text)
  assert.equal(reply.at('Status'), 'Error')
})

test('HEAD works where GET does', async () => {
  for (const path of ['/hello', '/admin/hello']) {
    const reply = await adminOf(server).send({ method: 'HEAD', path })
    assert.equal(reply.status, 200, path)
    assert.equal(reply.bytes.length, 0)
  }
})

test('the reference page and its document need no credentials and load nothing from elsewhere', async () => {
  const page = expectStatus(
    await send(server.dashboard, { path: '/docs' }).then(async (reply) =>
      reply.status >= 300 && reply.status < 400
        ? send(server.dashboard, { path: String(reply.headers.location).replace(/^https?:\/\/[^/]+/, '') })
        : reply,
    ),
  )
  assert.match(String(page.headers['content-type']), /^text\/html/)
  assert.doesNotMatch(page.text, /(?:src|href)=["']?(?:https?:)?\/\//)
  assert.ok(page.headers['content-security-policy'], 'a content security policy')
  expectStatus(await send(server.dashboard, { path: '/docs/openapi.json' }))
})
