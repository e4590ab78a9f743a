import type { AccessDescription } from '@tollgate/model/access/access-description'
import { describeAccess } from '@tollgate/model/access/describe-access'
import { accessTo, type EffectiveAccess, quotasOf } from '@tollgate/model/access/effective-access'
import type { ApiRules } from '@tollgate/model/definition/api-rules'
import type { Limit } from '@tollgate/model/limits/counters'
import { type OrganisationLimits, organisationLimits } from '@tollgate/model/limits/organisation-limits'
import type { KeyRecord } from '@tollgate/storage/keys/keys'
import { accessOf } from './key-access.ts'
import type { KeyContext } from './key-context.ts'

/** What a key may do now: every right and limit in force, each with its source and its use. */
export async function describeKey(context: KeyContext, record: KeyRecord): Promise<AccessDescription> {
  const access = await accessOf(context, record)
  const rules = new Map<string, ApiRules>()
  for (const apiId of access.apis.keys()) {
    const compiled = await context.catalogue.rules(record.orgId, apiId)
    if (compiled !== undefined) rules.set(apiId, compiled)
  }
  return describe(context, access, rules)
}

/** The same as far as one API is concerned; `apis` is empty when the key has no right on it. */
export async function describeKeyOn(
  context: KeyContext,
  record: KeyRecord,
  apiId: string,
): Promise<AccessDescription> {
  const access = await accessOf(context, record)
  const rules = await context.catalogue.rules(record.orgId, apiId)
  const api = accessTo(access, apiId)
  // A key may have rights on thousands of APIs: the others are not described.
  const narrowed = access.master === undefined ? { apis: new Map(api && [[apiId, api]]) } : {}
  return describe(context, { ...access, ...narrowed }, new Map(rules && [[apiId, rules]]))
}

/** What holds for the key on every API: `apis` is empty. */
export async function describeStanding(context: KeyContext, record: KeyRecord): Promise<AccessDescription> {
  const access = await accessOf(context, record)
  return describe(context, { ...access, apis: new Map(), master: undefined }, new Map())
}

async function describe(
  context: KeyContext,
  access: EffectiveAccess,
  rules: ReadonlyMap<string, ApiRules>,
): Promise<AccessDescription> {
  const nowMs = context.now()
  const organisation = await organisationOf(context, access.orgId)
  const ofAll = organisation?.quota === undefined ? [] : [organisation.quota]
  const quotas = await context.quotas.use([...quotasOf(access), ...ofAll])
  const usage = (limit: Limit) => quotas.get(limit.name) ?? context.counters.peek(limit, nowMs)
  return describeAccess(access, rules, usage, nowMs, organisation)
}

/** The organisation's own limits; undefined when it has none. */
/** The organisation's own limits; undefined when it has none. */
export async function organisationOf(
  context: KeyContext,
  orgId: string,
): Promise<OrganisationLimits | undefined> {
  const record = await context.storage.organisationSessions.byOrganisation(orgId)
  return record && organisationLimits(orgId, record.session)
}
