import type { ForwardTimeouts, ReplyHead, UpstreamFailure } from '@tollgate/http1/exchange'
import { endToEndLines, headerValue } from '@tollgate/http1/headers'
import type { RefusalCode } from '@tollgate/model/refusals'
import { joinedValues } from './client-address.ts'
import { HeaderEdits } from './header-edits.ts'
import { FORWARDED, type Outcome, refusal } from './middleware.ts'
import { joinTarget, type Target } from './targets.ts'
import type { Visit } from './visit.ts'

/** Sent when the client names no agent of its own; without one some upstreams answer 403. */
const USER_AGENT_LINE = 'User-Agent: Tollgate\r\n'

/** What the gate writes itself, whatever the client sent. */
const OWN: ReadonlySet<string> = new Set(['host', 'x-forwarded-for'])

const NOTHING: ReadonlySet<string> = new Set()
const RATE_HEADERS: ReadonlySet<string> = new Set([
  'x-ratelimit-limit',
  'x-ratelimit-remaining',
  'x-ratelimit-reset',
])

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
export function forward(visit: Visit): Outcome {
  send(visit)
  return FORWARDED
}

/** The end of a chain in which a step touches the reply. */
export function forwardAndWait(visit: Visit): Promise<Outcome> {
  const { promise, resolve } = Promise.withResolvers<ReplyHead | UpstreamFailure>()
  visit.awaiting = resolve
  send(visit)
  return promise.then((reply): Outcome => {
    if (typeof reply === 'string') return failureOutcome(visit, reply)
    return { kind: 'upstream', head: reply, edits: new HeaderEdits() }
  })
}

/** What a failure on the way to the upstream means for the client; nothing when the client is who left. */
export function failureOutcome(visit: Visit, failure: UpstreamFailure): Outcome {
  if (failure === 'client-gone') return FORWARDED
  return refusal(CODES[failure], { step: 'upstream', detail: `${failure}: ${visit.origin}` })
}

/** Relays the upstream's reply, with the gate's own lines behind its own. */
export function relayReply(visit: Visit, reply: ReplyHead, edits: HeaderEdits | undefined): void {
  const { rateLines } = visit
  let dropped = rateLines === '' ? NOTHING : RATE_HEADERS
  if (edits !== undefined && edits.dropped.size > 0) dropped = dropped.union(edits.dropped)
  let lines = endToEndLines(reply, dropped)
  if (edits !== undefined) lines += edits.lines()
  // An id that the upstream gave its answer is not taken away from the client.
  if (headerValue(reply, 'x-request-id') === undefined) lines += `X-Request-Id: ${visit.requestId}\r\n`
  visit.exchange.relay(reply.status, lines + visit.replyLines + rateLines)
}

function send(visit: Visit): void {
  const { api, exchange } = visit
  const target = (visit.targets ?? api.targets).pick()
  visit.origin = target.upstream.origin
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
function requestPath(visit: Visit): string {
  if (visit.api.stripListenPath) return visit.upstreamPath
  if (!visit.isShortened) return visit.fullPath
  return visit.fullPath.slice(0, visit.prefixLength).replace(/\/$/, '') + visit.upstreamPath
}

function requestLines(visit: Visit, target: Target): string {
  const { head, headerEdits: edits } = visit
  const dropped = edits === undefined ? OWN : OWN.union(edits.dropped)
  let lines = `Host: ${visit.api.preserveHost ? head.host : target.authority}\r\n${endToEndLines(head, dropped)}`
  if (edits !== undefined) lines += edits.lines()
  if (headerValue(head, 'user-agent') === undefined && edits?.has('user-agent') !== true)
    lines += USER_AGENT_LINE
  const peer = visit.exchange.remoteAddress
  if (headerValue(head, 'x-forwarded-for') === undefined) return `${lines}X-Forwarded-For: ${peer}\r\n`
  return `${lines}X-Forwarded-For: ${joinedValues(head, 'x-forwarded-for')}, ${peer}\r\n`
}
