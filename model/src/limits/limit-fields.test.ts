import assert from 'node:assert/strict'
import test from 'node:test'
import { Policy } from '../access/policy.ts'
import { Session } from '../access/session.ts'
import { ApiDefinition, withApiDefaults } from '../definition/api-definition.ts'
import { compileApi } from '../definition/compile-api.ts'
import { problemText } from '../definition/problem.ts'

const accepted: [what: string, fields: object][] = [
  ['each algorithm', { rate_algorithm: 'sliding_window' }],
  ['an empty algorithm, as the default', { rate_algorithm: '' }],
  ['a burst', { rate_algorithm: 'token_bucket', rate_burst: 20 }],
  ['further windows', { rates: [{ rate: 1000, per: 3600, algorithm: 'token_bucket', burst: 5 }] }],
  ['no further windows', { rates: null }],
  ['a concurrency of 0 and of -1, as unlimited', { max_concurrency: -1, rates: [{ rate: 0, per: 0 }] }],
  ['a quota by calendar', { quota_calendar: 'month', quota_time_zone: 'Europe/Paris' }],
  ['a quota by the calendar of UTC', { quota_calendar: 'day', quota_time_zone: '' }],
  ['a budget by policy', { limits_shared_by: 'policy' }],
]
const refused: [what: string, fields: object][] = [
  ['an algorithm that does not exist', { rate_algorithm: 'leaky_bucket' }],
  ['an algorithm of a further window that does not exist', { rates: [{ rate: 1, per: 1, algorithm: 'x' }] }],
  ['a burst of 0', { rate_burst: 0 }],
  ['a burst of a half', { rate_burst: 0.5 }],
  ['a burst that is a text', { rate_burst: '10' }],
  ['a burst of 2^63', { rate_burst: 2 ** 63 }],
  ['a concurrency that is NaN', { max_concurrency: Number.NaN }],
  ['a concurrency of 2^63', { max_concurrency: 2 ** 63 }],
  ['a concurrency of a half', { max_concurrency: 1.5 }],
  ['a window without a rate', { rates: [{ per: 1 }] }],
  ['a window whose rate is a text', { rates: [{ rate: '1', per: 1 }] }],
  ['a window whose rate is endless', { rates: [{ rate: Number.POSITIVE_INFINITY, per: 1 }] }],
  ['too many windows', { rates: Array.from({ length: 9 }, () => ({ rate: 1, per: 1 })) }],
  ['windows that are no list', { rates: { rate: 1, per: 1 } }],
  ['a calendar that does not exist', { quota_calendar: 'year' }],
  ['a time zone that does not exist', { quota_calendar: 'day', quota_time_zone: 'Europe/Atlantis' }],
  ['a time zone that is an endless text', { quota_time_zone: 'x'.repeat(1e6) }],
  ['a budget that nobody has', { limits_shared_by: 'everyone' }],
]
for (const [what, fields] of accepted) {
  test(`a key and a policy may have ${what}, and keep it as sent`, () => {
    for (const document of [fields, { access_rights: { a: { limit: fields } } }]) {
      assert.deepEqual(Session.parse(document), document)
      assert.deepEqual(Policy.parse(document), document)
    }
  })
}
for (const [what, fields] of refused) {
  test(`a key and a policy must not have ${what}`, () => {
    for (const schema of [Session, Policy]) assert.equal(schema.safeParse(fields).success, false)
    if ('limits_shared_by' in fields) return
    const block = { access_rights: { a: { limit: fields } } }
    for (const schema of [Session, Policy]) assert.equal(schema.safeParse(block).success, false)
  })
}

test('an endpoint of a key has the fields of a rate, and keeps any others', () => {
  const limit = { rate: 1, per: 1, rate_algorithm: 'token_bucket', rate_burst: 2, quota_calendar: 7 }
  const document = {
    access_rights: { a: { endpoints: [{ path: '/x', methods: [{ name: 'GET', limit }] }] } },
  }
  assert.deepEqual(Session.parse(document), document)
})

test('an owner is a text of limited length', () => {
  assert.equal(Session.safeParse({ owner: 'x'.repeat(256) }).success, true)
  for (const owner of ['x'.repeat(257), 7, null]) assert.equal(Session.safeParse({ owner }).success, false)
})

const inPaths = (extended_paths: object) => ({
  version_data: { versions: { Default: { use_extended_paths: true, extended_paths } } },
})

const definitions: [what: string, fields: object, isGood: boolean][] = [
  [
    'a rate for all callers by token bucket',
    { global_rate_limit: { algorithm: 'token_bucket', burst: 5 } },
    true,
  ],
  ['a rate for all callers of no known algorithm', { global_rate_limit: { algorithm: 'gcra' } }, false],
  ['a burst of 0 for all callers', { global_rate_limit: { burst: 0 } }, false],
  ['a concurrency for all callers', { max_concurrency: 5 }, true],
  ['a concurrency that is a text', { max_concurrency: '5' }, false],
  ['a cost', inPaths({ request_costs: [{ path: '/x', method: 'GET', cost: 0 }] }), true],
  ['a cost below 0', inPaths({ request_costs: [{ path: '/x', cost: -1 }] }), false],
  ['a cost of a half', inPaths({ request_costs: [{ path: '/x', cost: 0.5 }] }), false],
  ['a cost beyond all counting', inPaths({ request_costs: [{ path: '/x', cost: 1e10 }] }), false],
  ['a cost of nothing in particular', inPaths({ request_costs: [{ path: '/x' }] }), false],
  ['a cost on a path that is no pattern', inPaths({ request_costs: [{ path: '/(', cost: 2 }] }), false],
  ['a cost header', { cost_header: 'X-Cost' }, true],
  ['no cost header', { cost_header: '' }, true],
  ['a cost header that is no name', { cost_header: 'X Cost' }, false],
  ['a cost header that frames the reply', { cost_header: 'Content-Length' }, false],
]
for (const [what, fields, isGood] of definitions) {
  test(`an API ${isGood ? 'may' : 'must not'} have ${what}`, () => {
    const parsed = ApiDefinition.safeParse({ name: 'orders', proxy: { target_url: 'http://x' }, ...fields })
    const complete = parsed.data && withApiDefaults(parsed.data, { apiId: 'a', id: 'i', orgId: 'o' })
    const problems = complete ? compileApi(complete).problems.map(problemText) : ['malformed']
    assert.equal(problems.length === 0, isGood, problems.join())
  })
}
