import assert from 'node:assert/strict'
import test from 'node:test'
import * as fc from 'fast-check'
import { BY_THE_KEY, byPolicy } from '../source-ref.ts'
import { type AppliedPolicies, applyPolicies } from './apply-policies.ts'
import type { Policy } from './policy.ts'
import type { ApiLimit, Session } from './session.ts'

const right = (apiId: string, more: object = {}) => ({
  [apiId]: { api_id: apiId, versions: ['Default'], ...more },
})

const policies: Record<string, Policy> = {
  gold: {
    name: 'gold',
    rate: 100,
    per: 1,
    quota_max: 1000,
    quota_renewal_rate: 60,
    access_rights: right('a'),
    tags: ['g'],
  },
  silver: {
    name: 'silver',
    rate: 10,
    per: 1,
    quota_max: 100,
    quota_renewal_rate: 3600,
    access_rights: right('a'),
  },
  free: { rate: -1, per: 1, quota_max: -1, access_rights: right('a') },
  unset: { rate: 0, per: 0, quota_max: 0, access_rights: right('a') },
  other: { rate: 1, per: 1, access_rights: right('b') },
  quotaOnly: { quota_max: 7, quota_renewal_rate: 70, partitions: { quota: true }, access_rights: right('a') },
  rateOnly: { rate: 3, per: 30, partitions: { rate_limit: true }, access_rights: right('a') },
  aclOnly: { rate: 1, per: 1, quota_max: 1, partitions: { acl: true }, access_rights: right('a') },
  aclOfB: { partitions: { acl: true }, access_rights: right('b') },
  depthOnly: { max_query_depth: 4, partitions: { complexity: true }, access_rights: right('a') },
  master: { rate: 5, per: 5, quota_max: 55, partitions: { rate_limit: true } },
  perApi: { rate: 9, per: 1, quota_max: 90, partitions: { per_api: true }, access_rights: right('a') },
  perApiOwn: {
    partitions: { per_api: true },
    access_rights: right('a', { limit: { rate: 20, per: 1, quota_max: 5 } }),
  },
  perApiFree: {
    partitions: { per_api: true },
    access_rights: right('a', { limit: { rate: 1, per: 1, quota_max: -1, quota_renewal_rate: 9 } }),
  },
  contradictory: { partitions: { per_api: true, acl: true }, access_rights: right('a') },
  foreign: { org_id: 'other-org', access_rights: right('a') },
  inactive: { name: 'off', is_inactive: true, access_rights: right('a') },
}

function apply(ids: string[], session: Session = {}): AppliedPolicies {
  return applyPolicies({ ...session, apply_policies: ids }, (id) => policies[id], 'org')
}

function idsOf(applied: AppliedPolicies): string[] {
  return applied.policies.map(({ id }) => id)
}

function limitOf(applied: AppliedPolicies, apiId = 'a'): ApiLimit {
  assert.equal(applied.problem, undefined)
  return applied.session.access_rights?.[apiId]?.limit ?? {}
}

const { rate, quota } = {
  rate: (applied: AppliedPolicies) => [limitOf(applied).rate, limitOf(applied).per],
  quota: (applied: AppliedPolicies) => [limitOf(applied).quota_max, limitOf(applied).quota_renewal_rate],
}

test('a policy takes the place of the limits of the key', () => {
  const applied = apply(['gold'], { rate: 7, per: 7, quota_max: 7, max_query_depth: 9 })
  assert.deepEqual(
    [rate(applied), quota(applied)],
    [
      [100, 1],
      [1000, 60],
    ],
  )
  assert.deepEqual(
    [applied.session.rate, applied.session.quota_max, applied.session.max_query_depth],
    [100, 1000, 0],
  )
  assert.deepEqual(idsOf(applied), ['gold'])
})

test('of several policies the most permissive rate, the highest quota and the longest renewal win', () => {
  for (const ids of [
    ['gold', 'silver'],
    ['silver', 'gold'],
  ]) {
    assert.deepEqual(
      [rate(apply(ids)), quota(apply(ids))],
      [
        [100, 1],
        [1000, 3600],
      ],
    )
  }
})

test('an unlimited rate and a quota of -1 beat everything, unset ones lose to everything', () => {
  assert.deepEqual([rate(apply(['gold', 'free'])), quota(apply(['gold', 'free']))[0]], [[-1, 1], -1])
  assert.deepEqual([rate(apply(['unset', 'silver'])), quota(apply(['silver', 'unset']))[0]], [[10, 1], 100])
})

test('a partition governs its part only; the rest is inherited from the session', () => {
  const applied = apply(['aclOnly', 'quotaOnly'], { rate: 42, per: 6, quota_max: 1, quota_renewal_rate: 0 })
  assert.deepEqual(
    [rate(applied), quota(applied)],
    [
      [42, 6],
      [7, 70],
    ],
  )
})

test('without an ACL partition the rights of the key stay', () => {
  const applied = apply(['rateOnly'], { access_rights: right('z'), quota_max: 11 })
  assert.deepEqual(Object.keys(applied.session.access_rights ?? {}), ['z'])
  assert.deepEqual([applied.session.rate, applied.session.per, applied.session.quota_max], [3, 30, 11])
})

test('rights that no ACL granted are dropped, and those of the key are replaced', () => {
  const applied = apply(['aclOfB', 'quotaOnly'], { access_rights: right('z') })
  assert.deepEqual(Object.keys(applied.session.access_rights ?? {}), ['b'])
})

test('versions, URLs, types and field limits of one API are merged', () => {
  const one = {
    versions: ['v1'],
    allowed_urls: [{ url: '/x', methods: ['GET'] }],
    allowed_types: [{ name: 'T', fields: ['a'] }],
    field_access_rights: [{ type_name: 'T', field_name: 'a', limits: { max_query_depth: 2 } }],
  }
  const two = {
    versions: ['v2', 'v1'],
    allowed_urls: [
      { url: '/x', methods: ['GET', 'POST'] },
      { url: '/y', methods: ['GET'] },
    ],
    allowed_types: [{ name: 'T', fields: ['b'] }],
    field_access_rights: [{ type_name: 'T', field_name: 'a', limits: { max_query_depth: -1 } }],
    disable_introspection: true,
  }
  const found: Record<string, Policy> = {
    one: { access_rights: { a: one } },
    two: { access_rights: { a: two } },
  }
  const merged = applyPolicies({ apply_policies: ['one', 'two'] }, (id) => found[id]).session.access_rights?.a
  assert.deepEqual(merged?.versions, ['v1', 'v2'])
  assert.deepEqual(merged?.allowed_urls, [
    { url: '/x', methods: ['GET', 'POST'] },
    { url: '/y', methods: ['GET'] },
  ])
  assert.deepEqual(merged?.allowed_types, [{ name: 'T', fields: ['a', 'b'] }])
  assert.deepEqual(merged?.field_access_rights, two.field_access_rights)
  assert.equal(merged?.disable_introspection, true)
})

test('limits of endpoints are merged by method and path, the most permissive wins', () => {
  const endpoints = (rateOfGet: number, per: number) => [
    { path: '/x', methods: [{ name: 'GET', limit: { rate: rateOfGet, per } }] },
  ]
  const found: Record<string, Policy> = {
    one: { access_rights: right('a', { endpoints: endpoints(10, 10) }) },
    two: { access_rights: right('a', { endpoints: endpoints(2, 1) }) },
    tie: { access_rights: right('a', { endpoints: endpoints(20, 10) }) },
  }
  for (const ids of [
    ['one', 'two', 'tie'],
    ['tie', 'two', 'one'],
  ]) {
    const merged = applyPolicies({ apply_policies: ids }, (id) => found[id]).session.access_rights?.a
      ?.endpoints
    assert.deepEqual(merged, endpoints(20, 10))
  }
})

test('several policies that grant different APIs count apart, one policy does not', () => {
  const scopes = (ids: string[]) =>
    Object.values(apply(ids).session.access_rights ?? {}).map((r) => r.allowance_scope)
  assert.deepEqual(scopes(['gold', 'other']), ['gold', 'other'])
  assert.deepEqual(scopes(['gold']), [''])
})

test('a policy without rights sets the root of the session, and grants nothing by itself', () => {
  assert.equal(apply(['master']).problem, 'key has no valid policies to be applied')
  const applied = apply(['master'], { access_rights: right('z'), quota_max: 3 })
  assert.deepEqual([applied.session.rate, applied.session.per, applied.session.quota_max], [5, 5, 3])
})

test('per_api: an API without a limit takes that of the policy, each with a counter of its own', () => {
  assert.deepEqual([rate(apply(['perApi'])), quota(apply(['perApi']))[0]], [[9, 1], 90])
  assert.equal(apply(['perApi']).session.access_rights?.a?.allowance_scope, 'perApi')
  assert.equal(apply(['perApiOwn']).session.access_rights?.a?.allowance_scope, 'a')
})

test('per_api: two policies on one API give the highest of each, and a quota of -1 does not renew', () => {
  for (const ids of [
    ['perApi', 'perApiOwn'],
    ['perApiOwn', 'perApi'],
  ]) {
    assert.deepEqual([rate(apply(ids)), quota(apply(ids))[0]], [[20, 1], 90])
  }
  assert.deepEqual(quota(apply(['perApiFree', 'perApiOwn'])), [-1, 0])
})

const problems: [ids: string[], problem: RegExp][] = [
  [['nowhere'], /policy not found: nowhere/],
  [['nowhere', 'neither'], /no valid policies/],
  [['contradictory'], /per_api and any of partitions/],
  [['perApi', 'quotaOnly'], /some have per_api set and some are partitioned/],
  [['quotaOnly', 'perApi'], /some have per_api set and some are partitioned/],
  [['foreign'], /different organisation/],
  [['quotaOnly'], /no valid policies/],
]
for (const [ids, problem] of problems) {
  test(`the policies ${ids.join(' and ')} cannot be applied, and the session is left as it is`, () => {
    const session = { rate: 1, apply_policies: ids }
    const applied = applyPolicies(session, (id) => policies[id], 'org')
    assert.match(applied.problem ?? '', problem)
    assert.equal(applied.session, session)
  })
}

test('of several policies an unknown one is passed over', () => {
  assert.deepEqual(idsOf(apply(['nowhere', 'gold'])), ['gold'])
})

test('apply_policies wins over apply_policy_id', () => {
  const find = (id: string) => policies[id]
  assert.deepEqual(idsOf(applyPolicies({ apply_policy_id: 'silver' }, find)), ['silver'])
  assert.deepEqual(idsOf(applyPolicies({ apply_policy_id: 'silver', apply_policies: ['gold'] }, find)), [
    'gold',
  ])
  assert.deepEqual(idsOf(applyPolicies({ apply_policy_id: 'silver', apply_policies: [] }, find)), ['silver'])
})

test('a key is inactive by its own flag or by a policy, and the source names which', () => {
  assert.equal(apply(['gold'], { is_inactive: true }).session.is_inactive, true)
  assert.equal(apply(['gold'], { is_inactive: true }).sources.inactive, BY_THE_KEY)
  const applied = apply(['gold', 'inactive'])
  assert.equal(applied.session.is_inactive, true)
  assert.deepEqual(applied.sources.inactive, byPolicy('inactive', 'off'))
})

test('tags are united, meta data overwritten, the newest last_updated kept', () => {
  const policy: Policy = { ...policies.gold, meta_data: { a: 2 }, last_updated: '20', hmac_enabled: true }
  const session = { apply_policies: ['p'], tags: ['k'], meta_data: { a: 1, b: 1 }, last_updated: '10' }
  const applied = applyPolicies(session, () => policy).session
  assert.deepEqual(
    [applied.tags, applied.meta_data, applied.last_updated],
    [['k', 'g'], { a: 2, b: 1 }, '20'],
  )
  assert.equal(applied.hmac_enabled, true)
})

test('policies inside the meta data take the place of the named ones', () => {
  const meta_data = { policies: [{ id: 'inline', rate: 4, per: 2, access_rights: right('a') }] }
  assert.deepEqual(rate(apply(['gold'], { meta_data })), [4, 2])
  assert.match(apply(['gold'], { meta_data: { policies: ['x'] } }).problem ?? '', /does not hold policies/)
})

test('without policies only an API with a limit of its own has counters of its own', () => {
  const access_rights = {
    ...right('a', { limit: { rate: 1, per: 1 } }),
    ...right('b', { limit: { rate: 0 } }),
  }
  const applied = applyPolicies({ access_rights }, () => undefined).session.access_rights
  assert.deepEqual([applied?.a?.allowance_scope, applied?.b?.allowance_scope], ['a', undefined])
})

const limits = fc.record({
  rate: fc.constantFrom(-1, 0, 1, 10, 100),
  per: fc.constantFrom(0, 1, 10, 60),
  quota_max: fc.constantFrom(-1, 0, 5, 50),
  quota_renewal_rate: fc.constantFrom(-1, 0, 60, 600),
  max_query_depth: fc.constantFrom(-1, 0, 3),
})
const rights = fc.dictionary(
  fc.constantFrom('a', 'b', '__proto__', 'constructor'),
  fc.record({ versions: fc.subarray(['v1', 'v2']), limit: fc.option(limits, { nil: null }) }),
)
const partitioned = fc.constantFrom(
  undefined,
  { quota: true },
  { rate_limit: true },
  { acl: true },
  { acl: true, quota: true },
)

function outcome(applied: AppliedPolicies): unknown {
  const rightsInOrder = Object.entries(applied.session.access_rights ?? {}).sort(([a], [b]) =>
    a < b ? -1 : 1,
  )
  const kept = rightsInOrder.map(([apiId, { versions, limit }]) => {
    const { rate = 0, per = 0, quota_max, quota_renewal_rate, max_query_depth } = limit ?? {}
    const pace = rate <= 0 || per <= 0 ? 'unlimited' : [rate, per]
    return [apiId, [...(versions ?? [])].sort(), pace, quota_max, quota_renewal_rate, max_query_depth]
  })
  return applied.problem === undefined ? kept : 'unusable'
}

test('the rights and limits that result do not depend on the order of the policies', () => {
  for (const perApi of [false, true]) {
    const policy = fc
      .tuple(limits, partitioned, rights)
      .map(([own, parts, access_rights]) => ({
        ...own,
        partitions: perApi ? { per_api: true } : parts,
        access_rights,
      }))
      // Policies without rights set the root outright, and so the last one counts (step 5).
      .filter((candidate) => Object.keys(candidate.access_rights).length > 0)
    fc.assert(
      fc.property(fc.array(policy, { minLength: 1, maxLength: 4 }), limits, (found, own) => {
        const ids = found.map((_, index) => `p${index}`)
        const find = (id: string): Policy | undefined => found[Number(id.slice(1))]
        const forwards = applyPolicies({ ...own, apply_policies: ids }, find)
        const backwards = applyPolicies({ ...own, apply_policies: ids.toReversed() }, find)
        assert.deepEqual(outcome(backwards), outcome(forwards))
      }),
    )
  }
})

test('neither the session nor a policy is changed by being applied', () => {
  fc.assert(
    fc.property(limits, limits, rights, (own, ofPolicy, access_rights) => {
      const session = { ...own, access_rights, apply_policies: ['p'], meta_data: { a: 1 }, tags: ['t'] }
      const policy = { ...ofPolicy, access_rights, tags: ['u'], meta_data: { b: 2 } }
      const before = JSON.stringify([session, policy])
      applyPolicies(session, () => policy)
      assert.equal(JSON.stringify([session, policy]), before)
    }),
  )
})
