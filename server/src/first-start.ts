import { randomInt } from 'node:crypto'
import { withApiDefaults } from '@tollgate/model/definition/api-definition'
import { hex32, objectId } from '@tollgate/model/ids'
import type { ApiRecord } from '@tollgate/storage/records/apis'
import type { UserRecord } from '@tollgate/storage/records/users'
import { hashPassword, seal, secretHash } from '@tollgate/storage/secrets'
import type { Storage } from '@tollgate/storage/storage'
import { demoApiDefinition } from './demo-api.ts'

/** What a first start made; the password and the access key exist in the clear only here. */
export type FirstStart = {
  readonly orgId: string
  readonly email: string
  readonly password: string
  readonly accessKey: string
  readonly demoApiId: string | undefined
}

/** Whether nothing was ever kept here. */
export async function isEmpty(storage: Storage): Promise<boolean> {
  const { total } = await storage.organisations.list({ page: 1, size: 1 })
  return total === 0
}

/**
 * Gives an empty store what a newcomer needs: an organisation, its administrator and, if a demo upstream runs on
 * `demoPort`, an API in front of it. All of it or nothing.
 */
export async function makeFirstRecords(
  storage: Storage,
  pepper: string,
  demoPort: number | undefined,
  orgId = objectId(),
): Promise<FirstStart> {
  const now = new Date().toISOString()
  const accessKey = hex32()
  const password = newPassword()
  const user = administrator({ orgId, now, pepper, accessKey, passwordHash: await hashPassword(password) })
  const api = demoPort === undefined ? undefined : demoApi(orgId, now, demoPort)

  await storage.write({ kind: 'system', id: 'first-start' }, async (stores) => {
    await stores.organisations.insert({
      id: orgId,
      organisation: { id: orgId, owner_name: 'My organisation', owner_slug: 'my-organisation' },
      createdAt: now,
    })
    await stores.users.insert(user)
    if (api) await stores.apis.insert(api)
  })
  return { orgId, email: user.email, password, accessKey, demoApiId: api?.apiId }
}

function administrator(facts: {
  orgId: string
  now: string
  pepper: string
  accessKey: string
  passwordHash: string
}): UserRecord {
  const { orgId, now, pepper, accessKey, passwordHash } = facts
  const id = objectId()
  const email = 'admin@tollgate.local'
  return {
    id,
    orgId,
    email,
    user: {
      id,
      org_id: orgId,
      first_name: 'Admin',
      last_name: 'User',
      email_address: email,
      active: true,
      user_permissions: { IsAdmin: 'admin', ResetPassword: 'admin' },
      created_at: now,
      password_updated: now,
    },
    passwordHash,
    passwordProvisional: true,
    passwordHistory: [],
    accessKeyHash: secretHash(pepper, accessKey),
    accessKeySealed: seal(pepper, accessKey),
    createdAt: now,
    updatedAt: now,
  }
}

function demoApi(orgId: string, now: string, port: number): ApiRecord {
  const id = objectId()
  const apiId = hex32()
  return {
    id,
    apiId,
    orgId,
    definition: withApiDefaults(demoApiDefinition(port), { apiId, id, orgId }),
    wrapper: {},
    createdAt: now,
    updatedAt: now,
  }
}

/** Letters and digits that cannot be taken for one another, 20 of them: 98 bits. */
function newPassword(): string {
  const letters = 'abcdefghijkmnpqrstuvwxyz23456789'
  return Array.from({ length: 20 }, () => letters[randomInt(letters.length)]).join('')
}
