import type { ApiRules } from '../definition/api-rules.ts'
import type { PathPattern } from '../definition/path-pattern.ts'
import type { Algorithm, Limit, Usage } from '../limits/counters.ts'
import { limitInWords, limitsInWords, sharingInWords } from '../limits/limit-in-words.ts'
import { mostAtOnce, underAdmission } from '../limits/limit-state.ts'
import type { OrganisationLimits } from '../limits/organisation-limits.ts'
import type {
  AccessSource,
  ApiInForce,
  LimitAlgorithm,
  LimitInForce,
  OrganisationInForce,
} from './access-description.ts'
import { accessSource, apiSource, momentOf, organisationSource } from './access-source.ts'
import { type ApiAccess, type EffectiveAccess, isOfKey } from './effective-access.ts'

/** A counter as it stands now; `underAdmission` of a quota is what its ledger knows, 0 when it knows of nothing. */
export type Reading = Usage & { readonly underAdmission?: number }

/** Reads a counter as it stands now. */
export type ReadUsage = (limit: Limit) => Reading

/** Every limit of a key on one API, and those of the API for all callers. */
export type LimitsInForce = Pick<
  ApiInForce,
  | 'limits_in_words'
  | 'rate'
  | 'further_rates'
  | 'concurrency'
  | 'quota'
  | 'throttle'
  | 'endpoints'
  | 'api_rate'
  | 'api_concurrency'
  | 'api_endpoints'
  | 'costs'
  | 'cost_header'
>

/** @param rules undefined for a key on no API in particular */
export function describeLimits(
  access: EffectiveAccess,
  api: ApiAccess,
  rules: ApiRules | undefined,
  usage: ReadUsage,
): LimitsInForce {
  const isShared = (limit: Limit) => !isOfKey(limit, access.keyId)
  const describer = (part: 'rate' | 'concurrency' | 'quota') => {
    const source = accessSource([api.sources[part]], access)
    const off = switchedOff(rules, part)
    return (limit: Limit | undefined) => off ?? describeLimit(limit, source, usage, isShared)
  }
  const [rate, concurrency, quota] = [describer('rate'), describer('concurrency'), describer('quota')]
  return {
    limits_in_words: limitsInWords(countedOn(api, rules), isShared),
    rate: rate(api.rates[0]),
    further_rates: api.rates.slice(1).map(rate),
    concurrency: concurrency(api.concurrency),
    quota: quota(api.quota),
    throttle: describeThrottle(api),
    endpoints: api.endpoints.map((endpoint) => ({
      ...placeOf(endpoint.path, endpoint.method),
      rate: rate(endpoint.rates[0]),
      further_rates: endpoint.rates.slice(1).map(rate),
      concurrency: concurrency(endpoint.concurrency),
    })),
    ...describeApiLimits(rules, usage),
  }
}

/** The limits of the organisation itself. */
export function describeOrganisation(
  organisation: OrganisationLimits,
  usage: ReadUsage,
): OrganisationInForce {
  const source = organisationSource(organisation.orgId)
  const describe = (limit: Limit | undefined) =>
    describeLimit(limit, limit === undefined ? NOBODY : source, usage, ALL_SHARE)
  const [first, ...further] = organisation.rates
  return {
    rate: describe(first),
    further_rates: further.map(describe),
    concurrency: describe(organisation.concurrency),
    quota: describe(organisation.quota),
  }
}

function describeThrottle({ own }: ApiAccess): LimitsInForce['throttle'] {
  if (own.throttle === undefined) return null
  return { retries: own.throttle.retries, interval_seconds: own.throttle.intervalMs / 1000 }
}

/** What of a key's limits an API does not count. */
function switchedOff(
  rules: ApiRules | undefined,
  part: 'rate' | 'concurrency' | 'quota',
): LimitInForce | undefined {
  const off = part === 'quota' ? rules?.limits.ignoresKeyQuota : rules?.limits.ignoresKeyRate
  if (rules === undefined || off !== true) return undefined
  const what = part === 'quota' ? 'quotas' : 'rates'
  return notCounted(apiSource(rules), `not counted: the API switches the ${what} of keys off`)
}

function countedOn(api: ApiAccess, rules: ApiRules | undefined): readonly Limit[] {
  const rates = rules?.limits.ignoresKeyRate ? [] : api.own.rates
  return api.quota === undefined || rules?.limits.ignoresKeyQuota ? rates : [...rates, api.quota]
}

function describeApiLimits(rules: ApiRules | undefined, usage: ReadUsage) {
  const nothing = notCounted(NOBODY, 'unlimited')
  if (rules === undefined) {
    return { api_rate: nothing, api_concurrency: nothing, api_endpoints: [], costs: [], cost_header: null }
  }
  const source = apiSource(rules)
  const describe = (limit: Limit | undefined) =>
    limit === undefined ? nothing : describeLimit(limit, source, usage, ALL_SHARE)
  const versions = [...rules.versions.values()]
  return {
    api_rate: describe(rules.limits.everyone.rate),
    api_concurrency: describe(rules.limits.concurrency),
    api_endpoints: versions.flatMap(({ name, endpoints }) =>
      endpoints.rules.rateLimit.map(({ path, method, value }) => ({
        ...placeOf(path, method),
        version: name,
        rate: describeLimit(value.rate, source, usage, ALL_SHARE),
      })),
    ),
    costs: versions.flatMap(({ name, endpoints }) =>
      endpoints.rules.cost.map(({ path, method, value }) => ({
        ...placeOf(path, method),
        version: name,
        cost: value,
      })),
    ),
    cost_header: rules.costHeader === '' ? null : rules.costHeader,
  }
}

function describeLimit(
  limit: Limit | undefined,
  source: AccessSource,
  usage: ReadUsage,
  isShared: (limit: Limit) => boolean,
): LimitInForce {
  if (limit === undefined) return notCounted(source, 'unlimited')
  const reading = usage(limit)
  const allowance = reading.allowance ?? mostAtOnce(limit)
  // "all callers" and "organisation" say it themselves.
  const shared = isShared(limit)
  const sharing = sharingInWords(limit.scope, shared && isShared !== ALL_SHARE)
  return {
    max: limit.max,
    window_seconds: limit.windowMs / 1000,
    algorithm: ALGORITHMS[limit.algorithm],
    burst: limit.algorithm === 'token-bucket' ? limit.burst : null,
    calendar: limit.calendar ? { unit: limit.calendar.unit, time_zone: limit.calendar.timeZone } : null,
    words: sharing === '' ? limitInWords(limit) : `${limitInWords(limit)}, ${sharing}`,
    source,
    scope: limit.scope,
    shared,
    used: reading.used,
    allowance: limit.smoothing === undefined ? null : allowance,
    remaining: Math.max(0, allowance - reading.used),
    resets_at: reading.resetsAtMs > 0 ? momentOf(reading.resetsAtMs) : null,
    under_admission: Math.min(reading.underAdmission ?? underAdmission(limit), mostAtOnce(limit)),
  }
}

const ALL_SHARE = () => true

const ALGORITHMS = {
  'fixed-window': 'fixed_window',
  'sliding-window': 'sliding_window',
  'token-bucket': 'token_bucket',
  concurrency: 'concurrency',
  quota: 'quota',
} as const satisfies Record<Algorithm, LimitAlgorithm>

function notCounted(source: AccessSource, words: string): LimitInForce {
  return {
    max: null,
    window_seconds: null,
    algorithm: null,
    burst: null,
    calendar: null,
    words,
    source,
    scope: '',
    shared: false,
    used: null,
    allowance: null,
    remaining: null,
    resets_at: null,
    under_admission: 0,
  }
}

function placeOf(path: PathPattern, method: string) {
  return { path: path.source, method, problem: path.problem ?? null }
}

const NOBODY: AccessSource = { kind: 'default', words: 'default', policies: [], change_at: [] }
