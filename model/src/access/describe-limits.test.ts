import assert from 'node:assert/strict'
import test from 'node:test'
import { ApiDefinition, withApiDefaults } from '../definition/api-definition.ts'
import { compileRules } from '../definition/compile-api.ts'
import { rateLimit } from '../limits/limit.ts'
import { underAdmission } from '../limits/limit-state.ts'
import { organisationLimits } from '../limits/organisation-limits.ts'
import { BY_THE_KEY } from '../source-ref.ts'
import { AccessDescription } from './access-description.ts'
import { describeAccess } from './describe-access.ts'
import type { Reading } from './describe-limits.ts'
import { effectiveAccess } from './effective-access.ts'
import { Policy } from './policy.ts'
import { Session } from './session.ts'

const NOW = Date.UTC(2026, 0, 5, 10)

type World = {
  definition?: object
  policies?: Readonly<Record<string, object>>
  organisation?: object
  /** What counters hold, by the names of their limits. */
  readings?: Readonly<Record<string, Reading>>
}

/** Describes a key `k` on the API `a`. */
function describe(
  session: object,
  { definition = {}, policies = {}, organisation, readings = {} }: World = {},
) {
  const found = new Map(Object.entries(policies).map(([id, policy]) => [id, Policy.parse(policy)]))
  const sent = Session.parse({
    access_rights: { a: { api_name: 'orders', versions: ['Default'] } },
    ...session,
  })
  const access = effectiveAccess({ id: 'k', orgId: 'o', session: sent }, (id) => found.get(id))
  const document = ApiDefinition.parse({ name: 'orders', proxy: { target_url: 'http://x' }, ...definition })
  const rules = compileRules(withApiDefaults(document, { apiId: 'a', id: 'i', orgId: 'o' }))
  const described = describeAccess(
    access,
    new Map([['a', rules]]),
    ({ name }) => readings[name] ?? { used: 0, resetsAtMs: 0 },
    NOW,
    organisation && organisationLimits('o', Session.parse(organisation)),
  )
  assert.deepEqual(AccessDescription.parse(described), described, 'the schema names every field')
  const [api] = described.apis
  assert.ok(api !== undefined)
  return { described, api }
}

test('all limits of a key are told in one sentence, and one by one', () => {
  const { api } = describe({
    rate: 10,
    per: 1,
    rate_algorithm: 'token_bucket',
    rate_burst: 20,
    rates: [{ rate: 1000, per: 3600, algorithm: 'sliding_window' }],
    max_concurrency: 5,
    quota_max: 100,
    quota_calendar: 'week',
    throttle_interval: 0.5,
    throttle_retry_limit: 4,
    limits_shared_by: 'owner',
    owner: 'acme',
  })
  assert.equal(
    api.limits_in_words,
    '10 requests each second, evenly, 20 of them at once, 1,000 requests in any hour, at most 5 requests at once, ' +
      '100 requests each calendar week (UTC), shared by all keys of owner acme',
  )
  assert.deepEqual([api.rate.algorithm, api.rate.burst, api.rate.remaining], ['token_bucket', 20, 20])
  assert.equal(
    api.rate.words,
    '10 requests each second, evenly, 20 of them at once, shared by all keys of owner acme',
  )
  assert.deepEqual(
    api.further_rates.map(({ algorithm, under_admission, scope }) => [algorithm, under_admission, scope]),
    [['sliding_window', 91, 'owner acme']],
  )
  assert.deepEqual(
    [api.concurrency.algorithm, api.concurrency.max, api.concurrency.shared],
    ['concurrency', 5, true],
  )
  assert.deepEqual(api.quota.calendar, { unit: 'week', time_zone: 'UTC' })
  assert.deepEqual(api.throttle, { retries: 4, interval_seconds: 0.5 })
})

test('a key that nobody limits says so, and the API’s switch for keys too', () => {
  assert.equal(describe({}).api.limits_in_words, 'unlimited')
  const off = { definition: { disable_rate_limit: true } }
  const { api } = describe({ rate: 1, per: 1, max_concurrency: 1, quota_max: 5 }, off)
  assert.equal(api.limits_in_words, '5 requests in all')
  assert.match(api.concurrency.words, /not counted: the API switches the rates of keys off/)
})

test('each part names the policy that set it, also where it is shared by the policy', () => {
  const rights = { a: { versions: ['Default'] } }
  const policies = {
    gold: {
      name: 'Gold',
      rate: 9,
      per: 1,
      max_concurrency: 2,
      access_rights: rights,
      limits_shared_by: 'policy',
    },
    wide: { name: 'Wide', rate: 1, per: 1, max_concurrency: 7, quota_max: 5, access_rights: rights },
  }
  const { api } = describe({ access_rights: {}, apply_policies: ['gold', 'wide'] }, { policies })
  assert.deepEqual(
    [api.rate, api.concurrency, api.quota].map(({ source, shared }) => [source.words, shared]),
    [
      ['policy Gold (gold)', true],
      ['policy Wide (wide)', false],
      ['policy Wide (wide)', false],
    ],
  )
  assert.match(api.rate.words, /, shared by all keys of policy Gold \(gold\)/)
})

test('what a ledger knows of a quota is told as its bound', () => {
  const readings = { 'quota:k': { used: 3, resetsAtMs: 0, underAdmission: 4 } }
  const { api } = describe({ quota_max: 10 }, { readings })
  assert.deepEqual([api.quota.remaining, api.quota.under_admission], [7, 4])
})

test('a sliding window may stop short by an eleventh, one that holds a single unit does not', () => {
  const labels = { kind: 'rate', name: 'c', scope: '', source: BY_THE_KEY } as const
  const bounds = [1, 2, 11, 12, 1000].map((rate) => {
    const limit = rateLimit(rate, 1, labels, { algorithm: 'sliding_window' })
    return limit && underAdmission(limit)
  })
  assert.deepEqual(bounds, [0, 1, 1, 2, 91])
})

const spent: [what: string, session: object, world: World, words: RegExp][] = [
  [
    'a further window',
    { rates: [{ rate: 5, per: 60 }] },
    { readings: { 'rate:k:@60': { used: 5, resetsAtMs: NOW + 60_000 } } },
    /^the rate \(5 requests each minute\) is used up until 2026-01-05T10:01:00.000Z$/,
  ],
  [
    'the concurrency',
    { max_concurrency: 2 },
    { readings: { 'concurrency:k': { used: 2, resetsAtMs: 0 } } },
    /^the concurrency \(at most 2 requests at once\) is used up until one of them ends$/,
  ],
  [
    'the concurrency of all callers',
    {},
    { definition: { max_concurrency: 2 }, readings: { 'api-concurrency:o:a': { used: 2, resetsAtMs: 0 } } },
    /^the concurrency of all callers \(at most 2 requests at once\) is used up/,
  ],
  [
    'the quota of the organisation',
    {},
    { organisation: { quota_max: 3 }, readings: { 'org-quota:o': { used: 3, resetsAtMs: 0 } } },
    /^the quota of the organisation \(3 requests in all\) is used up for good$/,
  ],
]
for (const [what, session, world, words] of spent) {
  test(`a key is used up when ${what} is`, () => {
    const { api } = describe(session, world)
    assert.equal(api.status, 'used_up')
    assert.match(api.words, words)
  })
}

test('the organisation’s own limits are told with every key, and where to change them', () => {
  const { described } = describe({}, { organisation: { rate: 100, per: 1, quota_max: 5 } })
  assert.deepEqual(described.organisation?.rate.source, {
    kind: 'organisation',
    words: 'organisation',
    policies: [],
    change_at: ['/admin/org/keys/o'],
  })
  assert.equal(described.organisation?.rate.words, '100 requests each second')
  assert.equal(describe({}).described.organisation, null)
})

test('nothing passes where the organisation is switched off, on a keyless API either', () => {
  for (const definition of [{}, { use_keyless: true }]) {
    const { described, api } = describe({}, { organisation: { is_inactive: true }, definition })
    assert.deepEqual([described.status, api.status], ['organisation_inactive', 'organisation_inactive'])
  }
})
