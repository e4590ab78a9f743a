import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Client, controlOf, through } from '../support/client.ts'
import {
  type Api,
  expectStatus,
  newApi,
  newKey,
  newPolicy,
  rightsTo,
  sessionFor,
  unique,
} from '../support/fixtures.ts'
import { arrayOf, at, objectOf, send } from '../support/http.ts'
import { org, server, upstream, useWorld } from '../support/world.ts'

let api: Api
let control: Client

useWorld(async () => {
  api = await newApi(org, upstream.url)
  control = controlOf(server)
})

const inOrg = (more: object = {}) => sessionFor(api, { org_id: org.id, ...more })

test('/hello and /ready answer anyone, with or without a trailing slash', async () => {
  for (const path of ['/hello', '/hello/']) {
    const hello = expectStatus(await send(server.gateway, { path }))
    assert.equal(hello.at('status'), 'pass')
    assert.equal(typeof hello.at('version'), 'string')
    assert.ok(hello.at('details'))
  }
  expectStatus(await send(server.gateway, { path: '/ready' }))
  assert.equal((await send(server.gateway, { path: '/hello', method: 'POST' })).status, 405)
})

test('/tyk/reload and /tyk/reload/group answer as the contract says', async () => {
  for (const path of ['/tyk/reload', '/tyk/reload/', '/tyk/reload?block=true', '/tyk/reload/group']) {
    const reply = expectStatus(await control.get(path))
    assert.equal(reply.text, '{"status":"ok","message":""}\n', path)
    assert.match(String(reply.headers['content-type']), /^application\/json/)
  }
})

test('a key made by POST /tyk/keys/create, /tyk/keys or /tyk/keys/{id} works at once and is seen by the dashboard', async () => {
  const custom = unique('control-custom')
  for (const path of ['/tyk/keys/create', '/tyk/keys', `/tyk/keys/${custom}`]) {
    const made = expectStatus(await control.post(path, inOrg({ alias: path })))

    assert.deepEqual(Object.keys(objectOf(made.json)), ['key', 'status', 'action', 'key_hash'])
    assert.equal(made.at('status'), 'ok')
    assert.equal(made.at('action'), 'added')
    assert.ok(made.text.endsWith('}\n'), 'the body ends with a newline')
    const secret = made.textAt('key')
    if (path.endsWith(custom)) assert.equal(secret, `${org.id}${custom}`)
    else assert.match(secret, new RegExp(`^${org.id}[0-9a-f]{32}$`))
    assert.equal((await through(server, api.listenPath, secret)).status, 200)
    assert.equal((await org.api.get(`/api/keys/${secret}`)).at('data', 'alias'), path)
  }
  assert.equal((await through(server, api.listenPath, custom)).status, 200)
})

test('the failures of key creation have their texts', async () => {
  const badCreate = await control.post('/tyk/keys/create', 'no JSON')
  assert.equal(badCreate.status, 400)
  assert.equal(badCreate.text, '{"status":"error","message":"Unmarshalling failed"}\n')
  const badAdd = await control.post('/tyk/keys', 'no JSON')
  assert.equal(badAdd.status, 400)
  assert.equal(badAdd.text, '{"status":"error","message":"Request malformed"}\n')
  const noRights = await control.post('/tyk/keys/create', { org_id: org.id, rate: 1, per: 1 })
  assert.equal(noRights.status, 400)
  assert.equal(
    noRights.at('message'),
    'Failed to create key, keys must have at least one Access Rights record set.',
  )
  const tooShort = await control.post('/tyk/keys/ab', inOrg())
  assert.equal(tooShort.status, 400)
  assert.equal(tooShort.at('status'), 'error')
})

test('a key is read, changed and deleted by its secret, its custom name and its hash', async () => {
  const custom = unique('control-forms')
  const made = expectStatus(await control.post(`/tyk/keys/${custom}`, inOrg()))
  const hash = made.textAt('key_hash')
  const secret = made.textAt('key')

  for (const path of [`/tyk/keys/${secret}`, `/tyk/keys/${hash}?hashed=1`]) {
    assert.equal(expectStatus(await control.get(path)).at('org_id'), org.id, path)
    const changed = expectStatus(await control.put(path, inOrg({ tags: [path] })))
    assert.equal(changed.at('status'), 'ok')
    assert.equal(changed.at('action'), 'modified')
    assert.deepEqual(expectStatus(await control.get(path)).at('tags'), [path])
  }
  const deleted = expectStatus(await control.delete(`/tyk/keys/${secret}`))
  assert.equal(deleted.at('action'), 'deleted')
  assert.equal((await through(server, api.listenPath, secret)).status, 403)
})

test('unknown keys have the three texts of the three verbs', async () => {
  const path = `/tyk/keys/${org.id}${'0'.repeat(32)}`
  const read = await control.get(path)
  const changed = await control.put(path, inOrg())
  const deleted = await control.delete(path)

  assert.deepEqual([read.status, read.at('message')], [404, 'Key not found'])
  assert.deepEqual([changed.status, changed.at('message')], [404, 'Key is not found'])
  assert.deepEqual([deleted.status, deleted.at('message')], [404, 'There is no such key found'])
})

test('the list of keys holds what was made on either surface', async () => {
  const onDashboard = await newKey(org, api)
  const here = expectStatus(await control.post('/tyk/keys/create', inOrg())).textAt('key_hash')

  const listed = arrayOf(expectStatus(await control.get(`/tyk/keys?api_id=${api.id}`)).at('keys'))
  assert.ok(listed.includes(onDashboard.hash), 'the key of the dashboard')
  assert.ok(listed.includes(here), 'the key made here')
})

test('a preview tells the session with policies applied and stores nothing', async () => {
  const policyId = await newPolicy(org, { access_rights: rightsTo(api), rate: 7, per: 9 })
  const before = arrayOf(expectStatus(await control.get('/tyk/keys')).at('keys')).length

  const preview = expectStatus(
    await control.post('/tyk/keys/preview', { org_id: org.id, apply_policies: [policyId] }),
  )

  assert.equal(preview.at('rate'), 7)
  assert.ok(at(preview.json, 'access_rights', api.id))
  assert.equal(arrayOf(expectStatus(await control.get('/tyk/keys')).at('keys')).length, before)
})

test('the policies of a hashed key are replaced by POST /tyk/keys/policy/{hash}', async () => {
  const other = await newApi(org, upstream.url)
  const policyId = await newPolicy(org, { access_rights: rightsTo(other), rate: -1 })
  const key = await newKey(org, api)

  const reply = expectStatus(
    await control.post(`/tyk/keys/policy/${key.hash}`, { apply_policies: [policyId] }),
  )

  assert.equal(reply.at('action'), 'updated')
  assert.equal((await through(server, other.listenPath, key.secret)).status, 200)
  assert.equal((await through(server, api.listenPath, key.secret)).status, 403)
})

test('API definitions are created, listed, read, changed and deleted bare, and served at once', async () => {
  const id = unique('control-api')
  const definition = {
    name: id,
    api_id: id,
    org_id: org.id,
    active: true,
    use_keyless: true,
    version_data: { not_versioned: true, versions: { Default: { name: 'Default' } } },
    proxy: { listen_path: `/${id}/`, target_url: upstream.url, strip_listen_path: true },
  }
  const made = expectStatus(await control.post('/tyk/apis', definition))
  assert.equal(made.at('key'), id)
  assert.equal(made.at('status'), 'ok')
  assert.equal(made.at('action'), 'added')
  assert.equal((await through(server, `/${id}/`)).status, 200)

  const listed = arrayOf(expectStatus(await control.get('/tyk/apis')).json)
  assert.ok(listed.some((entry) => at(entry, 'api_id') === id))
  assert.equal(expectStatus(await control.get(`/tyk/apis/${id}`)).at('name'), id)
  assert.equal((await org.api.get(`/api/apis/${id}`)).at('api_definition', 'api_id'), id)

  const changed = expectStatus(await control.put(`/tyk/apis/${id}`, { ...definition, active: false }))
  assert.equal(changed.at('action'), 'modified')
  assert.equal((await through(server, `/${id}/`)).status, 404)
  const mismatch = await control.put(`/tyk/apis/${id}`, { ...definition, api_id: 'another' })
  assert.deepEqual(
    [mismatch.status, mismatch.at('message')],
    [400, 'Request APIID does not match that in Definition! For Update operations these must match.'],
  )
  const deleted = expectStatus(await control.delete(`/tyk/apis/${id}`))
  assert.equal(deleted.at('action'), 'deleted')
  const gone = await control.get(`/tyk/apis/${id}`)
  assert.deepEqual([gone.status, gone.at('message')], [404, 'API not found'])
})

test('policies are created, listed, read, changed and deleted, and count for keys at once', async () => {
  const id = unique('control-policy')
  const policy = {
    id,
    name: id,
    org_id: org.id,
    active: true,
    rate: 1,
    per: 3600,
    quota_max: -1,
    quota_renewal_rate: 0,
    access_rights: rightsTo(api),
  }
  const made = expectStatus(await control.post('/tyk/policies', policy))
  assert.equal(made.at('action'), 'added')
  assert.ok(
    arrayOf(expectStatus(await control.get('/tyk/policies')).json).some((entry) => at(entry, 'id') === id),
  )
  assert.equal(expectStatus(await control.get(`/tyk/policies/${id}`)).at('name'), id)

  const key = expectStatus(
    await control.post('/tyk/keys/create', { org_id: org.id, apply_policies: [id] }),
  ).textAt('key')
  assert.equal((await through(server, api.listenPath, key)).status, 200)
  assert.equal((await through(server, api.listenPath, key)).status, 429)
  assert.equal(
    expectStatus(await control.put(`/tyk/policies/${id}`, { ...policy, rate: -1 })).at('action'),
    'modified',
  )
  assert.equal((await through(server, api.listenPath, key)).status, 200)
  assert.equal(expectStatus(await control.delete(`/tyk/policies/${id}`)).at('action'), 'deleted')
  const gone = await control.get(`/tyk/policies/${id}`)
  assert.deepEqual([gone.status, gone.at('message')], [404, 'Policy not found'])
  assert.equal((await through(server, api.listenPath, key)).status, 403)
})

test('a known path with a wrong method is 405, an unknown one is refused', async () => {
  const wrong = await control.send({ method: 'PATCH', path: '/tyk/keys' })
  assert.equal(wrong.status, 405)
  assert.equal(wrong.at('message'), 'Method not supported')
  const unknown = await control.get('/tyk/nonsense')
  assert.ok(unknown.status === 404 || unknown.status === 403, unknown.text)
  assert.equal(unknown.at('status'), 'error')
})

test('no listen path can shadow the control API', async () => {
  const refused = await org.api.post('/api/apis', {
    api_definition: {
      name: unique('shadow'),
      use_keyless: true,
      active: true,
      proxy: { listen_path: '/tyk/', target_url: upstream.url },
    },
  })
  assert.ok(refused.status < 500, refused.text)

  upstream.forget()
  assert.equal((await send(server.gateway, { path: '/tyk/keys' })).status, 403)
  assert.equal((await control.get('/tyk/apis')).status, 200)
  assert.equal(upstream.seen.length, 0)
})
