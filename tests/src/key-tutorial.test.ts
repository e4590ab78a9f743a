import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { through } from '../support/client.ts'
import { newApi } from '../support/fixtures.ts'
import { arrayOf, at } from '../support/http.ts'
import { org, server, upstream, useWorld } from '../support/world.ts'

const run = promisify(execFile)

useWorld()

/** The tutorial's command as printed there; only the host, the credentials and the API id are put in. */
const tutorialCommand = (host: string, credentials: string, apiId: string) => `
    curl -X POST -H "authorization: ${credentials}" \\
     -s \\
     -H "Content-Type: application/json" \\
     -X POST \\
     -d '{
        "allowance": 1000,
        "rate": 1000,
        "per": 1,
        "expires": -1,
        "quota_max": -1,
        "quota_renews": 1449051461,
        "quota_remaining": -1,
        "quota_renewal_rate": 60,
        "access_rights": {
            "${apiId}": {
                "api_id": "${apiId}",
                "api_name": "test-api",
                "versions": ["Default"]
            }
        },
        "meta_data": {}
     }' http://${host}/api/keys | python3 -mjson.tool
`

test('the command of the key tutorial prints JSON whose key the gateway accepts at once', async () => {
  const api = await newApi(org, upstream.url)
  const host = `127.0.0.1:${server.dashboard.port}`

  const { stdout } = await run('bash', ['-o', 'pipefail', '-c', tutorialCommand(host, org.accessKey, api.id)])
  const answer: unknown = JSON.parse(stdout)
  const secret = at(answer, 'key_id')

  assert.ok(typeof secret === 'string' && secret.length === 56, stdout)
  assert.ok(secret.startsWith(org.id))
  assert.match(secret.slice(24), /^[0-9a-f]{32}$/)
  assert.match(String(at(answer, 'key_hash')), /^[0-9a-f]{32}$/)
  const reply = await through(server, `${api.listenPath}orders?first=1`, secret)
  assert.equal(reply.status, 200, reply.text)
  assert.equal(reply.at('url'), '/orders?first=1')
})

test('a call without a key is 401 and one with a wrong key 403, with the exact bodies', async () => {
  const api = await newApi(org, upstream.url)

  const without = await through(server, api.listenPath)
  const wrong = await through(server, api.listenPath, `${org.id}${'0'.repeat(32)}`)
  const unlike = await through(server, api.listenPath, 'no-such-key')

  assert.equal(without.status, 401)
  assert.equal(without.text, '{\n    "error": "Authorization field missing"\n}')
  assert.equal(without.headers['content-type'], 'application/json')
  for (const reply of [wrong, unlike]) {
    assert.equal(reply.status, 403)
    assert.equal(reply.text, '{\n    "error": "Access to this API has been disallowed"\n}')
    assert.equal(reply.headers['content-type'], 'application/json')
    assert.equal(reply.headers['x-generator'], undefined)
  }
})

test('the creation answers the key with every field of the core set, in the order of the contract', async () => {
  const api = await newApi(org, upstream.url)
  const created = await org.api.post('/api/keys', {
    allowance: 1000,
    rate: 1000,
    per: 1,
    expires: -1,
    quota_max: -1,
    quota_renews: 1449051461,
    quota_remaining: -1,
    quota_renewal_rate: 60,
    access_rights: { [api.id]: { api_id: api.id, api_name: 'test-api', versions: ['Default'] } },
    meta_data: {},
  })

  assert.equal(created.status, 200, created.text)
  assert.deepEqual(Object.keys(created.json as object), ['api_model', 'key_id', 'data', 'key_hash'])
  assert.deepEqual(created.at('api_model'), {})
  const data = created.at('data') as Record<string, unknown>
  const { date_created, last_updated, quota_renews, ...rest } = data
  assert.deepEqual(rest, {
    last_check: 0,
    allowance: 1000,
    rate: 1000,
    per: 1,
    throttle_interval: 0,
    throttle_retry_limit: 0,
    max_query_depth: 0,
    expires: -1,
    quota_max: -1,
    quota_remaining: -1,
    quota_renewal_rate: 60,
    access_rights: {
      [api.id]: {
        api_name: 'test-api',
        api_id: api.id,
        versions: ['Default'],
        allowed_urls: [],
        restricted_types: [],
        allowed_types: [],
        limit: null,
        field_access_rights: [],
        disable_introspection: false,
        allowance_scope: '',
      },
    },
    org_id: org.id,
    oauth_client_id: '',
    oauth_keys: {},
    certificate: '',
    basic_auth_data: { password: '', hash_type: '' },
    jwt_data: { secret: '' },
    hmac_enabled: false,
    hmac_string: '',
    is_inactive: false,
    apply_policy_id: '',
    apply_policies: [],
    data_expires: 0,
    monitor: { trigger_limits: [] },
    enable_detailed_recording: false,
    meta_data: {},
    tags: [],
    alias: '',
    id_extractor_deadline: 0,
    session_lifetime: 0,
  })
  const nowSeconds = Date.now() / 1000
  assert.ok(Math.abs(Date.parse(String(date_created)) / 1000 - nowSeconds) < 30, String(date_created))
  assert.match(String(last_updated), /^\d{10}$/)
  assert.ok(typeof quota_renews === 'number' && Math.abs(quota_renews - nowSeconds - 60) < 30)
  assert.deepEqual(Object.keys(data).slice(0, 8), [
    'last_check',
    'allowance',
    'rate',
    'per',
    'throttle_interval',
    'throttle_retry_limit',
    'max_query_depth',
    'date_created',
  ])
})

test('every key that one client makes in a row works the moment it is answered', async () => {
  const api = await newApi(org, upstream.url)
  const body = {
    rate: -1,
    per: 1,
    quota_max: -1,
    access_rights: { [api.id]: { api_id: api.id, versions: ['Default'] } },
  }

  for (let count = 0; count < 40; count++) {
    const secret = (await org.api.post('/api/keys', body)).textAt('key_id')
    const calls = await Promise.all([1, 2, 3].map(() => through(server, api.listenPath, secret)))
    assert.deepEqual(arrayOf(calls.map((call) => call.status)), [200, 200, 200])
  }
})
