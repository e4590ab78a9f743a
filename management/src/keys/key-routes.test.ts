import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TAKEN } from '@tollgate/model/limits/counters'
import { quotaLimit } from '@tollgate/model/limits/limit'
import { BY_THE_KEY } from '@tollgate/model/source-ref'
import { asking, makeApi, makeUser, session, smallWorld, type TestWorld } from '../test-world.ts'

const NOW = Date.UTC(2026, 0, 5, 10) / 1000
const error = (Message: string) => ({ Status: 'Error', Message, Meta: null })
const NOT_FOUND = error('Could not retrieve key detail')

/** Counts requests of a key in a quota of a minute, as the gateway does once its ledger granted all of it. */
function spend({ counters, clock }: TestWorld, name: string, max: number, requests: number): void {
  const limit = quotaLimit(max, 60, { kind: 'quota', name, scope: '', source: BY_THE_KEY })
  assert.ok(limit)
  const grant = { units: max, granted: max, endsAtMs: clock.nowMs + 60_000, lowWater: -1 }
  assert.ok(counters.grant(limit, grant, clock.nowMs))
  for (let i = 0; i < requests; i++) assert.equal(counters.take([limit], clock.nowMs, 1), TAKEN)
}

test('a key is issued with the secret, its public id and every field that clients read', async () => {
  const { ask, apiId, user, logged } = await smallWorld()
  const { status, body, text } = await ask('POST', '/api/keys', session(apiId))

  assert.equal(status, 200)
  assert.deepEqual(Object.keys(body), ['api_model', 'key_id', 'data', 'key_hash'])
  assert.match(body.key_id, new RegExp(`^${user.orgId}[0-9a-f]{32}$`))
  assert.match(body.key_hash, /^[0-9a-f]{32}$/)
  assert.equal(text.startsWith('{"api_model":{},"key_id":"'), true)
  const { quota_renews, last_updated, date_created, org_id, quota_remaining, expires } = body.data
  assert.deepEqual([quota_renews, last_updated, org_id], [NOW + 60, String(NOW), user.orgId])
  assert.deepEqual([date_created, quota_remaining, expires], ['2026-01-05T10:00:00.000Z', -1, -1])
  assert.equal(body.data.access_rights[apiId].api_name, 'orders')
  assert.deepEqual(logged, [])
})

test('a secret is shown to who knows it and to nobody else', async () => {
  const { ask, apiId } = await smallWorld()
  const { body: key } = await ask('POST', '/api/keys', session(apiId))
  const bySecret = await ask('GET', `/api/keys/${key.key_id}`)
  assert.deepEqual(bySecret.body, key)
  for (const query of ['', '?hashed=1', '?auto_guess=true', '?hashed=true']) {
    const byHash = await ask('GET', `/api/keys/${key.key_hash}/${query}`)
    assert.equal(byHash.body.key_id, key.key_hash)
    assert.deepEqual(byHash.body.data, key.data)
  }
  const lists = ['/api/apis/keys', `/api/apis/${apiId}/keys?p=-1`, '/api/apis/-/keys', '/api/keys']
  for (const list of lists) {
    assert.deepEqual((await ask('GET', list)).body, { data: { keys: [key.key_hash] }, pages: 1 })
  }
  const detailed = await ask('GET', '/api/keys/detailed')
  assert.deepEqual(detailed.body, { keys: [{ ...key, key_id: key.key_hash }], pages: 1 })
})

test('hashed=1 takes no secret', async () => {
  const { ask, apiId } = await smallWorld()
  const { body: key } = await ask('POST', '/api/keys', session(apiId))
  const { status, body } = await ask('GET', `/api/keys/${key.key_id}?hashed=1`)
  assert.deepEqual([status, body], [404, NOT_FOUND])
})

test('a custom key is found with and without its organisation, and keeps its public id when written anew', async () => {
  const { ask, apiId, user } = await smallWorld()
  const first = await ask('POST', '/api/keys/my_custom_key', { ...session(apiId), alias: 'one' })
  assert.equal(first.body.key_id, `${user.orgId}my_custom_key`)
  const again = await ask('POST', `/api/keys/${user.orgId}my_custom_key`, { ...session(apiId), alias: 'two' })
  assert.equal(again.body.key_hash, first.body.key_hash)
  for (const id of ['my_custom_key', `${user.orgId}my_custom_key`, first.body.key_hash]) {
    const { body } = await ask('GET', `/api/keys/${id}`)
    assert.deepEqual([body.data.alias, body.key_id], ['two', id])
  }
})

test('a custom key that no header could carry, or that is too short, is refused', async () => {
  const { ask, apiId } = await smallWorld()
  const { body: other } = await ask('POST', '/api/keys', session(apiId))
  for (const name of ['ab', 'a%20b', '%C3%A4%C3%B6%C3%BC', 'a'.repeat(257), other.key_hash]) {
    const { status, body } = await ask('POST', `/api/keys/${name}`, session(apiId))
    assert.equal(status, 400)
    assert.match(body.Message, /^Custom key id is not usable/)
  }
})

test('a key needs rights or policies, and they have to exist in its organisation', async () => {
  const { ask, apiId, user, ...world } = await smallWorld()
  const foreign = asking(world.app, { authorization: (await makeUser(world)).accessKey })
  const foreignApi = await makeApi(foreign, 'foreign')
  const rights = { [foreignApi]: { api_id: foreignApi } }
  const { body: policy } = await foreign('POST', '/api/portal/policies', {
    name: 'gold',
    access_rights: rights,
  })

  const refused = async (body: object) => {
    const answer = await ask('POST', '/api/keys', body)
    return [answer.status, answer.body.Message]
  }
  const none = 'Failed to create key, keys must have at least one Access Rights record set.'
  assert.deepEqual(await refused({}), [400, none])
  assert.deepEqual(await refused({ access_rights: {}, apply_policies: [] }), [400, none])
  const unknownApi = `Access rights name an API that does not exist: ${foreignApi}`
  assert.deepEqual(await refused({ access_rights: rights }), [400, unknownApi])
  const unknown = `Policy not found: ${policy.Message}`
  assert.deepEqual(await refused({ apply_policies: [policy.Message] }), [400, unknown])
  assert.deepEqual(await refused({ apply_policy_id: policy.Message }), [400, unknown])
  const twoFaced = { access_rights: { [apiId]: { api_id: foreignApi } } }
  assert.equal((await refused(twoFaced))[0], 400)
  assert.equal((await ask('GET', '/api/apis/keys')).body.data.keys.length, 0)
  assert.equal(
    (await ask('POST', '/api/keys', { ...session(apiId), org_id: 'f'.repeat(24) })).body.data.org_id,
    user.orgId,
  )
})

test('malformed JSON is 403, a wrong type is 400 with the path of the field', async () => {
  const { ask, apiId } = await smallWorld()
  for (const path of ['/api/keys', '/api/keys/custom', '/api/keys/preview', '/api/apis/keys/basic/bob']) {
    const malformed = await ask('POST', path, '{"rate":')
    assert.deepEqual([malformed.status, malformed.body], [403, error('Request body malformed')])
    for (const [field, value] of [
      ['rate', 'fast'],
      ['expires', 1.5],
      ['access_rights', []],
      ['tags', [1]],
    ] as const) {
      const { status, body } = await ask('POST', path, { ...session(apiId), [field]: value })
      assert.equal(status, 400)
      assert.match(
        body.Message,
        new RegExp(`^User/Key object validation failed, most likely malformed input: ${field}`),
      )
    }
    assert.equal((await ask('POST', path, '[]')).status, 400)
    assert.equal((await ask('POST', path, 'null')).status, 400)
  }
})

test('every unknown field comes back, and saving what was read changes nothing but last_updated', async () => {
  const { ask, apiId, clock, logged } = await smallWorld()
  const sent = {
    ...session(apiId),
    quota_max: 100,
    something: { deep: [1, { constructor: 'x' }] },
    meta_data: { plan: 'gold', nested: { a: null } },
    access_rights: {
      [apiId]: { api_id: apiId, versions: ['Default'], extra: 7, limit: { rate: 5, per: 2, own: true } },
    },
    tags: ['a'],
    hmac_enabled: true,
  }
  const { body: key } = await ask('POST', '/api/keys', sent)
  assert.deepEqual(key.data.something, sent.something)
  assert.deepEqual(key.data.meta_data, sent.meta_data)
  assert.equal(key.data.access_rights[apiId].extra, 7)
  assert.equal(key.data.access_rights[apiId].limit.own, true)
  assert.match(Buffer.from(key.data.hmac_string, 'base64').toString(), /^[0-9a-f]{32}$/)

  clock.nowMs += 5_000
  const put = await ask('PUT', `/api/keys/${key.key_id}?suppress_reset=1`, key.data)
  assert.deepEqual(put.body, { ...key, Status: 'OK', Message: 'Key updated', Meta: null })
  const reset = await ask('PUT', `/api/keys/${key.key_id}`, key.data)
  const { last_updated, quota_renews, ...same } = reset.body.data
  assert.deepEqual([last_updated, quota_renews], [String(NOW + 5), NOW + 65])
  assert.deepEqual(same, (({ last_updated: _, quota_renews: __, ...rest }) => rest)(key.data))
  assert.deepEqual((await ask('GET', `/api/keys/${key.key_id}`)).body.data, reset.body.data)
  assert.deepEqual(logged, [])
})

test('an update replaces the whole session and keeps what the contract keeps', async () => {
  const { ask, apiId, clock } = await smallWorld()
  const { body: key } = await ask('POST', '/api/keys', {
    ...session(apiId),
    alias: 'old',
    expires: NOW + 100,
  })
  clock.nowMs += 10_000
  const { status, body } = await ask('PUT', `/api/apis/-/keys/${key.key_id}`, {
    ...session(apiId),
    expires: NOW + 50,
  })
  assert.equal(status, 200)
  assert.deepEqual(
    [body.data.alias, body.data.expires, body.data.date_created],
    ['', NOW + 50, key.data.date_created],
  )
})

test('V2: an expiry in the past is refused wherever a key is made or replaced, and changes nothing', async () => {
  const { ask, apiId } = await smallWorld()
  const past = 'expires lies in the past: such a key would open nothing'
  const { body: key } = await ask('POST', '/api/keys', { ...session(apiId), expires: NOW + 100 })
  for (const expires of [NOW - 1, 2, 1_000_000_000])
    for (const [method, path] of [
      ['POST', '/api/keys'],
      ['POST', '/api/keys/custom-key'],
      ['POST', '/api/keys/preview'],
      ['PUT', `/api/keys/${key.key_id}`],
      ['PUT', `/api/apis/${apiId}/keys/${key.key_id}`],
    ] as const) {
      const { status, body } = await ask(method, path, { ...session(apiId), expires })
      assert.deepEqual([status, body.Message], [400, past], `${method} ${path} ${expires}`)
    }
  assert.equal((await ask('GET', `/api/keys/${key.key_id}`)).body.data.expires, NOW + 100)
  assert.equal((await ask('GET', '/api/keys/custom-key')).status, 404)
})

test('V2: less than 1 is never, 1 is over, and an expired key is saved as it was read', async () => {
  const { ask, apiId, clock } = await smallWorld()
  for (const expires of [0, -1, 1]) {
    const { status, body } = await ask('POST', '/api/keys', { ...session(apiId), expires })
    assert.deepEqual([status, body.data.expires], [200, expires])
    assert.equal((await ask('PUT', `/api/keys/${body.key_id}`, { ...session(apiId), expires })).status, 200)
  }
  const { body: key } = await ask('POST', '/api/keys', { ...session(apiId), expires: NOW + 100 })
  clock.nowMs += 200_000
  const { data } = (await ask('GET', `/api/keys/${key.key_id}`)).body
  const saved = await ask('PUT', `/api/keys/${key.key_id}`, { ...data, alias: 'over' })
  assert.deepEqual([saved.status, saved.body.data.alias, saved.body.data.expires], [200, 'over', NOW + 100])
})

test('V2: of the lifetime of a policy and the expiry that is asked for, the earlier counts', async () => {
  const { ask, apiId } = await smallWorld()
  const policy = { name: 'hour', key_expires_in: 3600, access_rights: session(apiId).access_rights }
  const { body: made } = await ask('POST', '/api/portal/policies', policy)
  const ends = async (expires: number) => {
    const { status, body } = await ask('POST', '/api/keys', { expires, apply_policies: [made.Message] })
    return status === 200 ? body.data.expires : status
  }
  assert.deepEqual(
    [await ends(0), await ends(-1), await ends(NOW + 60), await ends(NOW + 7200), await ends(NOW - 60)],
    [NOW + 3600, NOW + 3600, NOW + 60, NOW + 3600, 400],
  )
  for (const key_expires_in of [-2, -3600]) {
    const { status, body } = await ask('PUT', `/api/portal/policies/${made.Message}`, {
      ...policy,
      key_expires_in,
    })
    assert.deepEqual([status, /^key_expires_in lies in the past/.test(body.Message)], [400, true])
  }
  for (const key_expires_in of [0, -1])
    assert.equal(
      (await ask('PUT', `/api/portal/policies/${made.Message}`, { ...policy, key_expires_in })).status,
      200,
    )
})

test('V2: many keys are not given an expiry in the past either', async () => {
  const { ask, apiId } = await smallWorld()
  const { body: key } = await ask('POST', '/api/keys', session(apiId))
  const extend = (expires: number) =>
    ask('POST', '/api/keys/bulk', { action: 'extend', ids: [key.key_hash], expires })
  const { status, body } = await extend(NOW - 1)
  assert.deepEqual([status, /expires lies in the past/.test(body.Message)], [400, true])
  assert.equal((await ask('GET', `/api/keys/${key.key_hash}`)).body.data.expires, -1)
  assert.equal((await extend(NOW + 1)).status, 200)
})

test('V3: a key with a time that no date can tell is shown, listed, searched and saved like any other', async () => {
  const { ask, apiId } = await smallWorld()
  const most = Number.MAX_SAFE_INTEGER
  const odd = [9_999_999_999_999, 1_767_607_200_000_000, 8_640_000_000_001, most]
  for (const expires of odd) {
    const limit = { quota_max: 5, quota_renewal_rate: most }
    const rights = { [apiId]: { api_id: apiId, versions: ['Default'], limit } }
    const far = { ...session(apiId), expires, access_rights: rights, quota_max: 5, quota_renewal_rate: most }
    const { status, body: key } = await ask('POST', '/api/keys', far)
    assert.deepEqual([status, key.data?.expires], [200, expires])
    const { data } = (await ask('GET', `/api/keys/${key.key_hash}`)).body
    assert.equal(
      (await ask('PUT', `/api/keys/${key.key_hash}`, data)).status,
      200,
      `${expires} read and saved`,
    )
    assert.equal((await ask('GET', `/api/keys/${key.key_hash}/effective`)).status, 200)
    const extended = { action: 'extend', ids: [key.key_hash], seconds: 86_400 }
    assert.equal((await ask('POST', '/api/keys/bulk', extended)).body.done, 1)
  }
  for (const path of [
    '/api/keys/search?sort=expires',
    '/api/keys/detailed?p=-1',
    `/api/apis/${apiId}/access-by-key`,
  ]) {
    const { status, body } = await ask('GET', path)
    assert.deepEqual([status, body.keys.length], [200, odd.length], path)
  }
})

test('quota_remaining is live, starts anew on update and goes on with suppress_reset', async () => {
  const world = await smallWorld()
  const { ask, apiId } = world
  const { body: key } = await ask('POST', '/api/keys', { ...session(apiId), quota_max: 10 })
  assert.equal(key.data.quota_remaining, 10)
  spend(world, `quota:${key.key_hash}`, 10, 3)

  const { data } = (await ask('GET', `/api/keys/${key.key_id}`)).body
  assert.deepEqual([data.quota_remaining, data.quota_renews], [7, NOW + 60])
  const kept = await ask('PUT', `/api/keys/${key.key_id}?suppress_reset=1`, data)
  assert.equal(kept.body.data.quota_remaining, 7)
  const anew = await ask('PUT', `/api/keys/${key.key_id}`, data)
  assert.equal(anew.body.data.quota_remaining, 10)
})

test('a right with a limit of its own shows its own live quota', async () => {
  const world = await smallWorld()
  const { ask, apiId } = world
  const limit = { rate: 10, per: 1, quota_max: 5, quota_renewal_rate: 60 }
  const rights = { [apiId]: { api_id: apiId, limit } }
  const { body: key } = await ask('POST', '/api/keys', { ...session(), access_rights: rights })
  assert.equal(key.data.access_rights[apiId].limit.quota_renews, NOW + 60)
  spend(world, `quota:${key.key_hash}:${apiId}`, 5, 1)
  const { data } = (await ask('GET', `/api/keys/${key.key_id}`)).body
  assert.equal(data.access_rights[apiId].limit.quota_remaining, 4)
})

test('a deleted key is gone, by every name', async () => {
  const { ask, apiId } = await smallWorld()
  const { body: key } = await ask('POST', '/api/keys', session(apiId))
  const deleted = await ask('DELETE', `/api/apis/${apiId}/keys/${key.key_id}`)
  assert.deepEqual(deleted.body, { Status: 'OK', Message: 'Key deleted successfully', Meta: null })
  for (const id of [key.key_id, key.key_hash]) {
    for (const method of ['GET', 'DELETE'] as const) {
      const { status, body } = await ask(method, `/api/keys/${id}`)
      assert.deepEqual([status, body], [404, NOT_FOUND])
    }
    const put = await ask('PUT', `/api/keys/${id}`, session(apiId))
    assert.deepEqual([put.status, put.body], [404, NOT_FOUND])
  }
})

test('no organisation reads, changes or lists the key of another', async () => {
  const { ask, apiId, app, ...world } = await smallWorld()
  const { body: key } = await ask('POST', '/api/keys', session(apiId))
  const { body: custom } = await ask('POST', '/api/keys/shared_name', session(apiId))
  const foreign = asking(app, { authorization: (await makeUser(world)).accessKey })
  const own = await makeApi(foreign, 'own')

  for (const id of [key.key_id, custom.key_id]) {
    for (const method of ['GET', 'PUT', 'DELETE'] as const) {
      const { status, body } = await foreign(
        method,
        `/api/keys/${id}`,
        method === 'PUT' ? session(own) : undefined,
      )
      assert.deepEqual([status, body], [400, error('Attempted access to non-owned key')])
    }
  }
  for (const id of [key.key_hash, 'shared_name', 'f'.repeat(32)]) {
    for (const query of ['', '?hashed=1', '?auto_guess=true', '?username=true']) {
      const { status, body } = await foreign('GET', `/api/keys/${id}${query}`)
      assert.deepEqual([status, body], [404, NOT_FOUND])
    }
    assert.equal((await foreign('DELETE', `/api/apis/${apiId}/keys/${id}`)).status, 404)
  }
  for (const path of [
    '/api/apis/keys',
    `/api/apis/${apiId}/keys`,
    `/api/apis/-/keys/search?q=${key.key_id}`,
  ]) {
    assert.deepEqual((await foreign('GET', path)).body.data.keys, [])
  }
  assert.equal((await foreign('POST', '/api/keys/shared_name', session(own))).status, 200)
  const { body: mine } = await foreign('POST', '/api/keys', session(own))
  assert.equal((await foreign('GET', `/api/apis/${apiId}/keys/${mine.key_id}`)).status, 404)
  assert.deepEqual((await ask('GET', `/api/keys/${key.key_id}`)).body, key)
})

test('a preview shows the key and stores nothing', async () => {
  const { ask, apiId } = await smallWorld()
  const { status, body } = await ask('POST', '/api/keys/preview', { ...session(apiId), alias: 'soon' })
  assert.deepEqual([status, body.data.alias, body.key_id, body.key_hash], [200, 'soon', '', ''])
  assert.deepEqual((await ask('GET', '/api/apis/keys')).body.data.keys, [])
})

test('keys are found by alias, public id and secret, and listed by page', async () => {
  const { ask, apiId } = await smallWorld()
  const made = []
  for (let i = 0; i < 12; i++)
    made.push((await ask('POST', '/api/keys', { ...session(apiId), alias: `key ${i}` })).body)
  const [first] = made
  for (const q of [`key 0`, first.key_hash, first.key_hash.slice(4, 28), first.key_id]) {
    const { body } = await ask('GET', `/api/apis/${apiId}/keys/search?q=${encodeURIComponent(q)}`)
    assert.deepEqual(body, { data: { keys: [first.key_hash] }, pages: 1 })
  }
  const pageOf = async (query: string) => (await ask('GET', `/api/apis/keys${query}`)).body
  const newest = made.map((key) => key.key_hash).reverse()
  assert.deepEqual(await pageOf(''), { data: { keys: newest.slice(0, 10) }, pages: 2 })
  assert.deepEqual(await pageOf('?p=2'), { data: { keys: newest.slice(10) }, pages: 2 })
  assert.deepEqual(await pageOf('?p=-1'), { data: { keys: newest }, pages: 1 })
  assert.equal((await ask('GET', '/api/keys/detailed?p=0&q=key')).body.keys.length, 12)
  assert.equal((await ask('GET', '/api/apis/keys?p=x')).status, 400)
})

test('a basic-auth user has a name and a hashed password, and no other secret', async () => {
  const { ask, apiId, user, storage } = await smallWorld()
  const basic = { ...session(apiId), basic_auth_data: { password: 'correct horse' } }
  const { status, body } = await ask('POST', '/api/apis/keys/basic/bob', basic)
  assert.deepEqual([status, body.key_id], [200, `${user.orgId}bob`])
  assert.deepEqual(body.data.basic_auth_data, { password: '', hash_type: 'argon2id', user: 'bob' })
  const stored = await storage.keys.byUsername(user.orgId, 'bob')
  assert.match(stored?.session.basic_auth_data?.password ?? '', /^\$argon2id\$/)

  for (const path of [
    '/api/keys/bob?username=true',
    `/api/keys/${user.orgId}bob`,
    `/api/keys/${body.key_hash}`,
  ]) {
    assert.equal((await ask('GET', path)).body.key_hash, body.key_hash)
  }
  const put = await ask('PUT', '/api/keys/bob?username=true', { ...body.data, alias: 'Bob' })
  assert.equal(put.body.data.alias, 'Bob')
  const after = await storage.keys.byUsername(user.orgId, 'bob')
  assert.equal(after?.session.basic_auth_data?.password, stored?.session.basic_auth_data?.password)

  const query = await ask('POST', '/api/keys?basic_auth=true', {
    ...basic,
    basic_auth_data: { user: 'bob', password: 'another one' },
  })
  assert.equal(query.body.key_hash, body.key_hash)
  assert.equal((await ask('DELETE', '/api/keys/bob?username=true')).status, 200)
})

test('a basic-auth user without a usable name or password is refused', async () => {
  const { ask, apiId } = await smallWorld()
  const attempt = async (name: string, basic_auth_data?: object) =>
    (await ask('POST', `/api/apis/keys/basic/${name}`, { ...session(apiId), basic_auth_data })).body.Message
  assert.equal(await attempt('bob', { password: '12345' }), 'Password is too short, minimum length: 6')
  assert.equal(await attempt('bob'), 'Password is too short, minimum length: 6')
  assert.equal(await attempt('a%3Ab', { password: '123456' }), 'Username is not usable')
})

test('a key by policy alone shows what the policy gives it, live', async () => {
  const { ask, apiId, clock } = await smallWorld()
  const gold = { name: 'gold', rate: 5, per: 1, quota_max: 50, quota_renewal_rate: 60, key_expires_in: 3600 }
  const rights = { access_rights: { [apiId]: { api_id: apiId, api_name: 'orders', versions: ['Default'] } } }
  const { body: policy } = await ask('POST', '/api/portal/policies', { ...gold, ...rights })
  const id = policy.Message
  const body = { allowance: -1, per: -1, quota_max: -1, rate: -1, apply_policies: [id] }
  const { body: key } = await ask('POST', '/api/keys/my_custom_key', body)
  assert.deepEqual([key.data.rate, key.data.quota_max, key.data.quota_remaining], [5, 50, 50])
  assert.equal(key.data.expires, NOW + 3600)
  assert.deepEqual(Object.keys(key.data.access_rights), [apiId])

  clock.nowMs += 1000
  const put = await ask('PUT', '/api/keys/my_custom_key?suppress_reset=1', key.data)
  assert.deepEqual(put.body.data, key.data)
  await ask('PUT', `/api/portal/policies/${id}`, { ...gold, ...rights, rate: 9 })
  assert.equal((await ask('GET', '/api/keys/my_custom_key')).body.data.rate, 9)

  await ask('DELETE', `/api/portal/policies/${id}`)
  const orphan = await ask('GET', '/api/keys/my_custom_key')
  assert.equal(orphan.status, 200)
  assert.equal((await ask('PUT', '/api/keys/my_custom_key', orphan.body.data)).status, 200)
})

test('a key whose API was deleted can still be read, saved and deleted', async () => {
  const { ask, apiId } = await smallWorld()
  const { body: key } = await ask('POST', '/api/keys', session(apiId))
  await ask('DELETE', `/api/apis/${apiId}`)
  const read = await ask('GET', `/api/apis/${apiId}/keys/${key.key_id}`)
  assert.equal(read.status, 200)
  assert.equal((await ask('PUT', `/api/keys/${key.key_id}`, read.body.data)).status, 200)
  assert.equal((await ask('POST', '/api/keys', session(apiId))).status, 400)
  assert.equal((await ask('DELETE', `/api/apis/${apiId}/keys/${key.key_id}`)).status, 200)
})

test('who may only read keys may not write them, and who may neither is told so', async () => {
  const { app, apiId, user, ...world } = await smallWorld()
  const as = async (permissions: Record<string, string>) =>
    asking(app, { authorization: (await makeUser(world, permissions, user.orgId)).accessKey })
  const reader = await as({ keys: 'read' })
  assert.equal((await reader('GET', '/api/apis/keys')).status, 200)
  const denied = error('access denied: You do not have permission to access /api/keys')
  assert.deepEqual((await reader('POST', '/api/keys', session(apiId))).body, denied)
  const none = await as({ apis: 'write' })
  assert.equal((await none('GET', '/api/apis/keys')).status, 403)
})
