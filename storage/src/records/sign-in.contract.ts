import assert from 'node:assert/strict'
import { test } from 'node:test'
import { IdentityProvider } from '@tollgate/model/people/identity-provider'
import { noSignInRules } from '@tollgate/model/people/sign-in-rules'
import { ConflictError, OutsideWriteError } from '../drivers/errors.ts'
import type { Storage } from '../storage.ts'
import { actor, anOrganisation, at, aUser } from '../testing/records.ts'
import type { Passkey } from './second-factors.ts'

const aPasskey = (userId: string, given: Partial<Passkey> = {}): Passkey => ({
  id: `id of ${userId}`,
  credentialId: `credential of ${userId}`,
  userId,
  orgId: 'o',
  name: 'Laptop',
  publicKey: 'cose',
  counter: 0,
  transports: ['internal', 'hybrid'],
  createdAt: at,
  lastUsedAtMs: 0,
  ...given,
})

const provider = IdentityProvider.parse({ name: 'Okta', issuer: 'https://idp.example', client_id: 'c' })

/** Second factors, identity providers, rules and one-time tokens, on any database. */
export function signInContract(open: () => Promise<Storage>): void {
  test('each time step of a one-time code is taken once, and never an earlier one', async () => {
    const storage = await open()
    const secret = { userId: 'u', orgId: 'o', secretSealed: 's', active: true, lastStep: 0, createdAt: at }
    await storage.write(actor, (stores) => stores.secondFactors.saveTotp(secret))
    const use = (step: number) =>
      storage.write(actor, ({ secondFactors }) => secondFactors.useTotpStep('u', step))
    assert.deepEqual(await Promise.all([use(7), use(7)]), [true, false])
    assert.deepEqual([await use(6), await use(8)], [false, true])
    assert.deepEqual(await storage.secondFactors.totpOf('u'), { ...secret, lastStep: 8 })
    assert.equal(await storage.secondFactors.totpOf('other'), undefined)
  })

  test('a recovery code is taken once; new ones replace the old', async () => {
    const storage = await open()
    const owner = { userId: 'u', orgId: 'o' }
    const save = (hashes: string[]) =>
      storage.write(actor, ({ secondFactors }) => secondFactors.saveRecoveryCodes(owner, hashes))
    const use = (hash: string) =>
      storage.write(actor, ({ secondFactors }) => secondFactors.useRecoveryCode(owner, hash))
    await save(['a', 'b'])
    assert.deepEqual(await Promise.all([use('a'), use('a')]), [true, false])
    assert.equal(await storage.secondFactors.recoveryCodesLeft('u'), 1)
    await save(['c'])
    assert.deepEqual([await use('b'), await use('c')], [false, true])
  })

  test('a passkey is found by its credential, belongs to one user, and goes with the user', async () => {
    const storage = await open()
    const user = aUser({ orgId: 'o' })
    const passkey = aPasskey(user.id)
    await storage.write(actor, async ({ users, secondFactors }) => {
      await users.insert(user)
      await secondFactors.savePasskey(passkey)
    })
    await storage.write(actor, ({ secondFactors }) => secondFactors.touchPasskey(passkey.id, 5, 99))
    const used = { ...passkey, counter: 5, lastUsedAtMs: 99 }
    assert.deepEqual(await storage.secondFactors.passkeyByCredentialId(passkey.credentialId), used)
    assert.deepEqual(await storage.secondFactors.passkeysOf(user.id), [used])
    assert.deepEqual([...(await storage.secondFactors.usersWithFactor([user.id, 'x']))], [user.id])
    const again = aPasskey('other', { credentialId: passkey.credentialId })
    await assert.rejects(
      storage.write(actor, ({ secondFactors }) => secondFactors.savePasskey(again)),
      (error) => error instanceof ConflictError && error.kind === 'passkey',
    )
    await storage.write(actor, ({ users }) => users.remove(user))
    assert.deepEqual(await storage.secondFactors.passkeysOf(user.id), [])
  })

  test('factors are history, their secrets are not', async () => {
    const storage = await open()
    const owner = { userId: 'u', orgId: 'o' }
    await storage.write(actor, async ({ secondFactors }) => {
      await secondFactors.saveTotp({
        ...owner,
        secretSealed: 'sealed-secret',
        active: true,
        lastStep: 1,
        createdAt: at,
      })
      await secondFactors.saveRecoveryCodes(owner, ['hash-of-a-code'])
      await secondFactors.savePasskey(aPasskey('u'))
      await secondFactors.removeAll(owner)
    })
    const { rows } = await storage.revisions.list('o', { page: 0, size: 1 })
    assert.deepEqual(
      rows.map(({ kind, id }) => [kind, id]),
      Array(4).fill(['second-factor', 'u']),
    )
    assert.doesNotMatch(JSON.stringify(rows), /sealed-secret|hash-of-a-code|cose/)
    assert.deepEqual(rows[0]?.after, { totp: null, recovery_codes_left: 0, passkeys: [] })
    await assert.rejects(storage.secondFactors.removeAll(owner), OutsideWriteError)
  })

  test('identity providers are kept per organisation, and know a subject as one user', async () => {
    const storage = await open()
    const [organisation, user] = [anOrganisation(), aUser({ orgId: 'o' })]
    const record = { id: 'p', orgId: organisation.id, provider, secretSealed: 'sealed-secret' }
    await storage.write(actor, async (stores) => {
      await stores.organisations.insert(organisation)
      await stores.users.insert(user)
      await stores.identityProviders.insert(record)
      await stores.identityProviders.link({ providerId: 'p', subject: 's', userId: user.id, managed: true })
    })
    assert.deepEqual(await storage.identityProviders.byId(organisation.id, 'p'), record)
    assert.equal(await storage.identityProviders.byId('other', 'p'), undefined)
    assert.equal((await storage.identityProviders.identity('p', 's'))?.userId, user.id)
    const changed = { ...record, provider: { ...provider, name: 'Other' } }
    await storage.write(actor, (stores) => stores.identityProviders.update(changed))
    assert.deepEqual(await storage.identityProviders.list(organisation.id), [changed])
    await storage.write(actor, (stores) => stores.organisations.remove(organisation))
    assert.deepEqual(await storage.identityProviders.list(undefined), [])
    assert.equal(await storage.identityProviders.identity('p', 's'), undefined)
    const history = await storage.revisions.list(organisation.id, { page: 0, size: 1 })
    assert.doesNotMatch(JSON.stringify(history), /sealed-secret/)
  })

  test('an organisation without rules asks for nothing; rules are replaced whole', async () => {
    const storage = await open()
    assert.deepEqual(await storage.signInRules.of('o'), noSignInRules)
    const rules = { ...noSignInRules, second_factor_required: true }
    await storage.write(actor, (stores) => stores.signInRules.save('o', rules))
    await storage.write(actor, (stores) => stores.signInRules.save('o', rules))
    assert.deepEqual(await storage.signInRules.of('o'), rules)
    await storage.write(actor, (stores) => stores.signInRules.remove('o'))
    assert.deepEqual(await storage.signInRules.of('o'), noSignInRules)
  })

  test('a one-time token is taken once and in time, and a mark is made once', async () => {
    const storage = await open()
    const once = <T>(work: (tokens: Storage['oneTimeTokens']) => Promise<T>) =>
      storage.write(actor, ({ oneTimeTokens }) => work(oneTimeTokens))
    await once((tokens) => tokens.insert('a', 'kept', 100))
    await once((tokens) => tokens.insert('late', 'kept', 100))
    assert.deepEqual(
      await Promise.all([once((tokens) => tokens.take('a', 99)), once((tokens) => tokens.take('a', 99))]),
      ['kept', undefined],
    )
    assert.equal(await once((tokens) => tokens.take('late', 100)), undefined)
    assert.equal(await once((tokens) => tokens.spend('m', 100)), true)
    assert.equal(await once((tokens) => tokens.spend('m', 100)), false)
    await once((tokens) => tokens.removeExpired(100))
    assert.equal(await once((tokens) => tokens.spend('m', 200)), true)
  })
}
