import assert from 'node:assert/strict'
import test from 'node:test'
import { cellOf } from '../limits/counters.ts'
import { BY_THE_KEY, byPolicy } from '../source-ref.ts'
import { accessTo, type EffectiveAccess, effectiveAccess, limitsOfKey } from './effective-access.ts'
import type { Policy } from './policy.ts'
import type { Session } from './session.ts'

function access(session: Session, policies: Record<string, Policy> = {}): EffectiveAccess {
  return effectiveAccess({ id: 'k', orgId: 'o', session }, (id) => policies[id])
}

const rights = (...names: string[]) =>
  Object.fromEntries(names.map((name) => [name, { api_id: name, api_name: name }]))

test('the limits of the session are one budget for all APIs without limits of their own', () => {
  const { apis } = access({
    rate: 5,
    per: 10,
    quota_max: 7,
    quota_renewal_rate: 60,
    access_rights: rights('a', 'b'),
  })
  for (const api of ['a', 'b']) {
    assert.deepEqual(apis.get(api)?.rates, [
      {
        kind: 'rate',
        algorithm: 'fixed-window',
        name: 'rate:k',
        cell: cellOf('rate:k'),
        max: 5,
        windowMs: 10_000,
        burst: 5,
        calendar: undefined,
        smoothing: undefined,
        scope: 'key',
        source: BY_THE_KEY,
      },
    ])
    assert.deepEqual(apis.get(api)?.quota?.cell, cellOf('quota:k'))
  }
})

test('a limit of an API replaces all limits of the session there, and counts apart', () => {
  const session = {
    rate: 5,
    per: 1,
    quota_max: 7,
    access_rights: { a: { api_name: 'orders', limit: { rate: 2, per: 3 } } },
  }
  const api = access(session).apis.get('a')
  assert.deepEqual([api?.rates[0]?.max, api?.rates[0]?.windowMs, api?.quota], [2, 3000, undefined])
  assert.deepEqual([api?.rates[0]?.cell, api?.rates[0]?.scope], [cellOf('rate:k:a'), 'key on API orders'])
})

test('a limit in which every number is 0 is none', () => {
  const session = { rate: 5, per: 1, access_rights: { a: { limit: { rate: 0, per: 0, quota_max: 0 } } } }
  assert.equal(access(session).apis.get('a')?.rates[0]?.max, 5)
})

test('every value names the policy it comes from', () => {
  const policies: Record<string, Policy> = {
    gold: { name: 'Gold', rate: 100, per: 1, access_rights: rights('a') },
    more: { name: 'More', quota_max: 9, partitions: { quota: true }, access_rights: rights('a') },
  }
  const api = access({ apply_policies: ['gold', 'more'] }, policies).apis.get('a')
  assert.deepEqual(api?.rates[0]?.source, byPolicy('gold', 'Gold'))
  assert.deepEqual(api?.quota?.source, byPolicy('more', 'More'))
  assert.deepEqual(api?.versions.sources, [byPolicy('gold', 'Gold')])
})

test('a key without rights and policies opens every API; one with policies that fail opens none', () => {
  assert.equal(accessTo(access({ rate: 1, per: 1 }), 'any')?.rates[0]?.max, 1)
  const lost = access({ apply_policies: ['gone'] })
  assert.deepEqual([accessTo(lost, 'any'), lost.unusable], [undefined, 'policy not found: gone'])
})

test('an allowed URL that cannot be compiled matches nothing and says why', () => {
  const session = { access_rights: { a: { allowed_urls: [{ url: '/(', methods: ['GET'] }] } } }
  const urls = access(session).apis.get('a')?.allowedUrls
  assert.equal(urls?.value.length, 1)
  assert.equal(urls?.value[0]?.url.problem, 'is not a valid regular expression')
})

test('expires of 0 and less is never, else seconds since 1970', () => {
  const times = [-1, 0, 1, 1_700_000_000].map((expires) => access({ expires }).expiresAtMs)
  assert.deepEqual(times, [0, 0, 1000, 1_700_000_000_000])
})

test('the counters of a key are named once each', () => {
  const endpoints = [{ path: '/x', methods: [{ name: 'GET', limit: { rate: 1, per: 1 } }] }]
  const session = {
    rate: 5,
    per: 1,
    quota_max: 7,
    access_rights: { ...rights('a', 'b'), c: { limit: { quota_max: 1 }, endpoints } },
  }
  const names = limitsOfKey(access(session)).map(({ name }) => name)
  assert.deepEqual(names.toSorted(), ['quota:k', 'quota:k:c', 'rate:k', 'rate:k:c:GET:%2Fx'])
})
