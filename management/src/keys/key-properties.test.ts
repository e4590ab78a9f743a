import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { session, smallWorld } from '../test-world.ts'

const RUNS = 40
const PATH = '/api/keys/'

const name = fc.stringMatching(/^x_[a-zA-Z0-9_ .$-]{0,12}$/)
const unknownFields = fc.dictionary(name, fc.jsonValue({ maxDepth: 3 }), { maxKeys: 5 })
const number = fc.oneof(fc.constantFrom(-1, 0, 1, 60), fc.nat({ max: 1_000_000 }))
const limits = fc.record(
  {
    rate: number,
    per: number,
    quota_max: number,
    quota_renewal_rate: number,
    quota_remaining: number,
    throttle_interval: number,
    max_query_depth: number,
  },
  { requiredKeys: [] },
)

test('whatever unknown fields a key is created with, reading it gives them back', async () => {
  const { ask, apiId } = await smallWorld()
  await fc.assert(
    fc.asyncProperty(unknownFields, unknownFields, async (fields, inRight) => {
      const rights = { [apiId]: { ...inRight, api_id: apiId } }
      const sent = { ...session(), ...fields, access_rights: rights, meta_data: fields }
      const { body: key } = await ask('POST', '/api/keys', sent)
      const { data } = (await ask('GET', PATH + key.key_id)).body
      const expected = JSON.parse(JSON.stringify({ fields, inRight }))
      for (const [field, value] of Object.entries(expected.fields)) assert.deepEqual(data[field], value)
      for (const [field, value] of Object.entries(expected.inRight)) {
        assert.deepEqual(data.access_rights[apiId][field], value)
      }
      assert.deepEqual(data.meta_data, expected.fields)
    }),
    { numRuns: RUNS },
  )
})

test('saving a key as it was read changes nothing, whatever its limits and policies', async () => {
  const { ask, apiId, clock } = await smallWorld()
  let made = 0
  const partitions = fc.constantFrom(undefined, { per_api: true }, { quota: true, acl: true }, { acl: true })
  const policies = fc.array(fc.record({ limits, limit: fc.option(limits), partitions }), { maxLength: 2 })
  await fc.assert(
    fc.asyncProperty(limits, fc.option(limits), policies, async (root, own, rules) => {
      const ids = []
      for (const rule of rules) {
        const rights = { [apiId]: { api_id: apiId, versions: ['Default'], limit: rule.limit } }
        const body = {
          name: `p${made++}`,
          ...rule.limits,
          partitions: rule.partitions,
          access_rights: rights,
        }
        ids.push((await ask('POST', '/api/portal/policies', body)).body.Message)
      }
      const rights = { [apiId]: { api_id: apiId, limit: own } }
      const sent = { ...session(), ...root, access_rights: rights, apply_policies: ids }
      const { status, body: key } = await ask('POST', '/api/keys', sent)
      // Some combinations of policies cannot be applied together, and the key is refused.
      if (status === 400) return
      clock.nowMs += 1000
      const put = await ask('PUT', `${PATH}${key.key_id}?suppress_reset=1`, key.data)
      assert.deepEqual(put.body.data, key.data)
    }),
    { numRuns: RUNS },
  )
})

test('no body, however hostile, is answered otherwise than in the envelope, and never with 5xx', async () => {
  const { ask, apiId, logged } = await smallWorld()
  const bodies: unknown[] = [
    '',
    '{',
    'null',
    '[]',
    '"text"',
    '1e999',
    '{"__proto__":{"rate":1}}',
    '{"access_rights":{"__proto__":{}}}',
    '{"access_rights":{"constructor":{"api_id":"constructor"}}}',
    `${'['.repeat(5000)}${']'.repeat(5000)}`,
    `${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`,
    { ...session(apiId), alias: 'x'.repeat(100_000) },
    { ...session(apiId), alias: '\u0000' },
    { ...session(apiId), alias: '\ud800' },
    { ...session(apiId), alias: "'; drop table keys; --" },
    { ...session(apiId), rate: '1e999' },
    { ...session(apiId), quota_max: 1e308 },
    { ...session(apiId), apply_policies: ['constructor', '../..', ''] },
    { ...session(apiId), meta_data: { policies: [{ access_rights: 7 }] } },
    { ...session(apiId), meta_data: { policies: 'x' } },
    'x'.repeat(1_100_000),
  ]
  const ids = ['x'.repeat(2000), '%00', '%ff', '..%2f..', 'constructor', '%27%20or%201=1', '__proto__']
  for (const body of bodies) {
    for (const path of ['', 'preview', 'abc', ...ids.slice(0, 2)]) {
      const { status, body: answer } = await ask('POST', PATH + path, body)
      assert.equal(status < 500, true, `${status} for ${String(body).slice(0, 80)}`)
      if (status !== 200) assert.deepEqual([answer.Status, answer.Meta], ['Error', null])
    }
  }
  for (const id of ids) {
    for (const query of ['', '?hashed=1', '?username=true', '?auto_guess=true&hashed=']) {
      for (const method of ['GET', 'DELETE', 'PUT'] as const) {
        const { status, body } = await ask(
          method,
          `/api/apis/-/keys/${id}${query}`,
          method === 'PUT' ? session(apiId) : undefined,
        )
        assert.equal(status >= 400 && status < 500, true, `${method} ${id}: ${status}`)
        assert.equal(body.Status, 'Error')
      }
    }
  }
  assert.deepEqual(logged, [])
})
