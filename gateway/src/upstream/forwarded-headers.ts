import type { RequestHead } from '@tollgate/http1/exchange'
import { headerValue } from '@tollgate/http1/syntax/headers'
import { CLAIMS, joinedValues, type TrustedPeers } from '../pipeline/client-address.ts'
import type { HeadEdits } from '../pipeline/head-edits.ts'

/**
 * What the upstream is told of the client's connection. A trusted proxy vouches for the way before it: its words are
 * kept, and `X-Forwarded-For` goes on by its own address. Anyone else could write anything: every such header of theirs
 * is replaced by what the gate sees itself.
 */
export interface ForwardedHeaders {
  /** Lower-case names of the request's own lines that do not go on. */
  dropped(peer: string): ReadonlySet<string>
  /** The gate's lines. What the API's definition sets or removes itself is left to it. */
  lines(head: RequestHead, peer: string, edits: HeadEdits | undefined): string
}

/** What the gate writes itself, whoever sent it; and `Proxy`, which CGI programs take for a setting of theirs. */
const OWN: ReadonlySet<string> = new Set(['host', 'x-forwarded-for', 'proxy'])

const OWN_AND_CLAIMS: ReadonlySet<string> = OWN.union(CLAIMS)

/** @param tls whether the gateway's port speaks TLS */
export function forwardedHeaders(trusted: TrustedPeers, tls: boolean): ForwardedHeaders {
  const protoLine = `X-Forwarded-Proto: ${tls ? 'https' : 'http'}\r\n`

  return {
    dropped: (peer) => (trusted.hasPeer(peer) ? OWN : OWN_AND_CLAIMS),
    lines(head, peer, edits) {
      const vouched = trusted.hasPeer(peer)
      let lines = ''
      if (edits?.dropped.has('x-forwarded-for') !== true)
        lines =
          vouched && headerValue(head, 'x-forwarded-for') !== undefined
            ? `X-Forwarded-For: ${joinedValues(head, 'x-forwarded-for')}, ${peer}\r\n`
            : `X-Forwarded-For: ${peer}\r\n`
      if (isOurs('x-forwarded-proto', head, vouched, edits)) lines += protoLine
      if (head.host !== '' && isOurs('x-forwarded-host', head, vouched, edits))
        lines += `X-Forwarded-Host: ${head.host}\r\n`
      return lines
    },
  }
}

/** Whether the gate writes this header: nobody who may has said it. */
function isOurs(name: string, head: RequestHead, vouched: boolean, edits: HeadEdits | undefined): boolean {
  if (edits?.dropped.has(name) === true) return false
  return !vouched || headerValue(head, name) === undefined
}
