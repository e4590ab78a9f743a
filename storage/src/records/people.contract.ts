import assert from 'node:assert/strict'
import { test } from 'node:test'
import { objectId } from '@tollgate/model/ids'
import type { Change } from '../changes/changes.ts'
import { ConflictError } from '../drivers/errors.ts'
import type { Storage } from '../storage.ts'
import { actor, aGroup, aKey, anApi, anOrganisation, aPolicy, aUser } from '../testing/records.ts'

const all = { page: 0, size: 10 }

/** What every adapter of OrganisationStore, UserStore, UserGroupStore and SignInStore does. */
export function peopleContract(open: () => Promise<Storage>): void {
  test('a user is found by id, by e-mail in any case and by access key, as stored', async () => {
    const storage = await open()
    const record = aUser({
      orgId: objectId(),
      email: 'ada@example.com',
      passwordHash: '$argon2id$',
      passwordProvisional: true,
      passwordHistory: ['one', 'two'],
    })
    await storage.write(actor, ({ users }) => users.insert(record))
    assert.deepEqual(await storage.users.byId(record.orgId, record.id), record)
    assert.deepEqual(await storage.users.byAccessKeyHash(record.accessKeyHash), record)
    assert.deepEqual(await storage.users.byEmail('ADA@example.com'), [record])
    assert.equal(await storage.users.byId(objectId(), record.id), undefined)
    const changed = { ...record, accessKeyHash: '', accessKeySealed: '', passwordProvisional: false }
    await storage.write(actor, ({ users }) => users.update(changed))
    assert.deepEqual(await storage.users.byId(undefined, record.id), changed)
    assert.equal(await storage.users.byAccessKeyHash(record.accessKeyHash), undefined)
    assert.equal(await storage.users.byAccessKeyHash(''), undefined)
  })

  test('an e-mail is unique within an organisation; revoked access keys do not clash', async () => {
    const storage = await open()
    const orgId = objectId()
    const insert = (record: ReturnType<typeof aUser>) =>
      storage.write(actor, ({ users }) => users.insert(record))
    await insert(aUser({ orgId, email: 'bob@example.com', accessKeyHash: '' }))
    await insert(aUser({ orgId: objectId(), email: 'bob@example.com', accessKeyHash: '' }))
    assert.equal((await storage.users.byEmail('bob@example.com')).length, 2)
    await assert.rejects(
      insert(aUser({ orgId, email: 'Bob@example.com' })),
      (error: unknown) => error instanceof ConflictError && error.kind === 'user' && error.field === 'email',
    )
  })

  test('users are listed oldest first and searched by name and e-mail', async () => {
    const storage = await open()
    const orgId = objectId()
    const users = ['x_y@example.com', 'xay@example.com', 'Grace@Example.com'].map((email) =>
      aUser({ orgId, email }),
    )
    for (const user of users) await storage.write(actor, (stores) => stores.users.insert(user))
    const list = async (text: string) =>
      (await storage.users.list(orgId, text, all)).rows.map(({ id }) =>
        users.findIndex((user) => user.id === id),
      )
    assert.deepEqual(await list(''), [0, 1, 2])
    assert.deepEqual(await list('@EXAMPLE'), [0, 1, 2])
    assert.deepEqual(await list('x_y'), [0])
    assert.deepEqual(await list('ada LOVE'), [0, 1, 2])
    assert.deepEqual(await list('x'.repeat(200_000)), [])
  })

  test('a user group is stored, listed, changed and removed within its organisation', async () => {
    const storage = await open()
    const record = aGroup({ orgId: objectId() })
    await storage.write(actor, ({ userGroups }) => userGroups.insert(record))
    assert.deepEqual(await storage.userGroups.byId(record.orgId, record.id), record)
    assert.equal(await storage.userGroups.byId(objectId(), record.id), undefined)
    const renamed = { ...record, group: { name: 'renamed' } }
    await storage.write(actor, ({ userGroups }) => userGroups.update(renamed))
    assert.deepEqual((await storage.userGroups.list(record.orgId, all)).rows, [renamed])
    await storage.write(actor, ({ userGroups }) => userGroups.remove(renamed))
    assert.equal((await storage.userGroups.list(record.orgId, all)).total, 0)
  })

  test('an organisation goes with everything it owns, a change for each; others keep theirs', async () => {
    const storage = await open()
    const [gone, kept] = [anOrganisation(), anOrganisation()]
    for (const record of [gone, kept]) {
      const orgId = record.id
      await storage.write(actor, async (stores) => {
        await stores.organisations.insert(record)
        await stores.users.insert(aUser({ orgId }))
        await stores.userGroups.insert(aGroup({ orgId }))
        await stores.apis.insert(anApi({ orgId }))
        await stores.policies.insert(aPolicy({ orgId }))
        for (let i = 0; i < 3; i++) await stores.keys.insert(aKey({ orgId }), [`${orgId}-${i}`])
      })
    }
    const seen: Change[] = []
    storage.subscribe(async (changes) => void seen.push(...changes))
    await storage.write(actor, ({ organisations }) => organisations.remove(gone))
    assert.equal(await storage.organisations.byId(gone.id), undefined)
    const left = async (orgId: string) => [
      (await storage.keys.list(orgId, {}, all)).total,
      (await storage.apis.list(orgId, {}, all)).total,
      (await storage.policies.list(orgId, {}, all)).total,
      (await storage.users.list(orgId, '', all)).total,
      (await storage.userGroups.list(orgId, all)).total,
    ]
    assert.deepEqual(await left(gone.id), [0, 0, 0, 0, 0])
    assert.deepEqual(await left(kept.id), [3, 1, 1, 1, 1])
    assert.deepEqual(
      seen.map(({ kind }) => kind),
      ['key', 'key', 'key', 'policy', 'api', 'user', 'user-group', 'organisation'],
    )
    assert.deepEqual((await storage.organisations.list(all)).rows, [kept])
  })

  test('an organisation keeps the fields it was sent with', async () => {
    const storage = await open()
    const record = anOrganisation({ organisation: { owner_name: 'ACME', some_new_field: { x: 1 } } })
    await storage.write(actor, ({ organisations }) => organisations.insert(record))
    assert.deepEqual(await storage.organisations.byId(record.id), record)
    const renamed = { ...record, organisation: { owner_name: 'ACME Ltd' } }
    await storage.write(actor, ({ organisations }) => organisations.update(renamed))
    assert.deepEqual(await storage.organisations.byId(record.id), renamed)
  })

  test('a browser session lives until it is removed, expires, or its user goes', async () => {
    const storage = await open()
    const user = aUser({ orgId: objectId() })
    await storage.write(actor, ({ users }) => users.insert(user))
    const signIn = (tokenHash: string, userId: string, expiresAtMs: number) =>
      storage.signIns.insert({
        tokenHash,
        id: `id of ${tokenHash}`,
        userId,
        address: '192.0.2.1',
        userAgent: 'Browser',
        createdAtMs: 1,
        lastSeenAtMs: 1,
        expiresAtMs,
        stage: 'full',
        method: 'password',
        confirmedAtMs: 0,
      })
    await Promise.all([
      signIn('a', user.id, 100),
      signIn('b', 'other', 200),
      signIn('c', 'other', 300),
      signIn('d', 'third', 900),
    ])
    await storage.signIns.touch('a', 50)
    await storage.signIns.confirm('a', 51)
    assert.equal((await storage.signIns.byTokenHash('a'))?.confirmedAtMs, 51)
    assert.equal((await storage.signIns.byTokenHash('a'))?.lastSeenAtMs, 50)
    const revision = await storage.revision()
    await storage.signIns.removeExpired(200)
    await storage.signIns.remove('d')
    assert.equal(await storage.revision(), revision, 'sessions are no history')
    const there = async (token: string) => (await storage.signIns.byTokenHash(token)) !== undefined
    assert.deepEqual(await Promise.all(['a', 'b', 'c', 'd'].map(there)), [false, false, true, false])
    await signIn('e', user.id, 999)
    await storage.write(actor, ({ users }) => users.remove(user))
    assert.equal(await there('e'), false)
    await storage.signIns.removeOfUser('other')
    assert.equal(await there('c'), false)
  })
}
