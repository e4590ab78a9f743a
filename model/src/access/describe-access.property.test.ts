import assert from 'node:assert/strict'
import test from 'node:test'
import * as fc from 'fast-check'
import { ApiDefinition, withApiDefaults } from '../definition/api-definition.ts'
import type { ApiRules } from '../definition/api-rules.ts'
import { compileRules } from '../definition/compile-api.ts'
import { matchesRequest, pathPattern } from '../definition/path-pattern.ts'
import { judgeRequest } from '../judge/judge-request.ts'
import { judgeVersion } from '../judge/judge-version.ts'
import type { RequestFacts } from '../judge/request-facts.ts'
import type { Counters } from '../limits/counters.ts'
import { memoryCounters } from '../limits/memory-counters.ts'
import { type OrganisationLimits, organisationLimits } from '../limits/organisation-limits.ts'
import { AccessDescription, type ApiInForce } from './access-description.ts'
import { describeAccess } from './describe-access.ts'
import { type EffectiveAccess, effectiveAccess } from './effective-access.ts'
import { Policy } from './policy.ts'
import { Session } from './session.ts'

/** What describeAccess says is what judgeRequest() does: over random sessions, policies, definitions and requests. */

/** The same worlds in every run, so that a failure is the change's, and each outcome below is known to occur. */
const SEED = 1
/** As many as it takes for the rarest of them to occur more than ten times. */
const RUNS = { outcomes: 3_000, limits: 4_000 }

const NOW = Date.UTC(2026, 0, 5, 10)
const PAST = Math.floor(NOW / 1000) - 60
const versionNames = ['Default', 'v1', 'v2', '__proto__']
const policyIds = ['p1', 'p2', 'p3', 'gone']
const paths = ['/', '/a', '/a/1', '/b/c']

const some = <T>(values: readonly T[]) => fc.subarray([...values])
const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined })
const mostly = <T>(usual: T, ...others: T[]) =>
  fc.oneof({ weight: 6, arbitrary: fc.constant(usual) }, ...others.map((other) => fc.constant(other)))
/** Of these, as an object: what is undefined is left out. */
const fields = (model: Record<string, fc.Arbitrary<unknown>>) =>
  fc
    .record(model)
    .map((record) => Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)))

const number = fc.constantFrom(-1, 0, 1, 2, 3, 60, 0.5, 1e15)
const whole = fc.constantFrom(-1, 0, 1, 2, 3600, Number.MAX_SAFE_INTEGER)
const algorithm = fc.constantFrom('', 'fixed_window', 'sliding_window', 'token_bucket')
const rateBlock = {
  rate: optional(number),
  per: optional(number),
  rate_algorithm: optional(algorithm),
  rate_burst: optional(fc.constantFrom(1, 2, 60)),
  rates: optional(
    fc.array(
      fields({ rate: number, per: number, algorithm: optional(algorithm), burst: optional(fc.constant(1)) }),
      {
        maxLength: 2,
      },
    ),
  ),
  max_concurrency: optional(fc.constantFrom(-1, 0, 1, 2, 1000)),
}
const quotaBlock = {
  quota_max: optional(whole),
  quota_renewal_rate: optional(whole),
  quota_calendar: optional(fc.constantFrom('', 'day', 'week', 'month')),
  quota_time_zone: optional(fc.constantFrom('', 'Europe/Paris')),
}
const sharedBy = optional(fc.constantFrom('', 'key', 'owner', 'policy', 'organisation'))
const limit = fields({ ...rateBlock, ...quotaBlock })
const right = fields({
  versions: optional(some(versionNames)),
  allowed_urls: optional(
    fc.array(
      fields({
        url: fc.constantFrom('/a', '/a/{id}', '/b/*', '(', '/'),
        methods: some(['GET', 'POST']),
      }),
      { maxLength: 3 },
    ),
  ),
  limit: optional(limit),
  endpoints: optional(
    fc.array(
      fields({
        path: fc.constantFrom('/a', '(', '/b/*'),
        methods: fc.array(
          fields({ name: fc.constantFrom('GET', 'ALL'), limit: optional(fields(rateBlock)) }),
          {
            maxLength: 2,
          },
        ),
      }),
      { maxLength: 2 },
    ),
  ),
  allowance_scope: optional(fc.constantFrom('', 'own')),
})
const rights = fc.dictionary(fc.constantFrom('a', 'b', 'c'), right, { maxKeys: 3 })
const policy = fields({
  name: optional(fc.constantFrom('Gold', 'Gold, policy Gold (p1)', '')),
  org_id: optional(fc.constantFrom('o', 'other')),
  is_inactive: mostly(false, true),
  ...rateBlock,
  ...quotaBlock,
  limits_shared_by: sharedBy,
  access_rights: optional(rights),
  partitions: optional(
    fields({
      quota: optional(fc.boolean()),
      rate_limit: optional(fc.boolean()),
      acl: optional(fc.boolean()),
      per_api: optional(fc.boolean()),
    }),
  ),
})
const session = fields({
  ...rateBlock,
  ...quotaBlock,
  limits_shared_by: sharedBy,
  owner: optional(fc.constantFrom('', 'acme')),
  throttle_interval: optional(number),
  throttle_retry_limit: optional(fc.constantFrom(-1, 0, 2)),
  expires: optional(fc.constantFrom(-1, 0, 0, PAST, 4_000_000_000, Number.MAX_SAFE_INTEGER)),
  is_inactive: mostly(false, true),
  access_rights: optional(rights),
  apply_policies: optional(some(policyIds)),
  meta_data: optional(
    fc.oneof(
      fc.constant({}),
      fc.constant({ rate_limit_pattern: 'plan $tyk_meta.plan', plan: 'gold' }),
      fc.array(policy, { maxLength: 2 }).map((policies) => ({ policies })),
    ),
  ),
})
const callersRate = {
  rate: number,
  per: number,
  algorithm: optional(algorithm),
  burst: optional(fc.constant(2)),
}
const extendedPaths = fields({
  rate_limit: optional(
    fc.array(fields({ path: fc.constantFrom('/a', '(', '/b/*'), ...callersRate }), { maxLength: 1 }),
  ),
  request_costs: optional(
    fc.array(fields({ path: fc.constantFrom('/a', '('), cost: fc.constantFrom(0, 1, 2, 1e9) }), {
      maxLength: 2,
    }),
  ),
})
const versions = fc.dictionary(
  fc.constantFrom(...versionNames),
  fields({
    name: fc.constant(''),
    expires: mostly('', '2020-01-01 00:00', 'never?'),
    use_extended_paths: optional(fc.boolean()),
    extended_paths: optional(extendedPaths),
  }),
  { maxKeys: 3 },
)
const definition = fields({
  active: mostly(true, false),
  use_keyless: mostly(false, true),
  enable_jwt: mostly(false, true),
  disable_rate_limit: optional(fc.boolean()),
  disable_quota: optional(fc.boolean()),
  expiration: mostly('2999-01-01 00:00', '2020-01-01 00:00'),
  global_rate_limit: optional(fields(callersRate)),
  max_concurrency: optional(fc.constantFrom(-1, 0, 1, 2)),
  cost_header: optional(fc.constant('X-Cost')),
  definition: fc.constant({ location: 'header', key: 'v' }),
  version_data: fields({
    not_versioned: fc.boolean(),
    default_version: optional(fc.constantFrom('', 'v1')),
    versions,
  }),
})
/** The organisation's own limits. */
const organisation = optional(fields({ ...rateBlock, ...quotaBlock, is_inactive: mostly(false, true) }))
const request = fc.record({
  method: fc.constantFrom('GET', 'POST', 'get'),
  path: fc.constantFrom(...paths),
  version: fc.constantFrom('', ...versionNames),
})

test('describeAccess never throws, and says of rights and versions what judgeRequest() decides', () => {
  const counts = new Map<string, number>()
  fc.assert(
    fc.property(
      session,
      fc.tuple(policy, policy, policy),
      definition,
      request,
      organisation,
      (sent, [p1, p2, p3], document, asked, ofAll) => {
        const world = worldOf(sent, { p1, p2, p3 }, document, ofAll)
        const facts = factsOf(asked)
        const counters = memoryCounters()
        const described = describedIn(world, counters)
        assert.deepEqual(AccessDescription.parse(described), described)
        assert.doesNotThrow(() => JSON.stringify(described))
        const verdict = decided(world, facts, counters)
        const outcome = verdict.outcome === 'pass' ? 'pass' : verdict.code
        counts.set(outcome, (counts.get(outcome) ?? 0) + 1)
        // A path may cost more than any limit has room for.
        if (!LIMITS.includes(outcome))
          assert.equal(predicted(described, world.rules, facts) ?? outcome, outcome)
        const api = described.apis.find(({ api_id }) => api_id === 'a')
        if (outcome === 'pass' && api !== undefined && !world.rules.keyless) assert.equal(api.status, 'open')
      },
    ),
    { seed: SEED, numRuns: RUNS.outcomes },
  )
  // Every outcome that the description foretells did occur.
  for (const code of [
    'pass',
    'key_inactive',
    'key_expired',
    'key_without_policies',
    'api_not_granted',
    'version_not_granted',
    'url_not_granted',
    'organisation_inactive',
  ]) {
    assert.ok((counts.get(code) ?? 0) > 10, `${code}: ${JSON.stringify(Object.fromEntries(counts))}`)
  }
})

const LIMITS: readonly string[] = [
  'rate_limited',
  'concurrency_limited',
  'quota_exceeded',
  'api_rate_limited',
  'api_concurrency_limited',
  'organisation_rate_limited',
  'organisation_quota_exceeded',
]

test('what is left of every limit is what judgeRequest() still lets through, and no more', () => {
  const counts = new Map<string, number>()
  fc.assert(
    fc.property(
      session,
      fc.tuple(policy, policy, policy),
      definition,
      organisation,
      (sent, [p1, p2, p3], document, ofAll) => {
        const world = worldOf(sent, { p1, p2, p3 }, document, ofAll)
        const counters = memoryCounters()
        // No setting of a single path is about this one: it costs 1, and counts in the limits of the API and of the key.
        const facts = factsOf({ method: 'PUT', path: '/z', version: '' })
        for (let times = 0; times < 4; times++) {
          const api = describedIn(world, counters).apis.find(({ api_id }) => api_id === 'a')
          const verdict = decided(world, facts, counters)
          const code = verdict.outcome === 'pass' ? 'pass' : verdict.code
          counts.set(code, (counts.get(code) ?? 0) + 1)
          if (world.rules.keyless) continue
          if (verdict.outcome === 'pass') assert.notEqual(api?.status, 'used_up', api?.words)
          if (api?.status === 'open') assert.ok(!LIMITS.includes(code), `${code}: ${api.words}`)
        }
      },
    ),
    { seed: SEED, numRuns: RUNS.limits },
  )
  for (const code of LIMITS) {
    assert.ok((counts.get(code) ?? 0) > 10, `${code}: ${JSON.stringify(Object.fromEntries(counts))}`)
  }
})

function describedIn({ access, rules, organisation: ofAll }: World, counters: Counters): AccessDescription {
  return describeAccess(access, new Map([['a', rules]]), (limit) => counters.peek(limit, NOW), NOW, ofAll)
}

function decided({ access, rules, organisation: ofAll }: World, facts: RequestFacts, counters: Counters) {
  return judgeRequest(rules, facts, {
    findAccess: () => access,
    counters,
    nowMs: NOW,
    organisation: ofAll,
  })
}

/** What the description says of this request; undefined when it is not about rights. Unlimited words are not judged. */
function predicted(described: AccessDescription, rules: ApiRules, facts: RequestFacts): string | undefined {
  const judged = judgeVersion(rules, facts, NOW)
  if (judged.outcome !== 'pass' || rules.unsupportedAuth.length > 0) return undefined
  if (described.status === 'organisation_inactive') return 'organisation_inactive'
  if (rules.keyless) return undefined
  if (described.status === 'unusable') return 'key_without_policies'
  if (described.status === 'inactive') return 'key_inactive'
  if (described.status === 'expired') return 'key_expired'
  const api = described.apis.find(({ api_id }) => api_id === 'a')
  if (api === undefined) return 'api_not_granted'
  if (!opensVersion(api, judged.version.name)) return 'version_not_granted'
  const urls = api.allowed_urls.list
  const opens = urls.some(
    ({ url, methods }) =>
      methods.includes(facts.method) &&
      matchesRequest(pathPattern(url), judged.path, facts.fullPath, rules.listenPath),
  )
  return urls.length === 0 || opens ? 'pass' : 'url_not_granted'
}

function opensVersion(api: ApiInForce, name: string): boolean {
  return api.versions.every || api.versions.list.some((version) => version.name === name && version.granted)
}

type World = {
  readonly access: EffectiveAccess
  readonly rules: ApiRules
  readonly organisation: OrganisationLimits | undefined
}

function worldOf(
  sent: object,
  policies: Record<string, object>,
  document: object,
  ofAll: object | undefined,
): World {
  const found = new Map(Object.entries(policies).map(([id, one]) => [id, Policy.parse(one)]))
  const api = ApiDefinition.parse({ name: 'orders', proxy: { target_url: 'http://x' }, ...document })
  const key = { id: 'k', orgId: 'o', session: Session.parse(sent) }
  return {
    access: effectiveAccess(key, (id) => found.get(id)),
    rules: compileRules(withApiDefaults(api, { apiId: 'a', id: 'i', orgId: 'o' })),
    organisation: ofAll && organisationLimits('o', Session.parse(ofAll)),
  }
}

function factsOf(asked: { method: string; path: string; version: string }): RequestFacts {
  const headers: Record<string, string> = { authorization: 'k', v: asked.version }
  return {
    method: asked.method,
    path: asked.path,
    fullPath: `/api${asked.path}`,
    query: '',
    header: (name) => headers[name],
  }
}
