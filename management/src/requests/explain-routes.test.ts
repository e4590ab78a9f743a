import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TraceStep } from '@tollgate/model/judge/verdict'
import { BY_THE_KEY, byPolicy, type SourceRef } from '@tollgate/model/source-ref'
import { testDashboard } from '../test-dashboard.ts'
import { type Ask, asking, makeUser, session, smallWorld } from '../test-world.ts'
import type { KeptRequest } from './kept-request.ts'

/** The limit that refused, as the gateway tells of it. */
const RATE = {
  kind: 'rate' as const,
  words: '1 request each minute',
  scope: 'key',
  source: BY_THE_KEY,
  used: 1,
  max: 1,
  resetsAtMs: Date.UTC(2026, 0, 5, 10, 1),
  retryAtMs: Date.UTC(2026, 0, 5, 10, 1),
}

const NOW = Date.UTC(2026, 0, 5, 10)

function limitReached(source: SourceRef): TraceStep {
  return {
    step: 'rate',
    code: 'limit_reached',
    sources: [source],
    args: { used: 1, max: 1, scope: 'key' },
  }
}

/** A world in which the gateway refused the request `r1` of a key with a right of its own. */
async function refusedWorld() {
  const world = await smallWorld()
  const { ask, apiId, user } = world
  const { body: key } = await ask('POST', '/api/keys', session(apiId))
  const refuse = (more: Partial<KeptRequest>) => {
    const request: KeptRequest = {
      requestId: 'r1',
      atMs: NOW,
      method: 'GET',
      path: '/orders/1',
      status: 429,
      code: 'rate_limited',
      message: '',
      apiId,
      orgId: user.orgId,
      keyId: key.key_hash,
      limit: RATE,
      trace: [
        { step: 'route', code: 'api', args: { name: 'orders' } },
        { step: 'version', code: 'version', args: { name: 'Default' } },
        limitReached(BY_THE_KEY),
      ],
      ...more,
    }
    world.requests.set('r1', request)
  }
  const explain = async (by: Ask = ask) => by('GET', '/api/requests/r1/explain')
  return { ...world, key, refuse, explain }
}

test('a refusal is told in words, with its trace, the step that decided and the place to change it', async () => {
  const { apiId, key, refuse, explain, logged } = await refusedWorld()
  refuse({})
  const { status, body, text } = await explain()
  assert.equal(status, 200)
  assert.deepEqual(body, {
    request_id: 'r1',
    at: { unix: NOW / 1000, rfc3339: '2026-01-05T10:00:00.000Z' },
    method: 'GET',
    path: '/orders/1',
    status: 429,
    code: 'rate_limited',
    message: 'Rate Limit Exceeded',
    words: 'The key made `rate` requests within `per` seconds. It may go on when the window ends.',
    api: { id: apiId, name: 'orders' },
    key_hash: key.key_hash,
    trace: [
      { step: 'route', code: 'api', detail: 'orders', outcome: 'passed' },
      { step: 'version', code: 'version', detail: 'Default', outcome: 'passed' },
      {
        step: 'rate',
        code: 'limit_reached',
        detail: '1 of 1 used, key, set by key',
        outcome: 'decided',
      },
    ],
    decided_by: { step: 'rate', code: 'limit_reached', detail: '1 of 1 used, key, set by key' },
    limit: {
      words: '1 request each minute',
      scope: 'key',
      source: 'key',
      used: 1,
      max: 1,
      remaining: 0,
      resets_at: { unix: NOW / 1000 + 60, rfc3339: '2026-01-05T10:01:00.000Z' },
      retry_at: { unix: NOW / 1000 + 60, rfc3339: '2026-01-05T10:01:00.000Z' },
    },
    rule: {
      words: 'key',
      source: { kind: 'key', words: 'key', policies: [], change_at: [`/api/keys/${key.key_hash}`] },
      change_at: [`/api/keys/${key.key_hash}`],
    },
  })
  assert.ok(!text.includes(key.key_id), 'the secret is not shown')
  assert.deepEqual(logged, [])
})

test('a rule of a policy leads to the policy, also where two of them granted the right', async () => {
  const { ask, apiId, refuse, explain } = await refusedWorld()
  const rights = { [apiId]: { api_id: apiId, versions: ['Default'] } }
  const policy = async (name: string) =>
    (await ask('POST', '/api/portal/policies', { name, rate: 1, per: 1, access_rights: rights })).body.Message
  const [gold, donkey] = [await policy('Gold'), await policy('a donkey')]
  const { body: key } = await ask('POST', '/api/keys', { apply_policies: [gold, donkey] })
  const sources = [byPolicy(gold, 'Gold'), byPolicy(donkey, 'a donkey')]
  const rule = async (more: Partial<KeptRequest>) => {
    refuse({ keyId: key.key_hash, ...more })
    return (await explain()).body.rule
  }
  const place = (id: string) => `/api/portal/policies/${id}`

  const rate = await rule({ trace: [limitReached(byPolicy(donkey, 'a donkey'))] })
  assert.deepEqual([rate.words, rate.change_at], [`policy a donkey (${donkey})`, [place(donkey)]])
  const url = await rule({
    code: 'url_not_granted',
    trace: [
      {
        step: 'rights',
        code: 'url_not_granted_some_unusable',
        sources,
        args: { patterns: '"(" cannot be read' },
      },
    ],
  })
  assert.deepEqual(url.change_at, [place(gold), place(donkey)])
  const off = await rule({
    code: 'key_inactive',
    trace: [{ step: 'key', code: 'key_inactive', sources: sources.slice(0, 1) }],
  })
  assert.deepEqual(off.source.policies, [{ id: gold, name: 'Gold' }])
  const gone = await rule({ trace: [limitReached(byPolicy('x', 'Silver'))] })
  assert.match(gone.words, /changed since/)
  assert.deepEqual(gone.change_at, [`/api/keys/${key.key_hash}`, place(gold), place(donkey)])
  const right = await rule({
    code: 'api_not_granted',
    trace: [{ step: 'rights', code: 'api_not_granted', args: { api: 'orders' } }],
  })
  assert.deepEqual(right.change_at, gone.change_at)
})

test('no name of a policy misleads the explanation, nor one that changed since', async () => {
  const { ask, apiId, refuse, explain } = await refusedWorld()
  const rights = { [apiId]: { api_id: apiId, versions: ['Default'] } }
  const policy = async (name: string) =>
    (await ask('POST', '/api/portal/policies', { name, rate: 1, per: 1, access_rights: rights })).body.Message
  const victim = await policy('y')
  const names = [`x, policy y (${victim})`, `set by policy y (${victim})`, 'key', 'a; grants nothing: key']
  for (const name of names) {
    const odd = await policy(name)
    const { body: key } = await ask('POST', '/api/keys', { apply_policies: [victim, odd] })
    refuse({ keyId: key.key_hash, trace: [limitReached(byPolicy(odd, name))] })
    const { rule } = (await explain()).body
    assert.deepEqual(
      [rule.source.policies, rule.change_at],
      [[{ id: odd, name }], [`/api/portal/policies/${odd}`]],
    )
  }
})

test('a rule of an API leads to the API; where there is no rule, nothing is pretended', async () => {
  const { ask, apiId, key, refuse, explain } = await refusedWorld()
  const rule = async (more: Partial<KeptRequest>) => {
    refuse(more)
    return (await explain()).body.rule
  }
  const wide = await rule({ code: 'api_rate_limited', keyId: '' })
  assert.deepEqual([wide.source.words, wide.change_at], ['API orders', [`/api/apis/${apiId}`]])
  assert.deepEqual((await rule({ code: 'upstream_failed' })).change_at, [`/api/apis/${apiId}`])
  for (const code of ['key_unknown', 'credential_missing', 'counters_full'] as const) {
    assert.deepEqual((await rule({ code, keyId: '' })).change_at, [], code)
  }
  await ask('DELETE', `/api/keys/${key.key_hash}`)
  assert.match((await rule({})).words, /deleted since/)
})

test('only who may read keys or the log of the same organisation reads an explanation', async () => {
  const world = await refusedWorld()
  const { app, user, refuse, explain } = world
  const as = async (permissions: Record<string, string>, orgId?: string) =>
    asking(app, { authorization: (await makeUser(world, permissions, orgId)).accessKey })
  refuse({})
  for (const name of ['keys', 'log']) {
    assert.equal((await explain(await as({ [name]: 'read' }, user.orgId))).status, 200)
  }
  assert.equal((await explain(await as({ apis: 'write' }, user.orgId))).status, 403)
  const stranger = await as({})
  const foreign = await explain(stranger)
  assert.deepEqual([foreign.status, foreign.body.Message.includes('not kept')], [404, true])
  assert.deepEqual((await stranger('GET', '/api/requests/r2/explain')).body, foreign.body)
  refuse({ orgId: '', apiId: '', keyId: '', code: 'no_route' })
  assert.equal((await explain()).status, 404, 'a request to no API is no organisation’s')
})

test('a request to no API is explained to the users of the only organisation there is', async () => {
  const world = await refusedWorld()
  world.refuse({ orgId: '', apiId: '', keyId: '', code: 'request_malformed', message: 'malformed header' })
  const { status, body } = await world.explain()
  assert.deepEqual([status, body.code, body.message], [200, 'request_malformed', 'malformed header'])
  await makeUser(world, {})
  assert.equal((await world.explain()).status, 404, 'there is a second organisation now')
})

test('a super user reads all of them', async () => {
  const world = await testDashboard()
  const { requests, as } = world
  const user = await makeUser(world, {}, '')
  requests.set('r1', {
    requestId: 'r1',
    atMs: NOW,
    method: 'GET',
    path: '/nowhere',
    status: 404,
    code: 'no_route',
    message: '',
    apiId: '',
    orgId: '',
    keyId: '',
    limit: undefined,
    trace: [{ step: 'route', code: 'no_route' }],
  })
  const { status, body } = await as(user.accessKey)('GET', '/api/requests/r1/explain')
  assert.deepEqual([status, body.api, body.key_hash], [200, null, null])
  assert.equal(body.decided_by.detail, 'no API has this host and path')
})
