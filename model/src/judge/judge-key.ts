import { type ApiAccess, accessTo, type EffectiveAccess } from '../access/effective-access.ts'
import type { ApiRules } from '../definition/api-rules.ts'
import { matchesEither } from '../definition/path-pattern.ts'
import { pathSetting } from '../definition/version-rules.ts'
import { type Counters, type Limit, type LimitKind, NEEDS_GRANT, TAKEN } from '../limits/counters.ts'
import { type ApiLimits, type LimitPlan, NO_LIMITS, type OwnLimits, planOf } from '../limits/limit-plan.ts'
import type { OrganisationLimits } from '../limits/organisation-limits.ts'
import { pathAfterVersion, type VersionPassed } from './judge-version.ts'
import type { RefusalCode } from './refusals.ts'
import { type Limited, type Refused, refused } from './refused.ts'
import type { RequestFacts } from './request-facts.ts'
import type { StepName, TraceStep } from './verdict.ts'

/**
 * A request that may pass and was counted. One object for all requests: it tells of the last judgement, until the next
 * one. `plan` is never changed and may be kept: its `held` are to be released when the request ends, its `charged` to be
 * charged what the request cost more (or less) than `cost`.
 */
export type KeyPassed = {
  readonly outcome: 'pass'
  /** The quota, as `X-RateLimit-*` shows it (section 4.5); -1 or 0 = unlimited. */
  readonly quotaMax: number
  readonly quotaRemaining: number
  /** Seconds since 1970 at which the quota renews. */
  readonly quotaRenews: number
  readonly traceStep: TraceStep
  /** What it was counted in; undefined = in nothing. */
  readonly plan: LimitPlan | undefined
  /** Units of each of `plan.charged` that it was counted as. */
  readonly cost: number
}

/** Nothing was counted: `limit` has to be granted units by its ledger first; then the request is judged anew. */
export type NeedsGrant = { readonly outcome: 'needs-grant'; readonly limit: Limit; readonly cost: number }

/**
 * Judges the key of a request and counts it: unknown, inactive, expired, rights by API, version and URL, then every limit
 * at once, so that a request refused by one limit consumes none (gateway contract, sections 4.3 to 5). `access` is
 * undefined when the presented credential stands for no key of the organisation.
 * @param organisation the organisation's own limits, where they are enforced
 */
export function judgeKey(
  rules: ApiRules,
  version: VersionPassed,
  access: EffectiveAccess | undefined,
  facts: RequestFacts,
  counters: Counters,
  nowMs: number,
  organisation?: OrganisationLimits,
): KeyPassed | NeedsGrant | Refused {
  if (organisation?.inactive === true) return refuse(rules, version, undefined, SHUT)
  if (access === undefined || access.orgId !== rules.orgId) return refuse(rules, version, undefined, UNKNOWN)
  const api = accessTo(access, rules.apiId)
  const why = unusable(access, nowMs) ?? withoutRight(rules, version, api, facts)
  if (why !== undefined || api === undefined) return refuse(rules, version, access, why ?? UNKNOWN)
  const own = ownLimits(api, version, facts)
  const plan = planOf(own, apiLimits(rules, version, facts), organisation?.limits ?? NO_LIMITS)
  const cost = costOf(version, facts)
  const index = plan.limits.length === 0 ? TAKEN : counters.take(plan.limits, nowMs, cost)
  if (index === TAKEN) return passed(plan, cost, api, counters)
  return index === NEEDS_GRANT
    ? needsGrant(plan, cost, counters)
    : refuse(rules, version, access, overLimit(plan, index, counters))
}

/** Judges a request that needs no key (keyless API, ignored path): only the limits for all callers count. */
export function judgeOpen(
  rules: ApiRules,
  version: VersionPassed,
  facts: RequestFacts,
  counters: Counters,
  nowMs: number,
  organisation?: OrganisationLimits,
): KeyPassed | NeedsGrant | Refused {
  if (organisation?.inactive === true) return refuse(rules, version, undefined, SHUT)
  const everyone = apiLimits(rules, version, facts)
  const plan = planOf(everyone.open, everyone, organisation?.limits ?? NO_LIMITS)
  const cost = costOf(version, facts)
  const index = plan.limits.length === 0 ? TAKEN : counters.take(plan.limits, nowMs, cost)
  if (index === TAKEN) return passed(plan, cost, OPEN, counters)
  return index === NEEDS_GRANT
    ? needsGrant(plan, cost, counters)
    : refuse(rules, version, undefined, overLimit(plan, index, counters))
}

/** Whether the organisation is switched off: asked before anything is looked for (section 4.3, step 9). */
export function judgeOrganisation(
  rules: ApiRules,
  version: VersionPassed,
  organisation: OrganisationLimits | undefined,
): Refused | undefined {
  return organisation?.inactive === true ? refuse(rules, version, undefined, SHUT) : undefined
}

/** What a request without a key shows. */
const OPEN: Shown = {
  quotaMax: 0,
  quotaRemaining: 0,
  quotaRenews: 0,
  traceStep: { step: 'credential', code: 'credential_not_asked' },
}

type Shown = Pick<ApiAccess, 'quotaMax' | 'quotaRemaining' | 'quotaRenews' | 'traceStep'>

/** The answer to every request that passes: filled anew for each, so that the passing case allocates nothing. */
const PASSED: { -readonly [Field in keyof KeyPassed]: KeyPassed[Field] } = {
  outcome: 'pass',
  ...OPEN,
  plan: undefined,
  cost: 1,
}

function passed(plan: LimitPlan, cost: number, shown: Shown, counters: Counters): KeyPassed {
  // Reading index -1 of an array would be slow.
  const quota = plan.quotaIndex === -1 ? undefined : plan.limits[plan.quotaIndex]
  if (quota === undefined) {
    PASSED.quotaMax = shown.quotaMax
    PASSED.quotaRemaining = shown.quotaRemaining
    PASSED.quotaRenews = shown.quotaRenews
  } else {
    const { used, resetsAtMs } = counters.usage(plan.quotaIndex)
    PASSED.quotaMax = quota.max
    PASSED.quotaRemaining = Math.max(0, quota.max - used)
    PASSED.quotaRenews = Math.ceil(resetsAtMs / 1000)
  }
  PASSED.traceStep = shown.traceStep
  PASSED.plan = plan.limits.length === 0 ? undefined : plan
  PASSED.cost = cost
  return PASSED
}

function needsGrant(plan: LimitPlan, cost: number, counters: Counters): NeedsGrant | Refused {
  const limit = plan.limits[counters.wanting()]
  // A counter that names none of the limits it was given counts nothing: nothing passes uncounted.
  if (limit === undefined) return refused('counters_full', [], { step: 'quota', code: 'grant_unclaimed' })
  return { outcome: 'needs-grant', limit, cost }
}

/** The step that decided a refusal, and its code; and what was over its limit. */
type Why = { readonly code: RefusalCode; readonly decided: TraceStep; readonly limited?: Limited }

const SHUT: Why = {
  code: 'organisation_inactive',
  decided: { step: 'route', code: 'organisation_inactive' },
}
const UNKNOWN: Why = { code: 'key_unknown', decided: { step: 'credential', code: 'key_unknown' } }

function unusable(access: EffectiveAccess, nowMs: number): Why | undefined {
  if (access.unusable !== undefined) {
    const decided: TraceStep = { step: 'key', code: 'policies_unusable', args: { problem: access.unusable } }
    return { code: 'key_without_policies', decided }
  }
  if (access.inactive.value) {
    const { sources } = access.inactive
    return { code: 'key_inactive', decided: { step: 'key', code: 'key_inactive', sources } }
  }
  if (access.expiresAtMs !== 0 && nowMs > access.expiresAtMs) {
    const args = { unix: access.expiresAtMs / 1000 }
    return { code: 'key_expired', decided: { step: 'key', code: 'key_expired', args } }
  }
  return undefined
}

function withoutRight(
  rules: ApiRules,
  version: VersionPassed,
  api: ApiAccess | undefined,
  facts: RequestFacts,
): Why | undefined {
  if (api === undefined) {
    const decided: TraceStep = { step: 'rights', code: 'api_not_granted', args: { api: rules.name } }
    return { code: 'api_not_granted', decided }
  }
  const master = api.apiId === ''
  if (!master && rules.versioning !== undefined && !api.versions.value.includes(version.version.name)) {
    const { sources } = api.versions
    const args = { version: version.version.name }
    const decided: TraceStep = { step: 'rights', code: 'version_not_granted', sources, args }
    return { code: 'version_not_granted', decided }
  }
  const urls = api.allowedUrls.value
  if (urls.length === 0) return undefined
  const path = pathAfterVersion(facts, version)
  for (const { url, methods } of urls) {
    if (methods.includes(facts.method) && matchesEither(url, path, facts.fullPath)) return undefined
  }
  return { code: 'url_not_granted', decided: noUrl(api.allowedUrls) }
}

function noUrl({ value, sources }: ApiAccess['allowedUrls']): TraceStep {
  const unusable = value.filter(({ url }) => url.problem !== undefined)
  if (unusable.length === 0) return { step: 'rights', code: 'url_not_granted', sources }
  const patterns = unusable.map(({ url }) => `"${url.source.slice(0, 80)}" ${url.problem}`).join('; ')
  return { step: 'rights', code: 'url_not_granted_some_unusable', sources, args: { patterns } }
}

/** Says which limit refused, and what a client may be told of that. */
function overLimit(plan: LimitPlan, index: number, counters: Counters): Why {
  const limit = plan.limits[index]
  if (limit === undefined) return { code: 'counters_full', decided: { step: 'rate', code: 'counters_full' } }
  const { code, step } = REFUSALS[limit.kind]
  const args = { used: counters.usage(index).used, max: counters.allowance(index), scope: limit.scope }
  const decided: TraceStep = { step, code: 'limit_reached', sources: [limit.source], args }
  const throttle = limit.kind === 'rate' ? plan.throttle : undefined
  return { code, decided, limited: { plan, index, retryAtMs: counters.retryAtMs(), throttle } }
}

const REFUSALS = {
  rate: { code: 'rate_limited', step: 'rate' },
  concurrency: { code: 'concurrency_limited', step: 'rate' },
  quota: { code: 'quota_exceeded', step: 'quota' },
  'api-rate': { code: 'api_rate_limited', step: 'rate' },
  'api-concurrency': { code: 'api_concurrency_limited', step: 'rate' },
  'org-rate': { code: 'organisation_rate_limited', step: 'rate' },
  'org-concurrency': { code: 'organisation_rate_limited', step: 'rate' },
  'org-quota': { code: 'organisation_quota_exceeded', step: 'quota' },
} as const satisfies Record<LimitKind, { readonly code: RefusalCode; readonly step: StepName }>

function ownLimits(api: ApiAccess, version: VersionPassed, facts: RequestFacts): OwnLimits {
  if (api.endpoints.length === 0) return api.own
  const path = pathAfterVersion(facts, version)
  for (const endpoint of api.endpoints) {
    if (endpoint.method !== '' && endpoint.method !== facts.method) continue
    if (matchesEither(endpoint.path, path, facts.fullPath)) return endpoint.own
  }
  return api.own
}

function apiLimits(rules: ApiRules, version: VersionPassed, facts: RequestFacts): ApiLimits {
  const endpoints = version.version.rateLimits
  if (endpoints.length === 0) return rules.everyone
  const endpoint = pathSetting(endpoints, facts.method, pathAfterVersion(facts, version), facts.fullPath)
  return endpoint === undefined ? rules.everyone : endpoint.value
}

function costOf(version: VersionPassed, facts: RequestFacts): number {
  const costs = version.version.requestCosts
  if (costs.length === 0) return 1
  return pathSetting(costs, facts.method, pathAfterVersion(facts, version), facts.fullPath)?.value ?? 1
}

function refuse(
  rules: ApiRules,
  version: VersionPassed,
  access: EffectiveAccess | undefined,
  why: Why,
): Refused {
  const before = [rules.traceSteps.route, version.version.traceStep]
  if (access !== undefined) before.push(access.traceStep)
  return refused(why.code, before, why.decided, why.limited)
}
