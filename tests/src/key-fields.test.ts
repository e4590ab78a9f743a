import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { controlOf, through } from '../support/client.ts'
import { type Api, expectStatus, newApi, newKey, rightsTo, sessionFor } from '../support/fixtures.ts'
import { objectOf } from '../support/http.ts'
import { org, server, upstream, useWorld } from '../support/world.ts'

let api: Api

useWorld(async () => {
  api = await newApi(org, upstream.url)
})

const nowSeconds = () => Math.floor(Date.now() / 1000)

async function statuses(secret: string, count: number, path = api.listenPath): Promise<number[]> {
  const seen: number[] = []
  for (let index = 0; index < count; index++) seen.push((await through(server, path, secret)).status)
  return seen
}

/** Calls until it passes; the windows of these tests are one or two seconds. */
async function untilPasses(secret: string): Promise<number> {
  for (let tries = 0; tries < 100; tries++) {
    const { status } = await through(server, api.listenPath, secret)
    if (status === 200) return status
    await sleep(100)
  }
  throw new Error('the window has not ended within ten seconds')
}

test('rate and per: the request after the last of the window is 429, and passes again after it', async () => {
  const { secret } = await newKey(org, api, { rate: 5, per: 2 })

  assert.deepEqual(await statuses(secret, 7), [200, 200, 200, 200, 200, 429, 429])
  const refused = await through(server, api.listenPath, secret)
  assert.equal(refused.text, '{\n    "error": "Rate Limit Exceeded"\n}')
  assert.equal(await untilPasses(secret), 200)
  assert.deepEqual(await statuses(secret, 5), [200, 200, 200, 200, 429])
})

test('rate and per: of many requests at once on several connections exactly rate pass', async () => {
  const { secret } = await newKey(org, api, { rate: 37, per: 3600 })

  const replies = await Promise.all(
    Array.from({ length: 120 }, () => through(server, api.listenPath, secret)),
  )

  assert.equal(replies.filter((reply) => reply.status === 200).length, 37)
  assert.equal(replies.filter((reply) => reply.status === 429).length, 83)
})

test('a rate of 0 or -1 is no limit', async () => {
  for (const rate of [0, -1]) {
    const { secret } = await newKey(org, api, { rate, per: 3600 })
    assert.deepEqual(await statuses(secret, 12), Array(12).fill(200))
  }
})

test('quota_max and quota_renewal_rate: the request after the last is 403, and passes after renewal', async () => {
  const { secret } = await newKey(org, api, { rate: -1, quota_max: 4, quota_renewal_rate: 2 })

  assert.deepEqual(await statuses(secret, 6), [200, 200, 200, 200, 403, 403])
  const refused = await through(server, api.listenPath, secret)
  assert.equal(refused.text, '{\n    "error": "Quota exceeded"\n}')
  assert.equal(await untilPasses(secret), 200)
})

test('a quota without renewal stays spent', async () => {
  const { secret } = await newKey(org, api, { rate: -1, quota_max: 2, quota_renewal_rate: 0 })

  assert.deepEqual(await statuses(secret, 3), [200, 200, 403])
  await sleep(1200)
  assert.deepEqual(await statuses(secret, 1), [403])
})

test('a request that the rate limit refuses does not consume quota', async () => {
  const { secret } = await newKey(org, api, { rate: 2, per: 1, quota_max: 3, quota_renewal_rate: 3600 })

  assert.deepEqual(await statuses(secret, 5), [200, 200, 429, 429, 429])
  assert.equal(await untilPasses(secret), 200)
  assert.deepEqual((await statuses(secret, 1))[0], 403)
})

test('a read of the key tells what is left of the quota and when it renews', async () => {
  const { secret } = await newKey(org, api, { rate: -1, quota_max: 10, quota_renewal_rate: 3600 })
  await statuses(secret, 3)

  const read = expectStatus(await org.api.get(`/api/keys/${secret}`))

  assert.equal(read.at('data', 'quota_remaining'), 7)
  assert.ok(Math.abs(Number(read.at('data', 'quota_renews')) - nowSeconds() - 3600) < 30)
})

test('expires: a moment to come passes and is then over; 0 and -1 never end', async () => {
  const soon = await newKey(org, api, { expires: nowSeconds() + 2 })
  const never = await newKey(org, api, { expires: 0 })
  const eternal = await newKey(org, api, { expires: -1 })
  assert.deepEqual(await statuses(soon.secret, 1), [200])

  let last = await through(server, api.listenPath, soon.secret)
  for (let tries = 0; tries < 60 && last.status === 200; tries++) {
    await sleep(100)
    last = await through(server, api.listenPath, soon.secret)
  }

  assert.equal(last.status, 401)
  assert.equal(last.text, '{\n    "error": "Key has expired, please renew"\n}')
  assert.deepEqual(await statuses(never.secret, 1), [200])
  assert.deepEqual(await statuses(eternal.secret, 1), [200])
})

test('V2: a past expiry is refused in a creation and in an update, and the key is what it was', async () => {
  const past = { expires: 1_000_000_000 }
  assert.equal((await org.api.post('/api/keys', sessionFor(api, past))).status, 400)

  const later = nowSeconds() + 3600
  const dated = await newKey(org, api, { expires: later })
  const read = await org.api.get(`/api/keys/${dated.hash}`)
  const refused = await org.api.put(`/api/keys/${dated.hash}`, { ...objectOf(read.at('data')), ...past })
  assert.equal(refused.status, 400)
  assert.match(refused.textAt('Message'), /expires lies in the past/)
  assert.equal((await org.api.get(`/api/keys/${dated.hash}`)).at('data', 'expires'), later)
  assert.deepEqual(await statuses(dated.secret, 1), [200])

  const control = controlOf(server)
  const asSent = await control.post('/tyk/keys/create', sessionFor(api, { ...past, org_id: org.id }))
  const over = await through(server, api.listenPath, expectStatus(asSent).textAt('key'))
  assert.deepEqual([over.status, over.at('error')], [401, 'Key has expired, please renew'])
  for (const ended of [{ expires: 1 }, { expires: 9_999_999_999_999 }]) {
    const { secret } = await newKey(org, api, ended)
    assert.deepEqual(await statuses(secret, 1), [ended.expires === 1 ? 401 : 200])
  }
})

test('access_rights: a key opens the APIs it names and no other', async () => {
  const second = await newApi(org, upstream.url)
  const third = await newApi(org, upstream.url)
  const { secret } = await newKey(org, api, { access_rights: { ...rightsTo(api), ...rightsTo(second) } })

  assert.deepEqual(await statuses(secret, 1), [200])
  assert.deepEqual(await statuses(secret, 1, second.listenPath), [200])
  const refused = await through(server, third.listenPath, secret)
  assert.equal(refused.status, 403)
  assert.equal(refused.text, '{\n    "error": "Access to this API has been disallowed"\n}')
})

test('access_rights with versions: a key opens the versions it names', async () => {
  const versioned = await newApi(org, upstream.url, {
    definition: { location: 'header', key: 'x-version' },
    version_data: {
      not_versioned: false,
      default_version: '',
      versions: { v1: { name: 'v1', expires: '' }, v2: { name: 'v2', expires: '' } },
    },
  })
  const { secret } = await newKey(org, versioned, {
    access_rights: rightsTo(versioned, { versions: ['v1'] }),
  })
  const at = (version: string) =>
    through(server, versioned.listenPath, secret, { headers: { 'x-version': version } })

  assert.equal((await at('v1')).status, 200)
  const refused = await at('v2')
  assert.equal(refused.status, 403)
  assert.equal(refused.text, '{\n    "error": "Access to this API has been disallowed"\n}')
  assert.equal((await at('v3')).status, 403)
})

test('allowed_urls: a key opens the addresses and methods it names', async () => {
  const { secret } = await newKey(org, api, {
    access_rights: rightsTo(api, {
      allowed_urls: [
        { url: '/orders', methods: ['GET', 'POST'] },
        { url: '/stock/[0-9]+', methods: ['GET'] },
      ],
    }),
  })
  const status = async (method: string, path: string) =>
    (await through(server, `${api.listenPath}${path}`, secret, { method })).status

  assert.equal(await status('GET', 'orders'), 200)
  assert.equal(await status('POST', 'orders'), 200)
  assert.equal(await status('GET', 'stock/17'), 200)
  assert.equal(await status('DELETE', 'orders'), 403)
  assert.equal(await status('POST', 'stock/17'), 403)
  assert.equal(await status('GET', 'people'), 403)
  const refused = await through(server, `${api.listenPath}people`, secret)
  assert.equal(refused.text, '{\n    "error": "Access to this resource has been disallowed"\n}')
})

test('limit of one API replaces the limits of the key there and only there', async () => {
  const second = await newApi(org, upstream.url)
  const limit = { rate: 2, per: 3600, quota_max: -1, quota_renewal_rate: 0 }
  const { secret } = await newKey(org, api, {
    rate: 3,
    per: 3600,
    access_rights: { ...rightsTo(api, { limit }), ...rightsTo(second) },
  })

  assert.deepEqual(await statuses(secret, 3), [200, 200, 429])
  assert.deepEqual(await statuses(secret, 4, second.listenPath), [200, 200, 200, 429])
})

test('endpoints: a limit of one method and path counts apart', async () => {
  const endpoints = [{ path: '/slow', methods: [{ name: 'GET', limit: { rate: 1, per: 3600 } }] }]
  const { secret } = await newKey(org, api, { access_rights: rightsTo(api, { endpoints }) })

  assert.deepEqual(await statuses(secret, 2, `${api.listenPath}slow`), [200, 429])
  assert.deepEqual(await statuses(secret, 3, `${api.listenPath}fast`), [200, 200, 200])
})

test('is_inactive: the key is refused as inactive', async () => {
  const { secret } = await newKey(org, api, { is_inactive: true })

  const refused = await through(server, api.listenPath, secret)

  assert.equal(refused.status, 403)
  assert.equal(refused.text, '{\n    "error": "Key is inactive, please renew"\n}')
})

test('meta_data, tags, alias and fields we do not know come back as they were sent', async () => {
  const { secret } = await newKey(org, api, {
    meta_data: { team: 'blue', nested: { list: [1, 'two', null, true] } },
    tags: ['one', 'two'],
    alias: 'the blue key',
    x_unknown: { kept: [1.5, 'yes'] },
  })

  const data = expectStatus(await org.api.get(`/api/keys/${secret}`)).at('data') as Record<string, unknown>

  assert.deepEqual(data.meta_data, { team: 'blue', nested: { list: [1, 'two', null, true] } })
  assert.deepEqual(data.tags, ['one', 'two'])
  assert.equal(data.alias, 'the blue key')
  assert.deepEqual(data.x_unknown, { kept: [1.5, 'yes'] })
})

test('X-RateLimit headers tell the quota on success and are absent on refusals', async () => {
  const { secret } = await newKey(org, api, { rate: -1, quota_max: 2, quota_renewal_rate: 3600 })

  const first = await through(server, api.listenPath, secret)
  const second = await through(server, api.listenPath, secret)
  const refused = await through(server, api.listenPath, secret)

  assert.equal(first.headers['x-ratelimit-limit'], '2')
  assert.equal(first.headers['x-ratelimit-remaining'], '1')
  assert.ok(Math.abs(Number(first.headers['x-ratelimit-reset']) - nowSeconds() - 3600) < 30)
  assert.equal(second.headers['x-ratelimit-remaining'], '0')
  assert.equal(refused.status, 403)
  assert.equal(refused.headers['x-ratelimit-limit'], undefined)
  assert.equal(refused.headers['x-ratelimit-remaining'], undefined)
  assert.equal(refused.headers['retry-after'], undefined)
})

test('W7: where no quota holds, nothing is told that reads like a used up one', async () => {
  const unlimited = await newKey(org, api)
  const keyless = await newApi(org, upstream.url, { use_keyless: true })

  for (const reply of [
    await through(server, api.listenPath, unlimited.secret),
    await through(server, keyless.listenPath),
  ]) {
    assert.equal(reply.status, 200)
    for (const name of ['limit', 'remaining', 'reset'])
      assert.equal(reply.headers[`x-ratelimit-${name}`], undefined)
  }
})

test('an update starts quota and rate anew; with suppress_reset it does not', async () => {
  const { secret } = await newKey(org, api, { rate: 100, per: 3600, quota_max: 3, quota_renewal_rate: 3600 })
  assert.deepEqual(await statuses(secret, 4), [200, 200, 200, 403])
  const data = expectStatus(await org.api.get(`/api/keys/${secret}`)).at('data')

  expectStatus(await org.api.put(`/api/keys/${secret}?suppress_reset=1`, data))
  assert.deepEqual(await statuses(secret, 1), [403])
  expectStatus(await org.api.put(`/api/keys/${secret}`, data))
  assert.deepEqual(await statuses(secret, 4), [200, 200, 200, 403])
})
