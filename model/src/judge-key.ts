import type { ApiRules } from './api-rules.ts'
import type { Counters, Limit } from './counters.ts'
import { type ApiAccess, accessTo, type EffectiveAccess } from './effective-access.ts'
import { pathAfterVersion, type VersionPassed } from './judge-version.ts'
import { matchesEither } from './path-pattern.ts'
import type { RefusalCode } from './refusals.ts'
import { type Refused, refused } from './refused.ts'
import type { RequestFacts } from './request-facts.ts'
import type { Rung } from './verdict.ts'
import { pathSetting } from './version-rules.ts'

/** A request that may pass, was counted, and what `X-RateLimit-*` shows of its quota (section 4.5). */
export type KeyPassed = {
  readonly outcome: 'pass'
  /** -1 or 0 = unlimited. */
  readonly quotaMax: number
  readonly quotaRemaining: number
  /** Seconds since 1970 at which the quota renews. */
  readonly quotaRenews: number
  readonly rung: Rung
}

/**
 * Judges the key of a request and counts it: unknown, inactive, expired, rights by API, version and URL, then every limit
 * at once, so that a request refused by one limit consumes none (gateway contract, sections 4.3 to 5). `access` is
 * undefined when the presented credential stands for no key of the organisation.
 */
export function judgeKey(
  rules: ApiRules,
  version: VersionPassed,
  access: EffectiveAccess | undefined,
  facts: RequestFacts,
  counters: Counters,
  nowMs: number,
): KeyPassed | Refused {
  if (access === undefined || access.orgId !== rules.orgId)
    return refuse('key_unknown', rules, version, undefined, UNKNOWN)
  const api = accessTo(access, rules.apiId)
  const why = unusable(access, nowMs) ?? withoutRight(rules, version, api, facts)
  if (why !== undefined || api === undefined) {
    return refuse(why?.code ?? 'api_not_granted', rules, version, access, why ?? UNKNOWN)
  }
  const refusing = countAll(rules, version, api, facts, counters, nowMs)
  if (refusing !== undefined) return refuse(refusing.code, rules, version, access, refusing)
  return passed(rules, api, counters)
}

/** Judges a request that needs no key (keyless API, ignored path): only the limits for all callers count. */
export function judgeOpen(
  rules: ApiRules,
  version: VersionPassed,
  facts: RequestFacts,
  counters: Counters,
  nowMs: number,
): KeyPassed | Refused {
  const refusing = countAll(rules, version, undefined, facts, counters, nowMs)
  return refusing === undefined ? OPEN : refuse(refusing.code, rules, version, undefined, refusing)
}

const OPEN: KeyPassed = {
  outcome: 'pass',
  quotaMax: 0,
  quotaRemaining: 0,
  quotaRenews: 0,
  rung: { step: 'credential', detail: 'none asked for' },
}

/** The rung that decided a refusal, and its code. */
type Why = Rung & { readonly code: RefusalCode }

const UNKNOWN: Why = { code: 'key_unknown', step: 'credential', detail: 'no such key in this organisation' }

function unusable(access: EffectiveAccess, nowMs: number): Why | undefined {
  if (access.unusable !== undefined) {
    return { code: 'key_without_policies', step: 'key', detail: access.unusable }
  }
  if (access.inactive.value)
    return { code: 'key_inactive', step: 'key', detail: `inactive, ${access.inactive.source}` }
  if (access.expiresAtMs !== 0 && nowMs > access.expiresAtMs) {
    return { code: 'key_expired', step: 'key', detail: `expired at ${access.expiresAtMs / 1000} (Unix time)` }
  }
  return undefined
}

function withoutRight(
  rules: ApiRules,
  version: VersionPassed,
  api: ApiAccess | undefined,
  facts: RequestFacts,
): Why | undefined {
  if (api === undefined)
    return { code: 'api_not_granted', step: 'rights', detail: `no right on API ${rules.name}` }
  const master = api.apiId === ''
  if (!master && rules.versioning !== undefined && !api.versions.value.includes(version.version.name)) {
    const detail = `version ${version.version.name} is not granted, ${api.versions.source}`
    return { code: 'version_not_granted', step: 'rights', detail }
  }
  const urls = api.allowedUrls.value
  if (urls.length === 0) return undefined
  const path = pathAfterVersion(facts, version)
  for (const { url, methods } of urls) {
    if (methods.includes(facts.method) && matchesEither(url, path, facts.fullPath)) return undefined
  }
  return {
    code: 'url_not_granted',
    step: 'rights',
    detail: `no allowed URL matches, ${api.allowedUrls.source}`,
  }
}

/** The limits of the request at hand: filled anew for each, so that the passing case allocates nothing. */
const limits: Limit[] = []
let quotaIndex = -1

/** Counts the request in every limit, or in none; tells which limit refused. */
function countAll(
  rules: ApiRules,
  version: VersionPassed,
  api: ApiAccess | undefined,
  facts: RequestFacts,
  counters: Counters,
  nowMs: number,
): Why | undefined {
  limits.length = 0
  quotaIndex = -1
  if (api !== undefined) {
    const rate = rules.ignoresKeyRate ? undefined : keyRate(api, version, facts)
    if (rate !== undefined) limits.push(rate)
    if (api.quota !== undefined && !rules.ignoresKeyQuota) quotaIndex = limits.push(api.quota) - 1
  }
  const apiWide = apiRate(rules, version, facts)
  if (apiWide !== undefined) limits.push(apiWide)
  if (limits.length === 0) return undefined
  const refusing = counters.take(limits, nowMs)
  if (refusing === -1) return undefined
  const limit = limits[refusing]
  if (limit === undefined) return { code: 'counters_full', step: 'rate', detail: 'no counter is free' }
  const detail = `${counters.usage(refusing).used} of ${limit.max} used, ${limit.scope}, set by ${limit.source}`
  return { code: CODES[limit.kind], step: limit.kind === 'quota' ? 'quota' : 'rate', detail }
}

const CODES = {
  rate: 'rate_limited',
  quota: 'quota_exceeded',
  'api-rate': 'api_rate_limited',
} as const satisfies Record<Limit['kind'], RefusalCode>

function keyRate(api: ApiAccess, version: VersionPassed, facts: RequestFacts): Limit | undefined {
  if (api.endpoints.length === 0) return api.rate
  const path = pathAfterVersion(facts, version)
  for (const endpoint of api.endpoints) {
    if (endpoint.method !== '' && endpoint.method !== facts.method) continue
    if (matchesEither(endpoint.path, path, facts.fullPath)) return endpoint.rate
  }
  return api.rate
}

function apiRate(rules: ApiRules, version: VersionPassed, facts: RequestFacts): Limit | undefined {
  const endpoints = version.version.rateLimits
  if (endpoints.length === 0) return rules.apiRate
  const endpoint = pathSetting(endpoints, facts.method, pathAfterVersion(facts, version), facts.fullPath)
  return endpoint === undefined ? rules.apiRate : endpoint.value
}

function passed(rules: ApiRules, api: ApiAccess, counters: Counters): KeyPassed {
  const { quota } = api
  if (quota === undefined || rules.ignoresKeyQuota || quotaIndex === -1) {
    const { quotaMax, quotaRemaining, quotaRenews, rung } = api
    return { outcome: 'pass', quotaMax, quotaRemaining, quotaRenews, rung }
  }
  const { used, resetsAtMs } = counters.usage(quotaIndex)
  return {
    outcome: 'pass',
    quotaMax: quota.max,
    quotaRemaining: Math.max(0, quota.max - used),
    quotaRenews: Math.ceil(resetsAtMs / 1000),
    rung: api.rung,
  }
}

function refuse(
  code: RefusalCode,
  rules: ApiRules,
  version: VersionPassed,
  access: EffectiveAccess | undefined,
  why: Why,
): Refused {
  const before = [rules.rungs.route, version.version.rung]
  if (access !== undefined) before.push(access.rung)
  return refused(code, before, why.step, why.detail)
}
