import assert from 'node:assert/strict'
import { test } from 'node:test'
import { adminOf, through } from '../support/client.ts'
import {
  type Api,
  expectStatus,
  newApi,
  newKey,
  newOrganisation,
  newPolicy,
  newUser,
  rightsTo,
  sessionFor,
  unique,
} from '../support/fixtures.ts'
import { arrayOf, at, type Reply } from '../support/http.ts'
import { org, server, upstream, useWorld } from '../support/world.ts'

let api: Api

useWorld(async () => {
  api = await newApi(org, upstream.url)
})

const effectiveOf = async (id: string) => expectStatus(await org.api.get(`/api/keys/${id}/effective`))
const requestIdOf = (reply: Reply) => String(reply.headers['x-request-id'])
const explain = (reply: Reply, by = org.api) => by.get(`/api/requests/${requestIdOf(reply)}/explain`)

/** The first and only API of a description. */
const only = (described: Reply) => {
  const apis = arrayOf(described.at('apis'))
  assert.equal(apis.length, 1)
  return (...path: (string | number)[]) => at(apis[0], ...path)
}

test('what the gateway counted is what the description of the key shows', async () => {
  const { secret, hash } = await newKey(org, api, {
    rate: 50,
    per: 3600,
    quota_max: 5,
    quota_renewal_rate: 86_400,
  })
  for (let call = 0; call < 3; call++)
    assert.equal((await through(server, api.listenPath, secret)).status, 200)

  const described = await effectiveOf(hash)
  const right = only(described)
  assert.equal(described.at('status'), 'open')
  assert.deepEqual([right('api_id'), right('status')], [api.id, 'open'])
  assert.deepEqual(
    [right('rate', 'used'), right('rate', 'remaining'), right('rate', 'words')],
    [3, 47, '50 requests each hour'],
  )
  assert.deepEqual(
    [right('quota', 'used'), right('quota', 'remaining'), right('quota', 'words')],
    [3, 2, '5 requests each day'],
  )
  const shown = Number(expectStatus(await org.api.get(`/api/keys/${hash}`)).at('data', 'quota_renews'))
  assert.equal(Math.ceil(Number(right('quota', 'resets_at', 'unix'))), shown)
  // What is leased and not spent would be lost if the program were killed now.
  assert.ok(Number(right('quota', 'under_admission')) <= 2)

  for (let call = 0; call < 2; call++)
    assert.equal((await through(server, api.listenPath, secret)).status, 200)
  assert.equal((await through(server, api.listenPath, secret)).status, 403)
  const spent = only(await effectiveOf(secret))
  assert.deepEqual([spent('status'), spent('quota', 'under_admission')], ['used_up', 0])
})

test('a key by policy names the policy as the source of each limit, as soon as the policy is written', async () => {
  const name = unique('gold')
  const policy = await newPolicy(org, { name, access_rights: rightsTo(api), rate: 5, per: 60 })
  const created = expectStatus(await org.api.post('/api/keys', { apply_policies: [policy] }))
  const hash = created.textAt('key_hash')

  const right = only(await effectiveOf(hash))
  for (const part of ['rights', 'rate', 'quota']) {
    const source = part === 'rights' ? right('rights') : right(part, 'source')
    assert.deepEqual(source, {
      kind: 'policy',
      words: `policy ${name} (${policy})`,
      policies: [{ id: policy, name }],
      change_at: [`/api/portal/policies/${policy}`],
    })
  }
  const stored = expectStatus(await org.api.get(`/api/portal/policies/${policy}`)).json
  expectStatus(await org.api.put(`/api/portal/policies/${policy}`, { ...Object(stored), rate: 6 }))
  assert.equal(only(await effectiveOf(hash))('rate', 'words'), '6 requests each minute')
})

test('who can call an API and who hangs on a policy is told in pages', async () => {
  const own = await newApi(org, upstream.url)
  const policy = await newPolicy(org, { access_rights: rightsTo(own) })
  const byRight = await newKey(org, own)
  const byPolicy = expectStatus(await org.api.post('/api/keys', { apply_policies: [policy] })).textAt(
    'key_hash',
  )
  const asked = async (path: string) => {
    const reply = expectStatus(await org.api.get(path))
    return arrayOf(reply.at('keys')).map((key) => [
      at(key, 'key_hash'),
      at(key, 'status'),
      at(key, 'source', 'kind'),
    ])
  }
  assert.deepEqual(await asked(`/api/apis/${own.id}/access-by-key`), [
    [byPolicy, 'open', 'policy'],
    [byRight.hash, 'open', 'key'],
  ])
  assert.deepEqual(
    (await asked(`/api/portal/policies/${policy}/keys`)).map(([hash]) => hash),
    [byPolicy],
  )
  assert.deepEqual(expectStatus(await org.api.get(`/api/apis/${own.id}/keys`)).at('data', 'keys'), [
    byPolicy,
    byRight.hash,
  ])
  for (const hash of [byPolicy, byRight.hash]) expectStatus(await org.api.delete(`/api/keys/${hash}`))
  assert.deepEqual(await asked(`/api/apis/${own.id}/access-by-key`), [])
})

test('a preview tells what the key might do, and stores nothing', async () => {
  const preview = expectStatus(
    await org.api.post(
      '/api/keys/preview?effective=1',
      sessionFor(api, { rate: 60, per: 60, alias: unique('preview') }),
    ),
  )
  assert.deepEqual(Object.keys(Object(preview.json)), [
    'api_model',
    'key_id',
    'data',
    'key_hash',
    'effective',
  ])
  assert.equal(preview.at('effective', 'apis', 0, 'rate', 'words'), '60 requests each minute')
  const found = await org.api.get(`/api/keys/detailed?q=${preview.textAt('data', 'alias')}`)
  assert.deepEqual(found.at('keys'), [])
})

test('a refusal is explained by the request id of its answer, and the client is told no more than before', async () => {
  const policy = await newPolicy(org, {
    access_rights: rightsTo(api),
    quota_max: 1,
    quota_renewal_rate: 3600,
  })
  const created = expectStatus(await org.api.post('/api/keys', { apply_policies: [policy] }))
  const secret = created.textAt('key_id')
  const passed = await through(server, api.listenPath, secret)
  const refused = await through(server, `${api.listenPath}orders?secret=1`, secret)
  assert.deepEqual([passed.status, refused.status], [200, 403])
  assert.equal(refused.text, '{\n    "error": "Quota exceeded"\n}')

  const explained = expectStatus(await explain(refused))
  assert.deepEqual(
    ['request_id', 'status', 'code', 'method', 'path', 'key_hash'].map((field) => explained.at(field)),
    [
      requestIdOf(refused),
      403,
      'quota_exceeded',
      'GET',
      `${api.listenPath}orders`,
      created.textAt('key_hash'),
    ],
  )
  assert.deepEqual(explained.at('api'), { id: api.id, name: api.name })
  assert.deepEqual(
    arrayOf(explained.at('trace')).map((traceStep) => [at(traceStep, 'step'), at(traceStep, 'outcome')]),
    [
      ['route', 'passed'],
      ['version', 'passed'],
      ['credential', 'passed'],
      ['quota', 'decided'],
    ],
  )
  assert.deepEqual(explained.at('rule', 'change_at'), [`/api/portal/policies/${policy}`])
  assert.ok(!explained.text.includes(secret) && !explained.text.includes('secret=1'))

  const none = await explain(passed)
  assert.equal(none.status, 404)
  assert.match(none.text, /is not kept/)
})

test('a failure of the upstream is explained too', async () => {
  const dead = await newApi(org, 'http://127.0.0.1:1/', { use_keyless: true })
  const failed = await through(server, dead.listenPath)
  assert.equal(failed.status, 500)
  const explained = expectStatus(await explain(failed))
  assert.deepEqual([explained.at('code'), explained.at('key_hash')], ['upstream_failed', null])
  assert.deepEqual(explained.at('rule', 'change_at'), [`/api/apis/${dead.id}`])
})

test('an explanation is for people of the organisation who may read keys or the log', async () => {
  const refused = await through(server, api.listenPath)
  assert.equal(refused.status, 401)
  for (const name of ['keys', 'log']) {
    expectStatus(await explain(refused, (await newUser(org, { [name]: 'read' })).api))
  }
  assert.equal((await explain(refused, (await newUser(org, { apis: 'write' })).api)).status, 403)
  const stranger = await newOrganisation(server)
  const foreign = await explain(refused, stranger.api)
  const unknown = await stranger.api.get('/api/requests/0123456789ab-1-1/explain')
  assert.deepEqual([foreign.status, foreign.text], [404, unknown.text])
  assert.equal((await explain(refused, adminOf(server))).status, 401)
})
