/**
 * What another parser refuses and we accept, with the reason. docs/reference/http.md has the same table; a finding that is
 * not here fails the run.
 */
export const knownFindings: ReadonlyMap<string, string> = new Map([
  [
    'request, node: a method that it does not know',
    'Node knows a list of methods; RFC 9110 lets any token be one, and an API may have its own.',
  ],
  [
    'request, nginx: a method that it does not know',
    'The same: nginx takes capitals, dashes and underscores.',
  ],
  [
    'request, node: stops at an upgrade',
    'Node gives the connection away where an upgrade is asked for; we read on as long as no 101 has come.',
  ],
  [
    'reply, node: bytes behind a whole reply',
    'The reply is relayed as far as its framing says, the rest is dropped, and the connection is not used again.',
  ],
])
