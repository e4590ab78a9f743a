import assert from 'node:assert/strict'
import test from 'node:test'
import * as fc from 'fast-check'
import { effectiveAccess } from '../access/effective-access.ts'
import { Session } from '../access/session.ts'
import { ApiDefinition, withApiDefaults } from '../definition/api-definition.ts'
import { compileApi, compileRules } from '../definition/compile-api.ts'
import type { Counters, Limit } from '../limits/counters.ts'
import { memoryCounters } from '../limits/memory-counters.ts'
import { BY_THE_KEY } from '../source-ref.ts'
import { judgeKey } from './judge-key.ts'
import { judgeRequest } from './judge-request.ts'
import { judgeVersion } from './judge-version.ts'
import type { RequestFacts } from './request-facts.ts'

type Asked = { method?: string; path?: string; key?: string; headers?: Record<string, string> }

function facts({ method = 'GET', path = '/', key = 'k', headers = {} }: Asked): RequestFacts {
  const all: Record<string, string> = { authorization: key, ...headers }
  return { method, path, fullPath: `/api${path}`, query: '', header: (name) => all[name] }
}

function api(definition: object = {}) {
  const document = ApiDefinition.parse({ name: 'orders', proxy: { target_url: 'http://x' }, ...definition })
  return compileRules(withApiDefaults(document, { apiId: 'a', id: 'i', orgId: 'o' }))
}

function keyOf(session: object, orgId = 'o') {
  return effectiveAccess({ id: 'k', orgId, session: Session.parse(session) }, () => undefined)
}

/** The gate with one API and one key: answers `pass` or the code of the refusal. */
function gate(definition: object, session: object, counters: Counters = memoryCounters()) {
  const rules = api(definition)
  const key = keyOf(session)
  return (asked: Asked = {}, nowMs = 0): string => {
    const verdict = judgeRequest(rules, facts(asked), {
      findAccess: (presented) => (presented === 'k' ? key : undefined),
      counters,
      nowMs,
    })
    return verdict.outcome === 'pass' ? 'pass' : verdict.code
  }
}

const open = { access_rights: { a: { api_id: 'a', api_name: 'orders', versions: ['Default'] } } }
const limited = (limit: object) => ({ access_rights: { a: { limit } } })

const refusals: [what: string, session: object, asked: Asked, nowMs: number, code: string][] = [
  ['no key', open, { key: '' }, 0, 'credential_missing'],
  ['an unknown key', open, { key: 'other' }, 0, 'key_unknown'],
  ['a good key', open, {}, 0, 'pass'],
  ['an inactive key', { ...open, is_inactive: true }, {}, 0, 'key_inactive'],
  ['an expired key', { ...open, expires: 5 }, {}, 5001, 'key_expired'],
  ['a key in its last second', { ...open, expires: 5 }, {}, 5000, 'pass'],
  ['an inactive key that expired', { ...open, is_inactive: true, expires: 5 }, {}, 6000, 'key_inactive'],
  ['a key for another API', { access_rights: { b: {} } }, {}, 0, 'api_not_granted'],
  ['a key without rights', {}, {}, 0, 'pass'],
  ['a key whose policy is gone', { apply_policies: ['x'] }, {}, 0, 'key_without_policies'],
]
for (const [what, session, asked, nowMs, code] of refusals) {
  test(`${what} gets ${code}`, () => assert.equal(gate({}, session)(asked, nowMs), code))
}

test('a key of another organisation is unknown', () => {
  const verdict = judgeRequest(api(), facts({}), {
    findAccess: () => keyOf(open, 'other'),
    counters: memoryCounters(),
    nowMs: 0,
  })
  assert.equal(verdict.outcome === 'refuse' && verdict.code, 'key_unknown')
})

test('a key opens the versions it names, and any version of an API that is not versioned', () => {
  const versioned = {
    definition: { location: 'header', key: 'v' },
    version_data: { not_versioned: false, versions: { v1: {}, v2: {} } },
  }
  const asks = gate(versioned, { access_rights: { a: { versions: ['v1'] } } })
  assert.deepEqual(
    [asks({ headers: { v: 'v1' } }), asks({ headers: { v: 'v2' } })],
    ['pass', 'version_not_granted'],
  )
  assert.equal(gate(versioned, {})({ headers: { v: 'v2' } }), 'pass')
  assert.equal(gate({}, { access_rights: { a: { versions: ['v9'] } } })(), 'pass')
})

test('allowed URLs open their paths for their methods only', () => {
  const allowed_urls = [
    { url: '/a/{id}', methods: ['GET'] },
    { url: '(', methods: ['POST'] },
  ]
  const asks = gate({}, { access_rights: { a: { allowed_urls } } })
  assert.equal(asks({ path: '/a/1' }), 'pass')
  for (const asked of [{ path: '/b' }, { path: '/a/1', method: 'POST' }, { path: '/a/1', method: 'get' }]) {
    assert.equal(asks(asked), 'url_not_granted')
  }
})

test('the request over the rate is refused until the window ends', () => {
  const asks = gate({}, { ...open, rate: 2, per: 10 })
  assert.deepEqual(
    [0, 1, 2, 9999, 10_000].map((at) => asks({}, at)),
    ['pass', 'pass', 'rate_limited', 'rate_limited', 'pass'],
  )
})

test('the request over the quota is refused until it renews, or for ever', () => {
  const renews = gate({}, limited({ quota_max: 1, quota_renewal_rate: 1 }))
  assert.deepEqual(
    [0, 1, 1000].map((at) => renews({}, at)),
    ['pass', 'quota_exceeded', 'pass'],
  )
  const never = gate({}, limited({ quota_max: 1, quota_renewal_rate: -1 }))
  assert.deepEqual(
    [0, 1, 1e12].map((at) => never({}, at)),
    ['pass', 'quota_exceeded', 'quota_exceeded'],
  )
})

test('an endpoint has a rate of its own in place of that of the key', () => {
  const endpoints = [{ path: '/slow', methods: [{ name: 'GET', limit: { rate: 1, per: 60 } }] }]
  const asks = gate({}, { rate: 2, per: 60, access_rights: { a: { endpoints } } })
  assert.deepEqual([asks({ path: '/slow' }), asks({ path: '/slow' })], ['pass', 'rate_limited'])
  assert.deepEqual([asks(), asks(), asks()], ['pass', 'pass', 'rate_limited'])
})

test('the API may switch off the limits of keys', () => {
  const asks = gate(
    { disable_rate_limit: true, disable_quota: true },
    { ...open, rate: 1, per: 60, quota_max: 1 },
  )
  assert.deepEqual([asks(), asks()], ['pass', 'pass'])
})

test('the rate of an API counts all callers, of keyless APIs and ignored paths too', () => {
  const rate = { global_rate_limit: { rate: 1, per: 60 } }
  const keyless = gate({ ...rate, use_keyless: true }, {})
  assert.deepEqual([keyless({ key: '' }), keyless({ key: '' })], ['pass', 'api_rate_limited'])
  const ignored = gate(
    { ...rate, version_data: { not_versioned: true, versions: { Default: { paths: { ignored: ['/'] } } } } },
    {},
  )
  assert.deepEqual([ignored({ key: '' }), ignored({ key: '' })], ['pass', 'api_rate_limited'])
  const off = gate({ global_rate_limit: { rate: 1, per: 60, disabled: true } }, open)
  assert.deepEqual([off(), off()], ['pass', 'pass'])
})

test('the rate of an endpoint of an API takes the place of the rate of the API there', () => {
  const extended_paths = { rate_limit: [{ path: '/slow', method: 'GET', rate: 1, per: 60 }] }
  const versions = { Default: { use_extended_paths: true, extended_paths } }
  const asks = gate(
    { global_rate_limit: { rate: 2, per: 60 }, version_data: { not_versioned: true, versions } },
    open,
  )
  assert.deepEqual([asks({ path: '/slow' }), asks({ path: '/slow' })], ['pass', 'api_rate_limited'])
  assert.deepEqual([asks(), asks(), asks()], ['pass', 'pass', 'api_rate_limited'])
})

test('a way to authenticate that is not supported admits nothing', () => {
  for (const mode of [{ enable_jwt: true }, { use_basic_auth: true }]) {
    assert.equal(gate(mode, open)(), 'auth_unsupported')
  }
})

test('an API with mutual TLS admits nobody whose connection is plain, keyless or not', () => {
  for (const mode of [{ use_keyless: true }, {}]) {
    assert.equal(gate({ ...mode, use_mutual_tls_auth: true }, open)(), 'tls_required')
  }
})

test('who presents nothing is misdirected where the certificate on another connection could have been the key', () => {
  const code = (definition: object) => {
    const asked = { ...facts({ key: '' }), clientTls: 'misdirected' as const }
    const verdict = judgeRequest(api(definition), asked, {
      findAccess: () => undefined,
      counters: memoryCounters(),
      nowMs: 0,
    })
    return verdict.outcome === 'refuse' && verdict.code
  }
  assert.equal(code({ auth: { use_certificate: true } }), 'misdirected')
  assert.equal(code({}), 'credential_missing')
})

test('without room for counters nothing passes uncounted', () => {
  assert.equal(gate({}, { ...open, rate: 1, per: 1 }, memoryCounters({ cells: 0 }))(), 'counters_full')
})

test('the trace of a refusal ends with the step that decided, in words', () => {
  const counters = memoryCounters()
  const key = keyOf({ ...open, rate: 1, per: 60 })
  const verdicts = [0, 1].map((at) =>
    judgeRequest(api(), facts({}), { findAccess: () => key, counters, nowMs: at }),
  )
  assert.deepEqual(verdicts[1], {
    outcome: 'refuse',
    code: 'rate_limited',
    trace: [
      { step: 'route', code: 'api', args: { name: 'orders' } },
      { step: 'version', code: 'version', args: { name: 'Default' } },
      { step: 'credential', code: 'key_found', args: { key: 'k' } },
      {
        step: 'rate',
        code: 'limit_reached',
        sources: [BY_THE_KEY],
        args: { used: 1, max: 1, scope: 'key' },
      },
    ],
    notJudged: [],
  })
  assert.deepEqual(verdicts[0]?.trace.at(-1), {
    step: 'rights',
    code: 'right',
    sources: [BY_THE_KEY],
    args: { api: 'orders' },
  })
})

test('a request that passes learns what is left of its quota', () => {
  const quota = (session: object, definition: object = {}) => {
    const rules = api(definition)
    const version = judgeVersion(rules, facts({}), 0)
    assert.equal(version.outcome, 'pass')
    if (version.outcome !== 'pass') return []
    const passed = judgeKey(rules, version, keyOf(session), facts({}), memoryCounters(), 1500)
    return passed.outcome === 'pass' ? [passed.quotaMax, passed.quotaRemaining, passed.quotaRenews] : []
  }
  assert.deepEqual(quota({ ...open, rate: 9, per: 1, quota_max: 5, quota_renewal_rate: 60 }), [5, 4, 62])
  assert.deepEqual(quota({ ...open, quota_max: -1, quota_remaining: 3, quota_renews: 4 }), [-1, 3, 4])
  const stored = { ...open, quota_max: 5, quota_remaining: 2, quota_renews: 8 }
  assert.deepEqual(quota(stored, { disable_quota: true }), [5, 2, 8])
})

test('a version that is an API of its own is judged by its own rules, and once only', () => {
  const versions = { v2: 'child', v3: 'gone' }
  const base = api({
    definition: { enabled: true, name: 'base', location: 'header', key: 'v', default: 'self', versions },
  })
  const child = {
    ...api({ use_keyless: true, definition: { enabled: true, name: 'x', versions: { v2: 'a' } } }),
    apiId: 'child',
  }
  const find = (apiId: string) => (apiId === 'child' ? child : undefined)
  const judged = (version: string) => {
    const verdict = judgeRequest(base, facts({ key: '', headers: { v: version } }), {
      findAccess: () => undefined,
      counters: memoryCounters(),
      nowMs: 0,
      findRules: find,
    })
    return verdict.outcome === 'pass' ? 'pass' : verdict.code
  }
  assert.deepEqual(['base', 'v2', 'v3', 'v4'].map(judged), [
    'credential_missing',
    'pass',
    'sub_version_unknown',
    'sub_version_unknown',
  ])
})

const anyNumber = fc.double({ noNaN: true, noDefaultInfinity: true })
const limitFields = {
  rate: anyNumber,
  per: anyNumber,
  quota_max: fc.maxSafeInteger(),
}
const anyPath = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.constantFrom('/', '/a', '/v1/a', '/a/{x}', '(a+)+', '/*'),
)
const anyRight = fc.record(
  {
    versions: fc.array(fc.string({ maxLength: 3 }), { maxLength: 2 }),
    allowed_urls: fc.array(fc.record({ url: anyPath, methods: fc.subarray(['GET', 'POST']) }), {
      maxLength: 2,
    }),
    limit: fc.option(fc.record(limitFields, { requiredKeys: [] }), { nil: null }),
    endpoints: fc.array(
      fc.record({
        path: anyPath,
        methods: fc.array(fc.record({ name: fc.constantFrom('GET', 'ALL'), limit: fc.record(limitFields) })),
      }),
      { maxLength: 2 },
    ),
  },
  { requiredKeys: [] },
)
const anySession = fc.record(
  {
    ...limitFields,
    expires: fc.integer(),
    is_inactive: fc.boolean(),
    access_rights: fc.dictionary(fc.constantFrom('a', 'b', 'constructor'), anyRight),
    meta_data: fc.dictionary(fc.string(), fc.jsonValue()),
    apply_policies: fc.array(fc.string(), { maxLength: 2 }),
  },
  { requiredKeys: [] },
)
const anyEntry = fc.record({
  path: anyPath,
  method: fc.constantFrom('', 'GET'),
  rate: anyNumber,
  per: anyNumber,
})
const anyExtended = fc.dictionary(
  fc.constantFrom('ignored', 'white_list', 'black_list', 'rate_limit', 'internal'),
  fc.array(anyEntry, { maxLength: 2 }),
)
const anyDefinition = fc.record(
  {
    use_keyless: fc.boolean(),
    auth: fc.record(
      { auth_header_name: fc.string(), use_param: fc.boolean(), use_cookie: fc.boolean() },
      { requiredKeys: [] },
    ),
    definition: fc.record(
      {
        location: fc.constantFrom('header', 'url', 'url-param', 'moon'),
        key: fc.string(),
        url_versioning_pattern: anyPath,
        fallback_to_default: fc.boolean(),
        enabled: fc.boolean(),
        versions: fc.dictionary(fc.string(), fc.string()),
      },
      { requiredKeys: [] },
    ),
    version_data: fc.record(
      {
        not_versioned: fc.boolean(),
        default_version: fc.string(),
        versions: fc.dictionary(
          fc.constantFrom('Default', 'v1', 'x'),
          fc.record(
            { expires: fc.string(), use_extended_paths: fc.boolean(), extended_paths: anyExtended },
            { requiredKeys: [] },
          ),
        ),
      },
      { requiredKeys: [] },
    ),
    global_rate_limit: fc.record(limitFields, { requiredKeys: [] }),
    expiration: fc.string(),
  },
  { requiredKeys: [] },
)
const anyRequest = fc.record({
  method: fc.constantFrom('GET', 'POST', 'x'),
  path: anyPath.map((path) => `/${path}`),
  query: fc.string(),
  header: fc.string(),
})

test('judging never throws, and a request that is refused is counted nowhere', () => {
  fc.assert(
    fc.property(
      anyDefinition,
      anySession,
      fc.array(anyRequest, { minLength: 1, maxLength: 3 }),
      (definition, session, requests) => {
        const document = withApiDefaults(ApiDefinition.parse(definition), { apiId: 'a', id: 'i', orgId: 'o' })
        compileApi(document)
        const rules = compileRules(document)
        const key = keyOf(session)
        const watched = watchedCounters()
        for (const { method, path, query, header } of requests) {
          const request: RequestFacts = { method, path, fullPath: path, query, header: () => header }
          const counted = watched.counted()
          const verdict = judgeRequest(rules, request, {
            findAccess: () => key,
            counters: watched.counters,
            nowMs: 1,
          })
          assert.ok(verdict.trace.length > 0)
          if (verdict.outcome === 'refuse') assert.equal(watched.counted(), counted)
        }
      },
    ),
    { numRuns: 300 },
  )
})

test('the counters of a key never exceed its limits, and every pass is counted in each', () => {
  const small = fc.integer({ min: 1, max: 5 })
  fc.assert(
    fc.property(
      small,
      small,
      small,
      fc.array(fc.nat(3000), { maxLength: 30 }),
      (rate, quota_max, apiRate, times) => {
        const counters = memoryCounters()
        const asks = gate(
          { global_rate_limit: { rate: apiRate, per: 2 } },
          { ...open, rate, per: 1, quota_max, quota_renewal_rate: 0 },
          counters,
        )
        const passed = times.toSorted((a, b) => a - b).filter((at) => asks({}, at) === 'pass')
        assert.ok(passed.length <= quota_max)
        for (const start of passed) {
          // Windows are anchored at a first use, so an interval of one length can touch two of them.
          assert.ok(passed.filter((at) => at >= start && at < start + 1000).length <= 2 * rate)
          assert.ok(passed.filter((at) => at >= start && at < start + 2000).length <= 2 * apiRate)
        }
      },
    ),
  )
})

/** Counters that also tell how much was counted in all of them together. */
function watchedCounters(): { counters: Counters; counted: () => number } {
  const inner = memoryCounters()
  const seen = new Map<string, Limit>()
  const counters: Counters = {
    ...inner,
    take(limits, nowMs, cost) {
      for (const limit of limits) seen.set(limit.name, limit)
      return inner.take(limits, nowMs, cost)
    },
  }
  const counted = () => [...seen.values()].reduce((sum, limit) => sum + inner.peek(limit, 1).used, 0)
  return { counters, counted }
}
