import type { ReplyHead } from '@tollgate/http1/exchange'

/**
 * Cookies of the dashboard. Ports do not separate cookies: a browser that is signed in sends them to every API on the same
 * host, and an upstream could set them. They are credentials of the control plane, so they never cross the gateway,
 * whatever a definition says.
 */
const NAMES: ReadonlySet<string> = new Set([
  '__Host-authorisation',
  'tollgate-devices',
  'tollgate-passkey',
  'tollgate-sso',
])

/** A `Cookie` header without the dashboard's cookies; the same text when it has none, which is nearly always. */
export function withoutControlCookies(header: string): string {
  if (!mayHold(header)) return header
  const pairs = header.split(';')
  const kept = pairs.filter((pair) => !isControlCookie(pair))
  return kept.length === pairs.length ? header : kept.map((pair) => pair.trim()).join('; ')
}

/** The `Set-Cookie` lines of a reply that go on; undefined when all of them do. */
export function allowedSetCookies({ names, rawNames, values }: ReplyHead): string | undefined {
  let lines = ''
  let drops = false
  for (let at = names.indexOf('set-cookie'); at >= 0; at = names.indexOf('set-cookie', at + 1)) {
    const value = values[at] ?? ''
    const end = value.indexOf(';')
    if (isControlCookie(end < 0 ? value : value.slice(0, end))) drops = true
    else lines += `${rawNames[at]}: ${value}\r\n`
  }
  return drops ? lines : undefined
}

function mayHold(header: string): boolean {
  return header.includes('authorisation') || header.includes('tollgate-')
}

/** `authorisation` may be an API's own cookie: the dashboard's is 64 hex digits. */
function isControlCookie(pair: string): boolean {
  const equals = pair.indexOf('=')
  const name = (equals < 0 ? pair : pair.slice(0, equals)).trim()
  if (NAMES.has(name)) return true
  return name === 'authorisation' && /^"?[0-9a-f]{64}"?$/i.test(pair.slice(equals + 1).trim())
}
