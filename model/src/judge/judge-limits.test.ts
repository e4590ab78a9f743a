import assert from 'node:assert/strict'
import test from 'node:test'
import { type EffectiveAccess, effectiveAccess } from '../access/effective-access.ts'
import { Session } from '../access/session.ts'
import { ApiDefinition, withApiDefaults } from '../definition/api-definition.ts'
import type { ApiRules } from '../definition/api-rules.ts'
import { compileRules } from '../definition/compile-api.ts'
import { type Counters, type Limit, NEEDS_GRANT, NO_CELL } from '../limits/counters.ts'
import { limitStates, tightestRate } from '../limits/limit-state.ts'
import { memoryCounters } from '../limits/memory-counters.ts'
import { type OrganisationLimits, organisationLimits } from '../limits/organisation-limits.ts'
import { judgeKey, judgeOpen, type KeyPassed } from './judge-key.ts'
import { judgeRequest } from './judge-request.ts'
import { judgeVersion } from './judge-version.ts'
import type { RequestFacts } from './request-facts.ts'

const HOUR = 3_600_000

function api(definition: object = {}): ApiRules {
  const document = ApiDefinition.parse({ name: 'orders', proxy: { target_url: 'http://x' }, ...definition })
  return compileRules(withApiDefaults(document, { apiId: 'a', id: 'i', orgId: 'o' }))
}

function key(session: object, id = 'k'): EffectiveAccess {
  const parsed = Session.parse({ access_rights: { a: { versions: ['Default'] } }, ...session })
  return effectiveAccess({ id, orgId: 'o', session: parsed }, () => undefined)
}

function facts(path = '/', method = 'GET'): RequestFacts {
  return {
    method,
    path,
    fullPath: `/api${path}`,
    query: '',
    header: (name) => (name === 'authorization' ? 'k' : undefined),
  }
}

type Asked = {
  rules?: ApiRules
  access?: EffectiveAccess
  path?: string
  at?: number
  organisation?: OrganisationLimits
}

/** Judges one request; passes come with what they held. */
function judge(
  counters: Counters,
  { rules = api(), access = key({}), path = '/', at = 0, organisation }: Asked,
) {
  const version = judgeVersion(rules, facts(path), at)
  assert.ok(version.outcome === 'pass')
  return judgeKey(rules, version, access, facts(path), counters, at, organisation)
}

/** The outcomes of requests, one after the other: `pass`, `needs-grant` or the code of the refusal. */
function outcomes(counters: Counters, asked: readonly Asked[]): string[] {
  return asked.map((one) => {
    const judgement = judge(counters, one)
    return judgement.outcome === 'refuse' ? judgement.code : judgement.outcome
  })
}

function passed(judgement: ReturnType<typeof judge>): KeyPassed {
  assert.ok(judgement.outcome === 'pass')
  return judgement
}

test('several windows hold at the same time', () => {
  const access = key({ rate: 2, per: 1, rates: [{ rate: 3, per: 3600 }] })
  const times = [0, 1, 2, 1000, 1001, HOUR]
  assert.deepEqual(
    outcomes(
      memoryCounters(),
      times.map((at) => ({ access, at })),
    ),
    ['pass', 'pass', 'rate_limited', 'pass', 'rate_limited', 'pass'],
  )
})

test('as many requests at once as the key may have; one that ends makes room', () => {
  const counters = memoryCounters()
  const access = key({ max_concurrency: 2 })
  const first = passed(judge(counters, { access }))
  const { held = [] } = first.plan ?? {}
  assert.deepEqual(
    held.map(({ name }) => name),
    ['concurrency:k'],
  )
  assert.deepEqual(outcomes(counters, [{ access }, { access }]), ['pass', 'concurrency_limited'])
  for (const limit of held) counters.release(limit)
  assert.deepEqual(outcomes(counters, [{ access }, { access }]), ['pass', 'concurrency_limited'])
})

test('the concurrency of an endpoint is beside that of the key', () => {
  const methods = [{ name: 'GET', limit: { max_concurrency: 1 } }]
  const right = { versions: ['Default'], endpoints: [{ path: '/slow', methods }] }
  const access = key({ max_concurrency: 2, access_rights: { a: right } })
  const asked = [{ access, path: '/slow' }, { access, path: '/slow' }, { access }, { access }]
  assert.deepEqual(outcomes(memoryCounters(), asked), [
    'pass',
    'concurrency_limited',
    'pass',
    'concurrency_limited',
  ])
})

test('all callers together may have a concurrency, on every path, with a key and without', () => {
  const inPaths = {
    use_extended_paths: true,
    extended_paths: { rate_limit: [{ path: '/x', rate: 5, per: 1 }] },
  }
  const definition = { max_concurrency: 1, version_data: { versions: { Default: inPaths } } }
  const rules = api(definition)
  assert.deepEqual(
    outcomes(memoryCounters(), [
      { rules, path: '/x' },
      { rules, path: '/y' },
    ]),
    ['pass', 'api_concurrency_limited'],
  )
  const counters = memoryCounters()
  const keyless = api({ ...definition, use_keyless: true })
  const codes = [0, 1].map((at) =>
    judgeRequest(keyless, facts('/x'), { findAccess: () => undefined, counters, nowMs: at }),
  )
  assert.deepEqual(
    codes.map((one) => (one.outcome === 'refuse' ? one.code : 'pass')),
    ['pass', 'api_concurrency_limited'],
  )
})

test('an API that switches the rates of keys off switches their concurrency off too, not their quota', () => {
  const access = key({ rate: 1, per: 60, max_concurrency: 1, quota_max: 3 })
  const rules = api({ disable_rate_limit: true })
  const asked = Array.from({ length: 4 }, () => ({ access, rules }))
  assert.deepEqual(outcomes(memoryCounters(), asked), ['pass', 'pass', 'pass', 'quota_exceeded'])
  assert.deepEqual(outcomes(memoryCounters(), [{ access, rules: api({ disable_quota: true }) }]), ['pass'])
})

const costly = (request_costs: object[]) => ({
  version_data: { versions: { Default: { use_extended_paths: true, extended_paths: { request_costs } } } },
})

test('a request costs what its path says, of rate and quota; one that is free is never refused by them', () => {
  const rules = api(
    costly([
      { path: '/big', method: 'GET', cost: 4 },
      { path: '/free', cost: 0 },
      { path: '/off', cost: 9, disabled: true },
    ]),
  )
  const access = key({ rate: 100, per: 1, quota_max: 10 })
  const counters = memoryCounters()
  const remaining = ['/big', '/off', '/big', '/free', '/big', '/x'].map((path) => {
    const judgement = judge(counters, { access, rules, path })
    return judgement.outcome === 'pass' ? [judgement.cost, judgement.quotaRemaining] : judgement.outcome
  })
  assert.deepEqual(remaining, [[4, 6], [1, 5], [4, 1], [0, 1], 'refuse', [1, 0]])
})

test('what a request cost more is charged to rate and quota, not to the concurrency', () => {
  const counters = memoryCounters()
  const access = key({ quota_max: 10, rate: 10, per: 60, max_concurrency: 5 })
  const { plan, cost } = passed(judge(counters, { access }))
  assert.deepEqual([plan?.charged.map(({ kind }) => kind), cost], [['rate', 'quota'], 1])
  counters.charge(plan?.charged ?? [], 6 - cost, 0)
  assert.equal(passed(judge(counters, { access })).quotaRemaining, 3)
})

test('keys of one owner use up one budget', () => {
  const owned = { rate: 2, per: 60, limits_shared_by: 'owner', owner: 'acme' }
  const [one, two] = [key(owned, 'k1'), key(owned, 'k2')]
  const asked = [one, two, one, two].map((access) => ({ access }))
  const other = { access: key({ ...owned, owner: 'other' }, 'k3') }
  assert.deepEqual(outcomes(memoryCounters(), [...asked, other]), [
    'pass',
    'pass',
    'rate_limited',
    'rate_limited',
    'pass',
  ])
})

test('a request over a rate that is throttled is to wait and to be judged again', () => {
  const throttled = { rate: 1, per: 60, throttle_interval: 2, throttle_retry_limit: 3 }
  const counters = memoryCounters()
  const access = key({ ...throttled, quota_max: 2 })
  judge(counters, { access })
  const refusal = judge(counters, { access })
  assert.ok(refusal.outcome === 'refuse')
  assert.deepEqual(refusal.limited?.throttle, { retries: 3, intervalMs: 2000 })
  assert.equal(refusal.limited?.retryAtMs, 60_000)
  const spent = key({ quota_max: 1, throttle_interval: 2, throttle_retry_limit: 3 }, 'q')
  judge(counters, { access: spent })
  const other = judge(counters, { access: spent })
  assert.ok(other.outcome === 'refuse')
  assert.equal(other.limited?.throttle, undefined, 'a quota is not waited for')
})

test('an organisation that is switched off lets nothing through, with a key or without', () => {
  const organisation = organisationLimits('o', { is_inactive: true })
  assert.deepEqual(outcomes(memoryCounters(), [{ organisation }]), ['organisation_inactive'])
  const rules = api({ use_keyless: true })
  const verdict = judgeRequest(rules, facts(), {
    findAccess: () => undefined,
    counters: memoryCounters(),
    nowMs: 0,
    organisation,
  })
  assert.equal(verdict.outcome === 'refuse' && verdict.code, 'organisation_inactive')
})

const ofOrganisation: [what: string, session: object, code: string][] = [
  ['rate', { rate: 1, per: 60 }, 'organisation_rate_limited'],
  ['quota', { quota_max: 1, quota_renewal_rate: 60 }, 'organisation_quota_exceeded'],
  ['concurrency', { max_concurrency: 1 }, 'organisation_rate_limited'],
]
for (const [what, session, code] of ofOrganisation) {
  test(`the ${what} of an organisation counts all its keys together, and comes before theirs`, () => {
    const organisation = organisationLimits('o', Session.parse(session))
    const [one, two] = [key({ rate: 1, per: 60 }, 'k1'), key({ rate: 1, per: 60 }, 'k2')]
    const asked = [one, two, one].map((access) => ({ access, organisation }))
    assert.deepEqual(outcomes(memoryCounters(), asked), ['pass', code, code])
  })
}

test('the quota that the answer tells of is the key’s, not the organisation’s', () => {
  const organisation = organisationLimits('o', { quota_max: 5 })
  const counters = memoryCounters()
  const told = passed(judge(counters, { access: key({ quota_max: 9 }), organisation }))
  assert.deepEqual([told.quotaMax, told.quotaRemaining], [9, 8])
  assert.equal(
    passed(judge(counters, { access: key({ quota_max: -1 }, 'other'), organisation })).quotaMax,
    -1,
  )
})

test('a quota that waits for units is named, with the cost of the request', () => {
  const counters: Counters = { ...memoryCounters(), take: () => NEEDS_GRANT, wanting: () => 1 }
  const access = key({ rate: 1, per: 1, quota_max: 5 })
  const judgement = judge(counters, { access, rules: api(costly([{ path: '/', cost: 3 }])) })
  assert.ok(judgement.outcome === 'needs-grant')
  assert.deepEqual([judgement.limit.name, judgement.cost], ['quota:k', 3])
  const lost = judge({ ...counters, wanting: () => 7 }, { access })
  assert.equal(lost.outcome === 'refuse' && lost.code, 'counters_full', 'nothing passes uncounted')
  const verdict = judgeRequest(api(), facts(), { findAccess: () => access, counters, nowMs: 0 })
  assert.equal(verdict.outcome === 'refuse' && verdict.code, 'store_unavailable')
})

test('without a free counter nothing passes, on an open API either', () => {
  const counters: Counters = { ...memoryCounters(), take: () => NO_CELL }
  assert.deepEqual(outcomes(counters, [{ access: key({ rate: 1, per: 1 }) }]), ['counters_full'])
  const rules = api({ use_keyless: true, global_rate_limit: { rate: 1, per: 1 } })
  const version = judgeVersion(rules, facts(), 0)
  assert.ok(version.outcome === 'pass')
  const open = judgeOpen(rules, version, facts(), counters, 0)
  assert.equal(open.outcome === 'refuse' && open.code, 'counters_full')
})

test('a request that passes is counted in the same plan as the one before, and allocates no other', () => {
  const counters = memoryCounters()
  const rules = api({ global_rate_limit: { rate: 5, per: 1 } })
  const access = key({ rate: 5, per: 1, quota_max: 5 })
  const plans = [0, 1, 2].map(() => passed(judge(counters, { rules, access })).plan)
  assert.ok(plans[0] !== undefined && plans.every((plan) => plan === plans[0]))
  const changed = passed(
    judge(counters, { rules: api({ global_rate_limit: { rate: 9, per: 1 } }), access }),
  ).plan
  assert.notEqual(changed, plans[0])
})

test('a key keeps a bounded number of plans', () => {
  const access = key({ rate: 1000, per: 1 })
  const counters = memoryCounters()
  for (let version = 0; version < 100; version++) judge(counters, { rules: api(), access })
  assert.ok((access.apis.get('a')?.own.plans.length ?? 0) <= 32)
})

test('the tightest rate of the key is shown; the API’s where the key has none', () => {
  const counters = memoryCounters()
  const shown = (access: EffectiveAccess, definition: object = {}) => {
    const { plan } = passed(judge(counters, { access, rules: api(definition) }))
    return plan && tightestRate(plan, counters)
  }
  const both = key({ rate: 10, per: 1, rates: [{ rate: 5, per: 60 }] }, 'k1')
  assert.deepEqual(shown(both, { global_rate_limit: { rate: 2, per: 1 } }), {
    max: 5,
    remaining: 4,
    resetsAtMs: 60_000,
  })
  assert.deepEqual(shown(key({}), { global_rate_limit: { rate: 9, per: 1 } })?.max, 9)
  assert.equal(shown(key({ quota_max: 5 }, 'k3')), undefined)
  const bucket = key({ rate: 10, per: 1, rate_algorithm: 'token_bucket', rate_burst: 3 }, 'k4')
  assert.deepEqual([shown(bucket)?.max, shown(bucket)?.remaining], [3, 1])
})

test('every limit can be listed, on a refusal too', () => {
  const counters = memoryCounters()
  const organisation = organisationLimits('o', { rate: 100, per: 1 })
  const access = key({
    rate: 1,
    per: 10,
    rates: [{ rate: 50, per: 60 }],
    max_concurrency: 3,
    quota_max: 7,
    quota_calendar: 'month',
  })
  const rules = api({ global_rate_limit: { rate: 20, per: 1, algorithm: 'token_bucket', burst: 5 } })
  const list = (plan: KeyPassed['plan']) =>
    plan &&
    limitStates(plan, counters, 0).map((one) => [
      one.name,
      one.max,
      one.remaining,
      one.windowSeconds,
      one.resetSeconds,
      one.concurrent,
    ])
  const ask = { access, rules, organisation }
  assert.deepEqual(list(passed(judge(counters, ask)).plan), [
    ['org-rate', 100, 99, 1, 1, false],
    ['rate', 1, 0, 10, 10, false],
    ['rate-2', 50, 49, 60, 60, false],
    ['concurrency', 3, 2, 0, 0, true],
    ['quota', 7, 6, 0, 0, false],
    ['api-rate', 5, 4, 1, 1, false],
  ])
  const refusal = judge(counters, ask)
  assert.ok(refusal.outcome === 'refuse' && refusal.limited !== undefined)
  const named = (limits: readonly Limit[], index: number) => limits[index]?.name
  assert.equal(named(refusal.limited.plan.limits, refusal.limited.index), 'rate:k')
  assert.deepEqual(list(refusal.limited.plan)?.[1], ['rate', 1, 0, 10, 10, false])
})
