import { HeaderBlock, scanFields } from './header-block.ts'
import { CONNECTION, CONTENT_LENGTH, TRANSFER_ENCODING } from './known-names.ts'
import { CHUNKED, type ReplyHead, UNTIL_CLOSE } from './message-head.ts'
import { parseContentLength } from './request-head.ts'
import { isBodiless, SWITCHING } from './status-line.ts'
import { FIELD_VALUE, isDigit } from './syntax.ts'

/** A reply head that passed every check; see `ReplyHead`. */
export class ParsedReply extends HeaderBlock implements ReplyHead {
  readonly status: number
  bodyLength = UNTIL_CLOSE
  /** Content-Length as announced, also where there is no body (HEAD, 304); -1 for none. */
  announcedLength = -1
  /** Whether the connection may be used again after the body. */
  keepAlive: boolean
  closes = false
  /** `Connection: Upgrade`. */
  upgrades = false

  constructor(text: string, count: number, status: number, minorVersion: number) {
    super(text, count)
    this.status = status
    this.keepAlive = minorVersion === 1
  }
}

/**
 * Parses one reply head (latin1, from the status line to the empty line), as strictly as a request's: undefined for
 * what is malformed or ambiguous. `toHead` says that it answers a HEAD request.
 */
export function parseReplyHead(text: string, maxHeaders: number, toHead: boolean): ParsedReply | undefined {
  const isOne = text.startsWith('HTTP/1.1 ')
  if (!isOne && !text.startsWith('HTTP/1.0 ')) return undefined
  const status = scanStatus(text)
  let at = 12
  // HTTP/1.0 has no interim replies.
  if (status < 0 || (!isOne && status < 200)) return undefined
  if (text.charCodeAt(at) === 32) while (FIELD_VALUE[text.charCodeAt(at)] === 1) at++
  if (text.charCodeAt(at) !== 13 || text.charCodeAt(at + 1) !== 10) return undefined
  const count = scanFields(text, at + 2, maxHeaders)
  if (count < 0) return undefined
  const reply = new ParsedReply(text, count, status, isOne ? 1 : 0)
  return readFields(reply, isOne, toHead) ? reply : undefined
}

/** The three digits after the version; -1 when they are not a status. */
function scanStatus(text: string): number {
  const hundreds = text.charCodeAt(9)
  const tens = text.charCodeAt(10)
  const ones = text.charCodeAt(11)
  if (hundreds < 49 || !isDigit(hundreds) || !isDigit(tens) || !isDigit(ones)) return -1
  return (hundreds - 48) * 100 + (tens - 48) * 10 + (ones - 48)
}

function readFields(reply: ParsedReply, isOne: boolean, toHead: boolean): boolean {
  let lengths = 0
  let encodings = 0
  for (let index = 0; index < reply.count; index++) {
    const id = reply.idAt(index)
    if (id === CONTENT_LENGTH) {
      lengths++
      reply.announcedLength = parseContentLength(reply.valueAt(index))
      if (reply.announcedLength < 0) return false
    } else if (id === TRANSFER_ENCODING) {
      encodings++
      // The TAB: as in a request.
      if (reply.valueAt(index).toLowerCase() !== 'chunked' || reply.hasTabBehind(index)) return false
    } else if (id === CONNECTION) {
      readConnection(reply, reply.valueAt(index))
    }
  }
  if (lengths > 1 || encodings > 1) return false
  // An interim reply has no body, and another reply follows it: what says otherwise cannot be trusted.
  const isInterim = reply.status < 200 && reply.status !== SWITCHING
  if (isInterim && (lengths > 0 || encodings > 0 || reply.closes)) return false
  if (encodings > 0 && (lengths > 0 || !isOne)) return false
  if (toHead || isBodiless(reply.status)) reply.bodyLength = 0
  else if (encodings > 0) reply.bodyLength = CHUNKED
  else if (lengths > 0) reply.bodyLength = reply.announcedLength
  if (reply.closes || reply.bodyLength === UNTIL_CLOSE || reply.status === SWITCHING) reply.keepAlive = false
  return true
}

function readConnection(reply: ParsedReply, value: string): void {
  if (value === 'keep-alive' || value === 'Keep-Alive') {
    reply.keepAlive = true
    return
  }
  for (const part of value.toLowerCase().split(',')) {
    const option = part.trim()
    if (option === 'close') reply.closes = true
    else if (option === 'keep-alive') reply.keepAlive = true
    else if (option === 'upgrade') reply.upgrades = true
  }
}
