import { isObjectId, isOrganisationId } from '@tollgate/model/ids'
import type { Actor } from '@tollgate/storage/changes/changes'
import type { Dependencies } from '../dependencies.ts'
import { Problem } from '../errors.ts'
import { adoptOrganisation } from '../organisation/adopt-organisation.ts'
import { controlProblems } from './control-problems.ts'

type Context = Pick<Dependencies, 'storage' | 'now' | 'defaultOrganisation'>

/** Organisations that are asked one after the other which of them has a record; with more, the request has to say it. */
const MAX_ASKED = 100

/** What tells the organisation of a new record. */
export type Belonging = {
  /** `org_id`; empty is none. */
  readonly named: string | undefined
  readonly grantedApis?: Readonly<Record<string, unknown>> | null | undefined
  readonly policies?: readonly string[] | null | undefined
}

/**
 * The organisation that a new record belongs to: the one it names, else that of the first API or policy it names, else the
 * one of the setting (`TOLLGATE_DEFAULT_ORG`), else the installation's first. An id that no organisation has becomes one:
 * the open-source gateway has no organisations, so any word will do there. Not so an id in the form that a Dashboard gives
 * where there are organisations already: that is another installation's, or a slip. Throws `organisation_unknown`,
 * `organisation_id_invalid`, `organisation_unclear`.
 */
export async function organisationOf(context: Context, actor: Actor, of: Belonging): Promise<string> {
  const { storage, defaultOrganisation } = context
  if (of.named) return existing(context, actor, of.named)
  const [firstApi] = Object.keys(of.grantedApis ?? {})
  const api = firstApi === undefined ? undefined : await storage.apis.byId(undefined, firstApi)
  if (api !== undefined) return api.orgId
  const [policyId] = of.policies ?? []
  const policy = policyId && (await onlyOne(context, (orgId) => storage.policies.byId(orgId, policyId)))
  if (policy) return policy.orgId
  if (defaultOrganisation !== '') return existing(context, actor, defaultOrganisation)
  const { rows } = await storage.organisations.list({ page: 1, size: 1 })
  const [first] = rows
  if (first === undefined) throw new Problem(controlProblems.organisation_unclear)
  return first.id
}

/**
 * The organisation within which a key is looked for: the one that the query names, itself or by an API, else the only
 * one. Undefined means all: see `onlyOne`.
 */
export async function scopeOf(
  { storage }: Context,
  query: { readonly org_id?: string | undefined; readonly api_id?: string | undefined },
): Promise<string | undefined> {
  if (query.org_id) return query.org_id
  const api = query.api_id ? await storage.apis.byId(undefined, query.api_id) : undefined
  if (api !== undefined) return api.orgId
  const { rows } = await storage.organisations.list({ page: 1, size: 2 })
  return rows.length === 1 ? rows[0]?.id : undefined
}

/** What exactly one organisation has; what two have is nobody's who does not say which. */
export async function onlyOne<T>(
  { storage }: Pick<Context, 'storage'>,
  find: (orgId: string) => Promise<T | undefined>,
): Promise<T | undefined> {
  const { rows, total } = await storage.organisations.list({ page: 1, size: MAX_ASKED })
  if (total > MAX_ASKED) return undefined
  const found: T[] = []
  for (const { id } of rows) {
    const one = await find(id)
    if (one !== undefined) found.push(one)
  }
  return found.length === 1 ? found[0] : undefined
}

async function existing(context: Context, actor: Actor, id: string): Promise<string> {
  const { storage } = context
  if ((await storage.organisations.byId(id)) !== undefined) return id
  if (!isOrganisationId(id)) throw new Problem(controlProblems.organisation_id_invalid)
  const { total } = await storage.organisations.list({ page: 1, size: 1 })
  if (isObjectId(id) && total > 1 && id !== context.defaultOrganisation)
    throw new Problem(controlProblems.organisation_unknown, id)
  await adoptOrganisation(context, actor, id)
  return id
}
