import { type AppliedPolicies, applyPolicies } from './apply-policies.ts'
import type { Cell, Limit } from './counters.ts'
import { quotaLimit, rateLimit } from './limit.ts'
import { isEmptyLimit } from './merge-limits.ts'
import type { RightSources } from './merge-rights.ts'
import type { PolicyLabel } from './named-policies.ts'
import { type PathMatching, type PathPattern, pathPattern } from './path-pattern.ts'
import type { Policy } from './policy.ts'
import type { AccessDefinition, ApiLimit, Session } from './session.ts'
import type { Rung } from './verdict.ts'

/** A value and where it was set, in words: "key", "policy gold (64f0…)", "API orders", "default". */
export type Sourced<T> = { readonly value: T; readonly source: string }

/** What one key may do with one API, compiled so that judging a request allocates nothing. */
export type ApiAccess = {
  readonly apiId: string
  readonly apiName: string
  /** Names of versions; empty = none named (a not-versioned API goes by "Default"). */
  readonly versions: Sourced<readonly string[]>
  /** Empty = every URL. A pattern that cannot be compiled stays in the list, matches nothing and is named in `source`. */
  readonly allowedUrls: Sourced<readonly { readonly url: PathPattern; readonly methods: readonly string[] }[]>
  /** Where each part was set, for limits that are off too; "default" = nobody said anything. */
  readonly sources: Readonly<RightSources>
  readonly rate: Limit | undefined
  readonly quota: Limit | undefined
  /** `endpoints[]` of the access right: its rate replaces `rate` for that path and method (empty or `ALL` = any). */
  readonly endpoints: readonly EndpointRate[]
  /** What `X-RateLimit-*` shows when there is no counting quota (section 4.5): the stored values, -1 = unlimited. */
  readonly quotaMax: number
  readonly quotaRemaining: number
  readonly quotaRenews: number
  /** The rung of a request that passed "rights". */
  readonly rung: Rung
}

/** The rate of one endpoint; undefined = unlimited there. */
export type EndpointRate = {
  readonly path: PathPattern
  readonly method: string
  readonly rate: Limit | undefined
}

/** Every right and limit of one key in force, each with its source; a pure function of the session and its policies. */
export type EffectiveAccess = {
  readonly keyId: string
  readonly orgId: string
  readonly alias: string
  readonly inactive: Sourced<boolean>
  /** Milliseconds since 1970; 0 = never. */
  readonly expiresAtMs: number
  /** Rights by api_id. */
  readonly apis: ReadonlyMap<string, ApiAccess>
  /** A key without any access right opens every API of its organisation ("master key"); its limits are these. */
  readonly master: ApiAccess | undefined
  /** Set when policies are listed but none of them can be applied: such a key opens nothing. */
  readonly unusable: string | undefined
  /** The policies that were applied. */
  readonly policies: readonly PolicyLabel[]
  /** The session with its policies applied: what a read of the key shows. */
  readonly session: Session
  /** The rung of a request whose credential was found to be this key. */
  readonly rung: Rung
}

/** A key as `effectiveAccess` needs it. */
export type KeyFacts = { readonly id: string; readonly orgId: string; readonly session: Session }

/** Finds a policy by either of its ids within an organisation. */
export type FindPolicy = (id: string) => Policy | undefined

/**
 * Compiles what a key may do (gateway contract, sections 1 and 5). Never throws on a session that passed its schema;
 * what cannot be compiled grants nothing and says so in its source.
 */
export function effectiveAccess(
  key: KeyFacts,
  find: FindPolicy,
  matching: PathMatching = {},
): EffectiveAccess {
  const applied = applyPolicies(key.session, find, key.orgId)
  const { session } = applied
  const rights = applied.problem === undefined ? Object.entries(session.access_rights ?? {}) : []
  const apis = new Map<string, ApiAccess>()
  for (const [apiId, right] of rights) apis.set(apiId, apiAccess(key.id, apiId, right, applied, matching))
  const master = applied.problem === undefined && applied.policies.length === 0 && apis.size === 0
  return {
    keyId: key.id,
    orgId: key.orgId,
    alias: session.alias ?? '',
    inactive: { value: session.is_inactive === true, source: applied.sources.inactive },
    expiresAtMs: (session.expires ?? 0) < 1 ? 0 : (session.expires ?? 0) * 1000,
    apis,
    master: master ? apiAccess(key.id, '', {}, applied, matching) : undefined,
    unusable: applied.problem,
    policies: applied.policies,
    session,
    rung: { step: 'credential', detail: `key ${key.id} found` },
  }
}

/** What the key may do with one API; undefined when it has no right on it. */
export function accessTo(access: EffectiveAccess, apiId: string): ApiAccess | undefined {
  return access.apis.get(apiId) ?? access.master
}

/** The counters of the key's quotas: reset when the key is created, updated without `suppress_reset`, or deleted. */
export function quotaCells(access: EffectiveAccess): readonly Cell[] {
  return distinctCells(access, (api) => [api.quota])
}

/** The counters of the key's rates, those of endpoints included: reset along with the quotas. */
export function rateCells(access: EffectiveAccess): readonly Cell[] {
  return distinctCells(access, (api) => [api.rate, ...api.endpoints.map((endpoint) => endpoint.rate)])
}

function distinctCells(
  access: EffectiveAccess,
  limitsOf: (api: ApiAccess) => readonly (Limit | undefined)[],
): readonly Cell[] {
  const cells = new Map<string, Cell>()
  const apis = access.master === undefined ? [...access.apis.values()] : [access.master]
  for (const limit of apis.flatMap(limitsOf)) {
    if (limit) cells.set(`${limit.cell.hi}:${limit.cell.lo}`, limit.cell)
  }
  return [...cells.values()]
}

function apiAccess(
  keyId: string,
  apiId: string,
  right: AccessDefinition,
  applied: AppliedPolicies,
  matching: PathMatching,
): ApiAccess {
  const own = isEmptyLimit(right.limit) ? undefined : (right.limit ?? undefined)
  const limit: ApiLimit = own ?? applied.session
  const sources = rightSources(apiId, own !== undefined, limit, applied)
  const name = right.api_name || apiId
  const allowanceScope = right.allowance_scope ?? ''
  const scope = scopeInWords(allowanceScope, apiId, name)
  const counter = allowanceScope === '' ? keyId : `${keyId}:${allowanceScope}`
  const rate = { kind: 'rate', cell: `rate:${counter}`, scope, source: sources.rate } as const
  return {
    apiId,
    apiName: name,
    versions: { value: right.versions ?? [], source: sources.acl },
    allowedUrls: allowedUrls(right, sources.acl, matching),
    sources,
    rate: rateLimit(limit.rate, limit.per, rate),
    quota: quotaLimit(limit.quota_max, limit.quota_renewal_rate, {
      kind: 'quota',
      cell: `quota:${counter}`,
      scope,
      source: sources.quota,
    }),
    endpoints: endpointRates(right, rate, matching),
    quotaMax: limit.quota_max ?? 0,
    quotaRemaining: limit.quota_remaining ?? 0,
    quotaRenews: limit.quota_renews ?? 0,
    rung: {
      step: 'rights',
      detail: apiId === '' ? 'every API of the organisation, key' : `${name}, ${sources.acl}`,
    },
  }
}

/** A limit that the key leaves at zero was set by nobody. */
function rightSources(
  apiId: string,
  hasOwnLimit: boolean,
  limit: ApiLimit,
  applied: AppliedPolicies,
): RightSources {
  const merged = applied.sources.apis.get(apiId)
  const { acl, rate, quota } = merged ?? {
    acl: 'key',
    rate: hasOwnLimit ? 'key' : applied.sources.rate,
    quota: hasOwnLimit ? 'key' : applied.sources.quota,
  }
  return {
    acl,
    rate: rate === 'key' && !limit.rate && !limit.per ? 'default' : rate,
    quota: quota === 'key' && !limit.quota_max ? 'default' : quota,
  }
}

function scopeInWords(allowanceScope: string, apiId: string, name: string): string {
  if (allowanceScope === '') return 'key'
  return allowanceScope === apiId ? `key on API ${name}` : `key by policy ${allowanceScope}`
}

function allowedUrls(
  right: AccessDefinition,
  source: string,
  matching: PathMatching,
): ApiAccess['allowedUrls'] {
  const value = (right.allowed_urls ?? []).map((entry) => ({
    url: pathPattern(entry.url, matching),
    methods: entry.methods ?? [],
  }))
  const unusable = value.filter(({ url }) => url.problem !== undefined)
  if (unusable.length === 0) return { value, source }
  const named = unusable.map(({ url }) => `"${url.source.slice(0, 80)}" ${url.problem}`)
  return { value, source: `${source}; grants nothing: ${named.join('; ')}` }
}

function endpointRates(
  right: AccessDefinition,
  labels: { readonly kind: 'rate'; readonly cell: string; readonly scope: string; readonly source: string },
  matching: PathMatching,
): readonly EndpointRate[] {
  return (right.endpoints ?? []).flatMap((endpoint) => {
    const path = pathPattern(endpoint.path, matching)
    return (endpoint.methods ?? []).map((method) => {
      const rate = rateLimit(method.limit?.rate, method.limit?.per, {
        ...labels,
        cell: `${labels.cell}:${method.name}:${endpoint.path}`,
        scope: `${labels.scope} on ${method.name} ${endpoint.path}`,
      })
      return { path, method: method.name === 'ALL' ? '' : method.name, rate }
    })
  })
}
