import { type ApiAccess, accessTo, type EffectiveAccess } from '../access/effective-access.ts'
import { matchesRequest } from '../definition/path-pattern.ts'
import { type Counters, type Limit, type LimitKind, NEEDS_GRANT, TAKEN } from '../limits/counters.ts'
import { type ApiLimits, type LimitPlan, NO_LIMITS, type OwnLimits, planOf } from '../limits/limit-plan.ts'
import type { OrganisationLimits } from '../limits/organisation-limits.ts'
import type { RefusalCode } from './refusals.ts'
import { type Refused, refused, refusedFor, type Why } from './refused.ts'
import type { RequestFacts } from './request-facts.ts'
import type { StepName, TraceStep } from './verdict.ts'

/** What of a compiled API its keys are judged by. */
export type KeyRules = {
  readonly apiId: string
  readonly orgId: string
  readonly name: string
  readonly listenPath: string
  readonly versioning: object | undefined
  readonly limits: { readonly everyone: ApiLimits }
  readonly traceSteps: { readonly route: TraceStep }
}

/** What the request was found to ask for. */
export type PassedVersion = {
  readonly version: { readonly name: string; readonly traceStep: TraceStep }
  readonly endpoint: { readonly rateLimit: ApiLimits | undefined; readonly cost: number | undefined }
  /** Without listen path and without what named the version. */
  readonly path: string
}

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
  rules: KeyRules,
  version: PassedVersion,
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
  const own = ownLimits(rules, api, version, facts)
  const plan = planOf(own, limitsOf(rules, version), organisation?.limits ?? NO_LIMITS)
  const cost = version.endpoint.cost ?? 1
  const index = plan.limits.length === 0 ? TAKEN : counters.take(plan.limits, nowMs, cost)
  if (index === TAKEN) return passed(plan, cost, api, counters)
  return index === NEEDS_GRANT
    ? needsGrant(plan, cost, counters)
    : refuse(rules, version, access, overLimit(plan, index, counters))
}

/** Judges a request that needs no key (keyless API, ignored path): only the limits for all callers count. */
export function judgeOpen(
  rules: KeyRules,
  version: PassedVersion,
  _facts: RequestFacts,
  counters: Counters,
  nowMs: number,
  organisation?: OrganisationLimits,
): KeyPassed | NeedsGrant | Refused {
  if (organisation?.inactive === true) return refuse(rules, version, undefined, SHUT)
  const everyone = limitsOf(rules, version)
  const plan = planOf(everyone.open, everyone, organisation?.limits ?? NO_LIMITS)
  const cost = version.endpoint.cost ?? 1
  const index = plan.limits.length === 0 ? TAKEN : counters.take(plan.limits, nowMs, cost)
  if (index === TAKEN) return passed(plan, cost, OPEN, counters)
  return index === NEEDS_GRANT
    ? needsGrant(plan, cost, counters)
    : refuse(rules, version, undefined, overLimit(plan, index, counters))
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

/** The organisation is switched off. */
export const SHUT: Why = {
  code: 'organisation_inactive',
  decided: { step: 'route', code: 'organisation_inactive' },
}
const UNKNOWN: Why = { code: 'key_unknown', decided: { step: 'credential', code: 'key_unknown' } }

/** Whether a key may be used at all. */
export function unusable(access: EffectiveAccess, nowMs: number): Why | undefined {
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
  rules: KeyRules,
  version: PassedVersion,
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
  for (const { url, methods } of urls) {
    if (!methods.includes(facts.method)) continue
    if (matchesRequest(url, version.path, facts.fullPath, rules.listenPath)) return undefined
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

function ownLimits(rules: KeyRules, api: ApiAccess, version: PassedVersion, facts: RequestFacts): OwnLimits {
  if (api.endpoints.length === 0) return api.own
  for (const endpoint of api.endpoints) {
    if (endpoint.method !== '' && endpoint.method !== facts.method) continue
    if (matchesRequest(endpoint.path, version.path, facts.fullPath, rules.listenPath)) return endpoint.own
  }
  return api.own
}

function limitsOf({ limits }: KeyRules, { endpoint }: PassedVersion): ApiLimits {
  return endpoint.rateLimit ?? limits.everyone
}

function refuse(
  rules: KeyRules,
  version: PassedVersion,
  access: EffectiveAccess | undefined,
  why: Why,
): Refused {
  const before = [rules.traceSteps.route, version.version.traceStep]
  if (access !== undefined) before.push(access.traceStep)
  return refusedFor(why, before)
}
