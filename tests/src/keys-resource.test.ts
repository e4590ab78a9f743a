import assert from 'node:assert/strict'
import { test } from 'node:test'
import { through } from '../support/client.ts'
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
import { arrayOf, at, objectOf, type Reply } from '../support/http.ts'
import { org, server, upstream, useWorld } from '../support/world.ts'

let api: Api

useWorld(async () => {
  api = await newApi(org, upstream.url)
})

const assertError = (reply: Reply, status: number, message: string | RegExp) => {
  assert.equal(reply.status, status, reply.text)
  if (typeof message === 'string') {
    assert.equal(reply.text, `{"Status":"Error","Message":${JSON.stringify(message)},"Meta":null}`)
  } else {
    assert.match(reply.textAt('Message'), message)
  }
}

test('a body that is no JSON is 403, one that does not fit is 400 and names the field', async () => {
  assertError(await org.api.post('/api/keys', '{"rate":'), 403, 'Request body malformed')
  const wrong: [object, string][] = [
    [{ rate: 'fast' }, 'rate'],
    [{ access_rights: { [api.id]: { versions: 'Default' } } }, 'versions'],
    [{ tags: 'one' }, 'tags'],
    [{ quota_max: 1.5 }, 'quota_max'],
    [{ is_inactive: 'no' }, 'is_inactive'],
  ]
  for (const [change, field] of wrong) {
    const reply = await org.api.post('/api/keys', sessionFor(api, change as Record<string, unknown>))
    assertError(reply, 400, new RegExp(`object validation failed.*${field}`))
  }
})

test('a key without rights and policies is refused', async () => {
  for (const body of [{ rate: 1, per: 1 }, { rate: 1, per: 1, access_rights: {} }, { apply_policies: [] }]) {
    assertError(
      await org.api.post('/api/keys', body),
      400,
      /^Failed to create key, keys must have at least one Access Rights record set/,
    )
  }
})

test('rights to an API that is not there are refused and the API is named', async () => {
  const missing = 'd'.repeat(32)
  const reply = await org.api.post('/api/keys', sessionFor({ id: missing, name: 'x' }))

  assertError(reply, 400, new RegExp(missing))
})

test('a key is read by secret, by hash and by guess, on both addresses and with any API', async () => {
  const { secret, hash, created } = await newKey(org, api, { alias: 'read me' })
  const other = await newApi(org, upstream.url)
  const paths = [
    `/api/keys/${secret}`,
    `/api/keys/${hash}?hashed=1`,
    `/api/keys/${hash}?hashed=true`,
    `/api/keys/${hash}?auto_guess=true`,
    `/api/keys/${secret}?auto_guess=true`,
    `/api/apis/${api.id}/keys/${secret}`,
    `/api/apis/-/keys/${secret}`,
    `/api/apis/-/keys/${hash}?hashed=1`,
    `/api/apis/${api.dbId}/keys/${hash}?auto_guess=true`,
  ]
  for (const path of paths) {
    const read = expectStatus(await org.api.get(path))
    assert.deepEqual(Object.keys(objectOf(read.json)), ['api_model', 'key_id', 'data', 'key_hash'], path)
    assert.equal(read.at('key_hash'), hash)
    assert.equal(read.at('data', 'alias'), 'read me')
    assert.deepEqual(read.at('data', 'access_rights'), created.at('data', 'access_rights'))
    assert.notEqual(read.at('key_id'), '')
    if (path.includes(hash)) assert.ok(!read.text.includes(secret), 'a secret is shown once')
  }
  assertError(await org.api.get(`/api/keys/${org.id}${'0'.repeat(32)}`), 404, 'Could not retrieve key detail')
  assert.ok([200, 404].includes((await org.api.get(`/api/apis/${other.id}/keys/${secret}`)).status))
})

test('an update answers the superset, replaces the whole session and keeps what the contract keeps', async () => {
  const { secret, hash, created } = await newKey(org, api, { alias: 'before', tags: ['t'], x_extra: 1 })
  const reply = expectStatus(await org.api.put(`/api/keys/${secret}`, sessionFor(api, { alias: 'after' })))

  assert.deepEqual(Object.keys(objectOf(reply.json)), [
    'api_model',
    'key_id',
    'data',
    'key_hash',
    'Status',
    'Message',
    'Meta',
  ])
  assert.equal(reply.at('Status'), 'OK')
  assert.equal(reply.at('Message'), 'Key updated')
  assert.equal(reply.at('Meta'), null)
  assert.equal(reply.at('key_hash'), hash)
  const read = expectStatus(await org.api.get(`/api/keys/${secret}`))
  assert.equal(read.at('data', 'alias'), 'after')
  assert.deepEqual(read.at('data', 'tags'), [])
  assert.equal(read.at('data', 'x_extra'), undefined)
  assert.equal(read.at('data', 'date_created'), created.at('data', 'date_created'))
  assertError(
    await org.api.put(`/api/keys/${org.id}${'0'.repeat(32)}`, sessionFor(api)),
    404,
    'Could not retrieve key detail',
  )
  assertError(await org.api.put(`/api/keys/${secret}`, 'no JSON'), 403, 'Request body malformed')
})

test('updates and deletions by hash always work, on both addresses', async () => {
  for (const path of [
    (hash: string) => `/api/keys/${hash}?hashed=1`,
    (hash: string) => `/api/apis/-/keys/${hash}?auto_guess=1`,
  ]) {
    const { secret, hash } = await newKey(org, api)
    expectStatus(await org.api.put(path(hash), sessionFor(api, { is_inactive: true })))
    assert.equal((await through(server, api.listenPath, secret)).status, 403)
    const deleted = expectStatus(await org.api.delete(path(hash)))
    assert.equal(deleted.text, '{"Status":"OK","Message":"Key deleted successfully","Meta":null}')
    assertError(await org.api.get(`/api/keys/${secret}`), 404, 'Could not retrieve key detail')
    assert.equal((await org.api.delete(path(hash))).status, 404)
  }
})

test('saving what was read changes nothing but the moment of the update', async () => {
  const { secret } = await newKey(org, api, {
    alias: 'round trip',
    x_unknown: { deep: [1, { a: null }] },
    meta_data: { b: 1, a: 2 },
    access_rights: rightsTo(api, { x_inner: 'kept', limit: { rate: 5, per: 1, quota_max: -1, x_limit: 1 } }),
  })
  const first = objectOf(expectStatus(await org.api.get(`/api/keys/${secret}`)).at('data'))
  expectStatus(await org.api.put(`/api/keys/${secret}?suppress_reset=1`, first))
  const second = objectOf(expectStatus(await org.api.get(`/api/keys/${secret}`)).at('data'))

  assert.equal(at(first, 'access_rights', api.id, 'x_inner'), 'kept')
  assert.equal(at(first, 'access_rights', api.id, 'limit', 'x_limit'), 1)
  const without = ({ last_updated: _, quota_renews: __, ...rest }: Record<string, unknown>) => rest
  assert.deepEqual(without(second), without(first))
})

test('a custom key by policy alone needs no rights, and posting it again replaces it', async () => {
  const policy = await newPolicy(org, { access_rights: rightsTo(api), rate: -1 })
  const name = unique('custom')
  const body = { allowance: -1, rate: -1, per: -1, quota_max: -1, apply_policies: [policy] }
  const first = expectStatus(await org.api.post(`/api/keys/${name}`, body))
  const second = expectStatus(await org.api.post(`/api/keys/${name}`, { ...body, alias: 'again' }))

  assert.equal(first.at('key_id'), `${org.id}${name}`)
  assert.equal(second.at('key_hash'), first.at('key_hash'))
  assert.equal((await org.api.get(`/api/keys/${name}`)).at('data', 'alias'), 'again')
  assert.equal((await through(server, api.listenPath, name)).status, 200)
})

test('a preview answers the whole key and stores nothing', async () => {
  const before = expectStatus(await org.api.get('/api/apis/keys?p=-1')).at('data', 'keys')
  const policy = await newPolicy(org, { access_rights: rightsTo(api), rate: 11, per: 13 })
  const preview = expectStatus(await org.api.post('/api/keys/preview', { apply_policies: [policy] }))

  assert.equal(preview.at('data', 'rate'), 11)
  assert.ok(at(preview.json, 'data', 'access_rights', api.id))
  assert.deepEqual(expectStatus(await org.api.get('/api/apis/keys?p=-1')).at('data', 'keys'), before)
  assertError(await org.api.post('/api/keys/preview', { rate: 'x' }), 400, /object validation failed/)
})

test('lists hold hashes only, of everything or of one API, and can be searched', async () => {
  const own = await newApi(org, upstream.url)
  const alias = unique('findable')
  const here = await newKey(org, own, { alias })
  const there = await newKey(org, api)
  const listed = async (path: string) => arrayOf(expectStatus(await org.api.get(path)).at('data', 'keys'))

  const all = await listed('/api/apis/keys?p=-1')
  assert.ok(all.includes(here.hash) && all.includes(there.hash))
  assert.ok(!all.includes(here.secret))
  assert.ok((await listed('/api/apis/-/keys?p=-1')).includes(here.hash))
  assert.deepEqual(await listed(`/api/apis/${own.id}/keys?p=-1`), [here.hash])
  assert.deepEqual(await listed(`/api/apis/-/keys/search?q=${alias}`), [here.hash])
  assert.deepEqual(await listed(`/api/apis/${own.id}/keys/search?q=${here.hash}`), [here.hash])
  const detailed = expectStatus(await org.api.get(`/api/keys/detailed?q=${alias}`))
  assert.equal(arrayOf(detailed.at('keys')).length, 1)
  assert.equal(detailed.at('keys', 0, 'data', 'alias'), alias)
  assert.equal(detailed.at('keys', 0, 'key_hash'), here.hash)
  assert.equal(detailed.at('pages'), 1)
  assert.ok(!detailed.text.includes(here.secret))
})

test('a basic-auth user is made, read by name without its password, changed and deleted', async () => {
  const name = unique('basic')
  const session = sessionFor(api, { basic_auth_data: { password: 'long enough' } })
  const made = expectStatus(await org.api.post(`/api/apis/keys/basic/${name}`, session))

  assert.equal(made.at('key_id'), `${org.id}${name}`)
  assert.equal(made.at('data', 'basic_auth_data', 'password'), '')
  const read = expectStatus(await org.api.get(`/api/keys/${name}?username=true`))
  assert.equal(read.at('data', 'basic_auth_data', 'password'), '')
  assert.ok(!read.text.includes('long enough'))
  const short = await org.api.post(`/api/apis/keys/basic/${unique('basic')}`, {
    ...session,
    basic_auth_data: { password: 'short' },
  })
  assert.equal(short.status, 400, short.text)
  const user = unique('basic')
  expectStatus(
    await org.api.post('/api/keys?basic_auth=true', {
      ...session,
      basic_auth_data: { user, password: 'long enough' },
    }),
  )
  expectStatus(await org.api.get(`/api/keys/${user}?username=true`))
  expectStatus(await org.api.delete(`/api/keys/${name}?username=true`))
  assert.equal((await org.api.get(`/api/keys/${name}?username=true`)).status, 404)
})

test('no answer but the one to the creation and no file of the data folder shows the secret of a key', async () => {
  const { secret, hash } = await newKey(org, api)
  for (const path of ['/api/apis/keys?p=-1', '/api/keys/detailed?p=-1', `/api/keys/${hash}?hashed=1`]) {
    assert.ok(!(await org.api.get(path)).text.includes(secret), path)
  }
  assert.ok(!server.output().includes(secret), 'the log')
  const { readdir, readFile } = await import('node:fs/promises')
  for (const entry of await readdir(server.dataDir, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const bytes = await readFile(`${entry.parentPath}/${entry.name}`)
    assert.ok(!bytes.includes(secret), entry.name)
    assert.ok(!bytes.includes(org.accessKey), `${entry.name} holds an access key`)
  }
})

test('hmac_enabled keys get a secret of their own', async () => {
  const { created } = await newKey(org, api, { hmac_enabled: true })

  assert.match(created.textAt('data', 'hmac_string'), /^[A-Za-z0-9+/=]{20,}$/)
})
