import type { OutgoingHttpHeaders } from 'node:http2'
import { isForbiddenTrailer } from '../syntax/known-names.ts'
import { type Refusal, refusals } from '../syntax/protocol-errors.ts'
import { type ParsedReply, parseReplyHead } from '../syntax/reply-head.ts'
import { type ParsedRequest, parseRequestHead, type RequestHeadLimits } from '../syntax/request-head.ts'
import { isBodiless } from '../syntax/status-line.ts'
import { isSafeHeaderValue, isToken } from '../syntax/syntax.ts'

/**
 * HTTP/2 heads are written down as HTTP/1.1 and read by the one strict parser: what is ambiguous there is ambiguous
 * here, and whoever reads heads need not know which protocol they came by. (nghttp2 has checked before: pseudo headers,
 * letter case, Content-Length against the body.)
 */

/** Headers as HTTP/2 has them: names and values in turn. */
export type Fields = readonly string[]

/** Headers that are about a connection: malformed in HTTP/2 (RFC 9113, 8.2.2). */
const ofConnection: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
])

/** `maxHeadBytes`: of names, values and the separators that HTTP/1.1 would need. */
export type HeadLimits = RequestHeadLimits & { readonly maxHeadBytes: number }

type Pseudo = { method: string; path: string; authority: string; scheme: string }

/** Reads a request's head. `ended`: no body follows. */
export function requestHeadOf(fields: Fields, ended: boolean, limits: HeadLimits): ParsedRequest | Refusal {
  const pseudo: Pseudo = { method: '', path: '', authority: '', scheme: '' }
  const regularFrom = readPseudo(fields, pseudo)
  if (regularFrom < 0 || (pseudo.scheme !== 'http' && pseudo.scheme !== 'https'))
    return refusals.badRequestLine
  // An absolute target has no place in `:path`.
  if (!pseudo.path.startsWith('/') && pseudo.path !== '*') return refusals.badTarget
  const hosts: string[] = []
  let cookies = ''
  let hasLength = ended
  let lines = ''
  for (let at = regularFrom; at < fields.length; at += 2) {
    const name = fields[at] ?? ''
    const value = fields[at + 1] ?? ''
    if (!isToken(name) || !isSafeHeaderValue(value) || ofConnection.has(name)) return refusals.badHeader
    if (name === 'te' && value !== 'trailers') return refusals.badHeader
    if (name === 'host') {
      hosts.push(value)
      continue
    }
    if (name === 'cookie') {
      // A browser may send each of its cookies by itself (RFC 9113, 8.2.3).
      cookies = cookies === '' ? value : `${cookies}; ${value}`
      continue
    }
    if (name === 'content-length') hasLength = true
    lines += `${name}: ${value}\r\n`
  }
  if (hosts.length > 1) return refusals.badHost
  const [host = pseudo.authority] = hosts
  if (pseudo.authority !== '' && host.toLowerCase() !== pseudo.authority.toLowerCase())
    return refusals.hostMismatch
  if (cookies !== '') lines += `cookie: ${cookies}\r\n`
  if (!hasLength) lines += 'transfer-encoding: chunked\r\n'
  const text = `${pseudo.method} ${pseudo.path} HTTP/1.1\r\nhost: ${host}\r\n${lines}\r\n`
  if (text.length > limits.maxHeadBytes) return refusals.headTooLarge
  return parseRequestHead(text, limits)
}

/** Reads the pseudo headers; returns where the others start, -1 when one is unknown, repeated or lacking. */
function readPseudo(fields: Fields, into: Pseudo): number {
  let at = 0
  for (; fields[at]?.startsWith(':') === true; at += 2) {
    const name = fields[at]?.slice(1)
    const value = fields[at + 1] ?? ''
    if (name !== 'method' && name !== 'path' && name !== 'authority' && name !== 'scheme') return -1
    if (into[name] !== '' || value === '' || !isSafeHeaderValue(value)) return -1
    into[name] = value
  }
  return into.method === '' || into.path === '' || into.scheme === '' ? -1 : at
}

/** Reads a reply's head; undefined for what is malformed. `ended`: no body follows. `toHead`: it answers a HEAD request. */
export function replyHeadOf(
  fields: Fields,
  ended: boolean,
  toHead: boolean,
  limits: { readonly maxReplyHeaders: number; readonly maxReplyHeadBytes: number },
): ParsedReply | undefined {
  const status = Number(fields[1])
  if (fields[0] !== ':status' || !(status >= 200 && status <= 999)) return undefined
  let hasLength = ended || toHead || isBodiless(status)
  let lines = ''
  for (let at = 2; at < fields.length; at += 2) {
    const name = fields[at] ?? ''
    const value = fields[at + 1] ?? ''
    if (!isToken(name) || !isSafeHeaderValue(value) || ofConnection.has(name)) return undefined
    if (name === 'content-length') hasLength = true
    lines += `${name}: ${value}\r\n`
  }
  const framing = hasLength ? '' : 'transfer-encoding: chunked\r\n'
  const text = `HTTP/1.1 ${status} \r\n${lines}${framing}\r\n`
  if (text.length > limits.maxReplyHeadBytes) return undefined
  const reply = parseReplyHead(text, limits.maxReplyHeaders, toHead)
  if (reply !== undefined && ended) reply.bodyLength = 0
  return reply
}

/** Highest status that Node sends over HTTP/2; what is above is no status (RFC 9110, 15), and told as 502. */
const HIGHEST_STATUS = 599

/** The fields of a reply's head. */
export function replyFieldsOf(status: number, headerLines: string): string[] {
  return [':status', String(status > HIGHEST_STATUS ? 502 : status), ...fieldsOf(headerLines)]
}

/** The fields of complete header lines, each ending in CRLF, without those that HTTP/2 does not allow. */
export function fieldsOf(lines: string): string[] {
  const fields: string[] = []
  for (let start = 0; start < lines.length; ) {
    const end = lines.indexOf('\r\n', start)
    const colon = lines.indexOf(':', start)
    if (end < 0 || colon < 0 || colon > end) break
    const name = lines.slice(start, colon).toLowerCase()
    if (!ofConnection.has(name)) fields.push(name, lines.slice(colon + 1, end).trim())
    start = end + 2
  }
  return fields
}

/** What may travel on of the fields behind a body. */
export function trailersOf(fields: Fields): OutgoingHttpHeaders {
  const trailers: Record<string, string[]> = Object.create(null)
  for (let at = 0; at < fields.length; at += 2) {
    const name = fields[at] ?? ''
    const value = fields[at + 1] ?? ''
    if (
      name.startsWith(':') ||
      isForbiddenTrailer(name) ||
      ofConnection.has(name) ||
      !isSafeHeaderValue(value)
    )
      continue
    const values = trailers[name]
    if (values === undefined) trailers[name] = [value]
    else values.push(value)
  }
  return trailers
}

/** Trailers as lines, each ending in CRLF. */
export function trailerLines(trailers: OutgoingHttpHeaders): string {
  let lines = ''
  for (const [name, value] of Object.entries(trailers)) {
    for (const each of Array.isArray(value) ? value : [value]) lines += `${name}: ${each}\r\n`
  }
  return lines
}
