import { BAD_FIELD, HeaderBlock, scanFields, TOO_MANY } from './header-block.ts'
import {
  CONNECTION,
  CONTENT_LENGTH,
  EXPECT,
  HOST,
  TE,
  TRANSFER_ENCODING,
  UNKNOWN,
  UPGRADE,
} from './known-names.ts'
import { CHUNKED, type RequestHead } from './message-head.ts'
import { type Refusal, refusals } from './protocol-errors.ts'
import { isDigit, isToken, TARGET, TOKEN } from './syntax.ts'
import { isAuthority, splitAbsolute } from './target.ts'

/** Longest method that is looked at. */
const MAX_METHOD = 32

export type RequestHeadLimits = { readonly maxTargetBytes: number; readonly maxHeaders: number }

/** A request head that passed every check; see `RequestHead`. */
export class ParsedRequest extends HeaderBlock implements RequestHead {
  readonly method: string
  target = ''
  path = ''
  query = ''
  host = ''
  readonly minorVersion: 0 | 1
  bodyLength = 0
  keepAlive: boolean
  /** `Connection: close` was among the options; it outdoes `keep-alive`. */
  closes = false
  expectsContinue = false
  /** `TE: trailers`: the client wants to see the reply's trailers. */
  acceptsTrailers = false
  upgrade = ''

  constructor(text: string, count: number, method: string, minorVersion: 0 | 1) {
    super(text, count)
    this.method = method
    this.minorVersion = minorVersion
    this.keepAlive = minorVersion === 1
  }
}

/**
 * Parses one head: latin1 text from the request line to the empty line, inclusive. What can be read in two ways is
 * refused (RFC 9112 and 9110; performance.md 2.5).
 */
export function parseRequestHead(text: string, limits: RequestHeadLimits): ParsedRequest | Refusal {
  const methodEnd = scanMethod(text)
  if (methodEnd < 0) return methodEnd === -2 ? refusals.unknownMethod : refusals.badRequestLine
  const targetStart = methodEnd + 1
  let at = targetStart
  let code = text.charCodeAt(at)
  let queryStart = -1
  while (TARGET[code] === 1) {
    if (code === 63 && queryStart < 0) queryStart = at
    code = text.charCodeAt(++at)
  }
  const targetEnd = at
  if (code !== 32)
    return targetEnd > targetStart && code !== 13 ? refusals.badTarget : refusals.badRequestLine
  if (targetEnd === targetStart) return refusals.badRequestLine
  if (targetEnd - targetStart > limits.maxTargetBytes) return refusals.targetTooLong
  const minorVersion = scanVersion(text, targetEnd + 1)
  if (minorVersion < 0) return minorVersion === -2 ? refusals.badVersion : refusals.badRequestLine

  const count = scanFields(text, targetEnd + 11, limits.maxHeaders)
  if (count === BAD_FIELD) return refusals.badHeader
  if (count === TOO_MANY) return refusals.tooManyHeaders
  const method = text.startsWith('GET ') ? 'GET' : text.slice(0, methodEnd)
  const head = new ParsedRequest(text, count, method, minorVersion === 1 ? 1 : 0)
  return readFields(head) ?? setTarget(head, targetStart, targetEnd, queryStart) ?? head
}

/** End of the method; -1 for none, -2 for one too long. */
function scanMethod(text: string): number {
  let at = 0
  while ((TOKEN[text.charCodeAt(at)] ?? 0) !== 0) at++
  if (at === 0 || text.charCodeAt(at) !== 32) return -1
  return at > MAX_METHOD ? -2 : at
}

/** 0 or 1 of HTTP/1.x followed by CRLF; -1 for what is no version, -2 for another one. */
function scanVersion(text: string, at: number): number {
  if (text.startsWith('HTTP/1.1\r\n', at)) return 1
  if (text.startsWith('HTTP/1.0\r\n', at)) return 0
  const isVersion =
    text.startsWith('HTTP/', at) &&
    isDigit(text.charCodeAt(at + 5)) &&
    text.charCodeAt(at + 6) === 46 &&
    isDigit(text.charCodeAt(at + 7)) &&
    text.startsWith('\r\n', at + 8)
  return isVersion ? -2 : -1
}

/** Reads the headers that mean something to the engine, into `head`. */
function readFields(head: ParsedRequest): Refusal | undefined {
  let hosts = 0
  let lengths = 0
  let encodings = 0
  let problem: Refusal | undefined
  for (let index = 0; index < head.count && problem === undefined; index++) {
    const id = head.idAt(index)
    if (id === UNKNOWN || id > HOST) continue
    if (id === HOST) {
      hosts++
      head.host = lowerCase(head.valueAt(index))
    } else if (id === CONTENT_LENGTH) {
      lengths++
      head.bodyLength = parseContentLength(head.valueAt(index))
      if (head.bodyLength < 0) problem = refusals.badContentLength
    } else if (id === TRANSFER_ENCODING) {
      encodings++
      // A TAB behind it is allowed, but Node's parser for one then reads another coding.
      problem = head.hasTabBehind(index)
        ? refusals.badTransferEncoding
        : checkTransferEncoding(head.valueAt(index))
    } else if (id === CONNECTION) {
      problem = readConnection(head, head.valueAt(index))
    } else if (id === EXPECT) {
      if (head.valueAt(index).toLowerCase() !== '100-continue') problem = refusals.badExpectation
      head.expectsContinue = true
    } else if (id === TE) {
      head.acceptsTrailers ||=
        head.minorVersion === 1 && /(?:^|,)[ \t]*trailers[ \t]*(?:,|$)/i.test(head.valueAt(index))
    }
  }
  if (problem !== undefined) return problem
  if (hosts > 1 || (hosts === 0 && head.minorVersion === 1)) return refusals.badHost
  if (hosts === 1 && !isAuthority(head.host)) return refusals.badHost
  if (encodings > 0) {
    if (lengths > 0) return refusals.lengthAndEncoding
    if (encodings > 1 || head.minorVersion === 0) return refusals.badTransferEncoding
    head.bodyLength = CHUNKED
  } else if (lengths > 1) {
    return refusals.badContentLength
  }
  if (head.closes) head.keepAlive = false
  if (head.upgrade !== '') readUpgrade(head)
  if (head.minorVersion === 0 || head.bodyLength === 0) head.expectsContinue = false
  return undefined
}

/** Bytes by a Content-Length value; -1 for anything but plain digits without a leading zero, below 1e15. */
export function parseContentLength(value: string): number {
  if (value.length === 0 || value.length > 15) return -1
  if (value.charCodeAt(0) === 48 && value.length > 1) return -1
  let length = 0
  for (let at = 0; at < value.length; at++) {
    const code = value.charCodeAt(at)
    if (!isDigit(code)) return -1
    length = length * 10 + (code - 48)
  }
  return length
}

/** Exactly `chunked` is known. Another coding below `chunked` is well-formed but not implemented: 501; the rest is 400. */
function checkTransferEncoding(value: string): Refusal | undefined {
  const coding = value.toLowerCase()
  if (coding === 'chunked') return undefined
  return /^(?:gzip|x-gzip|deflate|compress|x-compress|br|zstd)(?:[ \t]*,[ \t]*chunked)?$/.test(coding)
    ? refusals.unknownCoding
    : refusals.badTransferEncoding
}

function readConnection(head: ParsedRequest, value: string): Refusal | undefined {
  if (head.minorVersion === 1 && (value === 'keep-alive' || value === 'Keep-Alive')) return undefined
  for (const part of value.toLowerCase().split(',')) {
    const option = part.trim()
    if (option === 'close') head.closes = true
    else if (option === 'keep-alive') head.keepAlive = true
    else if (option === 'upgrade') head.upgrade = 'nominated'
    if (option !== '' && !isToken(option)) return refusals.badConnection
  }
  return undefined
}

/** What would reach the upstream behind a tunnel's back, as requests that no gate has seen. */
const neverTunnelled = /^(?:h2c?|http|tls)(?:\/|$)/

function readUpgrade(head: ParsedRequest): void {
  const protocols: string[] = []
  if (head.minorVersion === 1 && head.bodyLength === 0) {
    for (let index = 0; index < head.count; index++) {
      if (head.idAt(index) === UPGRADE) protocols.push(...protocolsOf(head.valueAt(index)))
    }
  }
  head.upgrade = protocols.filter((protocol) => !neverTunnelled.test(protocol)).join(', ')
}

/** The well-formed protocols (`name` or `name/version`) of an Upgrade value, in lower case. */
export function protocolsOf(value: string): string[] {
  const parts = value.toLowerCase().split(',')
  return parts
    .map((part) => part.trim())
    .filter((part) => part.split('/').every(isToken) && part.split('/').length <= 2)
}

/** Puts the target's parts into the head: origin form, absolute form (the same authority as Host), or `*`. */
function setTarget(head: ParsedRequest, start: number, end: number, queryStart: number): Refusal | undefined {
  const { text } = head
  // A tunnel through the gate, and the first line of HTTP/2: neither is a request here.
  if (head.method === 'CONNECT' || head.method === 'PRI') return refusals.unknownMethod
  if (text.charCodeAt(start) === 47) {
    head.target = text.slice(start, end)
    if (queryStart < 0) {
      head.path = head.target
    } else {
      head.path = text.slice(start, queryStart)
      head.query = text.slice(queryStart + 1, end)
    }
    return undefined
  }
  if (end === start + 1 && text.charCodeAt(start) === 42) {
    if (head.method !== 'OPTIONS') return refusals.badTarget
    head.target = '*'
    head.path = '*'
    return undefined
  }
  const absolute = splitAbsolute(text.slice(start, end), head.method)
  if (absolute === undefined) return refusals.badTarget
  if (head.host !== '' && head.host !== absolute.authority) return refusals.hostMismatch
  head.host = absolute.authority
  head.target = absolute.target
  const at = absolute.target.indexOf('?')
  head.path = at < 0 ? absolute.target : absolute.target.slice(0, at)
  head.query = at < 0 ? '' : absolute.target.slice(at + 1)
  return undefined
}

/** The same string when it has no upper-case letter, which is nearly always. */
function lowerCase(text: string): string {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code >= 65 && code <= 90) return text.toLowerCase()
  }
  return text
}
