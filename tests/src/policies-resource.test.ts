import assert from 'node:assert/strict'
import { test } from 'node:test'
import { adminOf } from '../support/client.ts'
import {
  type Api,
  expectStatus,
  newApi,
  newOrganisation,
  newPolicy,
  rightsTo,
  unique,
} from '../support/fixtures.ts'
import { arrayOf, at, objectOf, type Reply } from '../support/http.ts'
import { org, server, useWorld } from '../support/world.ts'

let api: Api

useWorld(async () => {
  api = await newApi(org, 'http://127.0.0.1:9')
})

const assertError = (reply: Reply, status: number, message: string) => {
  assert.equal(reply.status, status, reply.text)
  assert.equal(reply.text, `{"Status":"Error","Message":${JSON.stringify(message)},"Meta":null}`)
}

const body = (more: object = {}) => ({
  name: unique('policy'),
  active: true,
  rate: 10,
  per: 60,
  quota_max: 100,
  quota_renewal_rate: 3600,
  access_rights: rightsTo(api),
  ...more,
})

test('a policy is created with its id in Message, read, changed and deleted with the texts of the table', async () => {
  const created = expectStatus(await org.api.post('/api/portal/policies', body({ x_unknown: [1, { a: 2 }] })))
  const id = created.textAt('Message')
  assert.match(id, /^[0-9a-f]{24}$/)
  const path = `/api/portal/policies/${id}`
  const read = expectStatus(await org.api.get(path))
  assert.equal(read.at('_id'), id)
  assert.equal(read.at('org_id'), org.id)
  assert.deepEqual(read.at('x_unknown'), [1, { a: 2 }])
  assert.equal(read.at('access_rights', api.id, 'api_id'), api.id)
  assert.equal(read.at('access_rights_array', 0, 'api_id'), api.id)

  const updated = expectStatus(await org.api.put(path, { ...objectOf(read.json), rate: 20 }))
  assert.equal(updated.text, '{"Status":"OK","Message":"Data updated","Meta":null}')
  assert.equal((await org.api.get(path)).at('rate'), 20)
  const deleted = expectStatus(await org.api.delete(path))
  assert.equal(deleted.text, '{"Status":"OK","Message":"Data deleted","Meta":null}')
  assertError(await org.api.get(path), 404, 'Could not retrieve portal object')
  assertError(await org.api.delete(path), 404, 'Could not retrieve object for deletion')
})

test('a second policy of a name and one of a foreign organisation are refused, V6: one without rights is not', async () => {
  const name = unique('named')
  expectStatus(await org.api.post('/api/portal/policies', body({ name })))

  assertError(
    await org.api.post('/api/portal/policies', body({ name })),
    400,
    'This policy name has already been used. Enter a unique policy name.',
  )
  const { access_rights: _, ...rightless } = body()
  expectStatus(await org.api.post('/api/portal/policies', rightless))
  assertError(
    await org.api.post('/api/portal/policies', body({ org_id: 'c'.repeat(24) })),
    403,
    'Object not owned by this organisation, write is forbidden',
  )
  assertError(await org.api.post('/api/portal/policies', '{'), 403, 'Request body malformed')
})

test('bad ids have their text', async () => {
  assertError(await org.api.get('/api/portal/policies/not-an-id'), 400, 'Invalid policy ID')
  const search = await org.api.get('/api/portal/policies/search?policy_ids=nonsense')
  assertError(search, 400, 'Policy ID is not in hex format')
})

test('rights are taken as a map, as an array and in the spelling of old responses', async () => {
  const forms = [
    { access_rights: rightsTo(api) },
    {
      access_rights: undefined,
      access_rights_array: [{ api_id: api.id, api_name: api.name, versions: ['Default'] }],
    },
    { access_rights: { [api.id]: { apiid: api.id, apiname: api.name, versions: ['Default'] } } },
  ]
  for (const form of forms) {
    const id = expectStatus(await org.api.post('/api/portal/policies', body(form))).textAt('Message')
    const read = expectStatus(await org.api.get(`/api/portal/policies/${id}`))
    assert.equal(read.at('access_rights', api.id, 'api_id'), api.id, JSON.stringify(form))
    assert.equal(read.at('access_rights_array', 0, 'api_id'), api.id)
  }
})

test('given ids are kept when unused and refused when used', async () => {
  const _id = 'ab12'.repeat(6)
  const word = unique('word')
  assert.equal(expectStatus(await org.api.post('/api/portal/policies', body({ _id }))).at('Message'), _id)
  assert.equal((await org.api.post('/api/portal/policies', body({ _id }))).status, 409)
  expectStatus(await org.api.post('/api/portal/policies', body({ id: word })))
  assert.equal((await org.api.post('/api/portal/policies', body({ id: word }))).status, 409)
})

test('the list and the search answer Data and Pages, and every filter filters', async () => {
  const own = await newOrganisation(server)
  const first = await newApi(own, 'http://127.0.0.1:9')
  const second = await newApi(own, 'http://127.0.0.1:9')
  const gold = await newPolicy(own, { name: 'gold plan', access_rights: rightsTo(first) })
  const draft = await newPolicy(own, { name: 'draft plan', active: false, access_rights: rightsTo(second) })
  const listed = async (query: string) => {
    const reply = expectStatus(await own.api.get(`/api/portal/policies${query}`))
    assert.deepEqual(Object.keys(objectOf(reply.json)), ['Data', 'Pages'])
    return arrayOf(reply.at('Data')).map((entry) => at(entry, '_id'))
  }

  assert.deepEqual((await listed('')).sort(), [gold, draft].sort())
  assert.deepEqual(await listed('?active=true'), [gold])
  assert.deepEqual(await listed('/search?q=GOLD'), [gold])
  assert.deepEqual(await listed(`/search?q=${draft}`), [draft])
  assert.deepEqual(await listed(`/search?policy_ids=${gold}`), [gold])
  assert.deepEqual(await listed(`/search?api_id=${second.id}`), [draft])
  assert.deepEqual(await listed('/search?state=draft'), [draft])
  assert.deepEqual(await listed('/search?sort=name'), [draft, gold])
})

test('imports by the operator keep ids', async () => {
  const _id = 'cd34'.repeat(6)
  const imported = expectStatus(
    await adminOf(server).post('/admin/policies/import', { Data: [body({ _id, org_id: org.id })], Pages: 0 }),
  )

  assert.equal(imported.at('Message'), 'Policies imported')
  assert.deepEqual(imported.at('Meta'), { [_id]: true })
  expectStatus(await org.api.get(`/api/portal/policies/${_id}`))
})
