import assert from 'node:assert/strict'
import { test } from 'node:test'
import { through } from '../support/client.ts'
import {
  type Api,
  expectStatus,
  newApi,
  newPolicy,
  rightsTo,
  sessionFor,
  unique,
} from '../support/fixtures.ts'
import { at } from '../support/http.ts'
import { org, server, upstream, useWorld } from '../support/world.ts'

let one: Api
let two: Api

useWorld(async () => {
  one = await newApi(org, upstream.url)
  two = await newApi(org, upstream.url)
})

async function keyWith(policies: readonly string[], more: object = {}): Promise<string> {
  return expectStatus(await org.api.post('/api/keys', { apply_policies: policies, ...more })).textAt('key_id')
}

async function passes(api: Api, secret: string, count: number): Promise<number[]> {
  const seen: number[] = []
  for (let index = 0; index < count; index++)
    seen.push((await through(server, api.listenPath, secret)).status)
  return seen
}

const dataOf = async (secret: string) => expectStatus(await org.api.get(`/api/keys/${secret}`)).at('data')

test('a key with one policy and nothing else has the rights and limits of the policy', async () => {
  const policy = await newPolicy(org, {
    access_rights: rightsTo(one),
    rate: 2,
    per: 3600,
    quota_max: 50,
    quota_renewal_rate: 3600,
    tags: ['gold'],
    meta_data: { plan: 'gold' },
  })
  const secret = await keyWith([policy], { meta_data: { own: 'yes' } })

  assert.deepEqual(await passes(one, secret, 3), [200, 200, 429])
  assert.deepEqual(await passes(two, secret, 1), [403])
  const data = await dataOf(secret)
  assert.equal(at(data, 'rate'), 2)
  assert.equal(at(data, 'quota_max'), 50)
  assert.deepEqual(at(data, 'tags'), ['gold'])
  assert.deepEqual(at(data, 'meta_data'), { plan: 'gold', own: 'yes' })
})

test('the limits of a policy win over those of the key', async () => {
  const policy = await newPolicy(org, { access_rights: rightsTo(one), rate: 1, per: 3600 })
  const secret = await keyWith([policy], { rate: 1000, per: 1, access_rights: rightsTo(two) })

  assert.deepEqual(await passes(one, secret, 2), [200, 429])
  assert.deepEqual(await passes(two, secret, 1), [403], 'the rights of the policy replace those of the key')
})

test('of several policies on one API the most permissive rate and quota count, and rights add up', async () => {
  const slow = await newPolicy(org, { access_rights: rightsTo(one), rate: 1, per: 3600, quota_max: 2 })
  const fast = await newPolicy(org, {
    access_rights: { ...rightsTo(one), ...rightsTo(two) },
    rate: 3,
    per: 3600,
    quota_max: 100,
  })
  for (const order of [
    [slow, fast],
    [fast, slow],
  ]) {
    const secret = await keyWith(order)
    assert.deepEqual(await passes(one, secret, 4), [200, 200, 200, 429])
    // Whether the second API counts with the first is a matter of scope; it is granted either way.
    assert.notEqual((await passes(two, secret, 1))[0], 403)
  }
})

test('a partition governs its own part and leaves the rest to the key', async () => {
  const partitions = (more: object) => ({
    quota: false,
    rate_limit: false,
    complexity: false,
    acl: false,
    ...more,
  })
  const acl = await newPolicy(org, {
    access_rights: rightsTo(one),
    rate: 1,
    per: 3600,
    quota_max: 1,
    partitions: partitions({ acl: true }),
  })
  const rate = await newPolicy(org, {
    access_rights: rightsTo(one),
    rate: 2,
    per: 3600,
    quota_max: 1,
    partitions: partitions({ rate_limit: true }),
  })
  const quota = await newPolicy(org, {
    access_rights: rightsTo(one),
    rate: 1,
    per: 3600,
    quota_max: 3,
    quota_renewal_rate: 3600,
    partitions: partitions({ quota: true }),
  })

  const aclOnly = await keyWith([acl], { rate: 4, per: 3600, quota_max: -1 })
  assert.deepEqual(await passes(one, aclOnly, 5), [200, 200, 200, 200, 429])
  const aclAndRate = await keyWith([acl, rate], { rate: 9, per: 3600, quota_max: -1 })
  assert.deepEqual(await passes(one, aclAndRate, 3), [200, 200, 429])
  const aclAndQuota = await keyWith([acl, quota], { rate: -1, quota_max: -1 })
  assert.deepEqual(await passes(one, aclAndQuota, 4), [200, 200, 200, 403])
  const rateOnly = await keyWith([rate], sessionFor(one, { rate: 9, per: 3600 }))
  assert.deepEqual(await passes(one, rateOnly, 3), [200, 200, 429])
})

test('per_api gives each API of a policy limits and counters of its own', async () => {
  const limit = (rate: number) => ({ rate, per: 3600, quota_max: -1, quota_renewal_rate: 0 })
  const policy = await newPolicy(org, {
    access_rights: { ...rightsTo(one, { limit: limit(1) }), ...rightsTo(two, { limit: limit(2) }) },
    partitions: { per_api: true },
  })
  const secret = await keyWith([policy])

  assert.deepEqual(await passes(one, secret, 2), [200, 429])
  assert.deepEqual(await passes(two, secret, 3), [200, 200, 429])
})

test('per_api together with another partition is refused, wherever it is noticed', async () => {
  const created = await org.api.post('/api/portal/policies', {
    name: unique('mixed'),
    active: true,
    rate: 1,
    per: 1,
    access_rights: rightsTo(one),
    partitions: { per_api: true, quota: true },
  })
  if (created.status !== 200) {
    assert.ok(created.status >= 400 && created.status < 500, created.text)
    return
  }
  const key = await org.api.post('/api/keys', { apply_policies: [created.textAt('Message')] })
  assert.ok(key.status >= 400, key.text)
})

test('an unknown policy beside a known one is passed over; alone it is an error', async () => {
  const known = await newPolicy(org, { access_rights: rightsTo(one), rate: -1 })
  const alone = await org.api.post('/api/keys', { apply_policies: ['d'.repeat(24)] })

  assert.ok(alone.status >= 400, alone.text)
  assert.equal(alone.at('Status'), 'Error')
  const deleted = await newPolicy(org, { access_rights: rightsTo(two), rate: -1 })
  const secret = await keyWith([known, deleted])
  expectStatus(await org.api.delete(`/api/portal/policies/${deleted}`))
  assert.deepEqual(await passes(one, secret, 1), [200])
  assert.deepEqual(await passes(two, secret, 1), [403])
})

test('an inactive policy makes its keys inactive', async () => {
  const policy = await newPolicy(org, { access_rights: rightsTo(one), is_inactive: true })
  const secret = await keyWith([policy])

  const reply = await through(server, one.listenPath, secret)
  assert.deepEqual([reply.status, reply.at('error')], [403, 'Key is inactive, please renew'])
})

test('key_expires_in of a policy dates new keys', async () => {
  const policy = await newPolicy(org, { access_rights: rightsTo(one), key_expires_in: 3600 })
  const secret = await keyWith([policy])

  const expires = Number(at(await dataOf(secret), 'expires'))
  assert.ok(Math.abs(expires - Date.now() / 1000 - 3600) < 30, String(expires))
})

test('a policy may be named by its own id or by the word it was given', async () => {
  const word = unique('gold')
  const id = await newPolicy(org, { id: word, access_rights: rightsTo(one), rate: -1 })

  assert.deepEqual(await passes(one, await keyWith([word]), 1), [200])
  assert.deepEqual(await passes(one, await keyWith([id]), 1), [200])
})

test('two policies on two APIs keep separate quotas', async () => {
  const first = await newPolicy(org, {
    access_rights: rightsTo(one),
    rate: -1,
    quota_max: 1,
    quota_renewal_rate: 3600,
  })
  const second = await newPolicy(org, {
    access_rights: rightsTo(two),
    rate: -1,
    quota_max: 1,
    quota_renewal_rate: 3600,
  })
  const secret = await keyWith([first, second])

  assert.deepEqual(await passes(one, secret, 2), [200, 403])
  assert.equal((await passes(two, secret, 1))[0], 200)
})

test('the API-wide rate limit counts all callers together, keyless ones too', async () => {
  const limited = await newApi(org, upstream.url, {
    use_keyless: true,
    global_rate_limit: { rate: 3, per: 3600 },
  })
  const seen = [1, 2, 3, 4].map(() => through(server, limited.listenPath))
  const replies = await Promise.all(seen)

  assert.deepEqual(replies.map((reply) => reply.status).sort(), [200, 200, 200, 429])
  const refused = await through(server, limited.listenPath)
  assert.equal(refused.at('error'), 'API Rate Limit Exceeded')
})

test('disable_rate_limit and disable_quota of an API switch its key limits off', async () => {
  const free = await newApi(org, upstream.url, { disable_rate_limit: true, disable_quota: true })
  const session = sessionFor(free, { rate: 1, per: 3600, quota_max: 1, quota_renewal_rate: 3600 })
  const secret = expectStatus(await org.api.post('/api/keys', session)).textAt('key_id')

  assert.deepEqual(await passes(free, secret, 4), [200, 200, 200, 200])
})
