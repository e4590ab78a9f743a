import type { ApiDefinition } from '@tollgate/model/definition/api-definition'
import type { ApiRecord, ApiSort } from '@tollgate/storage/records/apis'
import type { Page } from '@tollgate/storage/records/paging'
import { z } from 'zod'
import { csv, PageNumber, PageSize, paged, pageOf, sizeOf } from '../page-query.ts'
import type { ApiContext } from './save-api.ts'

const API_TYPES = ['tcp', 'rest', 'graphql', 'udg', 'subgraph', 'supergraph', 'internal'] as const
const SORTS = [
  'name',
  '-name',
  'created_at',
  '-created_at',
  'updated_at',
  '-updated_at',
] as const satisfies ApiSort[]

/** What a list of APIs can be asked for (dashboard contract, section 1.2). */
export const ApiListQuery = z.object({
  p: PageNumber,
  q: z.string().optional(),
  sort: z.union([z.literal(''), z.enum(SORTS)]).optional(),
  api_type: z.union([z.literal(''), z.enum(API_TYPES)]).optional(),
  auth_type: z.string().optional(),
  category: z.string().optional(),
  base_apis: z.string().optional(),
  compressed: z.string().optional(),
  page_size: PageSize,
})
type ApiListQuery = z.output<typeof ApiListQuery>

/** One page of an organisation's APIs. What the store has no column for is picked out of the whole list. */
export async function listApis(
  context: ApiContext,
  scope: string | undefined,
  query: ApiListQuery,
  pageSize: number,
): Promise<Page<ApiRecord>> {
  const page = pageOf(query.p, sizeOf(query.page_size, pageSize))
  // Whoever knows an id looks for that one API; no name is an id by accident.
  const named = query.q ? await context.storage.apis.byId(scope, query.q) : undefined
  if (named !== undefined) return paged([named], page)
  const categories = csv(query.category).map((category) => category.replace(/^#/, ''))
  const filter = {
    ...(query.q && { nameContains: query.q }),
    sort: query.sort || '-created_at',
    ...(categories.length > 0 && { category: categories }),
  } as const
  const wanted = picks(query)
  if (wanted.length === 0) return context.storage.apis.list(scope, filter, page)
  const everything = await context.storage.apis.list(scope, filter, { page: 0, size: pageSize })
  const children = query.base_apis ? childIds(everything.rows) : new Set()
  const rows = everything.rows.filter(
    (record) => !children.has(record.apiId) && wanted.every((pick) => pick(record.definition)),
  )
  return paged(rows, page)
}

/** `#tag` words of an API's name, without the sign. */
export function categoriesOf(definition: ApiDefinition): readonly string[] {
  const words = (definition.name ?? '').split(/\s+/)
  return [...new Set(words.flatMap((word) => (/^#./.test(word) ? word.slice(1) : [])))]
}

function picks(query: ApiListQuery): ((definition: ApiDefinition) => boolean)[] {
  const { api_type: type } = query
  const auth = csv(query.auth_type)
  return [
    ...(query.base_apis ? [() => true] : []),
    ...(type ? [(definition: ApiDefinition) => apiTypeOf(definition) === type] : []),
    ...(auth.length > 0
      ? [(definition: ApiDefinition) => auth.some((name) => usesAuth(definition, name))]
      : []),
  ]
}

/** APIs that are versions of another one. */
function childIds(records: readonly ApiRecord[]): ReadonlySet<string> {
  return new Set(
    records.flatMap(({ apiId, definition }) =>
      Object.values(definition.definition?.versions ?? {}).filter((child) => child !== apiId),
    ),
  )
}

const GRAPHQL_TYPES: Readonly<Record<string, string>> = {
  executionEngine: 'udg',
  subgraph: 'subgraph',
  supergraph: 'supergraph',
}

function apiTypeOf(definition: ApiDefinition): string {
  if (definition.internal === true) return 'internal'
  if (definition.protocol === 'tcp' || definition.protocol === 'tls') return 'tcp'
  const { graphql } = definition
  if (typeof graphql !== 'object' || graphql === null || !('enabled' in graphql) || graphql.enabled !== true)
    return 'rest'
  const mode =
    'execution_mode' in graphql && typeof graphql.execution_mode === 'string' ? graphql.execution_mode : ''
  return GRAPHQL_TYPES[mode] ?? 'graphql'
}

/** Names of authentication types, as `auth_configs` spells them, and the switch of each. */
const AUTH_SWITCHES: Readonly<Record<string, keyof ApiDefinition>> = {
  keyless: 'use_keyless',
  authtoken: 'use_standard_auth',
  jwt: 'enable_jwt',
  basic: 'use_basic_auth',
  hmac: 'enable_signature_checking',
  oauth: 'use_oauth2',
  oidc: 'use_openid',
  openid: 'use_openid',
  coprocess: 'enable_coprocess_auth',
  mutualtls: 'use_mutual_tls_auth',
}

function usesAuth(definition: ApiDefinition, name: string): boolean {
  const field = AUTH_SWITCHES[name.toLowerCase().replaceAll(/[^a-z]/g, '')]
  return field !== undefined && definition[field] === true
}
