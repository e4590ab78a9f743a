import type { Webhook } from '@tollgate/model/definition/webhook'
import type { Scope } from '../changes/transaction.ts'
import { MissingRecordError } from '../drivers/errors.ts'
import type { Db, Tables } from '../drivers/schema.ts'
import { exact } from './columns.ts'
import { type Page, type PageRequest, readPage } from './paging.ts'

/** A webhook. `webhookId` is the wire's free word, unique within the organisation. */
export type WebhookRecord = {
  readonly id: string
  readonly orgId: string
  readonly webhookId: string
  readonly webhook: Webhook
}

export interface WebhookStore {
  byId(orgId: string | undefined, id: string): Promise<WebhookRecord | undefined>
  /** Newest first. */
  list(orgId: string | undefined, page: PageRequest): Promise<Page<WebhookRecord>>
  /** Only inside `write`: */
  insert(record: WebhookRecord): Promise<void>
  update(record: WebhookRecord): Promise<void>
  remove(record: WebhookRecord): Promise<void>
}

type WebhookRow = Tables['webhooks']

/** Webhooks. */
export const webhookStore = (scope: Scope): WebhookStore => ({
  async byId(orgId, id) {
    const row = await webhookRow(scope.db, orgId, id)
    return row && fromRow(row)
  },

  list(orgId, page) {
    const query = scope.db
      .selectFrom('webhooks')
      .$if(orgId !== undefined, (q) => q.where('org_id', '=', orgId ?? ''))
    return readPage(
      page,
      {
        rows: ({ limit, offset }) =>
          query.selectAll().orderBy('seq', 'desc').limit(limit).offset(offset).execute(),
        count: () => query.select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow(),
      },
      fromRow,
    )
  },

  async insert(record) {
    const revision = scope.nextRevision()
    const { id, orgId } = record
    await scope.db
      .insertInto('webhooks')
      .values({ id, seq: revision, org_id: orgId, ...columnsOf(record) })
      .execute()
    await scope.record({ revision, kind: 'webhook', orgId, id }, undefined, shown(record.webhook))
  },

  async update(record) {
    const revision = scope.nextRevision()
    const { id, orgId } = record
    const before = await existing(scope.db, record)
    await scope.db.updateTable('webhooks').set(columnsOf(record)).where('id', '=', id).execute()
    const change = { revision, kind: 'webhook', orgId, id } as const
    await scope.record(change, shown(before.webhook), shown(record.webhook))
  },

  async remove(record) {
    const revision = scope.nextRevision()
    const { id, orgId } = record
    const before = await existing(scope.db, record)
    await scope.db.deleteFrom('webhooks').where('id', '=', id).execute()
    await scope.record({ revision, kind: 'webhook', orgId, id }, shown(before.webhook), undefined)
  },
})

function fromRow(row: WebhookRow): WebhookRecord {
  // The document was written from a Webhook.
  const webhook = JSON.parse(row.document) as Webhook
  return { id: row.id, orgId: row.org_id, webhookId: webhook.webhook_id ?? row.webhook_id, webhook }
}

function columnsOf({ webhook, webhookId }: WebhookRecord) {
  return { webhook_id: exact(webhookId), document: JSON.stringify(webhook) }
}

/** Headers of a webhook are often secrets: history has their names alone. */
function shown(webhook: Webhook): Webhook {
  const names = Object.keys(webhook.header_map ?? {})
  return { ...webhook, header_map: Object.fromEntries(names.map((name) => [name, '***'])) }
}

async function webhookRow(db: Db, orgId: string | undefined, id: string): Promise<WebhookRow | undefined> {
  return await db
    .selectFrom('webhooks')
    .selectAll()
    .where('id', '=', exact(id))
    .$if(orgId !== undefined, (q) => q.where('org_id', '=', orgId ?? ''))
    .executeTakeFirst()
}

async function existing(db: Db, record: WebhookRecord): Promise<WebhookRecord> {
  const row = await webhookRow(db, record.orgId, record.id)
  if (row === undefined) throw new MissingRecordError(`there is no webhook ${record.id}`)
  return fromRow(row)
}
