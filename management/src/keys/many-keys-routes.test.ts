import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type TestDashboard, testDashboard } from '../test-dashboard.ts'
import { makeApi, session } from '../test-world.ts'

async function world() {
  const dashboard = await testDashboard()
  const owner = await dashboard.member()
  const apiId = await makeApi(owner.ask, 'orders')
  const key = async (more: object = {}) => {
    const { body, status, text } = await owner.ask('POST', '/api/keys', { ...session(apiId), ...more })
    assert.equal(status, 200, text)
    return { secret: body.key_id as string, hash: body.key_hash as string }
  }
  const policy = async (name: string, more: object = {}) => {
    const rights = { [apiId]: { api_id: apiId, api_name: 'orders', versions: ['Default'] } }
    const { body, text } = await owner.ask('POST', '/api/portal/policies', {
      name,
      active: true,
      access_rights: rights,
      ...more,
    })
    assert.match(body.Message, /^[0-9a-f]{24}$/, text)
    return body.Message as string
  }
  return { ...dashboard, owner, ask: owner.ask, apiId, key, policy }
}

const seconds = ({ clock }: Pick<TestDashboard, 'clock'>) => Math.floor(clock.nowMs / 1000)

test('a row says what a list of keys shows: names, state, times, and nothing secret', async () => {
  const { ask, apiId, key, policy, uses, clock } = await world()
  const gold = await policy('gold')
  const { hash, secret } = await key({
    alias: 'Shop',
    tags: ['eu'],
    owner: 'acme',
    apply_policies: [gold],
    expires: seconds({ clock }) + 3 * 86_400,
  })
  uses.set(hash, seconds({ clock }) - 60)

  const { body, text } = await ask('GET', '/api/keys/search?page_size=5')

  assert.ok(!text.includes(secret))
  const at = '2026-01-05T10:00:00.000Z'
  assert.deepEqual(body, {
    keys: [
      {
        key_hash: hash,
        alias: 'Shop',
        status: 'expiring',
        status_words: 'expires in 3 days',
        apis: [{ id: apiId, name: 'orders' }],
        apis_total: 1,
        policies: [{ id: gold, name: 'gold' }],
        owner: 'acme',
        username: '',
        tags: ['eu'],
        created_at: at,
        updated_at: at,
        expires: seconds({ clock }) + 3 * 86_400,
        last_used_at: '2026-01-05T09:59:00.000Z',
      },
    ],
    total: 1,
    pages: 1,
    page: 1,
    page_size: 5,
    matched_by: null,
  })
})

test('a search takes a part of a name, a state, an API, a policy, an order and a page', async () => {
  const { ask, key, policy, apiId, clock } = await world()
  const gold = await policy('gold', { id: 'gold-plan' })
  await key({ alias: 'b' })
  await key({ alias: 'a', apply_policies: ['gold-plan'] })
  await key({ alias: 'over', expires: seconds({ clock }) + 5 })
  await key({ alias: 'off', is_inactive: true })
  clock.nowMs += 10_000
  const aliases = async (query: string) => {
    const { body, text } = await ask('GET', `/api/keys/search?${query}`)
    assert.ok(Array.isArray(body.keys), text)
    return body.keys.map(({ alias }: { alias: string }) => alias)
  }
  assert.deepEqual(await aliases('sort=alias'), ['a', 'b', 'off', 'over'])
  assert.deepEqual(await aliases('sort=alias&order=desc&page_size=2&p=2'), ['b', 'a'])
  assert.deepEqual(await aliases('q=VER'), ['over'])
  assert.deepEqual(await aliases('status=expired'), ['over'])
  assert.deepEqual(await aliases('status=inactive'), ['off'])
  assert.deepEqual(await aliases('status=active&sort=alias'), ['a', 'b'])
  assert.deepEqual(await aliases(`policy_id=${gold}`), ['a'])
  assert.deepEqual(await aliases(`api_id=${apiId}&q=off`), ['off'])
  for (const query of ['page_size=101', 'page_size=0', 'sort=secret', 'order=up', 'p=x', 'status=dead']) {
    assert.equal((await ask('GET', `/api/keys/search?${query}`)).status, 400, query)
  }
})

test('a pasted secret or custom id finds its one key, and another organisation’s finds nothing', async () => {
  const { ask, key, apiId, member } = await world()
  const { hash, secret } = await key({ alias: 'pasted' })
  await ask('POST', '/api/keys/my-custom-name', session(apiId))
  const found = await ask('POST', '/api/keys/search', { q: ` ${secret}\n` })
  assert.deepEqual(
    [found.body.keys[0].key_hash, found.body.total, found.body.matched_by],
    [hash, 1, 'secret'],
  )
  const custom = await ask('POST', '/api/keys/search', { q: 'my-custom-name' })
  assert.equal(custom.body.matched_by, 'secret')
  const stranger = await member()
  const { body } = await stranger.ask('POST', '/api/keys/search', { q: secret })
  assert.deepEqual([body.keys, body.total], [[], 0])
})

test('who may not read keys may not search them by body either', async () => {
  const { member } = await world()
  const { ask } = await member({ apis: 'write' })
  const { status, text } = await ask('POST', '/api/keys/search', { q: 'x' })
  assert.equal(status, 403)
  assert.match(text, /access denied: You do not have permission to access \/api\/keys\/search/)
  const reader = await member({ keys: 'read' })
  assert.equal((await reader.ask('POST', '/api/keys/search', {})).status, 200)
  assert.equal((await reader.ask('POST', '/api/keys/bulk', { action: 'enable', ids: ['x'] })).status, 403)
})

test('a key is switched off and on without touching anything else', async () => {
  const { ask, key } = await world()
  const { hash, secret } = await key({ alias: 'kept', meta_data: { note: 1 }, a_field_of_ours: [1, null] })
  const before = (await ask('GET', `/api/keys/${hash}`)).body.data
  const off = await ask('POST', `/api/keys/${secret}/disable`)
  assert.equal(off.text, '{"Status":"OK","Message":"Key disabled","Meta":null}')
  assert.deepEqual((await ask('GET', `/api/keys/${hash}`)).body.data, { ...before, is_inactive: true })
  assert.equal((await ask('POST', `/api/keys/${hash}/enable`)).body.Message, 'Key enabled')
  assert.deepEqual((await ask('GET', `/api/keys/${hash}`)).body.data, before)
  assert.equal((await ask('POST', `/api/keys/${'e'.repeat(32)}/enable`)).status, 404)
})

test('a bulk action tells of each key what became of it, and leaves other organisations alone', async () => {
  const { ask, key, member, storage } = await world()
  const [one, two] = [await key(), await key({ is_inactive: true })]
  const stranger = await member()
  const strangersApi = await makeApi(stranger.ask, 'theirs')
  const foreign = (await stranger.ask('POST', '/api/keys', session(strangersApi))).body.key_hash
  const { body } = await ask('POST', '/api/keys/bulk', {
    action: 'disable',
    ids: [one.hash, two.hash, foreign, 'nothing', one.hash],
  })
  assert.deepEqual(body, {
    results: [
      { id: one.hash, ok: true, changed: true },
      { id: two.hash, ok: true, changed: false },
      { id: foreign, ok: false, error: 'Could not retrieve key detail' },
      { id: 'nothing', ok: false, error: 'Could not retrieve key detail' },
      { id: one.hash, ok: true, changed: true },
    ],
    done: 3,
    changed: 2,
    failed: 2,
  })
  assert.equal((await storage.keys.byId(undefined, foreign))?.session.is_inactive, undefined)
  const { rows } = await storage.revisions.list(undefined, { page: 1, size: 1 })
  assert.deepEqual([rows[0]?.kind, rows[0]?.id, rows[0]?.actor.kind], ['key', one.hash, 'user'])
})

test('policies are put on and taken off many keys, but no key is left without a right', async () => {
  const { ask, key, policy, storage, owner } = await world()
  const gold = await policy('gold', { id: 'gold-plan' })
  const { hash } = await key()
  const bare = (await ask('POST', '/api/keys', { apply_policies: ['gold-plan'] })).body.key_hash
  const bulk = (action: string, policyId: string) =>
    ask('POST', '/api/keys/bulk', { action, policy_id: policyId, ids: [hash, bare] })
  const listed = async (id: string) => (await storage.keys.byId(owner.orgId, id))?.session.apply_policies

  const added = await bulk('add_policy', gold)
  assert.deepEqual(
    added.body.results.map(({ changed }: { changed: boolean }) => changed),
    [true, false],
    added.text,
  )
  assert.deepEqual([await listed(hash), await listed(bare)], [[gold], ['gold-plan']])
  const removed = await bulk('remove_policy', 'gold-plan')
  assert.deepEqual([await listed(hash), await listed(bare)], [[], ['gold-plan']])
  assert.match(removed.body.results[1].error, /at least one Access Rights/)
  assert.equal((await bulk('add_policy', 'f'.repeat(24))).status, 404)
})

test('keys are extended from now or from their end, whichever is later', async () => {
  const { ask, key, storage, owner, clock } = await world()
  const now = seconds({ clock })
  const [soon, never] = [await key({ expires: now + 100 }), await key()]
  const over = await key({ expires: now + 1 })
  clock.nowMs += 50_000
  const ids = [soon.hash, never.hash, over.hash]
  const { body } = await ask('POST', '/api/keys/bulk', { action: 'extend', seconds: 1000, ids })
  assert.equal(body.changed, 2)
  const ends = async () =>
    Promise.all(ids.map(async (id) => (await storage.keys.byId(owner.orgId, id))?.session.expires))
  assert.deepEqual(await ends(), [now + 1100, -1, now + 1050])
  await ask('POST', '/api/keys/bulk', { action: 'extend', expires: 0, ids })
  assert.deepEqual(await ends(), [0, 0, 0])
})

test('a bulk order that cannot be obeyed is refused whole', async () => {
  const { ask } = await world()
  const ids = ['a']
  for (const body of [
    {},
    { action: 'explode', ids },
    { action: 'delete' },
    { action: 'delete', ids: [] },
    { action: 'delete', ids: [7] },
    { action: 'delete', ids: Array.from({ length: 501 }, () => 'a') },
    { action: 'add_policy', ids },
    { action: 'extend', ids },
    { action: 'extend', ids, seconds: 1, expires: 0 },
    { action: 'extend', ids, seconds: 1e300 },
    { action: 'extend', ids, seconds: -5 },
    { action: 'extend', ids, expires: 1.5 },
  ]) {
    const { status, text } = await ask('POST', '/api/keys/bulk', body)
    assert.equal(status, 400, `${JSON.stringify(body).slice(0, 100)}: ${text}`)
  }
})

test('deleting many keys at once leaves none of them', async () => {
  const { ask, key, storage, owner } = await world()
  const ids: string[] = []
  for (let i = 0; i < 130; i++) ids.push((await key()).hash)
  const { body } = await ask('POST', '/api/keys/bulk', { action: 'delete', ids })
  assert.deepEqual([body.done, body.changed, body.failed], [130, 130, 0])
  assert.equal((await storage.overview.counts(owner.orgId)).keys, 0)
})
