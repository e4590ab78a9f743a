import type { Dependencies } from '../dependencies.ts'
import { Problem } from '../errors.ts'
import { controlProblems } from './control-problems.ts'

type Storage = Pick<Dependencies, 'storage'>

/**
 * The organisation that a new record belongs to: the one it names, else that of the first API it grants, else the only
 * one there is. Throws `organisation_unknown`, `organisation_unclear`.
 */
export async function organisationOf(
  { storage }: Storage,
  named: string | undefined,
  grantedApis: Readonly<Record<string, unknown>> | null | undefined,
): Promise<string> {
  if (named !== undefined && named !== '') {
    if ((await storage.organisations.byId(named)) !== undefined) return named
    throw new Problem(controlProblems.organisation_unknown, named)
  }
  const first = Object.keys(grantedApis ?? {})[0]
  const api = first === undefined ? undefined : await storage.apis.byId(undefined, first)
  const orgId = api?.orgId ?? (await onlyOrganisation({ storage }))
  if (orgId === undefined) throw new Problem(controlProblems.organisation_unclear)
  return orgId
}

/**
 * The organisation within which a key is looked for: the one that the query names, itself or by an API, else the only
 * one. Undefined means all; then a custom key has to be named with its organisation in front.
 */
export async function scopeOf(
  { storage }: Storage,
  query: { readonly org_id?: string | undefined; readonly api_id?: string | undefined },
): Promise<string | undefined> {
  if (query.org_id) return query.org_id
  const api = query.api_id ? await storage.apis.byId(undefined, query.api_id) : undefined
  return api?.orgId ?? onlyOrganisation({ storage })
}

async function onlyOrganisation({ storage }: Storage): Promise<string | undefined> {
  const { rows } = await storage.organisations.list({ page: 1, size: 2 })
  return rows.length === 1 ? rows[0]?.id : undefined
}
