import type { Db, Tables } from '../drivers/schema.ts'
import { statement } from '../drivers/statement.ts'
import { type Page, type PageRequest, readPage } from '../records/paging.ts'
import type { Actor, Change } from './changes.ts'

/** One row of history: who changed what, when, from what to what. Documents never hold a secret. */
export type Revision = {
  readonly revision: number
  readonly at: string
  readonly actor: Actor
  readonly orgId: string
  readonly kind:
    | 'api'
    | 'policy'
    | 'certificate'
    | 'key'
    | 'organisation'
    | 'organisation-session'
    | 'user'
    | 'user-group'
    | 'webhook'
    | 'second-factor'
    | 'identity-provider'
    | 'sign-in-rules'
  readonly id: string
  readonly before: unknown
  readonly after: unknown
}

export interface RevisionStore {
  list(orgId: string | undefined, page: PageRequest): Promise<Page<Revision>>
}

/** Values of fields of these names are masked in history: it is read by more people than the record is. */
const SECRET_FIELDS: ReadonlySet<string> = new Set([
  'password',
  'password_hash',
  'secret',
  'shared_secret',
  'client_secret',
  'hmac_string',
  'access_key',
  'private_key',
])
const MASK = '***'

type RevisionRow = Tables['revisions']

const insertRevision = statement<RevisionRow>((db, slot) =>
  db.insertInto('revisions').values({
    revision: slot('revision'),
    at: slot('at'),
    actor_kind: slot('actor_kind'),
    actor_id: slot('actor_id'),
    org_id: slot('org_id'),
    kind: slot('kind'),
    record_id: slot('record_id'),
    before: slot('before'),
    after: slot('after'),
  }),
)

const readNewest = statement<object, { newest: number | null }>((db) =>
  db.selectFrom('revisions').select((eb) => eb.fn.max('revision').as('newest')),
)

/** Number of the newest revision; 0 when there is none. */
export async function newestRevision(db: Db): Promise<number> {
  const [row] = await readNewest(db, {})
  return row?.newest ?? 0
}

/** Writes the history of a change. */
export async function appendRevision(
  db: Db,
  entry: { change: Change; at: string; actor: Actor; before: unknown; after: unknown },
): Promise<void> {
  await insertRevision(db, {
    revision: entry.change.revision,
    at: entry.at,
    actor_kind: entry.actor.kind,
    actor_id: entry.actor.id,
    org_id: entry.change.orgId,
    kind: entry.change.kind,
    record_id: entry.change.id,
    before: withoutSecrets(entry.before),
    after: withoutSecrets(entry.after),
  })
}

/** The history, newest first. */
export const revisionStore = (db: Db): RevisionStore => ({
  async list(orgId, page) {
    const query = db
      .selectFrom('revisions')
      .$if(orgId !== undefined, (q) => q.where('org_id', '=', orgId ?? ''))
    return await readPage(
      page,
      {
        rows: ({ limit, offset }) =>
          query.selectAll().orderBy('revision', 'desc').limit(limit).offset(offset).execute(),
        count: () => query.select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow(),
      },
      fromRow,
    )
  },
})

function withoutSecrets(document: unknown): string | null {
  if (document === undefined) return null
  return JSON.stringify(document, (name, value: unknown) =>
    typeof value === 'string' && value !== '' && SECRET_FIELDS.has(name) ? MASK : value,
  )
}

function fromRow(row: RevisionRow): Revision {
  return {
    revision: row.revision,
    at: row.at,
    // Both were written by `appendRevision` from values of these types.
    actor: { kind: row.actor_kind as Actor['kind'], id: row.actor_id },
    kind: row.kind as Revision['kind'],
    orgId: row.org_id,
    id: row.record_id,
    before: row.before === null ? undefined : JSON.parse(row.before),
    after: row.after === null ? undefined : JSON.parse(row.after),
  }
}
