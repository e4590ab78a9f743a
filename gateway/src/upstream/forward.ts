import type { ForwardTimeouts, ReplyHead, UpstreamFailure } from '@tollgate/http1/exchange'
import { endToEndLines, headerValue } from '@tollgate/http1/syntax/headers'
import type { RefusalCode } from '@tollgate/model/judge/refusals'
import { HeaderEdits } from '../pipeline/header-edits.ts'
import { FORWARDED, type Outcome, refusal } from '../pipeline/middleware.ts'
import type { RequestContext } from '../pipeline/request-context.ts'
import { joinTarget, type Target } from './targets.ts'

/** Sent when the client names no agent of its own; without one some upstreams answer 403. */
const USER_AGENT_LINE = 'User-Agent: Tollgate\r\n'

const NOTHING: ReadonlySet<string> = new Set()
const REQUEST_ID: ReadonlySet<string> = new Set(['x-request-id'])

const DEFAULT_TIMEOUTS: ForwardTimeouts = { headMs: 0 }

const CODES: Readonly<Record<Exclude<UpstreamFailure, 'client-gone'>, RefusalCode>> = {
  'connect-failed': 'upstream_failed',
  'lookup-failed': 'upstream_lookup_failed',
  timeout: 'upstream_timeout',
  reset: 'upstream_failed',
  'bad-reply': 'upstream_failed',
  'pool-exhausted': 'upstream_failed',
}

/** The end of a chain in which no step waits for the reply: it is relayed as soon as it is there. */
export function forward(visit: RequestContext): Outcome {
  send(visit)
  return FORWARDED
}

/** The end of a chain in which a step touches the reply. */
export function forwardAndWait(visit: RequestContext): Promise<Outcome> {
  const { promise, resolve } = Promise.withResolvers<ReplyHead | UpstreamFailure>()
  visit.awaiting = resolve
  send(visit)
  return promise.then((reply): Outcome => {
    if (typeof reply === 'string') return failureOutcome(visit, reply)
    return { kind: 'upstream', head: reply, edits: new HeaderEdits() }
  })
}

/** What a failure on the way to the upstream means for the client; nothing when the client is who left. */
export function failureOutcome(visit: RequestContext, failure: UpstreamFailure): Outcome {
  if (failure === 'client-gone') return FORWARDED
  return refusal(CODES[failure], { step: 'upstream', detail: `${failure}: ${visit.origin}` })
}

/** Relays the upstream's reply, with the gate's own lines behind its own. */
export function relayReply(visit: RequestContext, reply: ReplyHead, edits: HeaderEdits | undefined): void {
  const { costHeader } = visit.api
  if (costHeader !== '') {
    const cost = realCost(headerValue(reply, costHeader))
    if (cost !== undefined) visit.chargeReal(cost)
  }
  const { rateLines } = visit
  // The id of an answer is the gate's, so that it can be explained; the upstream's goes on under another name.
  const upstreamId = headerValue(reply, 'x-request-id')
  let dropped = rateLines === '' ? NOTHING : visit.replacedByRateLines
  if (costHeader !== '') dropped = dropped.union(new Set([costHeader]))
  if (upstreamId !== undefined) dropped = dropped.union(REQUEST_ID)
  if (edits !== undefined) {
    edits.remove('x-request-id')
    dropped = dropped.union(edits.dropped)
  }
  let lines = endToEndLines(reply, dropped)
  if (edits !== undefined) lines += edits.lines()
  lines += `X-Request-Id: ${visit.requestId}\r\n`
  if (upstreamId !== undefined) lines += `X-Upstream-Request-Id: ${upstreamId}\r\n`
  visit.exchange.relay(reply.status, lines + visit.replyLines + rateLines)
}

/** Highest cost of one request; what is above counts as this. */
const MAX_COST = 1_000_000_000

/** The cost that a reply names: a whole number. Anything else says nothing, and what was counted stays. */
function realCost(value: string | undefined): number | undefined {
  if (value === undefined || !/^\d+$/.test(value)) return undefined
  return Math.min(Number(value), MAX_COST)
}

function send(visit: RequestContext): void {
  const { api, exchange } = visit
  const target = (visit.targets ?? api.targets).pick()
  visit.origin = target.upstream.origin
  if (visit.headerEdits !== undefined) exchange.withheld = visit.headerEdits.dropped
  exchange.forward(
    target.upstream,
    visit.method,
    joinTarget(target, requestPath(visit), visit.query, api.disableStripSlash),
    requestLines(visit, target),
    visit,
    visit.timeoutMs === 0 ? DEFAULT_TIMEOUTS : { headMs: visit.timeoutMs },
  )
}

/** The part of the path that is joined to the target's. */
function requestPath(visit: RequestContext): string {
  if (visit.api.stripListenPath) return visit.upstreamPath
  if (!visit.isShortened) return visit.fullPath
  return visit.fullPath.slice(0, visit.prefixLength).replace(/\/$/, '') + visit.upstreamPath
}

function requestLines(visit: RequestContext, target: Target): string {
  const { head, headerEdits: edits, forwarded } = visit
  const peer = visit.exchange.remoteAddress
  const own = forwarded.dropped(peer)
  const dropped = edits === undefined ? own : own.union(edits.dropped)
  let lines = `Host: ${visit.api.preserveHost ? head.host : target.authority}\r\n${endToEndLines(head, dropped)}`
  if (edits !== undefined) lines += edits.lines()
  if (headerValue(head, 'user-agent') === undefined && edits?.has('user-agent') !== true)
    lines += USER_AGENT_LINE
  return lines + target.proxyLines + forwarded.lines(head, peer, edits)
}
