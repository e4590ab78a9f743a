import type { LimitReport } from '@tollgate/analytics/request-record'
import type { Leases } from '@tollgate/limits/leases'
import type { KeyPassed, NeedsGrant } from '@tollgate/model/judge/judge-key'
import type { Limited, Refused } from '@tollgate/model/judge/refused'
import type { Counters, Limit } from '@tollgate/model/limits/counters'
import { limitInWords } from '@tollgate/model/limits/limit-in-words'
import { type Answer, GONE, judged, type Refusal, refusal } from '../pipeline/answer.ts'
import type { RequestContext } from '../pipeline/request-context.ts'
import { linesAfterCharge, type RateHeaders } from './rate-headers.ts'
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
): Answer | undefined | Promise<Answer | undefined> {
  // The client left while the key was looked up: whatever was counted now nobody would release.
  if (context.isOver) return GONE
  const judgement = judge(context, context.nowMs)
  if (judgement.outcome === 'pass') return letIn(context, judgement, admission, context.nowMs)
  if (judgement.outcome === 'refuse' && judgement.limited?.throttle === undefined)
    return refusedBy(context, judgement, admission, context.nowMs)
  return admitLater(context, judgement, judge, admission)
}

/** Gives back what a request held while it ran. */
export function release({ admission }: RequestContext, counters: Counters): void {
  if (admission === undefined) return
  const { held } = admission.plan
  for (let i = 0; i < held.length; i++) {
    const limit = held[i]
    if (limit !== undefined) counters.release(limit)
  }
}

/** The upstream said what the request really cost: what it was counted too few, or too many, is counted now. */
export function chargeReal(
  context: RequestContext,
  cost: number,
  { counters, headers, now }: Admission,
): void {
  const { admission } = context
  if (admission === undefined || cost === admission.cost) return
  const { plan } = admission
  const nowMs = now()
  counters.charge(plan.charged, cost - admission.cost, nowMs)
  context.admission = { plan, cost }
  const lines = linesAfterCharge(headers, plan, counters, nowMs)
  if (lines !== undefined) context.reply.editPassed().block(headers.replaced, lines)
}

async function admitLater(
  context: RequestContext,
  first: NeedsGrant | Refused,
  judge: Judge,
  admission: Admission,
): Promise<Answer | undefined> {
  const { leases, throttled, now } = admission
  let judgement: KeyPassed | NeedsGrant | Refused = first
  let grants = 0
  let waits = 0
  let nowMs = context.nowMs
  for (;;) {
    if (judgement.outcome === 'pass') return letIn(context, judgement, admission, nowMs)
    if (judgement.outcome === 'needs-grant') {
      grants++
      if (grants > MAX_GRANTS) return UNGRANTED
      const outcome = await leases.more(judgement.limit, judgement.cost)
      if (outcome === 'unavailable') return UNGRANTED
    } else {
      const throttle = judgement.limited?.throttle
      if (throttle === undefined || waits >= throttle.retries || throttled.isFull)
        return refusedBy(context, judgement, admission, nowMs)
      waits++
      await throttled.wait(context, throttle.intervalMs)
    }
    if (context.isOver) return GONE
    nowMs = now()
    judgement = judge(context, nowMs)
  }
}

/** Keeps what the judgement said, which the next one overwrites. */
function letIn(
  context: RequestContext,
  passed: KeyPassed,
  { counters, leases, headers }: Admission,
  nowMs: number,
): undefined {
  const { plan } = passed
  const lines = headers.passed(passed, counters, nowMs)
  if (lines !== '') context.reply.editPassed().block(headers.replaced, lines)
  if (plan === undefined) return
  context.admission = { plan, cost: passed.cost }
  const low = counters.runningLow()
  const limit = low < 0 ? undefined : plan.limits[low]
  if (limit !== undefined) leases.ahead(limit)
}

function refusedBy(
  context: RequestContext,
  refused: Refused,
  { counters, headers }: Admission,
  nowMs: number,
): Refusal {
  const { limited } = refused
  if (limited === undefined) return judged(refused)
  const lines = headers.refused(limited, counters, nowMs)
  if (lines !== '') context.reply.editAny().block(headers.replaced, lines)
  return judged(refused, limitReport(limited, counters))
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
