import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hex32, objectId } from '@tollgate/model/ids'
import {
  NotInForceError,
  OutsideWriteError,
  StoreUnavailableError,
  TransactionEndedError,
} from '../drivers/errors.ts'
import type { Storage, Stores } from '../storage.ts'
import { actor, aKey, anApi } from '../testing/records.ts'
import type { Change } from './changes.ts'

const all = { page: 0, size: 10 }
const turns = async (count: number) => {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve))
}

/** What `write`, `subscribe` and the history do on every database. */
export function writeContract(open: () => Promise<Storage>): void {
  test('a write gives back what its work returned', async () => {
    const storage = await open()
    assert.equal(await storage.write(actor, async () => 42), 42)
  })

  test('a work sees its own changes; nobody else does before the commit', async () => {
    const storage = await open()
    const record = aKey({ orgId: objectId() })
    let during: unknown = 'not read'
    await storage.write(actor, async ({ keys }) => {
      await keys.insert(record, [hex32()])
      assert.deepEqual(await keys.byId(record.orgId, record.id), record)
      await turns(3)
      during = await storage.keys.byId(record.orgId, record.id)
    })
    assert.equal(during, undefined)
    assert.deepEqual(await storage.keys.byId(record.orgId, record.id), record)
  })

  test('of works that share a commit, a failing one takes back only itself', async () => {
    const storage = await open()
    const records = Array.from({ length: 6 }, () => aKey({ orgId: objectId() }))
    const outcomes = await Promise.allSettled(
      records.map((record, i) =>
        storage.write(actor, async ({ keys }) => {
          await keys.insert(record, [hex32()])
          if (i % 2 === 1) throw new RangeError(`work ${i}`)
        }),
      ),
    )
    for (const [i, record] of records.entries()) {
      assert.equal(outcomes[i]?.status, i % 2 === 1 ? 'rejected' : 'fulfilled')
      assert.equal((await storage.keys.byId(undefined, record.id)) !== undefined, i % 2 === 0)
    }
  })

  test('a work cannot succeed after one of its statements failed, even if it ignores that', async () => {
    const storage = await open()
    const [taken, other] = [aKey({ orgId: objectId() }), aKey({ orgId: objectId() })]
    await storage.write(actor, ({ keys }) => keys.insert(taken, ['h']))
    const work = async ({ keys }: Stores) => {
      await keys.insert(other, ['h2'])
      await keys.insert(taken, ['h3']).catch(() => undefined)
    }
    await assert.rejects(storage.write(actor, work), { name: 'ConflictError' })
    assert.equal(await storage.keys.byId(undefined, other.id), undefined)
  })

  test('subscribers get the changes once, in order of revision, before write resolves', async () => {
    const storage = await open()
    const calls: (readonly Change[])[] = []
    storage.subscribe(async (changes) => {
      await turns(2)
      calls.push(changes)
    })
    const done: number[] = []
    await Promise.all(
      Array.from({ length: 100 }, async (_, i) => {
        await storage.write(actor, ({ keys }) => keys.insert(aKey({ orgId: objectId() }), [hex32()]))
        assert.ok(calls.flat().length > 0)
        done.push(i)
      }),
    )
    const revisions = calls.flat().map(({ revision }) => revision)
    assert.deepEqual(
      revisions,
      Array.from({ length: 100 }, (_, i) => i + 1),
    )
    assert.ok(calls.length < 100, 'waiting writes share a commit')
    assert.deepEqual(
      done,
      [...done].sort((a, b) => a - b),
      'writes are answered in their order',
    )
    assert.equal(await storage.revision(), 100)
  })

  test('a write that changes nothing tells nobody', async () => {
    const storage = await open()
    storage.subscribe(async () => assert.fail('there was no change'))
    await storage.write(actor, async ({ keys }) => keys.list(undefined, {}, all))
    await assert.rejects(
      storage.write(actor, async ({ keys }) => {
        await keys.insert(aKey({ orgId: objectId() }), [])
        throw new RangeError('taken back')
      }),
      RangeError,
    )
  })

  test('when a subscriber fails the write is reported as stored but not in force, and the others are told', async () => {
    const storage = await open()
    let told = 0
    storage.subscribe(async () => {
      throw new Error('a worker hangs')
    })
    storage.subscribe(async () => void told++)
    const record = aKey({ orgId: objectId() })
    await assert.rejects(
      storage.write(actor, ({ keys }) => keys.insert(record, [hex32()])),
      NotInForceError,
    )
    assert.equal(told, 1)
    assert.deepEqual(await storage.keys.byId(undefined, record.id), record)
  })

  test('a store used after its write ended throws, and so does a change outside a write', async () => {
    const storage = await open()
    let kept: Stores | undefined
    await storage.write(actor, async (stores) => {
      kept = stores
    })
    await assert.rejects(async () => kept?.keys.byId(undefined, 'x'), TransactionEndedError)
    await assert.rejects(
      async () => kept?.keys.insert(aKey({ orgId: objectId() }), []),
      TransactionEndedError,
    )
    await assert.rejects(async () => storage.keys.insert(aKey({ orgId: objectId() }), []), OutsideWriteError)
    await assert.rejects(async () => storage.apis.remove(anApi({ orgId: objectId() })), OutsideWriteError)
  })

  test('history tells who changed what, from what to what, without secrets, newest first', async () => {
    const storage = await open()
    const orgId = objectId()
    const session = { alias: 'one', basic_auth_data: { user: 'bob', password: 'pa55' }, hmac_string: 'shh' }
    const record = aKey({ orgId, session })
    await storage.write({ kind: 'user', id: 'ada' }, ({ keys }) => keys.insert(record, [hex32()]))
    await storage.write({ kind: 'control-api', id: '' }, ({ keys }) =>
      keys.update({ ...record, session: { ...session, alias: 'two' } }),
    )
    await storage.write(actor, ({ keys }) => keys.remove(record))
    await storage.write(actor, ({ keys }) => keys.insert(aKey({ orgId: objectId() }), []))
    const { rows, total } = await storage.revisions.list(orgId, all)
    const shown = (alias: string) => ({
      alias,
      basic_auth_data: { user: 'bob', password: '***' },
      hmac_string: '***',
    })
    assert.equal(total, 3)
    assert.deepEqual(
      rows.map(({ revision, actor, kind, before, after }) => [
        revision,
        actor.kind,
        actor.id,
        kind,
        before,
        after,
      ]),
      [
        [3, 'user', 'tester', 'key', shown('two'), undefined],
        [2, 'control-api', '', 'key', shown('one'), shown('two')],
        [1, 'user', 'ada', 'key', undefined, shown('one')],
      ],
    )
    assert.equal((await storage.revisions.list(undefined, { page: 1, size: 2 })).pages, 2)
  })

  test('a write to a closed storage is refused, the waiting ones are finished first', async () => {
    const storage = await open()
    const waiting = Promise.all(
      Array.from({ length: 5 }, () =>
        storage.write(actor, ({ keys }) => keys.insert(aKey({ orgId: objectId() }), [])),
      ),
    )
    const closed = storage.close()
    await waiting
    await closed
    await assert.rejects(
      storage.write(actor, async () => 1),
      StoreUnavailableError,
    )
  })
}
