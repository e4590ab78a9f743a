import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { startGate, type TestGate } from '../testing/gate.ts'
import { type Received, startUpstream, type TestUpstream } from '../testing/upstream.ts'

let gate: TestGate
let upstream: TestUpstream

before(async () => {
  upstream = await startUpstream()
  gate = await startGate()
})
beforeEach(() => {
  upstream.received.length = 0
})
after(async () => {
  await gate.close()
  await upstream.close()
})

const echoed = (body: string): Received => JSON.parse(body)

test('a keyless API is forwarded with its listen path stripped, and the answer comes back whole', async () => {
  const proxy = {
    listen_path: '/open/',
    target_url: `${upstream.url}/base/?from=target`,
    strip_listen_path: true,
  }
  await gate.addApi({ name: 'open', use_keyless: true, proxy })
  const reply = await gate.call('/open/a/b?x=1', { headers: { 'X-Mine': 'yes' } })
  assert.equal(reply.status, 200)
  const { url, headers } = echoed(reply.body)
  assert.equal(url, '/base/a/b?from=target&x=1')
  assert.equal(headers['x-mine'], 'yes')
  assert.equal(headers['x-forwarded-for'], '127.0.0.1')
  assert.equal(headers.host, upstream.url.slice('http://'.length))
  assert.equal(headers['user-agent'], 'Tollgate')
  assert.equal(reply.headers['x-ratelimit-limit'], undefined)
  assert.match(reply.headers['x-request-id'] ?? '', /^[0-9a-f]{12}-1-/)
})

test('a request body is streamed through', async () => {
  await gate.addApi({
    name: 'post',
    use_keyless: true,
    proxy: { listen_path: '/post/', target_url: upstream.url },
  })
  const body = 'x'.repeat(300_000)
  const reply = await gate.call('/post/', { method: 'POST', body })
  assert.equal(echoed(reply.body).body, body)
  assert.equal(echoed(reply.body).url, '/post/')
})

test('what no API serves is 404 in plain text', async () => {
  const reply = await gate.call('/nowhere')
  assert.equal(reply.status, 404)
  assert.equal(reply.body, 'Not Found')
  assert.match(reply.headers['content-type'] ?? '', /^text\/plain/)
})

test('an API that is switched off or removed is not found any more', async () => {
  const api = await gate.addApi({
    name: 'off',
    use_keyless: true,
    proxy: { listen_path: '/off/', target_url: upstream.url },
  })
  assert.equal((await gate.call('/off/')).status, 200)
  const changed = await gate.changeApi(api, { active: false })
  assert.equal((await gate.call('/off/')).status, 404)
  await gate.changeApi(changed, { active: true })
  assert.equal((await gate.call('/off/')).status, 200)
  await gate.removeApi(changed)
  assert.equal((await gate.call('/off/')).status, 404)
})

test('without a key 401, with a wrong one 403, with the right one through', async () => {
  const api = await gate.addApi({
    name: 'keyed',
    proxy: { listen_path: '/keyed/', target_url: upstream.url },
  })
  const { secret, record } = await gate.addKey({ access_rights: { [api.apiId]: { api_id: api.apiId } } })

  const none = await gate.call('/keyed/')
  assert.equal(none.status, 401)
  assert.equal(none.body, '{\n    "error": "Authorization field missing"\n}')
  const wrong = await gate.call('/keyed/', { headers: { Authorization: 'wrong' } })
  assert.equal(wrong.status, 403)
  assert.equal(wrong.body, '{\n    "error": "Access to this API has been disallowed"\n}')
  assert.equal(wrong.headers['x-ratelimit-limit'], undefined)
  const right = await gate.call('/keyed/', { headers: { Authorization: secret } })
  assert.equal(right.status, 200)
  assert.equal((await gate.call('/keyed/', { headers: { authorization: `bearer ${secret}` } })).status, 200)
  assert.equal((await gate.call(`/${api.apiId}/`, { headers: { authorization: secret } })).status, 200)

  await gate.changeKey(record, { ...record.session, is_inactive: true })
  const inactive = await gate.call('/keyed/', { headers: { Authorization: secret } })
  assert.equal(inactive.status, 403)
  assert.match(inactive.body, /Key is inactive, please renew/)
  await gate.changeKey(record, { ...record.session, expires: 1 })
  assert.equal((await gate.call('/keyed/', { headers: { Authorization: secret } })).status, 401)
  await gate.removeKey(record)
  assert.equal((await gate.call('/keyed/', { headers: { Authorization: secret } })).status, 403)
})

test('a key that was unknown a moment ago is known when its creation is answered', async () => {
  const api = await gate.addApi({
    name: 'custom',
    proxy: { listen_path: '/custom/', target_url: upstream.url },
  })
  const headers = { Authorization: 'my-custom-key' }
  assert.equal((await gate.call('/custom/', { headers })).status, 403)
  const rights = { access_rights: { [api.apiId]: { api_id: api.apiId } } }
  await gate.addKey(rights, `${gate.orgId}my-custom-key`)
  assert.equal((await gate.call('/custom/', { headers })).status, 200)
  assert.equal(
    (await gate.call('/custom/', { headers: { Authorization: `${gate.orgId}my-custom-key` } })).status,
    200,
  )
})

test('a change of a policy is in force for its keys when it is answered', async () => {
  const api = await gate.addApi({
    name: 'policied',
    proxy: { listen_path: '/policied/', target_url: upstream.url },
  })
  const policy = await gate.addPolicy({
    name: 'gold',
    rate: 1000,
    per: 1,
    quota_max: -1,
    access_rights: { [api.apiId]: { api_id: api.apiId } },
  })
  const { secret } = await gate.addKey({ apply_policies: [policy.id] })
  const headers = { Authorization: secret }
  assert.equal((await gate.call('/policied/', { headers })).status, 200)
  await gate.changePolicy(policy, { quota_max: 1, quota_renewal_rate: 3600 })
  const counted = await gate.call('/policied/', { headers })
  assert.equal(counted.status, 200)
  assert.deepEqual(
    [counted.headers['x-ratelimit-limit'], counted.headers['x-ratelimit-remaining']],
    ['1', '0'],
  )
  const over = await gate.call('/policied/', { headers })
  assert.deepEqual([over.status, over.body], [403, '{\n    "error": "Quota exceeded"\n}'])
  await gate.changePolicy(policy, { is_inactive: true })
  assert.match((await gate.call('/policied/', { headers })).body, /Key is inactive/)
})

test('the request over the rate is refused with 429', async () => {
  const api = await gate.addApi({
    name: 'rated',
    proxy: { listen_path: '/rated/', target_url: upstream.url },
  })
  const rights = { [api.apiId]: { api_id: api.apiId } }
  const { secret } = await gate.addKey({ rate: 2, per: 3600, access_rights: rights })
  const headers = { Authorization: secret }
  const statuses = []
  for (let i = 0; i < 3; i++) statuses.push((await gate.call('/rated/', { headers })).status)
  assert.deepEqual(statuses, [200, 200, 429])
  const refused = await gate.call('/rated/', { headers })
  assert.equal(refused.body, '{\n    "error": "Rate Limit Exceeded"\n}')
})
