import { hex32, objectId } from '@tollgate/model/ids'
import type { Actor } from '../changes/changes.ts'
import type { KeyRecord } from '../keys/keys.ts'
import type { ApiRecord } from '../records/apis.ts'
import type { CertificateRecord } from '../records/certificates.ts'
import type { OrganisationRecord } from '../records/organisations.ts'
import type { PolicyRecord } from '../records/policies.ts'
import type { UserGroupRecord } from '../records/user-groups.ts'
import type { UserRecord } from '../records/users.ts'

/** Records for tests; each has ids of its own, and whatever the test gives replaces the rest. */

export const actor: Actor = { kind: 'user', id: 'tester' }
export const at = '2026-01-02T03:04:05Z'

export function aKey(given: Partial<KeyRecord> & { orgId: string }): KeyRecord {
  const session = { org_id: given.orgId, alias: '', rate: 10, per: 60 }
  return { id: hex32(), session, username: '', createdAt: at, updatedAt: at, ...given }
}

export function anApi(
  given: Partial<ApiRecord> & { orgId: string; name?: string; listenPath?: string; domain?: string },
): ApiRecord {
  const { name = 'api', listenPath = `/${hex32()}/`, domain = '', ...rest } = given
  const [id, apiId] = [objectId(), hex32()]
  const proxy = { listen_path: listenPath, target_url: 'http://127.0.0.1:1/' }
  const definition = {
    id,
    api_id: apiId,
    org_id: given.orgId,
    name,
    domain,
    proxy,
    an_unknown_field: { kept: [1, null] },
  }
  return { id, apiId, definition, wrapper: { hook_references: [] }, createdAt: at, updatedAt: at, ...rest }
}

export function aPolicy(given: Partial<PolicyRecord> & { orgId: string }): PolicyRecord {
  const id = objectId()
  const policy = { _id: id, name: id, active: true, is_inactive: false }
  return { id, explicitId: '', policy, createdAt: at, updatedAt: at, ...given }
}

export function aCertificate(given: Partial<CertificateRecord> & { orgId: string }): CertificateRecord {
  const id = given.orgId + hex32() + hex32()
  return { id, pem: '-----BEGIN CERTIFICATE-----', keySealed: '', createdAt: at, ...given }
}

export function aUser(given: Partial<UserRecord> & { orgId: string }): UserRecord {
  const id = objectId()
  return {
    id,
    email: `${id}@example.com`,
    user: { id, first_name: 'Ada', last_name: 'Lovelace' },
    passwordHash: '',
    passwordProvisional: false,
    passwordHistory: [],
    accessKeyHash: hex32(),
    accessKeySealed: 'sealed',
    createdAt: at,
    updatedAt: at,
    ...given,
  }
}

export function aGroup(given: Partial<UserGroupRecord> & { orgId: string }): UserGroupRecord {
  const id = objectId()
  return { id, group: { id, name: 'group' }, ...given }
}

export function anOrganisation(given: Partial<OrganisationRecord> = {}): OrganisationRecord {
  const id = objectId()
  return { id, organisation: { id, owner_name: 'owner' }, createdAt: at, ...given }
}
