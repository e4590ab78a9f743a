import type { Exchange, ReplyHead } from '@tollgate/http1/exchange'
import { endToEndLines, headerValue } from '@tollgate/http1/syntax/headers'
import type { Answer } from '../pipeline/answer.ts'
import { allowedSetCookies } from '../pipeline/control-cookies.ts'
import { type HeadEdits, NO_NAMES } from '../pipeline/head-edits.ts'
import type { RequestContext } from '../pipeline/request-context.ts'
import type { RefusalRenderer } from './refusal-answer.ts'

/** Everything that the gate answers leaves through here: this is the one place that writes the id of a request. */
export type Answers = {
  /** An answer of the gate itself. */
  answer(context: RequestContext, answer: Answer): void
  /** The upstream's reply. */
  relay(context: RequestContext, reply: ReplyHead): void
}

const REQUEST_ID = 'x-request-id'
const SET_COOKIE = 'set-cookie'
const COOKIE_NAMES: ReadonlySet<string> = new Set([SET_COOKIE])
const ID_NAMES: ReadonlySet<string> = new Set([REQUEST_ID])

/** @param storeUnavailableLines what a refusal says that comes from a store that cannot be asked */
export function answers(render: RefusalRenderer, storeUnavailableLines: string): Answers {
  return {
    answer({ exchange, head, requestId, reply }, answer) {
      if (answer.kind === 'refusal') {
        const { status, headerLines, body } = render(answer.code, head, answer.text)
        const own = answer.code === 'store_unavailable' ? headerLines + storeUnavailableLines : headerLines
        const lines =
          reply.any === undefined
            ? own + requestIdLine(requestId)
            : withEdits(own, undefined, reply.any, requestId)
        exchange.respond(status, lines, body)
      } else if (answer.kind === 'reply') {
        const { status, headerLines, body } = answer
        exchange.respond(status, withEdits(headerLines, reply.passed, reply.any, requestId), body)
      }
    },
    relay({ exchange, requestId, reply }, head) {
      relayReply(exchange, head, requestId, reply.passed, reply.any)
    },
  }
}

/**
 * Relays a reply under the gate's id, so that it can be explained; the upstream's own id goes on under another name.
 */
export function relayReply(
  exchange: Exchange,
  head: ReplyHead,
  requestId: string,
  passed?: HeadEdits,
  any?: HeadEdits,
): void {
  const upstreamId = headerValue(head, REQUEST_ID)
  const names = droppedNames(passed, any)
  const dropped = upstreamId === undefined ? names : names.size === 0 ? ID_NAMES : names.union(ID_NAMES)
  const cookies = headerValue(head, SET_COOKIE) === undefined ? undefined : allowedSetCookies(head)
  let lines =
    cookies === undefined
      ? endToEndLines(head, dropped)
      : endToEndLines(head, dropped.union(COOKIE_NAMES)) + (dropped.has(SET_COOKIE) ? '' : cookies)
  lines += editedLines(passed) + editedLines(any)
  if (upstreamId !== undefined) lines += `X-Upstream-Request-Id: ${upstreamId}\r\n`
  exchange.relay(head.status, lines + requestIdLine(requestId))
}

export function requestIdLine(requestId: string): string {
  return `X-Request-Id: ${requestId}\r\n`
}

/** The gate's own lines after the edits of steps. */
function withEdits(
  lines: string,
  passed: HeadEdits | undefined,
  any: HeadEdits | undefined,
  requestId: string,
): string {
  const names = droppedNames(passed, any)
  const own = withoutNames(lines, names.size === 0 ? ID_NAMES : names.union(ID_NAMES))
  return own + editedLines(passed) + editedLines(any) + requestIdLine(requestId)
}

function droppedNames(passed: HeadEdits | undefined, any: HeadEdits | undefined): ReadonlySet<string> {
  if (any === undefined) return passed === undefined ? NO_NAMES : passed.dropped
  return passed === undefined ? any.dropped : passed.dropped.union(any.dropped)
}

/** What steps put in, but for the id, which is the gate's. */
function editedLines(edits: HeadEdits | undefined): string {
  if (edits === undefined) return ''
  if (edits.has(REQUEST_ID)) edits.remove(REQUEST_ID)
  return edits.lines()
}

function withoutNames(lines: string, names: ReadonlySet<string>): string {
  let kept = ''
  for (let start = 0; start < lines.length; ) {
    const end = lines.indexOf('\r\n', start) + 2
    const name = lines.slice(start, lines.indexOf(':', start)).toLowerCase()
    if (!names.has(name)) kept += lines.slice(start, end)
    start = end
  }
  return kept
}
