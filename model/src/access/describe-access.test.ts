import assert from 'node:assert/strict'
import test from 'node:test'
import { ApiDefinition, withApiDefaults } from '../definition/api-definition.ts'
import { compileRules } from '../definition/compile-api.ts'
import { memoryCounters } from '../limits/memory-counters.ts'
import { AccessDescription } from './access-description.ts'
import { describeAccess } from './describe-access.ts'
import { effectiveAccess } from './effective-access.ts'
import { Policy } from './policy.ts'
import { Session } from './session.ts'

const NOW = Date.UTC(2026, 0, 5, 10)

function rulesOf(definition: object = {}, apiId = 'a') {
  const document = ApiDefinition.parse({ name: 'orders', proxy: { target_url: 'http://x' }, ...definition })
  return compileRules(withApiDefaults(document, { apiId, id: 'i', orgId: 'o' }))
}

/** Describes a key on the API `a` after `uses` requests that its limits counted. */
function describe(session: object, { definition = {}, policies = {}, uses = 0, exists = true }: World = {}) {
  const found = new Map(Object.entries(policies).map(([id, policy]) => [id, Policy.parse(policy)]))
  const access = effectiveAccess({ id: 'k', orgId: 'o', session: Session.parse(session) }, (id) =>
    found.get(id),
  )
  const rules = rulesOf(definition)
  const counters = memoryCounters()
  const api = access.apis.get('a') ?? access.master
  const limits = [...(api?.rates ?? []), api?.quota, rules.limits.everyone.rate].filter(
    (limit) => limit !== undefined,
  )
  for (let use = 0; use < uses; use++) counters.take(limits, NOW, 1)
  const described = describeAccess(
    access,
    exists ? new Map([['a', rules]]) : new Map(),
    (cell) => counters.peek(cell, NOW),
    NOW,
  )
  assert.deepEqual(AccessDescription.parse(described), described, 'the schema names every field')
  return described
}

type World = { definition?: object; policies?: object; uses?: number; exists?: boolean }

const open = { access_rights: { a: { api_name: 'orders', versions: ['Default'] } } }

test('limits of the key come with what is used, what remains and when they start anew', () => {
  const { status, apis } = describe(
    { ...open, rate: 60, per: 60, quota_max: 100, quota_renewal_rate: 3600 },
    { uses: 3 },
  )
  assert.equal(status, 'open')
  const [api] = apis
  const key = { kind: 'key', words: 'key', policies: [], change_at: ['/api/keys/k'] }
  assert.deepEqual(api?.rate, {
    max: 60,
    window_seconds: 60,
    algorithm: 'fixed_window',
    burst: null,
    calendar: null,
    words: '60 requests each minute',
    source: key,
    scope: 'key',
    shared: false,
    used: 3,
    allowance: null,
    remaining: 57,
    resets_at: { unix: NOW / 1000 + 60, rfc3339: '2026-01-05T10:01:00.000Z' },
    under_admission: 0,
  })
  assert.deepEqual([api?.quota.words, api?.quota.remaining], ['100 requests each hour', 97])
  assert.deepEqual([api?.status, api?.words], ['open', 'requests pass'])
})

test('a limit that nobody set is unlimited by default', () => {
  const [api] = describe(open).apis
  for (const limit of [api?.rate, api?.quota, api?.api_rate]) {
    assert.deepEqual([limit?.max, limit?.words, limit?.source.kind], [null, 'unlimited', 'default'])
  }
  assert.equal(describe({ ...open, rate: -1, per: 1 }).apis[0]?.rate.source.kind, 'key')
})

test('what policies set is attributed to each by name and id, with the place to change it', () => {
  const policies = {
    gold: { name: 'Gold', access_rights: { a: { versions: ['Default'] } }, rate: 5, per: 1 },
    more: { partitions: { quota: true, acl: true }, access_rights: { a: {} }, quota_max: 9 },
    'x/y': { name: 'Odd, policy Gold (gold)', access_rights: { a: {} }, rate: 1, per: 1 },
  }
  const described = describe({ apply_policies: ['gold', 'x/y'] }, { policies })
  assert.deepEqual(described.policies, [
    { id: 'gold', name: 'Gold' },
    { id: 'x/y', name: 'Odd, policy Gold (gold)' },
  ])
  const [api] = described.apis
  assert.deepEqual(api?.rights.change_at, ['/api/portal/policies/gold', '/api/portal/policies/x%2Fy'])
  assert.deepEqual(api?.rate.source.policies, [{ id: 'gold', name: 'Gold' }])
  assert.equal(api?.rate.source.words, 'policy Gold (gold)')
  const [quota] = describe({ apply_policies: ['more'], rate: 2, per: 1 }, { policies }).apis
  assert.deepEqual([quota?.quota.source.words, quota?.rate.source.words], ['policy more', 'key'])
})

test('a policy that the key carries itself is changed at the key', () => {
  const inline = [{ name: 'own', access_rights: { a: {} }, rate: 1, per: 1 }]
  const [api] = describe({ meta_data: { policies: inline } }).apis
  assert.deepEqual([api?.rate.source.kind, api?.rate.source.change_at], ['policy', ['/api/keys/k']])
})

const cases: [what: string, session: object, world: World, status: string, words: RegExp][] = [
  ['inactive', { ...open, is_inactive: true }, {}, 'inactive', /switched off by itself/],
  [
    'of an inactive policy',
    { apply_policies: ['p'] },
    { policies: { p: { name: 'Off', is_inactive: true, access_rights: { a: {} } } } },
    'inactive',
    /switched off by policy Off \(p\)/,
  ],
  ['expired', { ...open, expires: 5 }, {}, 'expired', /expired at 1970-01-01T00:00:05.000Z/],
  ['of a policy that is gone', { apply_policies: ['p'] }, {}, 'unusable', /policy not found: p/],
]
for (const [what, session, world, status, words] of cases) {
  test(`a key that is ${what} is ${status}, on each of its APIs too`, () => {
    const described = describe(session, world)
    assert.equal(described.status, status)
    assert.match(described.words, words)
    for (const api of described.apis) assert.equal(api.status, status)
  })
}

const versioned = {
  definition: { location: 'header', key: 'v' },
  version_data: { not_versioned: false, versions: { v1: {}, v2: { expires: '2020-01-01 00:00' } } },
}
const right = (more: object) => ({ access_rights: { a: more } })
const states: [what: string, session: object, world: World, status: string][] = [
  ['does not exist', open, { exists: false }, 'no_api'],
  ['is switched off', open, { definition: { active: false } }, 'api_inactive'],
  ['expired', open, { definition: { expiration: '2020-01-01 00:00' } }, 'api_expired'],
  ['asks for JSON Web Tokens', open, { definition: { enable_jwt: true } }, 'not_judged'],
  ['is keyless', { ...open, expires: 5 }, { definition: { use_keyless: true } }, 'open'],
  ['has a version of the key', right({ versions: ['v1'] }), { definition: versioned }, 'open'],
  ['has an expired version of the key', right({ versions: ['v2'] }), { definition: versioned }, 'no_version'],
  ['has no version of the key', right({ versions: ['v9'] }), { definition: versioned }, 'no_version'],
  ['is used up by the key', { ...open, rate: 1, per: 1 }, { uses: 1 }, 'used_up'],
  ['is used up by all', open, { definition: { global_rate_limit: { rate: 1, per: 1 } }, uses: 1 }, 'used_up'],
  [
    'ignores the limits of keys',
    { ...open, rate: 1, per: 1, quota_max: 1 },
    { definition: { disable_rate_limit: true, disable_quota: true }, uses: 1 },
    'open',
  ],
]
for (const [what, session, world, status] of states) {
  test(`an API that ${what} is ${status}`, () => {
    assert.equal(describe(session, world).apis[0]?.status, status)
  })
}

test('versions are told one by one, URLs with what is wrong with them', () => {
  const [api] = describe(right({ versions: ['v2', 'v9'], allowed_urls: [{ url: '(', methods: ['GET'] }] }), {
    definition: versioned,
  }).apis
  assert.deepEqual(api?.versions.list, [
    { name: 'v1', granted: false, exists: true, expired: false },
    { name: 'v2', granted: true, exists: true, expired: true },
    { name: 'v9', granted: true, exists: false, expired: false },
  ])
  assert.equal(api?.allowed_urls.list[0]?.url, '(')
  assert.ok(api?.allowed_urls.list[0]?.problem)
})

test('versions that are APIs of their own are named as such', () => {
  const versions = { v2: 'b', v3: 'c' }
  const definition = { definition: { enabled: true, name: 'v1', location: 'header', key: 'v', versions } }
  const [api] = describe(open, { definition }).apis
  assert.match(api?.versions.words ?? '', /; v2, v3: served by APIs of their own/)
})

test('rates of single paths are told beside the others, of keys and of all callers', () => {
  const extended_paths = { rate_limit: [{ path: '/slow', method: 'GET', rate: 2, per: 60 }] }
  const definition = {
    version_data: {
      not_versioned: true,
      versions: { Default: { use_extended_paths: true, extended_paths } },
    },
  }
  const endpoints = [{ path: '/own', methods: [{ name: 'ALL', limit: { rate: 1, per: 60 } }] }]
  const [api] = describe(right({ endpoints }), { definition }).apis
  assert.deepEqual(
    [api?.endpoints[0]?.path, api?.endpoints[0]?.method, api?.endpoints[0]?.rate.words],
    ['/own', '', '1 request each minute'],
  )
  assert.deepEqual(
    [api?.api_endpoints[0]?.path, api?.api_endpoints[0]?.version, api?.api_endpoints[0]?.rate.words],
    ['/slow', 'Default', '2 requests each minute'],
  )
})

test('a key without any rights opens every API, and is described on those that are given', () => {
  const { apis } = describe({ rate: 1, per: 1 })
  assert.deepEqual(
    apis.map((api) => [api.api_id, api.status, api.versions.every]),
    [
      ['', 'open', true],
      ['a', 'open', true],
    ],
  )
})

test('times beyond every calendar are told as numbers', () => {
  const { expires_at } = describe({ ...open, expires: Number.MAX_SAFE_INTEGER })
  assert.deepEqual(expires_at?.rfc3339, null)
})
