import { z } from 'zod'
import { isHeaderName } from '../definition/header-lines.ts'
import { counterName, escaped } from '../limits/budget.ts'
import type { Limit } from '../limits/counters.ts'
import { rateEnding } from '../limits/key-limits.ts'
import { concurrencyLimit, type LimitLabels, rateLimit } from '../limits/limit.ts'
import { MaxConcurrency, RateAlgorithm, RateBurst } from '../limits/limit-fields.ts'
import { rateInWords } from '../limits/limit-in-words.ts'
import { type ApiLimits, apiLimits } from '../limits/limit-plan.ts'
import { byApi } from '../source-ref.ts'
import { apiFeature, type CompileContext, forItsMethod, operationFeature } from './feature.ts'
import { flag, text } from './field-types.ts'

/** A rate for all callers together. */
const everyCallersRate = {
  rate: z.number().optional(),
  per: z.number().optional(),
  algorithm: RateAlgorithm.optional(),
  burst: RateBurst.optional(),
}
type EveryCallersRate = z.infer<z.ZodObject<typeof everyCallersRate>>

/** What an API limits for all callers together, and what of a key's own limits it switches off. */
export type ApiWideLimits = {
  readonly ignoresKeyRate: boolean
  readonly ignoresKeyQuota: boolean
  /** `global_rate_limit` and `max_concurrency`: one counter for all callers, on paths without a rate of their own. */
  readonly everyone: ApiLimits
  /** `max_concurrency`: it holds on every path. */
  readonly concurrency: Limit | undefined
}

const fields = {
  api: {
    disable_rate_limit: flag,
    disable_quota: flag,
    global_rate_limit: z.looseObject({ ...everyCallersRate, disabled: flag }).nullish(),
    max_concurrency: MaxConcurrency.optional(),
  },
} as const
type Fields = z.infer<z.ZodObject<typeof fields.api>>

/** What is counted of a request, with a key or without one. */
export const limits = apiFeature({
  name: 'limits',
  label: 'limits',
  slot: 'limits',
  fields,
  compile(document, context): ApiWideLimits {
    const { orgId, apiId } = context
    const concurrency = concurrencyLimit(document.max_concurrency, {
      kind: 'api-concurrency',
      name: counterName('api-concurrency', escaped(orgId), apiId),
      scope: 'all callers',
      source: byApi(context),
    })
    const ignores = {
      ignoresKeyRate: document.disable_rate_limit === true,
      ignoresKeyQuota: document.disable_quota === true,
    }
    const rate = apiRate(document.global_rate_limit, context)
    return { ...ignores, concurrency, everyone: apiLimits(rate, concurrency, ignores) }
  },
})

/** A rate for all callers of a path, in place of the API's. */
export const pathRateLimit = operationFeature({
  name: 'path-rate-limit',
  label: 'rate limit',
  slot: 'rateLimit',
  list: 'rate_limit',
  about: 'For all callers of the path together, in place of the API’s',
  fields: everyCallersRate,
  compile(entry, context) {
    const { path, method = '' } = entry
    const counter = counterName('api-rate', escaped(context.orgId), context.apiId, method, path)
    const scope = `all callers of ${method} ${path}`
    const limit = callersRate(entry, counter, { kind: 'api-rate', scope, source: byApi(context) })
    // Features of the API are compiled before those of its paths: this is what `limits` came to.
    const own = context.api.limits as ApiWideLimits
    return forItsMethod(entry, apiLimits(limit, own.concurrency, own))
  },
  fresh: { rate: 60, per: 60 },
  words: rateInWords,
})

/** Most units that one request may cost. */
const MAX_COST = 1_000_000_000

/** What a request counts as, in units of rate and quota; 1 where no rule says so. */
export const requestCost = operationFeature({
  name: 'request-cost',
  label: 'request cost',
  slot: 'cost',
  list: 'request_costs',
  about: 'A request counts as so many of a key’s rate and quota',
  fields: {
    cost: z.int().min(0).max(MAX_COST).describe('Units of rate and quota; 0 = free'),
  },
  compile: (entry) => forItsMethod(entry, entry.cost),
  fresh: { cost: 10 },
  words: ({ cost }) => String(cost ?? 0),
})

/** Headers that frame a reply: it cannot do without them. */
const FRAMING_HEADERS = [
  'connection',
  'content-length',
  'content-type',
  'transfer-encoding',
  'upgrade',
  'trailer',
]

/** Header of the upstream's reply with the real cost of a request, lower case; empty = there is none. */
export const costHeader = apiFeature({
  name: 'cost-header',
  label: 'costs that the target tells',
  slot: 'costHeader',
  fields: {
    api: {
      cost_header: text
        .optional()
        .describe('Header of the upstream’s reply that tells what the request really cost; not passed on'),
    },
  },
  compile({ cost_header: name = '' }, { report }) {
    if (name === '') return ''
    if (!isHeaderName(name)) report.problem(['cost_header'], 'characters', 'is not a valid header name')
    else if (FRAMING_HEADERS.includes(name.toLowerCase()))
      report.problem(['cost_header'], 'reserved', `must not be ${name}: a reply needs it for itself`)
    return name.toLowerCase()
  },
})

function apiRate(asked: Fields['global_rate_limit'], context: CompileContext): Limit | undefined {
  if (!asked || asked.disabled === true) return undefined
  const labels = { kind: 'api-rate', scope: 'all callers', source: byApi(context) } as const
  return callersRate(asked, counterName('api-rate', escaped(context.orgId), context.apiId), labels)
}

/** A rate for all callers; its counter holds the state of one algorithm. */
function callersRate(
  asked: EveryCallersRate,
  counter: string,
  labels: Omit<LimitLabels, 'name'>,
): Limit | undefined {
  const limit = rateLimit(asked.rate, asked.per, { ...labels, name: counter }, asked)
  if (limit === undefined) return undefined
  return rateLimit(asked.rate, asked.per, { ...labels, name: counter + rateEnding(limit, false) }, asked)
}
