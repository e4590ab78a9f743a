import assert from 'node:assert/strict'
import { test } from 'node:test'
import { objectId } from '@tollgate/model/ids'
import { ConflictError, MissingRecordError } from '../drivers/errors.ts'
import type { Storage } from '../storage.ts'
import { actor, anOrganisation } from '../testing/records.ts'
import type { WebhookRecord } from './webhooks.ts'

function aWebhook(given: Partial<WebhookRecord> & { orgId: string }): WebhookRecord {
  const id = objectId()
  const webhookId = given.webhookId ?? `hook-${id}`
  const webhook = { id, name: 'hook', webhook_id: webhookId, header_map: { secret: 'word' }, unknown: [1] }
  return { id, webhook, ...given, webhookId }
}

/** What every adapter of WebhookStore does. */
export function webhookContract(open: () => Promise<Storage>): void {
  test('a webhook is kept whole and found within its organisation, newest first', async () => {
    const storage = await open()
    const orgId = objectId()
    const [first, second] = [aWebhook({ orgId }), aWebhook({ orgId })]
    for (const record of [first, second])
      await storage.write(actor, ({ webhooks }) => webhooks.insert(record))
    assert.deepEqual(await storage.webhooks.byId(orgId, first.id), first)
    assert.equal(await storage.webhooks.byId(objectId(), first.id), undefined)
    const { rows, total } = await storage.webhooks.list(orgId, { page: 1, size: 1 })
    assert.deepEqual([rows, total], [[second], 2])
    const changed = { ...first, webhook: { ...first.webhook, name: 'other' } }
    await storage.write(actor, ({ webhooks }) => webhooks.update(changed))
    assert.deepEqual(await storage.webhooks.byId(undefined, first.id), changed)
  })

  test('a webhook_id is unique within an organisation only', async () => {
    const storage = await open()
    const orgId = objectId()
    const insert = (owner: string) =>
      storage.write(actor, ({ webhooks }) => webhooks.insert(aWebhook({ orgId: owner, webhookId: 'mine' })))
    await insert(orgId)
    await insert(objectId())
    await assert.rejects(
      insert(orgId),
      (error) => error instanceof ConflictError && error.field === 'webhookId',
    )
  })

  test('history has no values of headers, and webhooks go with their organisation', async () => {
    const storage = await open()
    const organisation = anOrganisation()
    const record = aWebhook({ orgId: organisation.id })
    await storage.write(actor, async (stores) => {
      await stores.organisations.insert(organisation)
      await stores.webhooks.insert(record)
    })
    await storage.write(actor, ({ organisations }) => organisations.remove(organisation))
    assert.equal(await storage.webhooks.byId(undefined, record.id), undefined)
    const { rows } = await storage.revisions.list(organisation.id, { page: 0, size: 10 })
    assert.ok(rows.some(({ kind }) => kind === 'webhook'))
    assert.ok(!JSON.stringify(rows).includes('word'))
    const remove = storage.write(actor, ({ webhooks }) => webhooks.remove(record))
    await assert.rejects(remove, MissingRecordError)
  })
}
