import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hex32, objectId } from '@tollgate/model/ids'
import type { Change } from '../changes/changes.ts'
import { ConflictError, MissingRecordError } from '../drivers/errors.ts'
import type { Storage } from '../storage.ts'
import { actor, aKey, aPolicy } from '../testing/records.ts'
import type { KeyFilter, KeyRecord } from './keys.ts'

const all = { page: 0, size: 10 }

/** What every adapter of KeyStore does. */
export function keyContract(open: () => Promise<Storage>): void {
  const insert = (storage: Storage, record: ReturnType<typeof aKey>, hashes = [hex32()]) =>
    storage.write(actor, ({ keys }) => keys.insert(record, hashes))

  test('a key is found by id, by any of its secrets and by user name, as it was stored', async () => {
    const storage = await open()
    const session = {
      alias: 'Ünïcode \u0000 \ud800',
      unknown_field: { deep: [1, 'x', null] },
      basic_auth_data: { user: 'bob' },
    }
    const record = aKey({ orgId: objectId(), username: 'bob', session })
    await insert(storage, record, ['hash-1', 'hash-2'])
    for (const found of [
      await storage.keys.byId(record.orgId, record.id),
      await storage.keys.byId(undefined, record.id),
      await storage.keys.bySecretHash('hash-1'),
      await storage.keys.bySecretHash('hash-2'),
      await storage.keys.byUsername(record.orgId, 'bob'),
    ]) {
      assert.deepEqual(found, record)
    }
  })

  test('a key of another organisation is not found, listed, updated or removed', async () => {
    const storage = await open()
    const record = aKey({ orgId: objectId(), username: 'eve' })
    await insert(storage, record)
    const stranger = objectId()
    assert.equal(await storage.keys.byId(stranger, record.id), undefined)
    assert.equal(await storage.keys.byUsername(stranger, 'eve'), undefined)
    assert.equal((await storage.keys.list(stranger, {}, all)).total, 0)
    const stolen = { ...record, orgId: stranger }
    await assert.rejects(
      storage.write(actor, ({ keys }) => keys.update(stolen)),
      MissingRecordError,
    )
    await assert.rejects(
      storage.write(actor, ({ keys }) => keys.remove(stolen)),
      MissingRecordError,
    )
    assert.deepEqual(await storage.keys.byId(record.orgId, record.id), record)
  })

  test('keys are listed newest first, in pages', async () => {
    const storage = await open()
    const orgId = objectId()
    const records = Array.from({ length: 7 }, () => aKey({ orgId }))
    for (const record of records) await insert(storage, record)
    const newestFirst = records.map(({ id }) => id).reverse()
    const page = await storage.keys.list(orgId, {}, { page: 2, size: 3 })
    assert.deepEqual(
      page.rows.map(({ id }) => id),
      newestFirst.slice(3, 6),
    )
    assert.deepEqual([page.pages, page.total], [3, 7])
    const everything = await storage.keys.list(orgId, {}, { page: -2, size: 3 })
    assert.deepEqual(
      everything.rows.map(({ id }) => id),
      newestFirst,
    )
    assert.equal(everything.pages, 1)
    assert.deepEqual((await storage.keys.list(orgId, {}, { page: 9, size: 3 })).rows, [])
    assert.deepEqual((await storage.keys.list(orgId, {}, { page: 1e18, size: 3 })).rows, [])
    assert.equal((await storage.keys.list(objectId(), {}, { page: 1, size: 3 })).pages, 1)
  })

  test('keys are filtered by API, by policy and by text, after an update too', async () => {
    const storage = await open()
    const orgId = objectId()
    const gold = aKey({
      orgId,
      session: {
        alias: 'Ärger 100%_sure',
        apply_policies: ['gold'],
        access_rights: { a: { api_id: 'a' }, b: {} },
      },
    })
    const plain = aKey({
      orgId,
      session: { alias: 'plain', apply_policy_id: 'silver', access_rights: { a: {} } },
    })
    await insert(storage, gold)
    await insert(storage, plain)
    const ids = async (filter: Parameters<Storage['keys']['list']>[1]) =>
      (await storage.keys.list(orgId, filter, { page: 1, size: 10 })).rows.map(({ id }) => id)
    assert.deepEqual(await ids({ apiId: 'a' }), [plain.id, gold.id])
    assert.deepEqual(await ids({ apiId: 'b' }), [gold.id])
    assert.deepEqual(await ids({ apiId: 'a', contains: 'PLAIN' }), [plain.id])
    assert.deepEqual(await ids({ policyIds: ['gold'] }), [gold.id])
    assert.deepEqual(await ids({ policyIds: ['silver'], apiId: 'a' }), [plain.id])
    assert.deepEqual(await ids({ contains: 'ärger' }), [gold.id])
    assert.deepEqual(await ids({ contains: '0%_S' }), [gold.id])
    assert.deepEqual(await ids({ contains: 'p%n' }), [])
    assert.deepEqual(await ids({ contains: plain.id.slice(3, 20) }), [plain.id])
    assert.deepEqual(
      (await storage.keys.list(undefined, { apiId: 'b' }, all)).rows.map(({ id }) => id),
      [gold.id],
    )

    await storage.write(actor, ({ keys }) => keys.update({ ...gold, session: { alias: 'renamed' } }))
    assert.deepEqual(await ids({ apiId: 'a' }), [plain.id])
    assert.deepEqual(await ids({ contains: 'renamed' }), [gold.id])
    assert.deepEqual(await ids({}), [plain.id, gold.id], 'an update does not move a key')
  })

  test('keys of an API are those that name it and those that list a policy which grants it, each once', async () => {
    const storage = await open()
    const [orgId, otherOrg] = [objectId(), objectId()]
    const rights = { access_rights: { a: {} } }
    const gold = aPolicy({ orgId, explicitId: 'gold', policy: { id: 'gold', ...rights } })
    const silver = aPolicy({ orgId, policy: { access_rights: { b: {} } } })
    const foreign = aPolicy({
      orgId: otherOrg,
      explicitId: 'gold',
      policy: { id: 'gold', access_rights: { b: {} } },
    })
    await storage.write(actor, async ({ policies }) => {
      for (const policy of [gold, silver, foreign]) await policies.insert(policy)
    })
    const keyWith = async (session: KeyRecord['session'], org = orgId) => {
      const record = aKey({ orgId: org, session })
      await insert(storage, record)
      return record.id
    }
    const own = await keyWith({ ...rights, alias: 'own' })
    const byId = await keyWith({ apply_policies: [gold.id] })
    const byWord = await keyWith({ apply_policy_id: 'gold', alias: 'word' })
    const allWays = await keyWith({ ...rights, apply_policies: [gold.id, 'gold', silver.id] })
    const inline = await keyWith({ meta_data: { policies: [rights] } })
    await keyWith({ apply_policies: [silver.id] })
    const strangers = await keyWith({ apply_policies: ['gold'] }, otherOrg)

    const list = async (org: string | undefined, filter: KeyFilter, page = { page: 1, size: 10 }) => {
      const { rows, total, pages } = await storage.keys.list(org, filter, page)
      return { ids: rows.map(({ id }) => id), total, pages }
    }
    const newestFirst = [inline, allWays, byWord, byId, own]
    assert.deepEqual(await list(orgId, { apiId: 'a' }), { ids: newestFirst, total: 5, pages: 1 })
    assert.deepEqual(await list(orgId, { apiId: 'a' }, { page: 2, size: 2 }), {
      ids: newestFirst.slice(2, 4),
      total: 5,
      pages: 3,
    })
    assert.deepEqual(await list(orgId, { apiId: 'a', contains: 'word' }), {
      ids: [byWord],
      total: 1,
      pages: 1,
    })
    assert.deepEqual((await list(undefined, { apiId: 'a' })).ids, newestFirst)
    assert.deepEqual((await list(undefined, { apiId: 'b' })).ids.at(0), strangers)
    assert.deepEqual((await list(otherOrg, { apiId: 'a' })).ids, [])

    const ofGold = [allWays, byWord, byId]
    assert.deepEqual(await list(orgId, { policyIds: [gold.id, 'gold'] }), { ids: ofGold, total: 3, pages: 1 })
    assert.deepEqual((await list(orgId, { policyIds: [gold.id, 'gold'] }, { page: 2, size: 2 })).ids, [byId])
    assert.deepEqual((await list(orgId, { policyIds: ['gold', 'gold'] })).total, 2)
    assert.deepEqual((await list(orgId, { policyIds: ['gold'], apiId: 'b' })).ids, [allWays])

    await storage.write(actor, ({ policies }) =>
      policies.update({ ...gold, policy: { id: 'gold', access_rights: { c: {} } } }),
    )
    assert.deepEqual((await list(orgId, { apiId: 'a' })).ids, [inline, allWays, own])
    assert.deepEqual((await list(orgId, { apiId: 'c' })).ids, ofGold)
  })

  test('a secret, a user name or an id that is taken is a conflict, and nothing of the work is kept', async () => {
    const storage = await open()
    const first = aKey({ orgId: objectId(), username: 'carol' })
    await insert(storage, first, ['taken'])
    const conflicts = [
      { record: aKey({ orgId: objectId() }), hashes: ['new', 'taken'], field: 'secret' },
      { record: aKey({ orgId: first.orgId, username: 'carol' }), hashes: ['x'], field: 'username' },
      { record: { ...aKey({ orgId: first.orgId }), id: first.id }, hashes: ['y'], field: 'id' },
    ]
    for (const { record, hashes, field } of conflicts) {
      await assert.rejects(insert(storage, record, hashes), (error: unknown) => {
        assert.ok(error instanceof ConflictError)
        assert.deepEqual([error.kind, error.field], ['key', field])
        return true
      })
    }
    assert.equal(await storage.keys.bySecretHash('new'), undefined)
    await insert(storage, aKey({ orgId: objectId(), username: 'carol' }))
  })

  test('a removed key is gone with its secrets and names, and the change carries the secrets', async () => {
    const storage = await open()
    const seen: Change[] = []
    storage.subscribe(async (changes) => void seen.push(...changes))
    const record = aKey({ orgId: objectId(), session: { access_rights: { a: {} } } })
    await insert(storage, record, ['s1', 's2'])
    await storage.write(actor, ({ keys }) => keys.remove(record))
    assert.equal(await storage.keys.bySecretHash('s1'), undefined)
    assert.equal((await storage.keys.list(record.orgId, { apiId: 'a' }, all)).total, 0)
    assert.deepEqual(
      seen.map((change) => change.kind === 'key' && [change.secretHashes, change.deleted]),
      [
        [['s1', 's2'], false],
        [['s1', 's2'], true],
      ],
    )
    await insert(storage, aKey({ orgId: record.orgId }), ['s1'])
  })

  test('hostile text is stored as it is and found again', async () => {
    const storage = await open()
    const orgId = objectId()
    for (const text of [
      '\u0000',
      'x'.repeat(100_000),
      '\ud800',
      "'; drop table keys; --",
      '%',
      '\\',
      '😀'.repeat(400),
    ]) {
      const session = {
        alias: text,
        basic_auth_data: { user: text },
        access_rights: { [text]: {} },
        apply_policies: [text],
      }
      const record = aKey({ orgId, username: text, session })
      await insert(storage, record)
      assert.deepEqual(await storage.keys.byUsername(orgId, text), record)
      assert.equal((await storage.keys.list(orgId, { apiId: text }, all)).total, 1)
      assert.equal((await storage.keys.list(orgId, { policyIds: [text] }, all)).total, 1)
      await storage.keys.list(orgId, { contains: text }, all)
      assert.equal(await storage.keys.byId(orgId, text), undefined)
      assert.equal(await storage.keys.bySecretHash(text), undefined)
    }
  })
}
