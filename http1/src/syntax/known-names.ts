import { TOKEN } from './syntax.ts'

/**
 * Header names that are recognised while they are scanned, by number, without making a string. The first
 * `END_TO_END` of them never travel on by themselves: hop-by-hop, or written anew by the engine.
 */
export const knownNames: readonly string[] = [
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
  'expect',
  'content-length',
  // From here on, end to end. The first ones cannot be nominated away by `Connection`.
  'host',
  'authorization',
  'cookie',
  'set-cookie',
  'content-type',
  'content-encoding',
  'content-range',
  'forwarded',
  'via',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-forwarded-port',
  'x-real-ip',
  'x-request-id',
  'x-api-key',
  'date',
  'location',
  'cache-control',
  'etag',
  'vary',
  'www-authenticate',
  'traceparent',
  'tracestate',
  // From here on, nothing special: only frequent.
  'accept',
  'accept-charset',
  'accept-encoding',
  'accept-language',
  'accept-ranges',
  'access-control-allow-credentials',
  'access-control-allow-headers',
  'access-control-allow-methods',
  'access-control-allow-origin',
  'access-control-expose-headers',
  'access-control-max-age',
  'access-control-request-headers',
  'access-control-request-method',
  'age',
  'allow',
  'alt-svc',
  'cf-ray',
  'content-disposition',
  'content-language',
  'content-location',
  'content-security-policy',
  'cross-origin-opener-policy',
  'dnt',
  'expires',
  'from',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'if-unmodified-since',
  'last-modified',
  'link',
  'max-forwards',
  'origin',
  'pragma',
  'priority',
  'range',
  'referer',
  'referrer-policy',
  'retry-after',
  'sec-ch-ua',
  'sec-ch-ua-mobile',
  'sec-ch-ua-platform',
  'sec-fetch-dest',
  'sec-fetch-mode',
  'sec-fetch-site',
  'sec-fetch-user',
  'server',
  'strict-transport-security',
  'upgrade-insecure-requests',
  'user-agent',
  'x-content-type-options',
  'x-frame-options',
  'x-powered-by',
  'x-ratelimit-limit',
  'x-ratelimit-remaining',
  'x-ratelimit-reset',
  'x-requested-with',
  'x-xss-protection',
]

export const UNKNOWN = -1
export const CONNECTION = 0
export const TE = 5
export const TRANSFER_ENCODING = 7
export const UPGRADE = 8
export const EXPECT = 10
export const CONTENT_LENGTH = 11
/** Names numbered below this are dropped or rewritten by the engine. */
export const END_TO_END = 12
export const HOST = 12
/** Names from `END_TO_END` up to this stay even if `Connection` nominates them. */
export const UNPROTECTED = knownNames.indexOf('accept')

/** Whether the lower-case name is one that the engine drops or rewrites. */
export function isHopByHop(name: string): boolean {
  const id = knownNames.indexOf(name)
  return id >= 0 && id < END_TO_END
}

/** Fields of framing, routing and credentials, which must not come in by a trailer (RFC 9110, 6.5.1). */
const forbiddenTrailers: ReadonlySet<string> = new Set([
  'content-length',
  'transfer-encoding',
  'host',
  'connection',
  'trailer',
  'te',
  'expect',
  'authorization',
  'cookie',
  'content-encoding',
  'content-type',
  'content-range',
])

/** Whether a message with a trailer of that lower-case name is refused. */
export function isForbiddenTrailer(name: string): boolean {
  return forbiddenTrailers.has(name)
}

/** Whether the lower-case name is hop-by-hop, the engine's own, or one that `Connection` cannot take away. */
export function isProtected(name: string): boolean {
  const id = knownNames.indexOf(name)
  return (id >= 0 && id < UNPROTECTED) || name.startsWith('x-forwarded-')
}

const SLOTS = 1024
const slotIds = new Int16Array(SLOTS).fill(UNKNOWN)

/** One step of the hash over a name's lower-case bytes, starting from 0. */
function slotOf(hash: number): number {
  return (hash ^ (hash >>> 11)) & (SLOTS - 1)
}

knownNames.forEach((name, id) => {
  let hash = 0
  for (let at = 0; at < name.length; at++) hash = (Math.imul(hash, 31) + name.charCodeAt(at)) | 0
  let slot = slotOf(hash)
  while (slotIds[slot] !== UNKNOWN) slot = (slot + 1) & (SLOTS - 1)
  slotIds[slot] = id
})

/** The number of the name in `text[start, end)`, whose lower-case bytes hash to `hash`; `UNKNOWN` for others. */
export function knownName(text: string, start: number, end: number, hash: number): number {
  let slot = slotOf(hash)
  for (;;) {
    const id = slotIds[slot] ?? UNKNOWN
    if (id === UNKNOWN) return UNKNOWN
    if (isName(knownNames[id] ?? '', text, start, end)) return id
    slot = (slot + 1) & (SLOTS - 1)
  }
}

function isName(name: string, text: string, start: number, end: number): boolean {
  if (name.length !== end - start) return false
  for (let at = 0; at < name.length; at++) {
    if (TOKEN[text.charCodeAt(start + at)] !== name.charCodeAt(at)) return false
  }
  return true
}
