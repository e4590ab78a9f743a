import { hex32, objectId } from '@tollgate/model/ids'
import type { UserRecord } from '@tollgate/storage/records/users'
import { seal, secretHash } from '@tollgate/storage/secrets'
import type { Stores } from '@tollgate/storage/storage'
import { actorOf, type Caller } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { Problem, problems } from '../errors.ts'
import { firstPassword } from './passwords.ts'
import { mergedUser, type NewUser } from './user-document.ts'
import { userProblems } from './user-problems.ts'

export type UserContext = Pick<Dependencies, 'storage' | 'pepper' | 'now' | 'minPasswordLength'>

/**
 * Creates a user with an access key of its own.
 * @param orgId empty for a super user
 * @param check judges the user inside the transaction; a throw undoes it
 */
export async function createUser(
  context: UserContext,
  caller: Caller,
  orgId: string,
  sent: NewUser,
  check: (stores: Stores, record: UserRecord) => Promise<void>,
): Promise<{ readonly record: UserRecord; readonly accessKey: string }> {
  const { pepper, storage, now } = context
  const id = objectId()
  const accessKey = hex32()
  const at = new Date(now()).toISOString()
  const password = await firstPassword(
    caller.kind === 'admin-secret' ? undefined : context,
    sent.email_address,
    sent.password ?? '',
  )
  const document = mergedUser({ active: true }, sent)
  const record: UserRecord = {
    id,
    orgId,
    email: sent.email_address,
    user: {
      ...document,
      id,
      org_id: orgId,
      password_updated: at,
      last_login_date: undefined,
      created_at: at,
    },
    ...password,
    ...accessKeyFields(pepper, accessKey),
    createdAt: at,
    updatedAt: at,
  }
  await storage.write(actorOf(caller), async (stores) => {
    if (orgId !== '' && (await stores.organisations.byId(orgId)) === undefined) {
      throw new Problem(problems.organisation_unknown)
    }
    await refuseTakenEmail(stores, record)
    await refuseUnknownGroup(stores, record)
    await stores.users.insert(record)
    await check(stores, record)
  })
  return { record, accessKey }
}

/** What is kept of an access key: its HMAC to find it by, and a sealed copy because the contract shows it again. */
export function accessKeyFields(
  pepper: string,
  accessKey: string,
): Pick<UserRecord, 'accessKeyHash' | 'accessKeySealed'> {
  return { accessKeyHash: secretHash(pepper, accessKey), accessKeySealed: seal(pepper, accessKey) }
}

/** E-mails are unique per organisation, compared in lower case. */
export async function refuseTakenEmail(stores: Stores, record: UserRecord): Promise<void> {
  const others = await stores.users.byEmail(record.email)
  if (others.some((other) => other.orgId === record.orgId && other.id !== record.id)) {
    throw new Problem(userProblems.user_email_taken)
  }
}

/** A group is the organisation's own, or it is none. */
export async function refuseUnknownGroup(stores: Stores, record: UserRecord): Promise<void> {
  const { group_id: groupId = '' } = record.user
  if (groupId === '') return
  const scope = record.orgId === '' ? undefined : record.orgId
  if ((await stores.userGroups.byId(scope, groupId)) === undefined) {
    throw new Problem(userProblems.user_group_unknown)
  }
}
