import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Policy } from '@tollgate/model/access/policy'
import { objectId } from '@tollgate/model/ids'
import { ConflictError } from '../drivers/errors.ts'
import type { Storage } from '../storage.ts'
import { actor, aPolicy } from '../testing/records.ts'

const all = { page: 0, size: 10 }

/** What every adapter of PolicyStore does. */
export function policyContract(open: () => Promise<Storage>): void {
  test('a policy is found by either id and by name within its organisation', async () => {
    const storage = await open()
    const record = aPolicy({
      orgId: objectId(),
      explicitId: 'gold',
      policy: { name: 'Gold plan', id: 'gold', unknown: [1] },
    })
    await storage.write(actor, ({ policies }) => policies.insert(record))
    assert.deepEqual(await storage.policies.byId(record.orgId, record.id), record)
    assert.deepEqual(await storage.policies.byId(undefined, 'gold'), record)
    assert.deepEqual(await storage.policies.byName(record.orgId, 'Gold plan'), record)
    assert.equal(await storage.policies.byName(record.orgId, 'gold plan'), undefined)
    assert.equal(await storage.policies.byId(objectId(), 'gold'), undefined)
    assert.equal(await storage.policies.byId(record.orgId, ''), undefined)
  })

  test('an explicit id is unique within an organisation only, and policies without one do not clash', async () => {
    const storage = await open()
    const orgId = objectId()
    const insert = (owner: string, explicitId: string) =>
      storage.write(actor, ({ policies }) => policies.insert(aPolicy({ orgId: owner, explicitId })))
    await insert(orgId, 'gold')
    await insert(objectId(), 'gold')
    await insert(orgId, '')
    await insert(orgId, '')
    await assert.rejects(
      insert(orgId, 'gold'),
      (error: unknown) =>
        error instanceof ConflictError && error.kind === 'policy' && error.field === 'explicitId',
    )
  })

  test('the database id goes before an explicit id of the same text', async () => {
    const storage = await open()
    const orgId = objectId()
    const wanted = aPolicy({ orgId })
    const impostor = aPolicy({ orgId, explicitId: wanted.id })
    await storage.write(actor, ({ policies }) => policies.insert(impostor))
    await storage.write(actor, ({ policies }) => policies.insert(wanted))
    assert.equal((await storage.policies.byId(orgId, wanted.id))?.id, wanted.id)
  })

  test('policies are filtered by text, ids, state and API, and sorted', async () => {
    const storage = await open()
    const orgId = objectId()
    const documents: Policy[] = [
      { name: 'Bronze', active: true, access_rights: { a: { api_id: 'a' } } },
      { name: 'gold', active: false, access_rights_array: [{ api_id: 'b' }] },
      { name: 'Silver', active: true, is_inactive: true, access_rights: { a: {}, b: {} } },
      { name: 'tin', state: 'draft' },
    ]
    const records = documents.map((policy, i) =>
      aPolicy({ orgId, policy, explicitId: `id-${i}`, createdAt: `2026-01-0${i + 1}T00:00:00Z` }),
    )
    for (const record of records) await storage.write(actor, ({ policies }) => policies.insert(record))
    const list = async (filter: Parameters<Storage['policies']['list']>[1]) =>
      (await storage.policies.list(orgId, filter, all)).rows.map(({ id }) =>
        records.findIndex((one) => one.id === id),
      )
    assert.deepEqual(await list({}), [3, 2, 1, 0])
    assert.deepEqual(await list({ sort: 'name' }), [0, 1, 2, 3])
    assert.deepEqual(await list({ sort: '-name' }), [3, 2, 1, 0])
    assert.deepEqual(await list({ sort: 'state' }), [0, 2, 1, 3])
    assert.deepEqual(await list({ contains: 'GOLD' }), [1])
    assert.deepEqual(await list({ contains: 'ID-2' }), [2])
    assert.deepEqual(await list({ contains: records[0]?.id ?? '' }), [0])
    assert.deepEqual(await list({ ids: [records[0]?.id ?? '', 'id-3', 'nobody'] }), [3, 0])
    assert.deepEqual(await list({ ids: [] }), [])
    assert.deepEqual(await list({ active: true }), [2, 0])
    assert.deepEqual(await list({ active: false }), [3, 1])
    assert.deepEqual(await list({ states: ['deny', 'draft'] }), [3, 2, 1])
    assert.deepEqual(await list({ states: ['active'] }), [0])
    assert.deepEqual(await list({ states: [] }), [])
    assert.deepEqual(await list({ apiIds: [] }), [])
    assert.deepEqual(await list({ apiIds: ['b'] }), [2, 1])
    assert.deepEqual(await list({ apiIds: ['a', 'b'], active: true }), [2, 0])
  })

  test('an update replaces what a policy is found by', async () => {
    const storage = await open()
    const record = aPolicy({ orgId: objectId(), policy: { name: 'old', access_rights: { a: {} } } })
    await storage.write(actor, ({ policies }) => policies.insert(record))
    const renamed = { ...record, explicitId: 'word', policy: { name: 'new', id: 'word' }, updatedAt: '2027' }
    await storage.write(actor, ({ policies }) => policies.update(renamed))
    assert.equal(await storage.policies.byName(record.orgId, 'old'), undefined)
    assert.deepEqual(await storage.policies.byId(record.orgId, 'word'), renamed)
    assert.equal((await storage.policies.list(record.orgId, { apiIds: ['a'] }, all)).total, 0)
    await storage.write(actor, ({ policies }) => policies.remove(renamed))
    assert.equal(await storage.policies.byId(record.orgId, record.id), undefined)
  })
}
