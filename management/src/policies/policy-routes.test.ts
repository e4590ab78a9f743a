import assert from 'node:assert/strict'
import { test } from 'node:test'
import { asking, makeUser, session, smallWorld } from '../test-world.ts'

const error = (Message: string) => ({ Status: 'Error', Message, Meta: null })
const PATH = '/api/portal/policies'
const rightsOn = (apiId: string) => ({
  [apiId]: { api_id: apiId, api_name: 'orders', versions: ['Default'] },
})

test('creating answers the id in Message, and a list has capitalised keys', async () => {
  const { ask, apiId, user } = await smallWorld()
  const { status, text, body } = await ask('POST', `${PATH}/`, {
    name: 'gold',
    rate: 5,
    access_rights: rightsOn(apiId),
  })
  assert.equal(status, 200)
  assert.match(text, /^\{"Status":"OK","Message":"[0-9a-f]{24}","Meta":null\}$/)
  const read = (await ask('GET', `${PATH}/${body.Message}`)).body
  assert.deepEqual(
    [read._id, read.id, read.org_id, read.rate, read.active],
    [body.Message, '', user.orgId, 5, true],
  )
  assert.match(read.last_updated, /^\d{10}$/)
  assert.deepEqual((await ask('GET', PATH)).body, { Data: [read], Pages: 1 })
})

test('rights are taken as a map or as a list, with old and new names of their ids', async () => {
  const { ask, apiId } = await smallWorld()
  const list = [{ apiid: apiId, apiname: 'orders', versions: ['Default'] }]
  const { body } = await ask('POST', PATH, { name: 'list', access_rights_array: list })
  const read = (await ask('GET', `${PATH}/${body.Message}`)).body
  assert.deepEqual(read.access_rights[apiId].api_id, apiId)
  assert.deepEqual(read.access_rights_array, [read.access_rights[apiId]])

  read.access_rights_array = [{ ...list[0], versions: ['v2'] }]
  await ask('PUT', `${PATH}/${body.Message}`, read)
  const changed = (await ask('GET', `${PATH}/${body.Message}`)).body
  assert.deepEqual(changed.access_rights[apiId].versions, ['v2'])
})

test('what was read is saved unchanged but for last_updated, unknown fields included', async () => {
  const { ask, apiId, clock } = await smallWorld()
  const sent = {
    name: 'gold',
    graphql_enabled: true,
    odd: { a: [1] },
    access_rights: rightsOn(apiId),
    tags: ['x'],
  }
  const { body } = await ask('POST', PATH, sent)
  const read = (await ask('GET', `${PATH}/${body.Message}`)).body
  assert.deepEqual([read.graphql_enabled, read.odd, read.tags], [true, { a: [1] }, ['x']])
  clock.nowMs += 60_000
  const put = await ask('PUT', `${PATH}/${body.Message}`, read)
  assert.deepEqual(put.body, { Status: 'OK', Message: 'Data updated', Meta: null })
  const { last_updated, ...again } = (await ask('GET', `${PATH}/${body.Message}`)).body
  const { last_updated: before, ...first } = read
  assert.deepEqual(again, first)
  assert.equal(Number(last_updated), Number(before) + 60)
})

test('ids that are brought are kept while they are free, and keys name the policy by either', async () => {
  const { ask, apiId } = await smallWorld()
  const gold = { _id: 'a'.repeat(24), id: 'gold-1', name: 'gold', access_rights: rightsOn(apiId) }
  assert.equal((await ask('POST', PATH, gold)).body.Message, gold._id)
  for (const id of [gold._id, gold.id]) {
    assert.equal((await ask('GET', `${PATH}/${id}`)).body.name, 'gold')
    assert.equal((await ask('POST', '/api/keys', { apply_policies: [id] })).status, 200)
  }
  const taken = error('Found policy with the same ID')
  for (const ids of [{ _id: gold._id }, { id: gold.id }, { id: gold._id }]) {
    const { status, body } = await ask('POST', PATH, {
      ...gold,
      _id: undefined,
      id: undefined,
      ...ids,
      name: 'other',
    })
    assert.deepEqual([status, body], [409, taken])
  }
  assert.equal((await ask('POST', PATH, { ...gold, _id: 'short' })).body.Message, 'Invalid policy ID')
  await ask('PUT', `${PATH}/gold-1`, { name: 'gold', access_rights: rightsOn(apiId) })
  assert.equal((await ask('GET', `${PATH}/gold-1`)).body._id, gold._id)
})

test('a name clash, a foreign organisation and contradictory partitions are refused', async () => {
  const { ask, apiId } = await smallWorld()
  const gold = { name: 'gold', access_rights: rightsOn(apiId) }
  await ask('POST', PATH, gold)
  const refused = async (body: unknown) => {
    const answer = await ask('POST', PATH, body)
    return [answer.status, answer.body.Message]
  }
  const clash = 'This policy name has already been used. Enter a unique policy name.'
  assert.deepEqual(await refused(gold), [400, clash])
  const foreign = 'Object not owned by this organisation, write is forbidden'
  assert.deepEqual(await refused({ ...gold, name: 'b', org_id: 'f'.repeat(24) }), [403, foreign])
  assert.deepEqual(await refused('{'), [403, 'Request body malformed'])
  const wrong = await refused({ ...gold, name: 'c', rate: '5' })
  assert.deepEqual([wrong[0], /rate/.test(wrong[1])], [400, true])
  assert.equal((await refused({ ...gold, name: 'd', partitions: { per_api: true, quota: true } }))[0], 400)
  assert.equal((await ask('GET', PATH)).body.Data.length, 1)
})

test('V6: policies without rights are parts, which keys combine with others', async () => {
  const { ask, apiId } = await smallWorld()
  const made = async (policy: object) => {
    const { status, body } = await ask('POST', PATH, policy)
    assert.equal(status, 200, body.Message)
    return body.Message
  }
  const rate = await made({ name: 'rate', rate: 7, per: 1, partitions: { rate_limit: true } })
  const quota = await made({ name: 'quota', quota_max: 9, access_rights: {}, partitions: { quota: true } })
  const none = await made({ name: 'none', access_rights: null, access_rights_array: [] })
  const acl = await made({ name: 'acl', access_rights: rightsOn(apiId), partitions: { acl: true } })
  const { status, body } = await ask('POST', '/api/keys', { apply_policies: [acl, rate, quota] })
  assert.deepEqual([status, body.data.rate, body.data.quota_max], [200, 7, 9])
  assert.equal((await ask('PUT', `${PATH}/${acl}`, { name: 'acl', access_rights: {} })).status, 200)
  // Alone they open nothing.
  for (const parts of [[rate], [quota], [none], [rate, quota]])
    assert.equal((await ask('POST', '/api/keys', { apply_policies: parts })).status, 400)
})

test('unknown ids, and those of another organisation, are answered alike', async () => {
  const { ask, app, apiId, ...world } = await smallWorld()
  const foreign = asking(app, { authorization: (await makeUser(world)).accessKey })
  const mine = { name: 'gold', id: 'gold', access_rights: rightsOn(apiId) }
  const { body: made } = await ask('POST', PATH, mine)
  const invalid = [400, error('Invalid policy ID')]
  const missing = [404, error('Could not retrieve portal object')]
  for (const id of [made.Message, 'f'.repeat(24), 'gold', 'no-such']) {
    const hex = /^[0-9a-f]{24}$/.test(id)
    const get = await foreign('GET', `${PATH}/${id}`)
    assert.deepEqual([get.status, get.body], hex ? missing : invalid)
    const put = await foreign('PUT', `${PATH}/${id}`, mine)
    assert.deepEqual([put.status, put.body], hex ? missing : invalid)
    const remove = await foreign('DELETE', `${PATH}/${id}`)
    const expected = hex ? [404, error('Could not retrieve object for deletion')] : invalid
    assert.deepEqual([remove.status, remove.body], expected)
  }
  assert.deepEqual((await foreign('GET', `${PATH}/search?q=gold`)).body, { Data: [], Pages: 1 })
  assert.equal((await ask('GET', `${PATH}/gold`)).status, 200)
})

test('policies are found by every filter', async () => {
  const { ask, apiId, clock } = await smallWorld()
  const ids: string[] = []
  const kinds = [
    { name: 'Alpha', id: 'a1', auth_type: 'authToken' },
    { name: 'beta', active: false, auth_types: ['jwt', 'authToken'] },
    { name: 'Gamma', is_inactive: true },
  ]
  for (const kind of kinds) {
    clock.nowMs += 1000
    ids.push((await ask('POST', PATH, { ...kind, access_rights: rightsOn(apiId) })).body.Message)
  }
  const names = async (query: string) =>
    (await ask('GET', `${PATH}/search/${query}`)).body.Data?.map((policy: { name: string }) => policy.name)
  assert.deepEqual(await names('?q=a'), ['Gamma', 'beta', 'Alpha'])
  assert.deepEqual(await names('?q=ALPH'), ['Alpha'])
  assert.deepEqual(await names(`?q=${ids[1]}`), ['beta'])
  assert.deepEqual(await names(`?policy_ids=a1,${ids[2]}&q=beta`), ['Gamma', 'Alpha'])
  assert.deepEqual(await names('?sort=name'), ['Alpha', 'beta', 'Gamma'])
  assert.deepEqual(await names('?state=draft,deny&sort=name'), ['beta', 'Gamma'])
  assert.deepEqual(await names('?auth_type=jwt'), ['beta'])
  assert.deepEqual(await names(`?api_id=${apiId}&sort=-name&p=1`), ['Gamma', 'beta', 'Alpha'])
  assert.deepEqual(await names('?api_id=other'), [])
  assert.equal((await names('?active=true')).includes('beta'), false)
  const wrong = await ask('GET', `${PATH}/search?policy_ids=zzz`)
  assert.deepEqual([wrong.status, wrong.body], [400, error('Policy ID is not in hex format')])
})

test('a policy may be deleted while keys hang on it, and is gone', async () => {
  const { ask, apiId } = await smallWorld()
  const { body } = await ask('POST', PATH, { name: 'gold', access_rights: rightsOn(apiId) })
  const { body: key } = await ask('POST', '/api/keys', { ...session(), apply_policies: [body.Message] })
  const deleted = await ask('DELETE', `${PATH}/${body.Message}`)
  assert.deepEqual(deleted.body, { Status: 'OK', Message: 'Data deleted', Meta: null })
  assert.equal((await ask('GET', `${PATH}/${body.Message}`)).status, 404)
  assert.deepEqual((await ask('GET', `/api/keys/${key.key_id}`)).body.data.access_rights, {})
})
