import type { IdentityProvider } from '@tollgate/model/people/identity-provider'
import type { IdentityProviderRecord } from '@tollgate/storage/records/identity-providers'
import type { UserRecord } from '@tollgate/storage/records/users'
import type { Stores } from '@tollgate/storage/storage'
import type { Dependencies } from '../dependencies.ts'
import { Problem } from '../errors.ts'
import { createUser } from '../users/create-user.ts'
import { NewUser } from '../users/user-document.ts'
import type { Claims } from './openid.ts'
import { SignOnFailure } from './sign-on-failure.ts'

const anyone = { kind: 'anyone' } as const
/** Longest name that is taken over from a provider, characters. */
const maxNameLength = 100
/** Groups of one user that are looked at. */
const maxGroups = 1_000

/**
 * The account of who has signed in with a provider. It is found by the provider's own id of the user; else by a verified
 * e-mail address, and then remembered by the id; else it is made, where the provider may. Accounts that a provider made
 * are in the user group that it says, each time anew; others keep the permissions that they have here.
 * @throws {SignOnFailure} when there is none, or it has no access
 */
export async function accountOf(
  deps: Dependencies,
  record: IdentityProviderRecord,
  claims: Claims,
): Promise<UserRecord> {
  const identity = await deps.storage.identityProviders.identity(record.id, claims.sub)
  const known = identity && (await deps.storage.users.byId(record.orgId, identity.userId))
  if (identity !== undefined && known !== undefined) {
    if (known.user.active !== true) throw new SignOnFailure('inactive')
    return identity.managed ? inMappedGroup(deps, record.provider, known, claims) : known
  }
  const email = verifiedEmail(record.provider, claims)
  const existing = (await deps.storage.users.byEmail(email)).find(({ orgId }) => orgId === record.orgId)
  if (existing === undefined) return createdAccount(deps, record, claims, email)
  if (existing.user.active !== true) throw new SignOnFailure('inactive')
  await deps.storage.write({ kind: 'user', id: existing.id }, (stores) =>
    link(stores, record, claims, existing.id, false),
  )
  return existing
}

async function createdAccount(
  deps: Dependencies,
  record: IdentityProviderRecord,
  claims: Claims,
  email: string,
): Promise<UserRecord> {
  if (!record.provider.create_accounts) throw new SignOnFailure('no_account')
  const groupId = mappedGroup(record.provider, claims)
  if (groupId === undefined) throw new SignOnFailure('no_access')
  const sent = NewUser.safeParse({
    email_address: email,
    first_name: textOf(claims.given_name) || textOf(claims.name),
    last_name: textOf(claims.family_name),
    active: true,
    group_id: groupId,
  })
  if (!sent.success) throw new SignOnFailure('email_unverified')
  try {
    const { record: user } = await createUser(deps, anyone, record.orgId, sent.data, (stores, created) =>
      link(stores, record, claims, created.id, true),
    )
    return user
  } catch (error) {
    // The group of the mapping is gone.
    if (error instanceof Problem) throw new SignOnFailure('no_access')
    throw error
  }
}

async function inMappedGroup(
  deps: Dependencies,
  provider: IdentityProvider,
  user: UserRecord,
  claims: Claims,
): Promise<UserRecord> {
  if (provider.group_claim === '') return user
  const groupId = mappedGroup(provider, claims)
  if (groupId === undefined) throw new SignOnFailure('no_access')
  if (groupId === user.user.group_id) return user
  return deps.storage.write({ kind: 'user', id: user.id }, async (stores) => {
    const current = await stores.users.byId(user.orgId, user.id)
    const group = await stores.userGroups.byId(user.orgId, groupId)
    if (current === undefined || group === undefined) throw new SignOnFailure('no_access')
    const changed = { ...current, user: { ...current.user, group_id: groupId } }
    await stores.users.update(changed)
    return changed
  })
}

/** The user group that the provider's groups lead to; undefined for no access. */
function mappedGroup(provider: IdentityProvider, claims: Claims): string | undefined {
  const claimed = groupsOf(provider, claims)
  const entry = provider.groups.find(({ claim }) => claimed.has(claim))
  return entry?.group_id ?? (provider.default_group_id || undefined)
}

function groupsOf({ group_claim: name }: IdentityProvider, claims: Claims): ReadonlySet<string> {
  const value = name === '' || !Object.hasOwn(claims, name) ? [] : claims[name]
  const list = Array.isArray(value) ? value.slice(0, maxGroups) : [value]
  return new Set(list.filter((one): one is string => typeof one === 'string'))
}

/** @throws {SignOnFailure} when nobody vouches that the address is the user's: it would open the account of another */
function verifiedEmail(provider: IdentityProvider, { email, email_verified: isVerified }: Claims): string {
  const address = textOf(email, 320).trim().toLowerCase()
  if (address === '' || !(isVerified === true || isVerified === 'true' || provider.trust_email)) {
    throw new SignOnFailure('email_unverified')
  }
  return address
}

async function link(
  stores: Stores,
  record: IdentityProviderRecord,
  { sub }: Claims,
  userId: string,
  managed: boolean,
): Promise<void> {
  const identity = { providerId: record.id, subject: sub, userId, managed }
  await stores.identityProviders.link(identity)
}

function textOf(value: unknown, most = maxNameLength): string {
  return typeof value === 'string' ? value.toWellFormed().replaceAll('\0', '').slice(0, most) : ''
}
