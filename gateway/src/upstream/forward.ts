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
export function forward(context: RequestContext): Outcome {
  send(context)
  return FORWARDED
}

/** The end of a chain in which a step touches the reply. */
export function forwardAndWait(context: RequestContext): Promise<Outcome> {
  const { promise, resolve } = Promise.withResolvers<ReplyHead | UpstreamFailure>()
  context.awaiting = resolve
  send(context)
  return promise.then((reply): Outcome => {
    if (typeof reply === 'string') return failureOutcome(context, reply)
    return { kind: 'upstream', head: reply, edits: new HeaderEdits() }
  })
}

/** What a failure on the way to the upstream means for the client; nothing when the client is who left. */
export function failureOutcome(context: RequestContext, failure: UpstreamFailure): Outcome {
  if (failure === 'client-gone') return FORWARDED
  const args = { failure, origin: context.origin }
  return refusal(CODES[failure], { step: 'upstream', code: 'upstream_failed', args })
}

/** Relays the upstream's reply, with the gate's own lines behind its own. */
export function relayReply(context: RequestContext, reply: ReplyHead, edits: HeaderEdits | undefined): void {
  const { costHeader } = context.api
  if (costHeader !== '') {
    const cost = realCost(headerValue(reply, costHeader))
    if (cost !== undefined) context.chargeReal(cost)
  }
  const { rateLines } = context
  // The id of an answer is the gate's, so that it can be explained; the upstream's goes on under another name.
  const upstreamId = headerValue(reply, 'x-request-id')
  let dropped = rateLines === '' ? NOTHING : context.replacedByRateLines
  if (costHeader !== '') dropped = dropped.union(new Set([costHeader]))
  if (upstreamId !== undefined) dropped = dropped.union(REQUEST_ID)
  if (edits !== undefined) {
    edits.remove('x-request-id')
    dropped = dropped.union(edits.dropped)
  }
  let lines = endToEndLines(reply, dropped)
  if (edits !== undefined) lines += edits.lines()
  lines += `X-Request-Id: ${context.requestId}\r\n`
  if (upstreamId !== undefined) lines += `X-Upstream-Request-Id: ${upstreamId}\r\n`
  context.exchange.relay(reply.status, lines + context.replyLines + rateLines)
}

/** Highest cost of one request; what is above counts as this. */
const MAX_COST = 1_000_000_000

/** The cost that a reply names: a whole number. Anything else says nothing, and what was counted stays. */
function realCost(value: string | undefined): number | undefined {
  if (value === undefined || !/^\d+$/.test(value)) return undefined
  return Math.min(Number(value), MAX_COST)
}

function send(context: RequestContext): void {
  const { api, exchange } = context
  const target = (context.targets ?? api.targets).pick()
  context.origin = target.upstream.origin
  if (context.headerEdits !== undefined) exchange.stripped = context.headerEdits.dropped
  exchange.forward(
    target.upstream,
    context.method,
    joinTarget(target, requestPath(context), context.query, api.disableStripSlash),
    requestLines(context, target),
    context,
    context.timeoutMs === 0 ? DEFAULT_TIMEOUTS : { headMs: context.timeoutMs },
  )
}

/** The part of the path that is joined to the target's. */
function requestPath(context: RequestContext): string {
  if (context.api.stripListenPath) return context.upstreamPath
  if (!context.isShortened) return context.fullPath
  return context.fullPath.slice(0, context.prefixLength).replace(/\/$/, '') + context.upstreamPath
}

function requestLines(context: RequestContext, target: Target): string {
  const { head, headerEdits: edits, forwarded } = context
  const peer = context.exchange.remoteAddress
  const own = forwarded.dropped(peer)
  const dropped = edits === undefined ? own : own.union(edits.dropped)
  let lines = `Host: ${context.api.preserveHost ? head.host : target.authority}\r\n${endToEndLines(head, dropped)}`
  if (edits !== undefined) lines += edits.lines()
  if (headerValue(head, 'user-agent') === undefined && edits?.has('user-agent') !== true)
    lines += USER_AGENT_LINE
  return lines + target.proxyLines + forwarded.lines(head, peer, edits)
}
