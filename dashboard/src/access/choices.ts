import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { request } from '../api/request.ts'
import { isRecord, text } from '../lib/json-values.ts'

/** What a key can be given: APIs with their versions, and policies, found on the server. */

/** Most that a drop-down shows; typing finds the rest. */
const shownChoices = '50'

/** An API as a choice. */
export type ApiChoice = {
  readonly id: string
  readonly name: string
  readonly versions: readonly string[]
  readonly listenPath: string
  /** Where it looks for its key. */
  readonly place: KeyPlace
  /** Whether anyone may call it, without any key. */
  readonly isOpen: boolean
  readonly isBasic: boolean
}

/** Where a key is put into a request. */
export type KeyPlace = { readonly in: 'header' | 'query' | 'cookie'; readonly name: string }

/** APIs whose name contains the text, or whose id it is. */
export function apiChoicesQuery(q: string, enabled = true) {
  return queryOptions({
    queryKey: ['apis', 'choices', q],
    queryFn: async ({ signal }) => {
      const query = { q, sort: 'name', page_size: shownChoices } as const
      const { apis, total } = await request('GET /api/apis', { query, signal })
      return { apis: apis.map((api) => apiChoice(api.api_definition)), total: total ?? apis.length }
    },
    placeholderData: keepPreviousData,
    enabled,
  })
}

/** One API by its id; null when there is none any more. */
export function apiChoiceQuery(id: string, enabled = true) {
  return queryOptions({
    queryKey: ['apis', 'choice', id],
    queryFn: async ({ signal }) => {
      const { apis } = await request('GET /api/apis', { query: { q: id, page_size: '1' }, signal })
      return apis.map((api) => apiChoice(api.api_definition)).find((api) => api.id === id) ?? null
    },
    enabled: enabled && id !== '',
  })
}

/** What of a definition matters for a key. */
export function apiChoice(definition: Readonly<Record<string, unknown>>): ApiChoice {
  const versions = field(definition.version_data, 'versions')
  const isVersioned = field(definition.version_data, 'not_versioned') === false
  const names = isRecord(versions) ? Object.keys(versions) : []
  return {
    id: text(definition.api_id),
    name: text(definition.name) || 'Unnamed API',
    versions: isVersioned && names.length > 0 ? names : ['Default'],
    listenPath: text(field(definition.proxy, 'listen_path')) || '/',
    place: keyPlace(definition),
    isOpen: definition.use_keyless === true,
    isBasic: definition.use_basic_auth === true,
  }
}

function keyPlace(definition: Readonly<Record<string, unknown>>): KeyPlace {
  const config = field(definition.auth_configs, 'authToken') ?? definition.auth
  const header = text(field(config, 'auth_header_name')) || 'Authorization'
  if (field(config, 'disable_header') !== true) return { in: 'header', name: header }
  if (field(config, 'use_param') === true)
    return { in: 'query', name: text(field(config, 'param_name')) || header }
  return { in: 'cookie', name: text(field(config, 'cookie_name')) || header }
}

/** A policy as a choice. */
type PolicyChoice = { readonly id: string; readonly name: string; readonly isActive: boolean }

/** Policies whose name contains the text, or whose id it is. */
export function policyChoicesQuery(q: string, enabled = true) {
  return queryOptions({
    queryKey: ['policies', 'choices', q],
    queryFn: async ({ signal }) => {
      const query = { q, sort: 'name', page_size: shownChoices } as const
      const { Data } = await request('GET /api/portal/policies', { query, signal })
      return Data.map(policyChoice)
    },
    placeholderData: keepPreviousData,
    enabled,
  })
}

/** The policies of these ids, those that exist. */
export function policiesOfQuery(ids: readonly string[], enabled = true) {
  const wanted = ids.join(',')
  return queryOptions({
    queryKey: ['policies', 'of', wanted],
    queryFn: async ({ signal }) => {
      const query = { policy_ids: wanted, page_size: '100' }
      return (await request('GET /api/portal/policies', { query, signal })).Data.map(policyChoice)
    },
    enabled: enabled && wanted !== '',
    placeholderData: keepPreviousData,
  })
}

function policyChoice(policy: Readonly<Record<string, unknown>>): PolicyChoice {
  const id = text(policy.id) || text(policy._id)
  return {
    id,
    name: text(policy.name) || id,
    isActive: policy.is_inactive !== true && policy.state !== 'deny',
  }
}

function field(value: unknown, name: string): unknown {
  return isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined
}
