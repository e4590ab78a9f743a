import { isObjectId, isOrganisationId } from '@tollgate/model/ids'
import type { OrganisationRecord } from '@tollgate/storage/records/organisations'
import type { Dependencies } from '../dependencies.ts'
import { Problem } from '../errors.ts'
import { isAdopted } from '../organisation/adopt-organisation.ts'
import { controlProblems } from './control-problems.ts'

type Context = Pick<Dependencies, 'storage' | 'defaultOrganisation'>

/** Organisations that are looked at; an installation with more has a Dashboard's. */
const MAX_LOOKED_AT = 1000

/** What tells the organisation of a new record: its `org_id` (empty is none), and what it grants. */
export type Belonging = {
  readonly named: string | undefined
  readonly grantedApis?: Readonly<Record<string, unknown>> | null | undefined
  readonly policies?: readonly string[] | null | undefined
}

/**
 * The organisation that a new record belongs to: the one it names, else that of the first API or policy it names, else the
 * one of the setting (`TOLLGATE_DEFAULT_ORG`), else the only one that is not adopted. An installation where a Dashboard
 * made at most one takes any id: one that no organisation has becomes one with the record. Where there are several an
 * unknown id is a slip, unless the setting names it. Throws `organisation_unknown`, `organisation_id_invalid`,
 * `organisation_unclear`.
 */
export async function organisationOf(context: Context, of: Belonging): Promise<string> {
  if (of.named) return namedOrganisation(context, of.named)
  const granting = await grantingOrganisation(context, of)
  if (granting !== undefined) return granting
  if (context.defaultOrganisation !== '') return context.defaultOrganisation
  const { made, adopted } = await organisationsOf(context)
  const [only] = made.length === 0 ? adopted : made
  if (only === undefined || made.length > 1) throw new Problem(controlProblems.organisation_unclear)
  return only.id
}

/**
 * The same for a key, which opens what its organisation has and nothing else: where any id is taken, the API or policy
 * that it names says more than the word that came along; an id in a Dashboard's form is no mere word. Throws as `organisationOf`.
 */
export async function organisationOfKey(context: Context, of: Belonging): Promise<string> {
  if (of.named && !isObjectId(of.named) && (await takesAnyId(context))) {
    const granting = await grantingOrganisation(context, of)
    if (granting !== undefined) return granting
  }
  const orgId = await organisationOf(context, of)
  if ((await context.storage.organisations.byId(orgId)) === undefined)
    throw new Problem(controlProblems.organisation_unknown, orgId)
  return orgId
}

/**
 * The organisation within which a key is looked for: the one that the query names, itself or by an API, else the only
 * one. Undefined means all; then a custom key has to be named with its organisation in front, or see `onlyOne`.
 */
export async function scopeOf(
  { storage }: Pick<Context, 'storage'>,
  query: { readonly org_id?: string | undefined; readonly api_id?: string | undefined },
): Promise<string | undefined> {
  if (query.org_id) return query.org_id
  const api = query.api_id ? await storage.apis.byId(undefined, query.api_id) : undefined
  if (api !== undefined) return api.orgId
  const { rows } = await storage.organisations.list({ page: 1, size: 2 })
  return rows.length === 1 ? rows[0]?.id : undefined
}

/** What exactly one organisation has, where ids of organisations are mere words: those cannot be told apart by anybody. */
export async function onlyOne<T>(
  context: Pick<Context, 'storage'>,
  find: (orgId: string) => Promise<T | undefined>,
): Promise<T | undefined> {
  if (!(await takesAnyId(context))) return undefined
  const { made, adopted } = await organisationsOf(context)
  const found: T[] = []
  for (const { id } of [...made, ...adopted]) {
    const one = await find(id)
    if (one !== undefined) found.push(one)
  }
  return found.length === 1 ? found[0] : undefined
}

/** Whether an organisation of this id may be made by whoever sets its limits. One in a Dashboard's form is a slip. */
export async function takesWord(context: Pick<Context, 'storage'>, id: string): Promise<boolean> {
  return !isObjectId(id) && isOrganisationId(id) && (await takesAnyId(context))
}

async function namedOrganisation(context: Context, id: string): Promise<string> {
  if ((await context.storage.organisations.byId(id)) !== undefined) return id
  const isTaken = id === context.defaultOrganisation || (await takesAnyId(context))
  if (!isTaken) throw new Problem(controlProblems.organisation_unknown, id)
  if (!isOrganisationId(id)) throw new Problem(controlProblems.organisation_id_invalid)
  return id
}

async function grantingOrganisation(
  { storage }: Context,
  { grantedApis, policies }: Belonging,
): Promise<string | undefined> {
  const [firstApi] = Object.keys(grantedApis ?? {})
  const api = firstApi === undefined ? undefined : await storage.apis.byId(undefined, firstApi)
  if (api !== undefined) return api.orgId
  const [policyId] = policies ?? []
  const policy = policyId && (await onlyOne({ storage }, (orgId) => storage.policies.byId(orgId, policyId)))
  return policy ? policy.orgId : undefined
}

/** Whether a Dashboard made no second organisation here. */
async function takesAnyId(context: Pick<Context, 'storage'>): Promise<boolean> {
  return (await organisationsOf(context)).made.length <= 1
}

type Organisations = { readonly made: OrganisationRecord[]; readonly adopted: OrganisationRecord[] }

async function organisationsOf({ storage }: Pick<Context, 'storage'>): Promise<Organisations> {
  const { rows } = await storage.organisations.list({ page: 1, size: MAX_LOOKED_AT })
  const made = rows.filter(({ organisation }) => !isAdopted(organisation))
  return { made, adopted: rows.filter(({ organisation }) => isAdopted(organisation)) }
}
