import assert from 'node:assert/strict'
import { test } from 'node:test'
import { objectId } from '@tollgate/model/ids'
import type { Change } from '../changes/changes.ts'
import { ConflictError } from '../drivers/errors.ts'
import type { Storage } from '../storage.ts'
import { actor, anApi } from '../testing/records.ts'

const all = { page: 0, size: 10 }

/** What every adapter of ApiStore does. */
export function apiContract(open: () => Promise<Storage>): void {
  test('an API is found by either id within its organisation, whole', async () => {
    const storage = await open()
    const record = anApi({ orgId: objectId() })
    await storage.write(actor, ({ apis }) => apis.insert(record))
    for (const id of [record.id, record.apiId]) {
      assert.deepEqual(await storage.apis.byId(record.orgId, id), record)
      assert.deepEqual(await storage.apis.byId(undefined, id), record)
      assert.equal(await storage.apis.byId(objectId(), id), undefined)
    }
    assert.equal(await storage.apis.byId(record.orgId, '\u0000'), undefined)
  })

  test('the claims of others are their domains and listen paths, long ones too', async () => {
    const storage = await open()
    const [own, other] = [objectId(), objectId()]
    const longPath = `/${'a'.repeat(900)}/`
    const records = [
      anApi({ orgId: own }),
      anApi({ orgId: other, domain: 'Shop.example', listenPath: '/a/' }),
      anApi({ orgId: other, listenPath: longPath }),
    ]
    for (const record of records) await storage.write(actor, ({ apis }) => apis.insert(record))
    const claims = (await storage.apis.claimsOfOthers(own)).filter(({ orgId }) => orgId === other)
    assert.deepEqual(
      claims.map(({ apiId, domain, listenPath }) => [apiId, domain.toLowerCase(), listenPath]),
      [
        [records[1]?.apiId, 'shop.example', '/a/'],
        [records[2]?.apiId, '', longPath],
      ],
    )
  })

  test('an api_id is unique over all organisations', async () => {
    const storage = await open()
    const first = anApi({ orgId: objectId() })
    await storage.write(actor, ({ apis }) => apis.insert(first))
    const second = { ...anApi({ orgId: objectId() }), apiId: first.apiId }
    await assert.rejects(
      storage.write(actor, ({ apis }) => apis.insert(second)),
      (error: unknown) => {
        return error instanceof ConflictError && error.kind === 'api' && error.field === 'apiId'
      },
    )
  })

  test('APIs are sorted, searched, picked by category and paged', async () => {
    const storage = await open()
    const orgId = objectId()
    const names = ['beta #Internal', 'Alpha #eu #internal', 'äpfel', 'Zebra', 'alpha 50% #eu']
    for (const [i, name] of names.entries()) {
      const time = `2026-01-0${i + 1}T00:00:00Z`
      await storage.write(actor, ({ apis }) =>
        apis.insert(anApi({ orgId, name, createdAt: time, updatedAt: time })),
      )
    }
    const list = async (filter: Parameters<Storage['apis']['list']>[1]) =>
      (await storage.apis.list(orgId, filter, all)).rows.map(({ definition }) =>
        names.indexOf(definition.name ?? ''),
      )
    assert.deepEqual(await list({}), [4, 3, 2, 1, 0])
    assert.deepEqual(await list({ sort: 'created_at' }), [0, 1, 2, 3, 4])
    assert.deepEqual(await list({ sort: 'name' }), [1, 4, 0, 3, 2])
    assert.deepEqual(await list({ sort: '-name' }), [2, 3, 0, 4, 1])
    assert.deepEqual(await list({ sort: '-updated_at' }), [4, 3, 2, 1, 0])
    assert.deepEqual(await list({ nameContains: 'ALPHA' }), [4, 1])
    assert.deepEqual(await list({ nameContains: 'Ä' }), [2])
    assert.deepEqual(await list({ nameContains: '0%' }), [4])
    assert.deepEqual(await list({ nameContains: '_' }), [])
    assert.deepEqual(await list({ category: ['internal'] }), [1, 0])
    assert.deepEqual(await list({ category: ['eu', 'internal'], sort: 'created_at' }), [0, 1, 4])
    assert.deepEqual(await list({ category: [] }), [])
    const page = await storage.apis.list(orgId, { sort: 'created_at' }, { page: 2, size: 2 })
    assert.deepEqual([page.rows.length, page.pages, page.total], [2, 3, 5])
    assert.equal((await storage.apis.list(undefined, {}, all)).total, 5)
  })

  test('a listen path is found with its domain: the path as written, the domain in any case', async () => {
    const storage = await open()
    const definition = {
      ...anApi({ orgId: 'o' }).definition,
      domain: 'Api.Example.com',
      proxy: { listen_path: '/Orders/' },
    }
    const record = anApi({ orgId: objectId(), definition })
    await storage.write(actor, ({ apis }) => apis.insert(record))
    const found = async (domain: string, path: string) =>
      (await storage.apis.byListenPath(domain, path)).length
    assert.equal(await found('api.example.COM', '/Orders/'), 1)
    assert.equal(await found('api.example.com', '/orders/'), 0)
    assert.equal(await found('', '/Orders/'), 0)
    assert.equal(await found('', `/${'x'.repeat(5000)}`), 0)
    await storage.write(actor, ({ apis }) =>
      apis.insert(anApi({ orgId: objectId(), listenPath: `/${'x'.repeat(5000)}` })),
    )
    assert.equal(await found('', `/${'x'.repeat(5000)}`), 1)
  })

  test('subscribers get an API whole when it is inserted or updated, and without when it is removed', async () => {
    const storage = await open()
    const seen: Change[] = []
    storage.subscribe(async (changes) => void seen.push(...changes))
    const record = anApi({ orgId: objectId() })
    const renamed = { ...record, definition: { ...record.definition, name: 'renamed #tagged' } }
    await storage.write(actor, ({ apis }) => apis.insert(record))
    await storage.write(actor, ({ apis }) => apis.update(renamed))
    assert.equal((await storage.apis.list(record.orgId, { category: ['tagged'] }, all)).total, 1)
    await storage.write(actor, ({ apis }) => apis.remove(renamed))
    assert.deepEqual(
      seen.map((change) => change.kind === 'api' && change.after),
      [record, renamed, undefined],
    )
    assert.equal(await storage.apis.byId(record.orgId, record.id), undefined)
  })
}
