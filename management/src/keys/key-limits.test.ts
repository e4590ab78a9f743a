import assert from 'node:assert/strict'
import { test } from 'node:test'
import { session, smallWorld } from '../test-world.ts'

/** Limits as keys, policies and APIs carry them: kept as sent, or refused in the words of the contract. */

const limits = {
  rate: 10,
  per: 1,
  rate_algorithm: 'token_bucket',
  rate_burst: 5,
  rates: [{ rate: 1000, per: 3600, algorithm: 'sliding_window' }],
  max_concurrency: 3,
  quota_max: 100,
  quota_calendar: 'month',
  quota_time_zone: 'Europe/Paris',
}

test('the limits of a key are kept as sent, and come back from a read and a write unchanged', async () => {
  const { ask, apiId } = await smallWorld()
  const right = { api_id: apiId, versions: ['Default'], limit: limits }
  const sent = {
    ...session(),
    ...limits,
    owner: 'acme',
    limits_shared_by: 'owner',
    access_rights: { [apiId]: right },
  }
  const { status, body } = await ask('POST', '/api/keys', sent)
  assert.equal(status, 200)
  for (const [name, value] of Object.entries({ ...limits, owner: 'acme', limits_shared_by: 'owner' })) {
    assert.deepEqual(body.data[name], value, name)
    if (name in limits) assert.deepEqual(body.data.access_rights[apiId].limit[name], value, name)
  }
  const written = await ask('PUT', `/api/keys/${body.key_id}?suppress_reset=1`, body.data)
  assert.equal(written.status, 200)
  assert.deepEqual(written.body.data, body.data)
})

test('the limits of a policy are kept as sent, and are those of its keys', async () => {
  const { ask, apiId } = await smallWorld()
  const rights = { [apiId]: { api_id: apiId, versions: ['Default'] } }
  const policy = { name: 'gold', ...limits, limits_shared_by: 'policy', access_rights: rights }
  const { body: made } = await ask('POST', '/api/portal/policies', policy)
  const { body: read } = await ask('GET', `/api/portal/policies/${made.Message}`)
  for (const [name, value] of Object.entries(limits)) assert.deepEqual(read[name], value, name)
  const { body: key } = await ask('POST', '/api/keys', { apply_policies: [made.Message] })
  const { body } = await ask('GET', `/api/keys/${key.key_hash}/effective`)
  const [api] = body.apis
  assert.equal(
    api.limits_in_words,
    '10 requests each second, evenly, 5 of them at once, 1,000 requests in any hour, at most 3 requests at once, ' +
      `100 requests each calendar month (Europe/Paris), shared by all keys of policy gold (${made.Message})`,
  )
  assert.deepEqual(api.quota.calendar, { unit: 'month', time_zone: 'Europe/Paris' })
  assert.deepEqual([api.rate.shared, api.further_rates.length, api.concurrency.max], [true, 1, 3])
  assert.deepEqual(api.concurrency.source.change_at, [`/api/portal/policies/${made.Message}`])
})

const bad: [what: string, fields: object, says: RegExp][] = [
  ['an algorithm that does not exist', { rate_algorithm: 'leaky' }, /rate_algorithm/],
  ['a burst below 1', { rate_burst: 0 }, /rate_burst/],
  ['a concurrency that is a text', { max_concurrency: '5' }, /max_concurrency/],
  ['a concurrency of 2^63', { max_concurrency: 2 ** 63 }, /max_concurrency/],
  ['a window that is a text', { rates: [{ rate: 'many', per: 1 }] }, /rates/],
  ['a time zone that does not exist', { quota_time_zone: 'Mars/Olympus' }, /quota_time_zone/],
  ['a budget of nobody', { limits_shared_by: 'friends' }, /limits_shared_by/],
]
for (const [what, fields, says] of bad) {
  test(`${what} is refused in a key and in a policy, with the field's name`, async () => {
    const { ask, apiId } = await smallWorld()
    const key = await ask('POST', '/api/keys', { ...session(apiId), ...fields })
    assert.equal(key.status, 400)
    assert.match(key.body.Message, /^User\/Key object validation failed, most likely malformed input/)
    assert.match(key.body.Message, says)
    const policy = { name: 'bad', access_rights: session(apiId).access_rights, ...fields }
    const refused = await ask('POST', '/api/portal/policies', policy)
    assert.deepEqual([refused.status, refused.body.Status], [400, 'Error'])
    assert.match(refused.body.Message, says)
  })
}

test('a number that JSON cannot hold is refused, not wrapped', async () => {
  const { ask, apiId } = await smallWorld()
  const text = (field: string) =>
    JSON.stringify({ ...session(apiId), x: 0 }).replace('"x":0', `"${field}":1e400`)
  for (const field of ['max_concurrency', 'rate_burst']) {
    assert.equal((await ask('POST', '/api/keys', text(field))).status, 400)
  }
})

test('a key that asks for its owner’s budget must name one, and a pattern what is known of a key', async () => {
  const { ask, apiId } = await smallWorld()
  const ownerless = await ask('POST', '/api/keys', { ...session(apiId), limits_shared_by: 'owner' })
  assert.deepEqual(
    [ownerless.status, ownerless.body.Message],
    [400, 'Limits cannot be counted so: limits_shared_by is "owner", but the key names no owner'],
  )
  const pattern = { rate_limit_pattern: '$tyk_context.remote_addr' }
  const byAddress = await ask('POST', '/api/keys', { ...session(apiId), meta_data: pattern })
  assert.equal(byAddress.status, 400)
  assert.match(byAddress.body.Message, /\$tyk_context.remote_addr is not known of a key/)
})

test('the limits of an API are kept as sent, or refused with the field’s name', async () => {
  const { ask, apiId } = await smallWorld()
  const wrapper = (await ask('GET', `/api/apis/${apiId}`)).body
  const counted = {
    global_rate_limit: { rate: 5, per: 1, algorithm: 'token_bucket', burst: 2 },
    max_concurrency: 7,
    cost_header: 'X-Cost',
    version_data: {
      not_versioned: true,
      versions: {
        Default: {
          name: 'Default',
          use_extended_paths: true,
          extended_paths: { request_costs: [{ path: '/big', method: 'GET', cost: 5 }] },
        },
      },
    },
  }
  const definition = { ...wrapper.api_definition, ...counted }
  assert.equal(
    (await ask('PUT', `/api/apis/${apiId}`, { ...wrapper, api_definition: definition })).status,
    200,
  )
  const read = (await ask('GET', `/api/apis/${apiId}`)).body.api_definition
  for (const [name, value] of Object.entries(counted)) assert.deepEqual(read[name], value, name)

  const { body: key } = await ask('POST', '/api/keys', session(apiId))
  const { body } = await ask('GET', `/api/keys/${key.key_hash}/effective`)
  const [api] = body.apis
  assert.deepEqual([api.api_rate.burst, api.api_concurrency.max, api.cost_header], [2, 7, 'x-cost'])
  assert.deepEqual(api.costs, [{ version: 'Default', path: '/big', method: 'GET', problem: null, cost: 5 }])

  for (const [fields, says] of [
    [{ cost_header: 'Content-Length' }, /cost_header/],
    [{ cost_header: 'no name' }, /cost_header/],
    [{ max_concurrency: 1.5 }, /max_concurrency/],
    [{ global_rate_limit: { algorithm: 'gcra' } }, /global_rate_limit/],
  ] as const) {
    const refused = await ask('PUT', `/api/apis/${apiId}`, {
      ...wrapper,
      api_definition: { ...definition, ...fields },
    })
    assert.equal(refused.status, 400)
    assert.match(refused.body.Message, says)
  }
})
