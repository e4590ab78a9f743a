import { isDeepStrictEqual } from 'node:util'
import type { Policy } from '@tollgate/model/access/policy'
import { isObjectId, objectId } from '@tollgate/model/ids'
import type { Actor } from '@tollgate/storage/changes/changes'
import type { PolicyRecord } from '@tollgate/storage/records/policies'
import type { Storage, Stores } from '@tollgate/storage/storage'
import { Problem, problems } from '../errors.ts'
import { type Adopting, requireOrganisation } from '../organisation/adopt-organisation.ts'
import { rightsOf } from './policy-document.ts'
import { policyProblems } from './policy-problems.ts'

/** Longest free-word id, characters. */
const MAX_EXPLICIT_ID_LENGTH = 128

/** What the policy verbs work with. */
export type PolicyContext = Adopting & { readonly storage: Storage }

/** What a surface asks of a policy: in the Dashboard a name is given once, elsewhere names are free. */
export type PolicyRules = { readonly namesAreFree: boolean }
const DASHBOARD: PolicyRules = { namesAreFree: false }
/** For records that come with their ids: by the control API, by a file, by an import. */
export const FREE_NAMES: PolicyRules = { namesAreFree: true }

/**
 * Stores a new policy; both ids are kept when it brings them. Throws `foreign_object` when it names another
 * organisation, `organisation_unknown`, `policy_partitions_invalid`, `policy_lifetime_past`, `policy_name_taken`,
 * `policy_id_invalid`, `policy_id_taken`. One without access rights is a part to be combined with others.
 */
export async function createPolicy(
  context: PolicyContext,
  actor: Actor,
  orgId: string,
  sent: Policy,
  rules = DASHBOARD,
): Promise<PolicyRecord> {
  const id = sent._id === undefined || sent._id === '' ? objectId() : sent._id
  if (!isObjectId(id)) throw new Problem(policyProblems.policy_id_invalid)
  const nowMs = context.now()
  const at = new Date(nowMs).toISOString()
  const policy = completed(sent, { id, orgId, dateCreated: at, nowMs })
  const record = { id, explicitId: explicitIdOf(policy), orgId, policy, createdAt: at, updatedAt: at }
  await context.storage.write(actor, async (stores) => {
    await requireOrganisation(stores, context, orgId)
    // `_id` is unique over all organisations, a free word within its own.
    if ((await stores.policies.byId(undefined, id)) !== undefined)
      throw new Problem(policyProblems.policy_id_taken)
    await refuseTaken(stores, record, rules)
    await stores.policies.insert(record)
  })
  return record
}

/**
 * Stores a policy with its ids; the one that has them already in the organisation is replaced. Two ids that do not belong
 * to one record replace none: `policy_id_taken`. Nothing is written where nothing would change. Throws as `createPolicy`.
 */
export async function importPolicy(
  context: PolicyContext,
  actor: Actor,
  orgId: string,
  sent: Policy,
): Promise<PolicyRecord> {
  const { _id: databaseId = '', id: word = '' } = sent
  const named = databaseId || word
  const found = named === '' ? undefined : await context.storage.policies.byId(orgId, named)
  if (found === undefined) return createPolicy(context, actor, orgId, sent, FREE_NAMES)
  const isItsOwn = (id: string) => id === '' || id === found.id || id === found.explicitId
  if (!isItsOwn(databaseId) || !isItsOwn(word)) throw new Problem(policyProblems.policy_id_taken)
  const next = replaced(context, found, sent)
  const isSame = isDeepStrictEqual({ ...next.policy, last_updated: found.policy.last_updated }, found.policy)
  return isSame ? found : storeReplaced(context, actor, found, next, FREE_NAMES)
}

/**
 * Replaces a policy; its `_id`, organisation and creation date stay, and its free-word id unless another is sent. In
 * force for every key that lists it. Throws as `createPolicy`, and `policy_not_found` when it went meanwhile.
 */
export async function updatePolicy(
  context: PolicyContext,
  actor: Actor,
  found: PolicyRecord,
  sent: Policy,
  rules = DASHBOARD,
): Promise<PolicyRecord> {
  return storeReplaced(context, actor, found, replaced(context, found, sent), rules)
}

function replaced(context: PolicyContext, found: PolicyRecord, sent: Policy): PolicyRecord {
  const nowMs = context.now()
  const { id, orgId } = found
  const explicit = sent.id === undefined || sent.id === '' ? { id: found.policy.id } : {}
  const facts = { id, orgId, dateCreated: found.policy.date_created ?? found.createdAt, nowMs }
  const policy = completed({ ...sent, ...explicit }, facts, found.policy)
  return {
    ...found,
    policy,
    explicitId: explicitIdOf(policy),
    updatedAt: new Date(nowMs).toISOString(),
  }
}

async function storeReplaced(
  context: PolicyContext,
  actor: Actor,
  found: PolicyRecord,
  record: PolicyRecord,
  rules: PolicyRules,
): Promise<PolicyRecord> {
  const { id, orgId } = found
  // A name that came in where names are free may be shared; saving without a change has to be possible.
  const keptName = record.policy.name === found.policy.name
  await context.storage.write(actor, async (stores) => {
    if ((await stores.policies.byId(orgId, id)) === undefined)
      throw new Problem(policyProblems.policy_not_found)
    await refuseTaken(stores, record, keptName ? FREE_NAMES : rules)
    await stores.policies.update(record)
  })
  return record
}

/** Deletes a policy. Keys that list it lose what it gave them (gateway contract, section 1.3). */
export async function deletePolicy(context: PolicyContext, actor: Actor, found: PolicyRecord): Promise<void> {
  await context.storage.write(actor, async (stores) => {
    const current = await stores.policies.byId(found.orgId, found.id)
    if (current === undefined) throw new Problem(policyProblems.policy_not_deletable)
    await stores.policies.remove(current)
  })
}

type Facts = {
  readonly id: string
  readonly orgId: string
  readonly dateCreated: string
  readonly nowMs: number
}

function completed(sent: Policy, facts: Facts, stored?: Policy): Policy {
  if (sent.org_id !== undefined && sent.org_id !== '' && sent.org_id !== facts.orgId) {
    throw new Problem(problems.foreign_object)
  }
  if ((sent.key_expires_in ?? 0) < -1) throw new Problem(policyProblems.policy_lifetime_past)
  const { quota, rate_limit, complexity, acl, per_api } = sent.partitions ?? {}
  if (per_api && (quota || rate_limit || complexity || acl)) {
    throw new Problem(policyProblems.policy_partitions_invalid)
  }
  const { access_rights_array: _derived, ...kept } = sent
  return {
    ...kept,
    _id: facts.id,
    org_id: facts.orgId,
    access_rights: rightsOf(sent, stored),
    active: sent.active ?? true,
    date_created: facts.dateCreated,
    last_updated: String(Math.floor(facts.nowMs / 1000)),
  }
}

/** The free-word id; a repetition of `_id` is none. */
function explicitIdOf(policy: Policy): string {
  const { id = '' } = policy
  if (id === '' || id === policy._id) return ''
  // It stands in paths and in comma-separated lists.
  if (id.length > MAX_EXPLICIT_ID_LENGTH || !/^[^\p{Cc}\s,/?#]+$/u.test(id)) {
    throw new Problem(policyProblems.policy_id_invalid)
  }
  return id
}

async function refuseTaken(stores: Stores, record: PolicyRecord, rules: PolicyRules): Promise<void> {
  const { orgId, explicitId } = record
  const { name = '' } = record.policy
  const sameName = name === '' || rules.namesAreFree ? undefined : await stores.policies.byName(orgId, name)
  if (sameName !== undefined && sameName.id !== record.id) throw new Problem(policyProblems.policy_name_taken)
  const sameId = explicitId === '' ? undefined : await stores.policies.byId(orgId, explicitId)
  if (sameId !== undefined && sameId.id !== record.id) throw new Problem(policyProblems.policy_id_taken)
}
