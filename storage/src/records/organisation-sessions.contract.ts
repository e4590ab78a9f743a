import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Change } from '../changes/changes.ts'
import { ConflictError, MissingRecordError } from '../drivers/errors.ts'
import type { Storage } from '../storage.ts'
import { actor, anOrganisation } from '../testing/records.ts'

const all = { page: 0, size: 10 }

/** What every adapter of OrganisationSessionStore does. */
export function organisationSessionContract(open: () => Promise<Storage>): void {
  test('the limits of an organisation are kept as sent, replaced, and told to the data plane whole', async () => {
    const storage = await open()
    const seen: Change[] = []
    storage.subscribe(async (changes) => void seen.push(...changes))
    const { id: orgId } = anOrganisation({})
    const record = { orgId, session: { rate: 5, per: 60, more: { a: 1 } }, createdAt: 'a', updatedAt: 'b' }
    await storage.write(actor, ({ organisationSessions }) => organisationSessions.insert(record))
    assert.deepEqual(await storage.organisationSessions.byOrganisation(orgId), record)
    const changed = { ...record, session: { rate: 6 }, updatedAt: 'c' }
    await storage.write(actor, ({ organisationSessions }) => organisationSessions.update(changed))
    assert.deepEqual((await storage.organisationSessions.list(all)).rows, [changed])
    await storage.write(actor, ({ organisationSessions }) => organisationSessions.remove(orgId))
    assert.equal(await storage.organisationSessions.byOrganisation(orgId), undefined)
    assert.deepEqual(
      seen.map((change) => change.kind === 'organisation-session' && change.after),
      [record, changed, undefined],
    )
  })

  test('an organisation has one session; one that is not there cannot be changed', async () => {
    const storage = await open()
    const { id: orgId } = anOrganisation({})
    const record = { orgId, session: {}, createdAt: '', updatedAt: '' }
    const insert = () =>
      storage.write(actor, ({ organisationSessions }) => organisationSessions.insert(record))
    const update = () =>
      storage.write(actor, ({ organisationSessions }) => organisationSessions.update(record))
    await assert.rejects(update(), MissingRecordError)
    await insert()
    await assert.rejects(insert(), ConflictError)
  })

  test('a deleted organisation takes its limits with it', async () => {
    const storage = await open()
    const organisation = anOrganisation({})
    const session = { orgId: organisation.id, session: { rate: 1 }, createdAt: '', updatedAt: '' }
    await storage.write(actor, async ({ organisations, organisationSessions }) => {
      await organisations.insert(organisation)
      await organisationSessions.insert(session)
    })
    const kinds: string[] = []
    storage.subscribe(async (changes) => void kinds.push(...changes.map(({ kind }) => kind)))
    await storage.write(actor, ({ organisations }) => organisations.remove(organisation))
    assert.equal(await storage.organisationSessions.byOrganisation(organisation.id), undefined)
    assert.deepEqual(kinds, ['organisation-session', 'organisation'])
  })
}
