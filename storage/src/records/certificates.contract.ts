import assert from 'node:assert/strict'
import { test } from 'node:test'
import { objectId } from '@tollgate/model/ids'
import type { Change } from '../changes/changes.ts'
import { ConflictError, MissingRecordError } from '../drivers/errors.ts'
import type { Storage } from '../storage.ts'
import { aCertificate, actor, anOrganisation } from '../testing/records.ts'

/** What every adapter of CertificateStore does. */
export function certificateContract(open: () => Promise<Storage>): void {
  test('a certificate is found by its id within its organisation, and its changes travel whole', async () => {
    const storage = await open()
    const changes: Change[] = []
    storage.subscribe(async (told) => {
      changes.push(...told)
    })
    const record = aCertificate({ orgId: objectId() })
    await storage.write(actor, ({ certificates }) => certificates.insert(record))
    assert.deepEqual(await storage.certificates.byId(record.orgId, record.id), record)
    assert.deepEqual(await storage.certificates.byId(undefined, record.id), record)
    assert.equal(await storage.certificates.byId(objectId(), record.id), undefined)
    await storage.write(actor, ({ certificates }) => certificates.remove(record))
    assert.equal(await storage.certificates.byId(record.orgId, record.id), undefined)
    assert.deepEqual(
      changes.map((change) => [change.kind, 'after' in change ? change.after : '']),
      [
        ['certificate', record],
        ['certificate', undefined],
      ],
    )
  })

  test('history has the public part alone', async () => {
    const storage = await open()
    const record = aCertificate({ orgId: objectId(), keySealed: 'sealed key' })
    await storage.write(actor, ({ certificates }) => certificates.insert(record))
    const { rows } = await storage.revisions.list(record.orgId, { page: 1, size: 10 })
    assert.deepEqual(rows[0]?.after, { id: record.id, pem: record.pem, has_private: true })
    assert.ok(!JSON.stringify(rows).includes('sealed key'))
  })

  test('certificates are listed newest first, with or without a key', async () => {
    const storage = await open()
    const orgId = objectId()
    const [bare, keyed] = [aCertificate({ orgId }), aCertificate({ orgId, keySealed: 'x' })]
    for (const record of [bare, keyed]) {
      await storage.write(actor, ({ certificates }) => certificates.insert(record))
    }
    const list = async (filter: Parameters<Storage['certificates']['list']>[1]) =>
      (await storage.certificates.list(orgId, filter, { page: 0, size: 10 })).rows
    assert.deepEqual(await list({}), [keyed, bare])
    assert.deepEqual(await list({ hasKey: true }), [keyed])
    assert.deepEqual(await list({ hasKey: false }), [bare])
    assert.deepEqual(await list({ ids: [bare.id, 'nobody'] }), [bare])
    assert.deepEqual(await list({ ids: [] }), [])
    assert.equal((await storage.certificates.list(objectId(), {}, { page: 0, size: 10 })).total, 0)
  })

  test('a certificate is there once, is removed once, and goes with its organisation', async () => {
    const storage = await open()
    const organisation = anOrganisation()
    const record = aCertificate({ orgId: organisation.id })
    await storage.write(actor, async (stores) => {
      await stores.organisations.insert(organisation)
      await stores.certificates.insert(record)
    })
    const insert = storage.write(actor, ({ certificates }) => certificates.insert(record))
    await assert.rejects(insert, (error) => error instanceof ConflictError && error.kind === 'certificate')
    await storage.write(actor, ({ organisations }) => organisations.remove(organisation))
    assert.equal(await storage.certificates.byId(undefined, record.id), undefined)
    const remove = storage.write(actor, ({ certificates }) => certificates.remove(record))
    await assert.rejects(remove, MissingRecordError)
  })
}
