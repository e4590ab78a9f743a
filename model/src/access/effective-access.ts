import { type PathMatching, type PathPattern, pathPattern } from '../definition/path-pattern.ts'
import type { TraceStep } from '../judge/verdict.ts'
import { type BudgetFacts, budgetOf, escaped, type Setter } from '../limits/budget.ts'
import type { Limit } from '../limits/counters.ts'
import { concurrencyOf, type LimitOrigin, quotaOf, ratesOf, throttleOf } from '../limits/key-limits.ts'
import { type OwnLimits, ownLimits } from '../limits/limit-plan.ts'
import { BY_DEFAULT, BY_THE_KEY, type SourceRef } from '../source-ref.ts'
import { type AppliedPolicies, applyPolicies } from './apply-policies.ts'
import { isEmptyLimit } from './merge-limits.ts'
import { type RightSetters, SET_BY_KEY } from './merge-rights.ts'
import type { PolicyLabel } from './named-policies.ts'
import type { FindPolicy } from './policy.ts'
import type { AccessDefinition, ApiLimit, Session } from './session.ts'

/** A value and who set it; several where policies granted a right together. */
export type Sourced<T> = { readonly value: T; readonly sources: readonly SourceRef[] }

/** What one key may do with one API, compiled so that judging a request allocates nothing. */
export type ApiAccess = {
  readonly apiId: string
  readonly apiName: string
  /** Names of versions; empty = none named (a not-versioned API goes by "Default"). */
  readonly versions: Sourced<readonly string[]>
  /** Empty = every URL. A pattern that cannot be compiled stays in the list and matches nothing. */
  readonly allowedUrls: Sourced<readonly { readonly url: PathPattern; readonly methods: readonly string[] }[]>
  /** Who set each part, for limits that are off too. */
  readonly sources: RightSources
  /** Windows that hold at the same time; none = unlimited. */
  readonly rates: readonly Limit[]
  readonly concurrency: Limit | undefined
  readonly quota: Limit | undefined
  /** What a request is counted in that meets none of `endpoints`. */
  readonly own: OwnLimits
  /** `endpoints[]` of the access right: their rates replace `rates` for that path and method (empty or `ALL` = any). */
  readonly endpoints: readonly EndpointLimits[]
  /** What `X-RateLimit-*` shows when there is no counting quota (section 4.5): the stored values, -1 = unlimited. */
  readonly quotaMax: number
  readonly quotaRemaining: number
  readonly quotaRenews: number
  /** The step of a request that passed "rights". */
  readonly traceStep: TraceStep
}

/** Who set the parts of a right. */
export type RightSources = {
  readonly acl: readonly SourceRef[]
  readonly rate: SourceRef
  readonly concurrency: SourceRef
  readonly quota: SourceRef
}

/** The limits of one endpoint: rates in place of the API's, and a concurrency beside the API's. */
export type EndpointLimits = {
  readonly path: PathPattern
  readonly method: string
  /** None = unlimited there. */
  readonly rates: readonly Limit[]
  readonly concurrency: Limit | undefined
  readonly own: OwnLimits
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
  /** The step of a request whose credential was found to be this key. */
  readonly traceStep: TraceStep
}

/** A key as `effectiveAccess` needs it. */
export type KeyFacts = { readonly id: string; readonly orgId: string; readonly session: Session }

/**
 * Compiles what a key may do (gateway contract, sections 1 and 5). Never throws on a session that passed its schema;
 * what cannot be compiled grants nothing.
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
  for (const [apiId, right] of rights) apis.set(apiId, apiAccess(key, apiId, right, applied, matching))
  const master = applied.problem === undefined && applied.policies.length === 0 && apis.size === 0
  return {
    keyId: key.id,
    orgId: key.orgId,
    alias: session.alias ?? '',
    inactive: { value: session.is_inactive === true, sources: [applied.sources.inactive] },
    expiresAtMs: (session.expires ?? 0) < 1 ? 0 : (session.expires ?? 0) * 1000,
    apis,
    master: master ? apiAccess(key, '', {}, applied, matching) : undefined,
    unusable: applied.problem,
    policies: applied.policies,
    session,
    traceStep: { step: 'credential', code: 'key_found', args: { key: key.id } },
  }
}

/** What the key may do with one API; undefined when it has no right on it. */
export function accessTo(access: EffectiveAccess, apiId: string): ApiAccess | undefined {
  return access.apis.get(apiId) ?? access.master
}

/** Every quota of the key, those that it shares with other keys included. */
export function quotasOf(access: EffectiveAccess): readonly Limit[] {
  return distinctLimits(access, (api) => [api.quota])
}

/**
 * The limits whose counters are the key's alone: reset when the key is created, updated without `suppress_reset`, or
 * deleted. Those that it shares with other keys are not among them.
 */
export function limitsOfKey(access: EffectiveAccess): readonly Limit[] {
  const limits = distinctLimits(access, (api) => [
    api.quota,
    ...[api, ...api.endpoints].flatMap(({ rates }) => rates),
  ])
  return limits.filter((limit) => isOfKey(limit, access.keyId))
}

function distinctLimits(
  access: EffectiveAccess,
  limitsOf: (api: ApiAccess) => readonly (Limit | undefined)[],
): readonly Limit[] {
  const limits = new Map<string, Limit>()
  const apis = access.master === undefined ? [...access.apis.values()] : [access.master]
  for (const limit of apis.flatMap(limitsOf)) if (limit) limits.set(limit.name, limit)
  return [...limits.values()]
}

/** Whether the counter of a limit is this key's alone: it is reset with the key, and ends with it. */
export function isOfKey(limit: Limit, keyId: string): boolean {
  const [, budget] = limit.name.split(':', 2)
  return budget === escaped(keyId)
}

function apiAccess(
  key: KeyFacts,
  apiId: string,
  right: AccessDefinition,
  applied: AppliedPolicies,
  matching: PathMatching,
): ApiAccess {
  const own = isEmptyLimit(right.limit) ? undefined : (right.limit ?? undefined)
  const limit: ApiLimit = own ?? applied.session
  const setters = settersOf(apiId, own !== undefined, applied)
  const sources = rightSources(limit, setters)
  const name = right.api_name || apiId
  const facts = { keyId: key.id, orgId: key.orgId, session: applied.session }
  const place = (part: 'rate' | 'concurrency' | 'quota') =>
    placeOf(facts, right.allowance_scope ?? '', { apiId, name }, setters[part], sources[part])
  const rates = ratesOf(limit, place('rate'))
  const concurrency = concurrencyOf(limit, place('concurrency'))
  const quota = quotaOf(limit, place('quota'))
  const throttle = throttleOf(limit)
  const common = { concurrency, quota, throttle }
  return {
    apiId,
    apiName: name,
    versions: { value: right.versions ?? [], sources: sources.acl },
    allowedUrls: allowedUrls(right, sources.acl, matching),
    sources,
    rates,
    concurrency,
    quota,
    own: ownLimits([...rates, ...(concurrency ? [concurrency] : [])], quota, throttle),
    endpoints: endpointLimits(right, place('rate'), common, matching),
    quotaMax: limit.quota_max ?? 0,
    quotaRemaining: limit.quota_remaining ?? 0,
    quotaRenews: limit.quota_renews ?? 0,
    traceStep:
      apiId === ''
        ? { step: 'rights', code: 'right_on_every_api', sources: sources.acl }
        : { step: 'rights', code: 'right', sources: sources.acl, args: { api: name } },
  }
}

function settersOf(apiId: string, hasOwnLimit: boolean, applied: AppliedPolicies): RightSetters {
  const merged = applied.sources.apis.get(apiId)
  if (merged !== undefined) return merged
  return hasOwnLimit ? SET_BY_KEY : { ...applied.sources.root, acl: [BY_THE_KEY] }
}

/** A limit that the key leaves at zero was set by nobody. */
function rightSources(limit: ApiLimit, setters: RightSetters): RightSources {
  const rate = setters.rate.source
  const quota = setters.quota.source
  const hasRate = limit.rate || limit.per || limit.rates?.length
  return {
    acl: setters.acl,
    rate: rate.kind === 'key' && !hasRate ? BY_DEFAULT : rate,
    concurrency: limit.max_concurrency ? setters.concurrency.source : BY_DEFAULT,
    quota: quota.kind === 'key' && !limit.quota_max ? BY_DEFAULT : quota,
  }
}

function placeOf(
  facts: BudgetFacts,
  allowanceScope: string,
  api: { readonly apiId: string; readonly name: string },
  setter: Setter,
  source: SourceRef,
): LimitOrigin {
  const budget = budgetOf(facts, setter)
  const path = allowanceScope === '' ? [] : [allowanceScope]
  return { budget, path, scope: scopeInWords(budget.words, allowanceScope, api.apiId, api.name), source }
}

function scopeInWords(who: string, allowanceScope: string, apiId: string, name: string): string {
  if (allowanceScope === '') return who
  return allowanceScope === apiId ? `${who} on API ${name}` : `${who} by policy ${allowanceScope}`
}

function allowedUrls(
  right: AccessDefinition,
  sources: readonly SourceRef[],
  matching: PathMatching,
): ApiAccess['allowedUrls'] {
  const value = (right.allowed_urls ?? []).map((entry) => ({
    url: pathPattern(entry.url, matching),
    methods: entry.methods ?? [],
  }))
  return { value, sources }
}

type Common = Pick<ApiAccess, 'concurrency' | 'quota'> & Pick<OwnLimits, 'throttle'>

function endpointLimits(
  right: AccessDefinition,
  around: LimitOrigin,
  common: Common,
  matching: PathMatching,
): readonly EndpointLimits[] {
  return (right.endpoints ?? []).flatMap((endpoint) => {
    const path = pathPattern(endpoint.path, matching)
    return (endpoint.methods ?? []).map((method) => {
      const block = method.limit ?? {}
      const place: LimitOrigin = {
        ...around,
        path: [...around.path, method.name, endpoint.path],
        scope: `${around.scope} on ${method.name} ${endpoint.path}`,
      }
      const rates = ratesOf(block, place)
      const concurrency = concurrencyOf(block, place)
      const counted = [...rates, common.concurrency, concurrency].filter((limit) => limit !== undefined)
      return {
        path,
        method: method.name === 'ALL' ? '' : method.name,
        rates,
        concurrency,
        own: ownLimits(counted, common.quota, common.throttle),
      }
    })
  })
}
