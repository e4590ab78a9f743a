import assert from 'node:assert/strict'
import { test } from 'node:test'
import { effectiveAccess } from '../access/effective-access.ts'
import { Session } from '../access/session.ts'
import { ApiDefinition, withApiDefaults } from '../definition/api-definition.ts'
import { compileApi } from '../definition/compile-api.ts'
import { memoryCounters } from '../limits/memory-counters.ts'
import { organisationLimits } from '../limits/organisation-limits.ts'
import {
  CASE_CLIENT_IP,
  LISTED_FINGERPRINT,
  notProvoked,
  OTHER_FINGERPRINT,
  type RefusalCase,
  refusalCases,
} from '../testing/refusal-cases.ts'
import type { ClientTls } from './judge-certificate.ts'
import { judgeRequest } from './judge-request.ts'
import { refusals } from './refusals.ts'
import type { RequestFacts } from './request-facts.ts'
import { traceWords } from './trace-words.ts'

const NOW = Date.UTC(2026, 0, 5, 10)

function tlsOf(shown: RefusalCase['clientTls']): ClientTls {
  if (shown === undefined) return 'plain'
  if (shown === 'no-certificate' || shown === 'misdirected') return shown
  const revocation = shown === 'revoked' ? shown : undefined
  const notAfterMs = shown === 'expired' ? NOW - 1 : NOW + 1
  const fingerprint = shown === 'other' ? OTHER_FINGERPRINT : LISTED_FINGERPRINT
  return { fingerprint, notBeforeMs: NOW - 10, notAfterMs, revocation }
}

function factsOf({ request = {}, session, clientTls }: RefusalCase): RequestFacts {
  const { method = 'GET', path = '/', headers = {}, body = '', isChunked = false } = request
  const all = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
  if (session !== 'none') all.set('authorization', session === 'unknown' ? 'other' : 'k')
  if (body !== '' && !isChunked) all.set('content-length', String(body.length))
  return {
    method,
    path,
    fullPath: `/orders${path}`,
    query: '',
    clientIp: CASE_CLIENT_IP,
    clientTls: tlsOf(clientTls),
    bodyLength: isChunked ? -1 : body.length,
    header: (name) => all.get(name),
  }
}

function judge(one: RefusalCase) {
  const definition = ApiDefinition.parse({
    name: 'orders',
    proxy: { listen_path: '/orders/', target_url: 'http://127.0.0.1:9/' },
    ...one.definition,
  })
  const { api, problems } = compileApi(withApiDefaults(definition, { apiId: 'a', id: 'i', orgId: 'o' }))
  assert.deepEqual(problems, [], 'what is stored is valid')
  assert.ok(api)
  const session = typeof one.session === 'object' ? one.session : {}
  const rights = one.right === null ? { b: {} } : { a: { versions: ['Default', 'v1', 'v2'], ...one.right } }
  const key = { id: 'k', orgId: 'o', session: Session.parse({ access_rights: rights, ...session }) }
  const access = effectiveAccess(key, () => undefined)
  const world = {
    nowMs: NOW,
    counters: memoryCounters(),
    findAccess: (presented: string) => (presented === 'k' ? access : undefined),
    organisation: one.organisation && organisationLimits('o', Session.parse(one.organisation)),
  }
  for (let times = 0; times < (one.before?.requests ?? 0); times++)
    assert.equal(judgeRequest(api, factsOf(one), world).outcome, 'pass', 'those before are let in')
  return judgeRequest(api, factsOf(one), world)
}

for (const one of refusalCases) {
  test(`${one.what}: ${one.code}`, () => {
    const verdict = judge(one)
    assert.equal(verdict.outcome, 'refuse')
    assert.equal(verdict.outcome === 'refuse' && verdict.code, one.code)
    assert.deepEqual(
      verdict.trace.map(({ code }) => code),
      one.trace,
    )
    assert.equal(verdict.trace.map(traceWords).at(-1), one.says)
    for (const step of verdict.trace) {
      const words = traceWords(step)
      assert.ok(words !== '' && !/[{}]|undefined/.test(words), words)
    }
  })
}

test('every code of the table has its case, or a reason to have none', () => {
  const provoked = new Set(refusalCases.map(({ code }) => code))
  assert.deepEqual(
    Object.keys(refusals).sort(),
    [...provoked, ...notProvoked].sort(),
    'add a case for each new code',
  )
})
