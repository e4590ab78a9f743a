import type { AccessSource, EndpointInForce, LimitInForce } from './access-description.ts'
import { accessSource, apiSource, momentOf } from './access-source.ts'
import type { ApiRules } from './api-rules.ts'
import type { Cell, Limit, Usage } from './counters.ts'
import type { ApiAccess, EffectiveAccess } from './effective-access.ts'
import { limitInWords } from './limit-in-words.ts'
import type { PathPattern } from './path-pattern.ts'

/** Reads a counter as it stands now. */
export type ReadUsage = (cell: Cell) => Usage

/** Every limit of a key on one API, and those of the API for all callers. */
export type LimitsInForce = {
  readonly rate: LimitInForce
  readonly quota: LimitInForce
  readonly endpoints: EndpointInForce[]
  readonly api_rate: LimitInForce
  readonly api_endpoints: (EndpointInForce & { readonly version: string })[]
}

/** @param rules undefined for a key on no API in particular */
export function describeLimits(
  access: EffectiveAccess,
  api: ApiAccess,
  rules: ApiRules | undefined,
  usage: ReadUsage,
): LimitsInForce {
  const source = (words: string) => accessSource(words, access)
  const ofRate = source(api.sources.rate)
  const ignored = (what: string): LimitInForce | undefined =>
    rules && notCounted(apiSource(rules), `not counted: the API switches the ${what} of keys off`)
  const rateOff = rules?.ignoresKeyRate ? ignored('rates') : undefined
  const quotaOff = rules?.ignoresKeyQuota ? ignored('quotas') : undefined
  return {
    rate: rateOff ?? describeLimit(api.rate, ofRate, usage),
    quota: quotaOff ?? describeLimit(api.quota, source(api.sources.quota), usage),
    endpoints: api.endpoints.map(({ path, method, rate }) => ({
      ...endpoint(path, method),
      rate: rateOff ?? describeLimit(rate, ofRate, usage),
    })),
    ...describeApiLimits(rules, usage),
  }
}

function describeApiLimits(rules: ApiRules | undefined, usage: ReadUsage) {
  if (rules === undefined) return { api_rate: describeLimit(undefined, NOBODY, usage), api_endpoints: [] }
  const source = apiSource(rules)
  const rates = [...rules.versions.values()].flatMap(({ name, rateLimits }) =>
    rateLimits.map(({ path, method, value }) => ({
      ...endpoint(path, method),
      version: name,
      rate: describeLimit(value, source, usage),
    })),
  )
  const set = rules.apiRate === undefined ? NOBODY : source
  return { api_rate: describeLimit(rules.apiRate, set, usage), api_endpoints: rates }
}

function describeLimit(limit: Limit | undefined, source: AccessSource, usage: ReadUsage): LimitInForce {
  if (limit === undefined) return notCounted(source, 'unlimited')
  const { used, resetsAtMs } = usage(limit.cell)
  return {
    max: limit.max,
    window_seconds: limit.windowMs / 1000,
    words: limitInWords(limit),
    source,
    scope: limit.scope,
    used,
    remaining: Math.max(0, limit.max - used),
    resets_at: resetsAtMs > 0 ? momentOf(resetsAtMs) : null,
    under_admission: 0,
  }
}

function notCounted(source: AccessSource, words: string): LimitInForce {
  return {
    max: null,
    window_seconds: null,
    words,
    source,
    scope: '',
    used: null,
    remaining: null,
    resets_at: null,
    under_admission: 0,
  }
}

function endpoint(path: PathPattern, method: string) {
  return { path: path.source, method, problem: path.problem ?? null }
}

const NOBODY: AccessSource = { kind: 'default', words: 'default', policies: [], change_at: [] }
