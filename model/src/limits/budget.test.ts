import assert from 'node:assert/strict'
import test from 'node:test'
import {
  type EffectiveAccess,
  effectiveAccess,
  isOfKey,
  limitsOfKey,
  quotasOf,
} from '../access/effective-access.ts'
import { Policy } from '../access/policy.ts'
import { Session } from '../access/session.ts'
import { budgetProblem, expandedPattern } from './budget.ts'

type Policies = Readonly<Record<string, object>>

function access(
  session: object,
  { id = 'k1', orgId = 'o', policies = {} as Policies } = {},
): EffectiveAccess {
  const found = new Map(Object.entries(policies).map(([name, one]) => [name, Policy.parse(one)]))
  return effectiveAccess({ id, orgId, session: Session.parse(session) }, (name) => found.get(name))
}

/** Names of the counters of a key on API `a`: rates, concurrency, quota. */
function names(session: object, about: Parameters<typeof access>[1] = {}): (string | undefined)[] {
  const api = access({ access_rights: { a: { api_name: 'orders' } }, ...session }, about).apis.get('a')
  return [...(api?.own.rates ?? []), api?.quota].map((limit) => limit?.name)
}

const limits = { rate: 10, per: 1, max_concurrency: 5, quota_max: 100, quota_renewal_rate: 3600 }

test('a key that shares with nobody counts by itself', () => {
  assert.deepEqual(names(limits), ['rate:k1', 'concurrency:k1', 'quota:k1'])
  assert.deepEqual(names({ ...limits, owner: 'acme' }), names(limits))
  assert.deepEqual(names({ ...limits, limits_shared_by: 'key', owner: 'acme' }), names(limits))
})

test('keys of one owner share the counters of limits of the same length', () => {
  const owned = { ...limits, limits_shared_by: 'owner', owner: 'acme & co: x' }
  const ofOne = names(owned, { id: 'k1' })
  assert.deepEqual(ofOne, [
    'rate:owner:o:acme%20%26%20co%3A%20x:@1',
    'concurrency:owner:o:acme%20%26%20co%3A%20x',
    'quota:owner:o:acme%20%26%20co%3A%20x:@3600',
  ])
  assert.deepEqual(names(owned, { id: 'k2' }), ofOne)
  assert.notDeepEqual(names({ ...owned, per: 60, quota_renewal_rate: 60 }), ofOne)
})

test('owners of the same name in two organisations share nothing', () => {
  const owned = { ...limits, limits_shared_by: 'owner', owner: 'acme' }
  const [one, other] = [names(owned, { orgId: 'o' }), names(owned, { orgId: 'p' })]
  assert.ok(one.every((name) => !other.includes(name)))
})

test('all keys of an organisation may share', () => {
  const shared = { ...limits, limits_shared_by: 'organisation' }
  assert.deepEqual(names(shared, { id: 'k1' }), names(shared, { id: 'k2' }))
  assert.deepEqual(names(shared)[0], 'rate:org:o:@1')
})

test('a policy may have one budget for all keys that list it; its counters follow its _id, not its word', () => {
  const gold = { _id: 'f00', id: 'gold', limits_shared_by: 'policy', access_rights: { a: {} }, ...limits }
  const about = { policies: { gold } }
  const ofOne = names({ apply_policies: ['gold'] }, { id: 'k1', ...about })
  assert.deepEqual(ofOne, ['rate:policy:o:f00', 'concurrency:policy:o:f00', 'quota:policy:o:f00'])
  assert.deepEqual(names({ apply_policies: ['gold'] }, { id: 'k2', ...about }), ofOne)
})

test('each part is shared as the policy says that set it', () => {
  const policies = {
    rates: {
      limits_shared_by: 'policy',
      partitions: { rate_limit: true },
      access_rights: { a: {} },
      rate: 1,
      per: 1,
    },
    rest: { partitions: { acl: true, quota: true }, access_rights: { a: {} }, quota_max: 5 },
  }
  const session = { apply_policies: ['rates', 'rest'] }
  assert.deepEqual(names(session, { policies }), ['rate:policy:o:rates', 'quota:k1'])
  const owned = { ...session, owner: 'acme', limits_shared_by: 'owner' }
  assert.deepEqual(names(owned, { policies }), ['rate:policy:o:rates', 'quota:owner:o:acme:@0'])
})

test('what cannot be shared is the key’s own: no owner, no policy, a policy that the key carries itself', () => {
  const inline = { limits_shared_by: 'policy', id: 'gold', access_rights: { a: {} }, ...limits }
  for (const session of [
    { ...limits, limits_shared_by: 'owner' },
    { ...limits, limits_shared_by: 'policy' },
    { meta_data: { policies: [inline] } },
  ]) {
    assert.deepEqual(names(session), names(limits))
  }
})

test('a pattern takes the place of the key, with what is known of the key filled in', () => {
  const metaData = { rate_limit_pattern: 'plan:$tyk_meta.plan/$tyk_meta.level', plan: 'x:y', level: 3 }
  const session = { ...limits, meta_data: metaData, limits_shared_by: 'organisation' }
  assert.deepEqual(names(session)[0], 'rate:pattern:o:plan%3Ax%3Ay%2F3:@1')
  assert.equal(expandedPattern({ meta_data: { rate_limit_pattern: '$tyk_meta.gone' } }), '')
  assert.deepEqual(names({ ...limits, meta_data: { rate_limit_pattern: '$tyk_meta.gone' } }), names(limits))
  for (const odd of [7, null, ['x'], ''])
    assert.equal(expandedPattern({ meta_data: { rate_limit_pattern: odd } }), '')
  assert.equal(expandedPattern(JSON.parse('{"meta_data":{"rate_limit_pattern":"$tyk_meta.__proto__"}}')), '')
})

test('a session that cannot be counted as it asks is told so', () => {
  assert.match(budgetProblem({ limits_shared_by: 'owner' }) ?? '', /names no owner/)
  const pattern = (text: string) => budgetProblem({ meta_data: { rate_limit_pattern: text } })
  assert.match(pattern('a-$tyk_context.remote_addr') ?? '', /\$tyk_context.remote_addr is not known of a key/)
  assert.equal(pattern('a-$tyk_meta.plan-$5'), undefined)
  assert.equal(budgetProblem({ limits_shared_by: 'owner', owner: 'acme' }), undefined)
})

test('a part of a name cannot look like another part', () => {
  const endpoint = (allowance_scope: string, path: string) => ({
    access_rights: {
      a: { allowance_scope, endpoints: [{ path, methods: [{ name: 'GET', limit: { rate: 1, per: 1 } }] }] },
    },
  })
  const seen = new Set<string>()
  for (const scope of ['', 'GET', '@60', 'x:GET']) {
    for (const path of ['/', '/x', ':@60', '@60']) {
      const api = access(endpoint(scope, path)).apis.get('a')
      for (const { rates } of api?.endpoints ?? []) for (const { name } of rates) seen.add(name)
    }
  }
  assert.equal(seen.size, 16)
})

test('a name is never longer than a database can index, and still unlike any other', () => {
  const long = (end: string) =>
    names({ ...limits, limits_shared_by: 'owner', owner: `${'é'.repeat(250)}${end}` })
  const [one, other] = [long('a'), long('b')]
  for (const name of [...one, ...other]) assert.ok(name !== undefined && name.length < 600, name)
  assert.ok(one.every((name) => name?.includes(':owner:o:') && !other.includes(name)))
  assert.deepEqual(long('a'), one)
})

test('only counters of the key alone are reset and end with it', () => {
  const own = { ...limits, access_rights: { a: {} } }
  const namesOf = (all: readonly { name: string }[]) => all.map(({ name }) => name)
  assert.deepEqual(namesOf(limitsOfKey(access(own))), ['quota:k1', 'rate:k1'])
  const shared = access({ ...own, limits_shared_by: 'organisation' })
  assert.deepEqual(namesOf(limitsOfKey(shared)), [])
  assert.deepEqual(namesOf(quotasOf(shared)), ['quota:org:o:@3600'])
  const [rate] = shared.apis.get('a')?.rates ?? []
  assert.equal(rate && isOfKey(rate, 'k1'), false)
})
