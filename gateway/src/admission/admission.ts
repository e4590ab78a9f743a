import type { KeyPassed, NeedsGrant } from '@tollgate/model/judge/judge-key'
import type { Limited, Refused } from '@tollgate/model/judge/refused'
import type { Counters, Limit } from '@tollgate/model/limits/counters'
import { limitInWords } from '@tollgate/model/limits/limit-in-words'
import {
  FORWARDED,
  type LimitReport,
  type Next,
  type Outcome,
  type Refusal,
  refusal,
} from '../pipeline/middleware.ts'
import type { RequestContext } from '../pipeline/request-context.ts'
import type { Leases } from '../worker/leases.ts'
import type { RateHeaders } from './rate-headers.ts'
import type { ThrottleQueue } from './throttle-queue.ts'

/** What requests are admitted with; one of each in a worker. */
export type Admission = {
  readonly counters: Counters
  readonly leases: Leases
  readonly headers: RateHeaders
  readonly throttled: ThrottleQueue
  /** Milliseconds since 1970. */
  readonly now: () => number
}

/** Judges a request at a time, and counts it when it passes. */
export type Judge = (context: RequestContext, nowMs: number) => KeyPassed | NeedsGrant | Refused

/** A request waits for units of its quotas so many times: each time others may have been quicker. */
const MAX_GRANTS = 32

const UNGRANTED = refusal('store_unavailable', { step: 'quota', code: 'ledger_late' })

/**
 * Lets the request go on when it passes. One over its rate waits where the key is throttled, and is judged again; so is
 * one whose quota needs units of the ledger. Synchronous unless one of the two happens.
 */
export function admit(
  context: RequestContext,
  judge: Judge,
  admission: Admission,
  next: Next,
): Outcome | Promise<Outcome> {
  // The client left while the key was looked up: whatever was counted now nobody would release.
  if (context.isOver) return FORWARDED
  const judgement = judge(context, context.nowMs)
  if (judgement.outcome === 'pass') return letIn(context, judgement, admission, next, context.nowMs)
  if (judgement.outcome === 'refuse' && judgement.limited?.throttle === undefined)
    return refusedBy(judgement, admission, context.nowMs)
  return admitLater(context, judgement, judge, admission, next)
}

async function admitLater(
  context: RequestContext,
  first: NeedsGrant | Refused,
  judge: Judge,
  admission: Admission,
  next: Next,
): Promise<Outcome> {
  const { leases, throttled, now } = admission
  let judgement: KeyPassed | NeedsGrant | Refused = first
  let grants = 0
  let waits = 0
  let nowMs = context.nowMs
  for (;;) {
    if (judgement.outcome === 'pass') return letIn(context, judgement, admission, next, nowMs)
    if (judgement.outcome === 'needs-grant') {
      grants++
      if (grants > MAX_GRANTS) return UNGRANTED
      const outcome = await leases.more(judgement.limit, judgement.cost)
      if (outcome === 'unavailable') return UNGRANTED
    } else {
      const throttle = judgement.limited?.throttle
      if (throttle === undefined || waits >= throttle.retries || throttled.isFull)
        return refusedBy(judgement, admission, nowMs)
      waits++
      await throttled.wait(context, throttle.intervalMs)
    }
    if (context.isOver) return FORWARDED
    nowMs = now()
    judgement = judge(context, nowMs)
  }
}

/** Keeps what the judgement said, which the next one overwrites, and goes on. */
function letIn(
  context: RequestContext,
  passed: KeyPassed,
  { counters, leases, headers }: Admission,
  next: Next,
  nowMs: number,
): Outcome | Promise<Outcome> {
  const { plan } = passed
  context.rateLines = headers.passed(passed, counters, nowMs)
  if (plan !== undefined) {
    context.plan = plan
    context.cost = passed.cost
    const low = counters.runningLow()
    const limit = low < 0 ? undefined : plan.limits[low]
    if (limit !== undefined) leases.ahead(limit)
  }
  return next(context)
}

function refusedBy(
  { code, trace, limited }: Refused,
  { counters, headers }: Admission,
  nowMs: number,
): Refusal {
  const lines = limited === undefined ? '' : headers.refused(limited, counters, nowMs)
  const limit = limited && limitReport(limited, counters)
  return { kind: 'refusal', code, traceStep: undefined, trace, text: undefined, lines, limit }
}

/** What is kept of the limit that refused, for who may ask why. */
function limitReport({ plan, index, retryAtMs }: Limited, counters: Counters): LimitReport | undefined {
  const limit: Limit | undefined = plan.limits[index]
  if (limit === undefined) return undefined
  const { used, resetsAtMs } = counters.usage(index)
  const { kind, scope, source } = limit
  return {
    kind,
    words: limitInWords(limit),
    scope,
    source,
    used,
    max: counters.allowance(index),
    resetsAtMs,
    retryAtMs,
  }
}
