import { headerValue } from '../syntax/headers.ts'
import { isProtected } from '../syntax/known-names.ts'
import type { RequestHead } from '../syntax/message-head.ts'
import { isToken } from '../syntax/syntax.ts'

/**
 * Which fields behind a request's body travel on. The reader of the body has refused those of framing, routing and
 * credentials, and left out hop-by-hop ones. What upstreams rely on because a gate has set or checked it (the protected
 * names, and every header that the upstream is sent) stays here too, for the sake of those who merge trailers into headers.
 */

/** No names that are stripped. */
export const NOTHING_STRIPPED: ReadonlySet<string> = new Set()

/**
 * The trailers that go on.
 * @param trailers complete lines, each ending in CRLF
 * @param head what the upstream is sent as the request's head; each of its header lines behind a CRLF
 * @param stripped lower-case names that were taken out of it
 */
export function forwardedTrailers(trailers: string, head: string, stripped: ReadonlySet<string>): string {
  if (trailers === '') return ''
  const lowerHead = head.toLowerCase()
  let lines = ''
  for (let start = 0; start < trailers.length; ) {
    const end = trailers.indexOf('\r\n', start) + 2
    const name = trailers.slice(start, trailers.indexOf(':', start)).toLowerCase()
    if (mayTrail(name, lowerHead, stripped)) lines += trailers.slice(start, end)
    start = end
  }
  return lines
}

/** The line that announces trailers, as far as they would go on; empty for none. `head`, `stripped` as above. */
export function announcement(request: RequestHead, head: string, stripped: ReadonlySet<string>): string {
  const value = headerValue(request, 'trailer')
  if (value === undefined) return ''
  const lowerHead = head.toLowerCase()
  const names = value
    .split(',')
    .map((name) => name.trim())
    .filter((name) => isToken(name) && mayTrail(name.toLowerCase(), lowerHead, stripped))
  return names.length === 0 ? '' : `Trailer: ${names.join(', ')}\r\n`
}

function mayTrail(name: string, lowerHead: string, stripped: ReadonlySet<string>): boolean {
  return !isProtected(name) && !stripped.has(name) && !lowerHead.includes(`\r\n${name}:`)
}
