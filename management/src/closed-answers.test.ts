import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import { buildControlApi } from './control-api.ts'
import { testDashboard } from './test-dashboard.ts'
import { askingControl, makeApi, session } from './test-world.ts'

/**
 * The fields that the vendor's description of its own answers names. Strict decoders refuse others, so that what is ours
 * has routes, parameters or headers of its own. What a client stores under a name of its own it reads back all the same.
 */
const words = (text: string) => text.trim().split(/\s+/)
const USER =
  words(`access_key active api_model created_at email_address first_name group_id id last_login_date last_name
  org_id password_max_days password_updated user_permissions`)
const GROUP = words('active description id name org_id password_max_days user_permissions')
const CERTIFICATE_BASICS = words('dns_names has_private id is_ca issuer_cn not_after not_before subject_cn')
const CERTIFICATE = words('dns_names fingerprint has_private id is_ca issuer not_after not_before subject')
const LIMITS = words(`max_query_depth per quota_max quota_renewal_rate rate smoothing throttle_interval
  throttle_retry_limit`)
const POLICY =
  words(`_id access_rights active hmac_enabled id is_inactive key_expires_in last_updated meta_data name org_id
  partitions tags`).concat(LIMITS)
const KEY = words('api_model data key_hash key_id')
const SESSION =
  words(`access_rights alias allowance apply_policies apply_policy_id basic_auth_data certificate data_expires
  date_created enable_detailed_recording expires hmac_enabled hmac_string id_extractor_deadline is_inactive jwt_data
  last_check last_updated meta_data monitor mtls_static_certificate_bindings oauth_client_id oauth_keys org_id
  quota_remaining quota_renews session_lifetime tags`).concat(LIMITS)
const RIGHT =
  words(`allowance_scope allowed_types allowed_urls api_id api_name disable_introspection endpoints
  field_access_rights limit restricted_types versions`)
const API =
  words(`api_definition api_model categories created_at hook_references is_site oas sort_by updated_at
  user_group_owners user_owners`)
const WEBHOOK = words(
  `api_model event_timeout header_map id method name org_id target_path template_path webhook_id`,
)
const ENVELOPE = words('Status Message Meta')

function only(names: readonly string[], answer: object, what: string): void {
  const others = Object.keys(answer).filter((name) => !names.includes(name))
  assert.deepEqual(others, [], `${what} has fields that the vendor's has not`)
}

async function world() {
  const dashboard = await testDashboard()
  const { ask, orgId, userId } = await dashboard.member()
  const apiId = await makeApi(ask, 'orders')
  return { ...dashboard, ask, orgId, userId, apiId, tyk: askingControl(buildControlApi(dashboard.deps)) }
}

test('W3: answers about users and groups have the fields of the vendor’s and no others', async () => {
  const { ask, admin, userId, orgId } = await world()
  for (const path of [`/api/users/${userId}`, '/api/users/me'])
    only(USER, (await ask('GET', path)).body, path)
  only(USER, (await admin('GET', `/admin/users/${userId}`)).body, 'an administrator’s look')
  const listed = (await ask('GET', '/api/users')).body
  only(['users', 'pages'], listed, 'the list')
  only(USER, listed.users[0], 'a row')
  const sent = { email_address: 'a@example.org', org_id: orgId, PWHistory: ['x'], password: 'long enough' }
  only(USER, (await admin('POST', '/admin/users', sent)).body.Meta, 'a new user')
  await ask('POST', '/api/usergroups', { name: 'g' })
  only(GROUP, (await ask('GET', '/api/usergroups')).body.groups[0], 'a group')
})

test('W3: answers about keys have the fields of the vendor’s and no others', async () => {
  const { ask, apiId, tyk } = await world()
  const made = (await ask('POST', '/api/keys', session(apiId))).body
  const id = made.key_hash
  const read = (await ask('GET', `/api/keys/${id}`)).body
  const preview = (await ask('POST', '/api/keys/preview', session(apiId))).body
  const detailed = (await ask('GET', '/api/keys/detailed')).body
  for (const key of [made, read, preview, detailed.keys[0]]) {
    only(KEY, key, 'a key')
    only(SESSION, key.data, 'its session')
    only(RIGHT, key.data.access_rights[apiId], 'a right')
  }
  only([...KEY, ...ENVELOPE], (await ask('PUT', `/api/keys/${id}`, session(apiId))).body, 'an update')
  only(SESSION, (await tyk('GET', `/tyk/keys/${id}`)).body, 'a session of the control API')
  only(['keys', 'pages'], detailed, 'a list')
})

test('W3: answers about policies have the fields of the vendor’s, and the Dashboard’s list of rights', async () => {
  const { ask, tyk, apiId } = await world()
  const { access_rights } = session(apiId)
  const { body } = await ask('POST', '/api/portal/policies', { name: 'gold', access_rights })
  const ofDashboard = [...POLICY, 'access_rights_array', 'date_created']
  const listed = (await ask('GET', '/api/portal/policies')).body
  only(['Data', 'Pages'], listed, 'the list')
  only(ofDashboard, listed.Data[0], 'a row')
  only(ofDashboard, (await ask('GET', `/api/portal/policies/${body.Message}`)).body, 'a policy')
  only(POLICY, (await tyk('GET', '/tyk/policies')).body[0], 'a row of the control API')
  only(POLICY, (await tyk('GET', `/tyk/policies/${body.Message}`)).body, 'a policy of the control API')
})

test('W3: answers about APIs and webhooks have the fields of the vendor’s and no others', async () => {
  const { ask, apiId } = await world()
  only(API, (await ask('GET', `/api/apis/${apiId}`)).body, 'an API')
  const listed = (await ask('GET', '/api/apis')).body
  only(['apis', 'pages'], listed, 'the list')
  only(API, listed.apis[0], 'a row')
  await ask('POST', '/api/hooks', { name: 'h', method: 'POST', target_path: 'http://127.0.0.1:1/' })
  const { hooks } = (await ask('GET', '/api/hooks')).body
  only(WEBHOOK, hooks[0], 'a webhook')
})

test('W3: answers about certificates have the fields of the vendor’s and no others', async () => {
  const { ask, tyk } = await world()
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString()
  const added = (await ask('POST', '/api/certs', pem)).body
  only(['id', 'message', 'status'], added, 'an upload')
  const detailed = (await ask('GET', '/api/certs?mode=detailed')).body
  only(['cert_basics', 'pages'], detailed, 'a list')
  only(CERTIFICATE_BASICS, detailed.cert_basics[0], 'a row')
  only(CERTIFICATE, (await ask('GET', '/api/certs/details')).body.certificates[0], 'a row of details')
  only(CERTIFICATE, (await ask('GET', `/api/certs/${added.id}`)).body, 'a certificate')
  only(CERTIFICATE, (await tyk('GET', `/tyk/certs/${added.id}`)).body, 'a certificate of the control API')
  only(
    CERTIFICATE_BASICS,
    (await tyk('GET', '/tyk/certs?mode=detailed')).body.certs[0],
    'a row of the control API',
  )
})

test('W4: a licence is not needed, whatever form it comes in', async () => {
  const { admin, ask, nobody } = await world()
  for (const asked of [admin, ask, nobody])
    for (const body of ['license=abc', '{"license":"abc"}', '', '\u0001'])
      assert.equal((await asked('POST', '/license', body)).status, 200)
})

test('W5: there are no assets yet, for those who may read them', async () => {
  const { ask, nobody, member } = await world()
  assert.deepEqual((await ask('GET', '/api/assets')).body, [])
  assert.deepEqual((await ask('GET', '/api/assets/?p=1')).body, [])
  const reader = await member({ api_assets: 'read' })
  const other = await member({ keys: 'read' })
  assert.deepEqual(
    [(await reader.ask('GET', '/api/assets')).status, (await other.ask('GET', '/api/assets')).status],
    [200, 403],
  )
  assert.equal((await nobody('GET', '/api/assets')).status, 401)
})

test('W6: handlers of an API’s events keep the webhook_id of the webhook, whatever the reference says', async () => {
  const { ask, apiId } = await world()
  await ask('POST', '/api/hooks', {
    name: 'h',
    method: 'POST',
    target_path: 'http://127.0.0.1:1/',
    webhook_id: 'w1',
  })
  const [hook] = (await ask('GET', '/api/hooks')).body.hooks
  const { webhook_id: _, ...older } = hook
  const metaAfter = async (sent: object, more: object = {}) => {
    const { body: api } = await ask('GET', `/api/apis/${apiId}`)
    const hook_references = [{ event_name: 'QuotaExceeded', event_timeout: 1, hook: sent }]
    const api_definition = { ...api.api_definition, ...more }
    const put = await ask('PUT', `/api/apis/${apiId}`, { ...api, api_definition, hook_references })
    assert.equal(put.status, 200, put.text)
    const { body: saved } = await ask('GET', `/api/apis/${apiId}`)
    return saved.api_definition.event_handlers.events.QuotaExceeded.map(
      (handler: { handler_meta: { webhook_id: string } }) => handler.handler_meta.webhook_id,
    )
  }
  const handler = { handler_name: 'eh_web_hook_handler', handler_meta: { ...older, webhook_id: 'w1' } }
  assert.deepEqual(await metaAfter(hook), ['w1'])
  assert.deepEqual(await metaAfter(older), ['w1'])
  assert.deepEqual(await metaAfter({ id: hook.id }), ['w1'])
  assert.deepEqual(await metaAfter(older, { event_handlers: { events: { QuotaExceeded: [handler] } } }), [
    'w1',
  ])
})
