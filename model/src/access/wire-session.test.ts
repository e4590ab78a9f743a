import assert from 'node:assert/strict'
import test from 'node:test'
import * as fc from 'fast-check'
import { Session } from './session.ts'
import { wireSession } from './wire-session.ts'

const ORG = '64f0c1a2b3d4e5f601020304'
const API = '0a1b2c3d4e5f60718293a4b5c6d7e8f9'

test('the response of the contract is rendered to the letter', () => {
  const session = Session.parse({
    meta_data: {},
    access_rights: { [API]: { api_id: API, api_name: 'test-api', versions: ['Default'] } },
    allowance: 1000,
    rate: 1000,
    per: 1,
    expires: -1,
    quota_max: -1,
    quota_renews: 1767607260,
    quota_remaining: -1,
    quota_renewal_rate: 60,
    org_id: ORG,
    date_created: '2026-01-05T10:00:00.000Z',
    last_updated: '1767607200',
  })
  assert.equal(
    JSON.stringify(wireSession(session)),
    `{"last_check":0,"allowance":1000,"rate":1000,"per":1,"throttle_interval":0,"throttle_retry_limit":0,"max_query_depth":0,"date_created":"2026-01-05T10:00:00.000Z","expires":-1,"quota_max":-1,"quota_renews":1767607260,"quota_remaining":-1,"quota_renewal_rate":60,"access_rights":{"${API}":{"api_name":"test-api","api_id":"${API}","versions":["Default"],"allowed_urls":[],"restricted_types":[],"allowed_types":[],"limit":null,"field_access_rights":[],"disable_introspection":false,"allowance_scope":""}},"org_id":"${ORG}","oauth_client_id":"","oauth_keys":{},"certificate":"","basic_auth_data":{"password":"","hash_type":""},"jwt_data":{"secret":""},"hmac_enabled":false,"hmac_string":"","is_inactive":false,"apply_policy_id":"","apply_policies":[],"data_expires":0,"monitor":{"trigger_limits":[]},"enable_detailed_recording":false,"meta_data":{},"tags":[],"alias":"","last_updated":"1767607200","id_extractor_deadline":0,"session_lifetime":0}`,
  )
})

test('a password never leaves, whatever else is beside it', () => {
  const wire = JSON.stringify(
    wireSession({ basic_auth_data: { password: 'p4ss', hash_type: 'bcrypt', user: 'u', x: 1 } }),
  )
  assert.ok(!wire.includes('p4ss'))
  assert.match(wire, /"basic_auth_data":\{"password":"","hash_type":"bcrypt","user":"u","x":1\}/)
})

test('fields we do not know come last and are kept, in rights too', () => {
  const wire = wireSession(
    Session.parse({ zeta: [1], access_rights: { a: { later: true, endpoints: [] } }, rate: 1 }),
  )
  assert.equal(Object.keys(wire).at(-1), 'zeta')
  assert.match(JSON.stringify(wire.access_rights), /"endpoints":\[\],"later":true/)
})

test('null is shown as the zero value where clients index without checking', () => {
  const wire = wireSession(
    Session.parse({ tags: null, access_rights: null, meta_data: null, smoothing: null }),
  )
  assert.deepEqual([wire.tags, wire.access_rights, wire.meta_data, wire.smoothing], [[], {}, {}, null])
})

test('rendering twice is rendering once', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (document) => {
      const parsed = Session.safeParse(document)
      if (!parsed.success) return
      const once = wireSession(parsed.data)
      assert.equal(JSON.stringify(wireSession(Session.parse(once))), JSON.stringify(once))
    }),
  )
})
