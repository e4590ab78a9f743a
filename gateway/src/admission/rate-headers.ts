import type { KeyPassed } from '@tollgate/model/judge/judge-key'
import type { Limited } from '@tollgate/model/judge/refused'
import type { Counters, Limit, Usage } from '@tollgate/model/limits/counters'
import type { LimitPlan } from '@tollgate/model/limits/limit-plan'
import {
  type CounterReadings,
  type LimitState,
  limitStates,
  tightestRate,
} from '@tollgate/model/limits/limit-state'
import type { RateLimitHeaders } from '../settings.ts'

/** What is told of the limits' use: after a judgement that of its `take`, later what the counters hold then. */
export type Usages = CounterReadings

/** What answers tell of a request's limits: complete lines, true at the moment of the judgement. */
export interface RateHeaders {
  /** Lower-case names of the upstream's lines that the gate's take the place of. */
  readonly replaced: ReadonlySet<string>
  passed(judgement: Quoted, usages: Usages, nowMs: number): string
  /** On a refusal by a limit. */
  refused(limited: Limited, usages: Usages, nowMs: number): string
  /** On a refusal because the store cannot be asked. */
  readonly unavailable: string
}

/**
 * The lines of a request whose cost turned out to be another one, after it was charged; undefined where the limits that
 * are told of did not change.
 */
export function linesAfterCharge(
  headers: RateHeaders,
  plan: LimitPlan,
  counters: Counters,
  nowMs: number,
): string | undefined {
  const holding = (limit: Limit | undefined) => (limit === undefined ? NOTHING : counters.peek(limit, nowMs))
  const quota = plan.limits[plan.quotaIndex]
  if (quota === undefined && headers === QUOTAS) return undefined
  const { used, resetsAtMs } = holding(quota)
  const quotaMax = quota?.max ?? 0
  const quoted = {
    quotaMax,
    quotaRemaining: Math.max(0, quotaMax - used),
    quotaRenews: Math.ceil(resetsAtMs / 1000),
    plan,
  }
  const usages: Usages = {
    usage: (index) => holding(plan.limits[index]),
    allowance: (index) => holding(plan.limits[index]).allowance ?? plan.limits[index]?.burst ?? 0,
  }
  return headers.passed(quoted, usages, nowMs)
}

const NOTHING: Usage = { used: 0, resetsAtMs: 0 }

/** What of a passed judgement is told. */
export type Quoted = Pick<KeyPassed, 'quotaMax' | 'quotaRemaining' | 'quotaRenews' | 'plan'>

/** What the lines look like in each mode; made once per worker. */
export function rateHeaders(mode: RateLimitHeaders): RateHeaders {
  switch (mode) {
    case 'quotas':
      return QUOTAS
    case 'rate_limits':
      return RATE_LIMITS
    case 'ietf':
      return IETF
  }
}

const X_RATELIMIT: ReadonlySet<string> = new Set([
  'x-ratelimit-limit',
  'x-ratelimit-remaining',
  'x-ratelimit-reset',
])

/**
 * The quota, on answers to requests that passed; nothing on refusals (gateway contract, section 4.5), and nothing where no
 * quota holds: Tyk then sends the numbers that the key holds (-1 and mostly 0), which clients read as "nothing left".
 */
const QUOTAS: RateHeaders = {
  replaced: X_RATELIMIT,
  passed: ({ plan, quotaMax, quotaRemaining, quotaRenews }) =>
    plan === undefined || plan.quotaIndex === -1 ? '' : threeLines(quotaMax, quotaRemaining, quotaRenews),
  refused: () => '',
  unavailable: '',
}

/** The tightest rate, on refusals by a limit too (gateway contract, section 4.5); nothing where no rate holds. */
const RATE_LIMITS: RateHeaders = {
  replaced: X_RATELIMIT,
  passed: ({ plan }, usages) => rateOf(plan, usages),
  refused: ({ plan }, usages) => rateOf(plan, usages),
  unavailable: '',
}

/** Every limit of the request, as draft-ietf-httpapi-ratelimit-headers-10 has it; and when to come again. */
const IETF: RateHeaders = {
  replaced: new Set(['ratelimit', 'ratelimit-policy']),
  passed: ({ plan }, usages, nowMs) => (plan === undefined ? '' : ietfLines(plan, usages, nowMs)),
  refused: ({ plan, index, retryAtMs }, usages, nowMs) => {
    const limit = plan.limits[index]
    const isShort = limit?.algorithm === 'concurrency'
    // How long requests take is not known: a second is the least that the field can say.
    const seconds = isShort ? 1 : retryAtMs === 0 ? 0 : Math.max(1, Math.ceil((retryAtMs - nowMs) / 1000))
    return ietfLines(plan, usages, nowMs) + (seconds === 0 ? '' : `Retry-After: ${seconds}\r\n`)
  },
  unavailable: 'Retry-After: 1\r\n',
}

function threeLines(limit: number, remaining: number, reset: number): string {
  return (
    `X-RateLimit-Limit: ${limit}\r\n` +
    `X-RateLimit-Remaining: ${remaining}\r\n` +
    `X-RateLimit-Reset: ${reset}\r\n`
  )
}

function rateOf(plan: LimitPlan | undefined, usages: Usages): string {
  const rate = plan && tightestRate(plan, usages)
  if (rate === undefined) return ''
  return threeLines(rate.max, rate.remaining, Math.ceil(rate.resetsAtMs / 1000))
}

function ietfLines(plan: LimitPlan, usages: Usages, nowMs: number): string {
  const states = limitStates(plan, usages, nowMs)
  if (states.length === 0) return ''
  return `RateLimit-Policy: ${states.map(policyItem).join(', ')}\r\nRateLimit: ${states.map(stateItem).join(', ')}\r\n`
}

/** Largest integer of a structured field (RFC 9651, 3.3.1). */
const MAX_INTEGER = 999_999_999_999_999

function policyItem({ name, max, windowSeconds, concurrent }: LimitState): string {
  const unit = concurrent ? ';qu="concurrent-requests"' : ''
  const window = windowSeconds > 0 ? `;w=${integer(windowSeconds)}` : ''
  return `"${name}";q=${integer(max)}${unit}${window}`
}

function stateItem({ name, remaining, resetSeconds }: LimitState): string {
  return `"${name}";r=${integer(remaining)}${resetSeconds > 0 ? `;t=${integer(resetSeconds)}` : ''}`
}

function integer(value: number): number {
  return Math.min(Math.ceil(value), MAX_INTEGER)
}
