import type { ForwardListener, ForwardTimeouts, RequestHead, UpstreamFailure } from '@tollgate/http1/exchange'
import { aliasedNames, endToEndLines, headerValue } from '@tollgate/http1/syntax/headers'
import type { RefusalCode } from '@tollgate/model/judge/refusals'
import { type Answer, GONE, refusal } from '../pipeline/answer.ts'
import { CLAIMS, joinedValues } from '../pipeline/client-address.ts'
import { withoutControlCookies } from '../pipeline/control-cookies.ts'
import type { HeadEdits } from '../pipeline/head-edits.ts'
import type { RequestContext } from '../pipeline/request-context.ts'
import type { Target } from '../pipeline/target.ts'
import type { ForwardedHeaders } from './forwarded-headers.ts'
import { joinTarget } from './targets.ts'

/** Sent when the client names no agent of its own; without one some upstreams answer 403. */
const USER_AGENT_LINE = 'User-Agent: Tollgate\r\n'

const COOKIE: ReadonlySet<string> = new Set(['cookie'])

/**
 * Names that the gate or the engine writes or removes: programs that fold `-` and `_` together, as CGI does (RFC 3875,
 * 4.1.18), would read `X_Forwarded_For` as one of them.
 */
const FOLDED: ReadonlySet<string> = new Set([
  ...CLAIMS,
  'connection',
  'content-length',
  'transfer-encoding',
  'x-request-id',
])

const DEFAULT_TIMEOUTS: ForwardTimeouts = { headMs: 0 }

const CODES: Readonly<Record<Exclude<UpstreamFailure, 'client-gone'>, RefusalCode>> = {
  'connect-failed': 'upstream_failed',
  'lookup-failed': 'upstream_lookup_failed',
  timeout: 'upstream_timeout',
  reset: 'upstream_failed',
  'bad-reply': 'upstream_failed',
  'pool-exhausted': 'upstream_failed',
  'transform-failed': 'internal',
}

/** What a failure on the way to the upstream means for the client. */
export function failureAnswer({ upstream }: RequestContext, failure: UpstreamFailure): Answer {
  if (failure === 'client-gone') return GONE
  const origin = upstream.target?.upstream.origin ?? ''
  return refusal(CODES[failure], { step: 'upstream', code: 'upstream_failed', args: { failure, origin } })
}

/** Sends a request to its target, as the steps have changed it. */
export function send(
  context: RequestContext,
  target: Target,
  listener: ForwardListener,
  forwarded: ForwardedHeaders,
): void {
  const { exchange, upstream, route } = context
  const { edits, query, timeoutMs } = upstream
  if (edits !== undefined) exchange.stripped = edits.dropped
  exchange.forward(
    target.upstream,
    context.method,
    joinTarget(target, requestPath(context), query, route.api.disableStripSlash),
    requestLines(context, target, forwarded),
    listener,
    timeoutMs === 0 ? DEFAULT_TIMEOUTS : { headMs: timeoutMs },
  )
}

/** The part of the path that is joined to the target's. */
function requestPath({ route, upstream }: RequestContext): string {
  if (route.api.stripListenPath) return upstream.path
  if (!upstream.isShortened) return route.fullPath
  return route.fullPath.slice(0, route.prefixLength).replace(/\/$/, '') + upstream.path
}

function requestLines(context: RequestContext, target: Target, forwarded: ForwardedHeaders): string {
  const { head, route, exchange } = context
  const { edits } = context.upstream
  const peer = exchange.remoteAddress
  const own = forwarded.dropped(peer)
  const aliases = aliasedNames(head, FOLDED)
  const cookies = ownCookies(head, edits)
  const edited = edits?.dropped
  // Most edits of most requests drop nothing; a union is a set of its own, which the engine has to look through again.
  let dropped = edited === undefined || edited.size === 0 ? own : own.union(edited)
  if (aliases !== undefined) dropped = dropped.union(aliases)
  if (cookies !== undefined) dropped = dropped.union(COOKIE)
  let lines = `Host: ${route.api.preserveHost ? head.host : target.authority}\r\n${endToEndLines(head, dropped)}`
  if (cookies !== undefined && cookies !== '') lines += `Cookie: ${cookies}\r\n`
  if (edits !== undefined) lines += edits.lines()
  if (headerValue(head, 'user-agent') === undefined && edits?.has('user-agent') !== true)
    lines += USER_AGENT_LINE
  return lines + target.proxyLines + forwarded.lines(head, peer, edits)
}

/** The client's cookies without the dashboard's; undefined when they stay as they are, or a step has written its own. */
function ownCookies(head: RequestHead, edits: HeadEdits | undefined): string | undefined {
  if (headerValue(head, 'cookie') === undefined || edits?.dropped.has('cookie') === true) return undefined
  const sent = joinedValues(head, 'cookie', '; ')
  const kept = withoutControlCookies(sent)
  return kept === sent ? undefined : kept
}
