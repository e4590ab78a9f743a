import assert from 'node:assert/strict'
import { test } from 'node:test'
import { buildControlApi } from './control-api.ts'
import { asking, askingControl, makeApi, makeUser, session, smallWorld } from './test-world.ts'

const error = (message: string) => ({ status: 'error', message })

async function controlWorld() {
  const world = await smallWorld()
  const control = buildControlApi(world.deps)
  return { ...world, control, tyk: askingControl(control) }
}

test('without the secret nothing under /tyk is told, not even which paths exist', async () => {
  const { control } = await controlWorld()
  const denied = error('Attempted administrative access with invalid or missing key!')
  for (const headers of [{}, { 'x-tyk-authorization': 'wrong' }] as Record<string, string>[]) {
    const ask = asking(control, headers)
    for (const path of [
      '/tyk/keys',
      '/tyk/keys/',
      '/tyk/nothing',
      '/tyk',
      '/tyk/oauth/clients/x',
      '/tyk/apis/x',
    ]) {
      const { status, body, text } = await ask('GET', path)
      assert.deepEqual([status, body, text.endsWith('}\n')], [403, denied, true], path)
    }
    assert.equal((await ask('GET', '/hello')).status, 200)
    assert.equal((await ask('POST', '/hello', {})).status, 405)
  }
})

test('unknown paths are 404 and wrong methods 405 to who has the secret', async () => {
  const { tyk } = await controlWorld()
  for (const path of ['/tyk/debug', '/tyk/cache/x', '/tyk/health']) {
    assert.deepEqual((await tyk('GET', path)).status, 404, path)
  }
  for (const [method, path] of [
    ['DELETE', '/tyk/keys'],
    ['PUT', '/tyk/apis'],
    ['POST', '/tyk/reload'],
  ] as const) {
    const { status, body } = await tyk(method, path, {})
    assert.deepEqual([status, body], [405, error('Method not supported')])
  }
})

test('hello and ready say how the node is', async () => {
  const { deps, tyk } = await controlWorld()
  const { status, body } = await tyk('GET', '/hello')
  assert.deepEqual(
    [status, body.status, body.description, body.details.redis.status],
    [200, 'pass', 'Tyk GW', 'pass'],
  )
  assert.equal((await tyk('GET', '/ready/')).body.description, 'Tyk GW Ready')
  const busy = askingControl(buildControlApi({ ...deps, notReady: () => 'Gateway is shutting down' }))
  const ready = await busy('GET', '/ready')
  assert.deepEqual([ready.status, ready.body], [503, error('Gateway is shutting down')])
  assert.equal((await busy('GET', '/hello')).body.status, 'warn')
})

test('reloads have nothing to do and say so', async () => {
  const { tyk } = await controlWorld()
  for (const path of ['/tyk/reload', '/tyk/reload/?block=true', '/tyk/reload/group']) {
    const { status, text } = await tyk('GET', path)
    assert.deepEqual([status, text], [200, '{"status":"ok","message":""}\n'])
  }
})

test('a key made here is the record that the Dashboard shows, in the organisation of its first API', async () => {
  const { tyk, ask, apiId, user, ...world } = await controlWorld()
  await makeUser(world)
  const { status, body } = await tyk('POST', '/tyk/keys/create', session(apiId))
  assert.equal(status, 200)
  assert.deepEqual(Object.keys(body), ['key', 'status', 'action', 'key_hash'])
  assert.deepEqual([body.status, body.action, body.key.slice(0, 24)], ['ok', 'added', user.orgId])
  const seen = (await ask('GET', `/api/keys/${body.key}`)).body
  assert.deepEqual([seen.key_hash, seen.data.org_id], [body.key_hash, user.orgId])
  assert.deepEqual((await tyk('GET', `/tyk/keys/${body.key}`)).body, seen.data)
  assert.deepEqual((await tyk('GET', `/tyk/keys/${body.key_hash}?hashed=1`)).body, seen.data)
})

test('keys are custom, updated, given policies and deleted in the words of the contract', async () => {
  const { tyk, apiId, user } = await controlWorld()
  const made = await tyk('POST', '/tyk/keys/custom', { ...session(apiId), alias: 'one' })
  assert.equal(made.body.key, `${user.orgId}custom`)
  const put = await tyk('PUT', '/tyk/keys/custom?suppress_reset=1', { ...session(apiId), alias: 'two' })
  assert.deepEqual(put.body, { key: 'custom', status: 'ok', action: 'modified' })
  assert.equal((await tyk('GET', `/tyk/keys/custom?api_id=${apiId}`)).body.alias, 'two')

  const rights = { [apiId]: { api_id: apiId } }
  const policy = await tyk('POST', '/tyk/policies', { id: 'gold', rate: 7, per: 1, access_rights: rights })
  assert.deepEqual(policy.body, { key: 'gold', status: 'ok', action: 'added' })
  const given = await tyk('POST', `/tyk/keys/policy/${made.body.key_hash}`, { apply_policies: ['gold'] })
  assert.deepEqual(given.body, { key: made.body.key_hash, status: 'ok', action: 'updated' })
  assert.equal((await tyk('GET', '/tyk/keys/custom')).body.rate, 7)
  assert.deepEqual((await tyk('POST', '/tyk/keys/policy/x', '{')).body, error("Couldn't decode instruction"))

  const preview = await tyk('POST', '/tyk/keys/preview', { apply_policies: ['gold'] })
  assert.equal(preview.body.rate, 7)
  assert.deepEqual((await tyk('GET', '/tyk/keys')).body, { keys: [made.body.key_hash] })
  assert.deepEqual((await tyk('GET', `/tyk/keys?filter=${user.orgId}`)).body.keys.length, 1)
  assert.deepEqual((await tyk('GET', '/tyk/keys?filter=zz')).body.keys, [])
  const deleted = await tyk('DELETE', '/tyk/keys/custom')
  assert.deepEqual(deleted.body, { key: 'custom', status: 'ok', action: 'deleted' })
  await tyk('POST', '/tyk/keys/custom', session(apiId))
  assert.equal((await tyk('DELETE', '/tyk/keys/custom?api_id=-1')).text, 'null\n')
})

test('a key with a password is a basic-auth user, whose id is not told', async () => {
  const { tyk, apiId } = await controlWorld()
  const body = { ...session(apiId), basic_auth_data: { password: 'correct horse' } }
  const made = await tyk('POST', '/tyk/keys/bob', body)
  assert.equal(made.body.key, '')
  const read = await tyk('GET', '/tyk/keys/bob?username=true')
  assert.deepEqual(read.body.basic_auth_data, { password: '', hash_type: 'argon2id', user: 'bob' })
})

test('what cannot be a key is refused with the status and text of the contract', async () => {
  const { tyk, apiId, ...world } = await controlWorld()
  const refusal = async (method: 'POST' | 'PUT' | 'GET' | 'DELETE', path: string, body?: unknown) => {
    const answer = await tyk(method, path, body)
    return [answer.status, answer.body.message]
  }
  const noRights = 'Failed to create key, keys must have at least one Access Rights record set.'
  const insecure = 'Failed to create key, ensure security settings are correct.'
  assert.deepEqual(await refusal('POST', '/tyk/keys/create', '{'), [400, 'Unmarshalling failed'])
  assert.deepEqual(await refusal('POST', '/tyk/keys/create', {}), [400, noRights])
  assert.deepEqual(await refusal('POST', '/tyk/keys', {}), [500, insecure])
  assert.deepEqual(await refusal('POST', '/tyk/keys', '{'), [400, 'Request malformed'])
  const failed = await refusal('POST', '/tyk/keys/create', { apply_policies: ['none'] })
  assert.deepEqual(failed, [500, 'Failed to create key - Policy not found: none'])
  assert.equal((await refusal('POST', '/tyk/keys/ab', session(apiId)))[0], 400)
  assert.deepEqual(await refusal('GET', '/tyk/keys/none'), [404, 'Key not found'])
  assert.deepEqual(await refusal('PUT', '/tyk/keys/none', session(apiId)), [404, 'Key is not found'])
  assert.deepEqual(await refusal('DELETE', '/tyk/keys/none'), [404, 'There is no such key found'])
  assert.deepEqual(await refusal('POST', '/tyk/keys/policy/none', {}), [404, 'Key not found'])
  const unknownOrg = { ...session(apiId), org_id: 'f'.repeat(24) }
  assert.equal((await refusal('POST', '/tyk/keys', unknownOrg))[0], 400)
  await makeUser(world)
  assert.equal((await refusal('POST', '/tyk/keys', { apply_policies: ['x'] }))[0], 400)
})

test('APIs are bare definitions here, and the same records there', async () => {
  const { tyk, ask, apiId, user } = await controlWorld()
  const definition = {
    name: 'bare',
    active: true,
    x: 1,
    proxy: { listen_path: '/bare/', target_url: 'http://127.0.0.1:1' },
  }
  const made = await tyk('POST', '/tyk/apis/', definition)
  assert.match(made.body.key, /^[0-9a-f]{32}$/)
  assert.deepEqual(made.body, { key: made.body.key, status: 'ok', action: 'added' })
  const read = (await tyk('GET', `/tyk/apis/${made.body.key}`)).body
  assert.deepEqual([read.x, read.org_id], [1, user.orgId])
  assert.deepEqual((await ask('GET', `/api/apis/${made.body.key}`)).body.api_definition, read)
  assert.deepEqual(
    (await tyk('GET', '/tyk/apis')).body.map((api: { name: string }) => api.name),
    ['bare', 'orders'],
  )

  const put = await tyk('PUT', `/tyk/apis/${made.body.key}`, { ...read, name: 'renamed' })
  assert.deepEqual(put.body, { key: made.body.key, status: 'ok', action: 'modified' })
  const mismatch = 'Request APIID does not match that in Definition! For Update operations these must match.'
  assert.deepEqual((await tyk('PUT', `/tyk/apis/${apiId}`, read)).body, error(mismatch))
  const again = await tyk('POST', '/tyk/apis', { ...read, name: 'again' })
  assert.equal(again.body.key, made.body.key)
  const named = await tyk('POST', '/tyk/apis/by-name', {
    ...definition,
    proxy: { ...definition.proxy, listen_path: '/n/' },
  })
  assert.equal(named.body.key, 'by-name')

  const clash = await tyk('POST', '/tyk/apis', definition)
  assert.deepEqual(clash.body, error('Validation of API Definition failed. Reason: Found API with same url'))
  const invalid = await tyk('POST', '/tyk/apis', { ...definition, proxy: { target_url: 'x' } })
  assert.match(invalid.body.message, /^Validation of API Definition failed\. Reason: /)
  assert.deepEqual((await tyk('POST', '/tyk/apis', '{')).body, error('Request malformed'))
  assert.deepEqual((await tyk('DELETE', '/tyk/apis/by-name')).body, {
    key: 'by-name',
    status: 'ok',
    action: 'deleted',
  })
  for (const method of ['GET', 'PUT', 'DELETE'] as const) {
    const { status, body } = await tyk(method, '/tyk/apis/by-name', method === 'PUT' ? definition : undefined)
    assert.deepEqual([status, body], [404, error('API not found')])
  }
})

test('policies are kept under their own ids, also those without rights', async () => {
  const { tyk, ask } = await controlWorld()
  assert.deepEqual(
    (await tyk('POST', '/tyk/policies', {})).body,
    error('Unable to create policy without id.'),
  )
  const master = await tyk('POST', '/tyk/policies', { id: 'master', rate: 1, per: 1 })
  assert.deepEqual([master.status, master.body.key], [200, 'master'])
  assert.equal((await tyk('GET', '/tyk/policies/master')).body.rate, 1)
  assert.equal((await ask('GET', '/api/portal/policies/master')).body.id, 'master')
  const put = await tyk('PUT', '/tyk/policies/master', { id: 'master', rate: 2, per: 1 })
  assert.deepEqual(put.body, { key: 'master', status: 'ok', action: 'modified' })
  assert.equal((await tyk('PUT', '/tyk/policies/master', { id: 'other' })).status, 400)
  assert.equal((await tyk('POST', '/tyk/policies', { id: 'master', rate: 3, per: 1 })).status, 200)
  assert.deepEqual(
    (await tyk('GET', '/tyk/policies')).body.map((policy: { rate: number }) => policy.rate),
    [3],
  )
  assert.equal((await tyk('DELETE', '/tyk/policies/master')).body.action, 'deleted')
  for (const method of ['GET', 'PUT', 'DELETE'] as const) {
    const { status, body } = await tyk(method, '/tyk/policies/master', method === 'PUT' ? {} : undefined)
    assert.deepEqual([status, body], [404, error('Policy not found')])
  }
})

test('an API of two organisations is told apart by org_id, which has to exist', async () => {
  const { tyk, app, ...world } = await controlWorld()
  const other = await makeUser(world)
  const theirs = await makeApi(asking(app, { authorization: other.accessKey }), 'theirs')
  const definition = { name: 'mine', active: true, proxy: { target_url: 'http://127.0.0.1:1' } }
  assert.equal((await tyk('POST', '/tyk/apis', definition)).status, 400)
  const made = await tyk('POST', '/tyk/apis', { ...definition, org_id: other.orgId })
  assert.equal((await tyk('GET', `/tyk/apis/${made.body.key}`)).body.org_id, other.orgId)
  const key = await tyk('POST', '/tyk/keys/shared', session(theirs))
  assert.equal(key.body.key, `${other.orgId}shared`)
  assert.equal((await tyk('GET', '/tyk/keys/shared')).status, 404)
  assert.equal((await tyk('GET', `/tyk/keys/shared?org_id=${other.orgId}`)).status, 200)
})
