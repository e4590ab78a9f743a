import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hex32, objectId } from '@tollgate/model/ids'
import type { Storage } from '../storage.ts'
import { actor, aKey, anApi, aPolicy, aUser } from '../testing/records.ts'
import type { KeyOrder, KeySearch } from './key-facts.ts'
import type { KeyRecord } from './keys.ts'

const now = 1_800_000_000
const day = 86_400
const newest: KeyOrder = { by: 'created', direction: 'desc' }

/** What every adapter does with searches over keys and with overviews. */
export function keySearchContract(open: () => Promise<Storage>): void {
  const insert = (storage: Storage, ...records: KeyRecord[]) =>
    storage.write(actor, async ({ keys }) => {
      for (const record of records) await keys.insert(record, [hex32()])
    })
  const found = async (
    storage: Storage,
    orgId: string | undefined,
    search: KeySearch,
    order = newest,
    page = { page: 1, size: 100 },
  ) => {
    const { rows, total } = await storage.keys.search(orgId, search, order, page)
    if (rows.length < page.size) assert.equal(total, rows.length)
    return rows.map(({ session, id }) => session.alias || id)
  }
  const keyed = (orgId: string, session: KeyRecord['session'], more: Partial<KeyRecord> = {}) =>
    aKey({ orgId, session, ...more })

  test('keys are found by a part of alias, id, tags, user name and owner, in their own organisation', async () => {
    const storage = await open()
    const [orgId, stranger] = [objectId(), objectId()]
    const one = keyed(orgId, { alias: 'Shop Frontend Münster 42', tags: ['gold', 'EU-west'] })
    const two = keyed(orgId, { alias: 'batch', owner: 'Acme Ltd' }, { username: 'night-job' })
    const odd = keyed(orgId, { alias: 'odd \u0000 \ud800 100%', tags: null })
    await insert(storage, one, two, odd, keyed(stranger, { alias: 'Shop Frontend Münster 42' }))
    assert.deepEqual(await found(storage, orgId, { contains: 'ünster 42' }), ['Shop Frontend Münster 42'])
    assert.deepEqual(await found(storage, orgId, { contains: 'eu-WEST' }), ['Shop Frontend Münster 42'])
    assert.deepEqual(await found(storage, orgId, { contains: one.id.slice(5) }), ['Shop Frontend Münster 42'])
    assert.deepEqual(await found(storage, orgId, { contains: 'ight-jo' }), ['batch'])
    assert.deepEqual(await found(storage, orgId, { contains: 'acme' }), ['batch'])
    assert.deepEqual(await found(storage, orgId, { contains: '0%' }), [odd.session.alias])
    assert.deepEqual(await found(storage, orgId, { contains: 'o%h' }), [])
    assert.equal((await found(storage, orgId, {})).length, 3)
    assert.equal((await found(storage, undefined, { contains: 'münster' })).length, 2)

    await storage.write(actor, ({ keys }) => keys.update({ ...two, session: { alias: 'renamed' } }))
    assert.deepEqual(await found(storage, orgId, { contains: 'batch' }), [])
    assert.deepEqual(await found(storage, orgId, { contains: 'renamed' }), ['renamed'])
    await storage.write(actor, ({ keys }) => keys.remove(one))
    assert.deepEqual(await found(storage, orgId, { contains: 'gold' }), [])
  })

  test('every key is in one state: active, expiring, expired or inactive, also by a policy', async () => {
    const storage = await open()
    const orgId = objectId()
    const off = aPolicy({ orgId, explicitId: 'off', policy: { id: 'off', active: true, is_inactive: true } })
    const on = aPolicy({ orgId, explicitId: 'on', policy: { id: 'on', active: true, is_inactive: false } })
    await storage.write(actor, async ({ policies }) => {
      await policies.insert(off)
      await policies.insert(on)
    })
    await insert(
      storage,
      keyed(orgId, { alias: 'never', expires: -1 }),
      keyed(orgId, { alias: 'zero', expires: 0, apply_policies: ['on'] }),
      keyed(orgId, { alias: 'later', expires: now + 8 * day }),
      keyed(orgId, { alias: 'soon', expires: now + day }),
      keyed(orgId, { alias: 'over', expires: now - 1 }),
      keyed(orgId, { alias: 'off', expires: now - 1, is_inactive: true }),
      keyed(orgId, { alias: 'off by policy', apply_policies: ['off'] }),
      keyed(orgId, { alias: 'off by its _id', apply_policies: [off.id], expires: now + day }),
    )
    const inState = (is: NonNullable<KeySearch['state']>['is'], org: string | undefined = orgId) =>
      found(storage, org, { state: { is, now, expiringSeconds: 7 * day } }, { by: 'alias', direction: 'asc' })
    assert.deepEqual(await inState('active'), ['later', 'never', 'zero'])
    assert.deepEqual(await inState('expiring'), ['soon'])
    assert.deepEqual(await inState('expired'), ['over'])
    assert.deepEqual(await inState('inactive'), ['off', 'off by its _id', 'off by policy'])
    assert.deepEqual(await inState('expiring', undefined), ['soon'])
  })

  test('keys are sorted by alias, expiry and last use, ties by creation, in pages with a total', async () => {
    const storage = await open()
    const orgId = objectId()
    const records = [
      keyed(orgId, { alias: 'b', expires: 300 }),
      keyed(orgId, { alias: 'A', expires: 100 }),
      keyed(orgId, { alias: 'c' }),
      keyed(orgId, { alias: 'B', expires: 200 }),
    ]
    await insert(storage, ...records)
    const [first, second, third] = records
    await storage.write(actor, ({ keys }) =>
      keys.noteUses([
        [first?.id ?? '', 50],
        [second?.id ?? '', 60],
        [third?.id ?? '', 40],
        ['a key that is gone', 70],
      ]),
    )
    await storage.write(actor, ({ keys }) => keys.noteUses([[second?.id ?? '', 10]]))
    assert.equal(await storage.keys.lastUse(second?.id ?? ''), 60, 'an earlier use changes nothing')
    const sorted = (by: KeyOrder['by'], direction: KeyOrder['direction']) =>
      found(storage, orgId, {}, { by, direction })
    assert.deepEqual(await sorted('alias', 'asc'), ['A', 'b', 'B', 'c'])
    assert.deepEqual(await sorted('alias', 'desc'), ['c', 'B', 'b', 'A'])
    assert.deepEqual(await sorted('expires', 'asc'), ['A', 'B', 'b', 'c'])
    assert.deepEqual(await sorted('last_used', 'desc'), ['A', 'b', 'c', 'B'])
    assert.deepEqual(await sorted('last_used', 'asc'), ['c', 'b', 'A', 'B'])
    assert.deepEqual(await sorted('created', 'asc'), ['b', 'A', 'c', 'B'])
    const page = await storage.keys.search(orgId, {}, newest, { page: 2, size: 3 })
    assert.deepEqual(
      [page.rows.map(({ session, usedAt }) => [session.alias, usedAt]), page.total, page.pages],
      [[['b', 50]], 4, 2],
    )
    const revision = await storage.revision()
    await storage.write(actor, ({ keys }) => keys.noteUses([[first?.id ?? '', 99]]))
    assert.equal(await storage.revision(), revision, 'a use is no change of the records')
    await storage.write(actor, ({ keys }) => keys.update(aKey({ ...records[0], orgId })))
    assert.equal(await storage.keys.lastUse(first?.id ?? ''), 99, 'an update leaves the last use alone')
  })

  test('keys are narrowed by API and by policy together with the rest', async () => {
    const storage = await open()
    const orgId = objectId()
    const policy = aPolicy({ orgId, explicitId: 'gold', policy: { id: 'gold', access_rights: { api: {} } } })
    await storage.write(actor, ({ policies }) => policies.insert(policy))
    await insert(
      storage,
      keyed(orgId, { alias: 'by right', access_rights: { api: {} } }),
      keyed(orgId, { alias: 'by policy', apply_policies: ['gold'] }),
      keyed(orgId, { alias: 'none' }),
    )
    assert.deepEqual(await found(storage, orgId, { apiId: 'api' }), ['by policy', 'by right'])
    assert.deepEqual(await found(storage, orgId, { apiId: 'api', contains: 'RIGHT' }), ['by right'])
    assert.deepEqual(await found(storage, orgId, { policyIds: ['gold'], apiId: 'api' }), ['by policy'])
    assert.deepEqual(await found(storage, objectId(), { apiId: 'api' }), [])
  })

  test('an overview counts what needs attention, in one organisation', async () => {
    const storage = await open()
    const orgId = objectId()
    const [open1, open2, closed] = [anApi({ orgId }), anApi({ orgId }), anApi({ orgId })]
    const used = aPolicy({ orgId, policy: { access_rights: { [open2.apiId]: {} } } })
    const unused = aPolicy({
      orgId,
      explicitId: 'idle',
      policy: { id: 'idle', name: 'idle', is_inactive: true },
    })
    const soon = keyed(orgId, { expires: now + day, access_rights: { [open1.apiId]: {} } })
    const over = keyed(orgId, { expires: now - day, apply_policies: [used.id] })
    const user = aUser({ orgId, email: 'new@example.org' })
    const known = aUser({ orgId, user: { last_login_date: '2026-01-01T00:00:00Z' } })
    await storage.write(actor, async ({ apis, policies, users }) => {
      for (const api of [open1, open2, closed, anApi({ orgId: objectId() })]) await apis.insert(api)
      for (const policy of [used, unused]) await policies.insert(policy)
      for (const one of [user, known]) await users.insert(one)
    })
    await insert(storage, soon, over, keyed(orgId, { expires: now - day }), aKey({ orgId: objectId() }))
    await storage.write(actor, ({ keys }) => keys.noteUses([[over.id, now - 60]]))

    const { overview } = storage
    assert.deepEqual(await overview.counts(orgId), { apis: 3, keys: 3, policies: 2, users: 2 })
    assert.deepEqual(await overview.keysExpiring(orgId, now, now + 7 * day), {
      count: 1,
      first: [{ id: soon.id, expires: now + day, usedAt: 0 }],
    })
    assert.deepEqual(await overview.keysExpiredInUse(orgId, now, now - day), {
      count: 1,
      first: [{ id: over.id, expires: now - day, usedAt: now - 60 }],
    })
    assert.deepEqual(await overview.apisWithoutKey(orgId), [closed.apiId])
    assert.deepEqual(await overview.policiesUnused(orgId), {
      count: 1,
      first: [{ id: unused.id, name: 'idle' }],
    })
    assert.deepEqual((await overview.policiesInactive(orgId)).first, [{ id: unused.id, name: 'idle' }])
    assert.deepEqual(await overview.usersNeverSignedIn(orgId), {
      count: 1,
      first: [{ id: user.id, name: 'new@example.org' }],
    })
    assert.equal((await overview.counts(undefined)).keys, 4)
  })

  test('the first time of something is kept', async () => {
    const storage = await open()
    const orgId = objectId()
    for (const at of ['2026-01-01', '2026-01-02']) {
      await storage.write(actor, ({ overview }) => overview.reach(orgId, 'first_200', at))
    }
    assert.deepEqual([...(await storage.overview.milestones(orgId))], [['first_200', '2026-01-01']])
    assert.equal((await storage.overview.milestones(objectId())).size, 0)
  })
}
