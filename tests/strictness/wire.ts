/**
 * A reader of HTTP/1.1 messages that is no part of the product: the suite's own idea of what the bytes mean. It takes
 * nothing on trust, so that whatever a proxy writes that could be read in two ways shows as a `problem`. Text is latin1.
 */

/** One message as it was read; `complete` says whether its last byte was there. */
export type Message = {
  readonly start: string
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: string
  readonly trailers: readonly (readonly [name: string, value: string])[]
  readonly complete: boolean
  /** What is wrong with its form. */
  readonly problems: readonly string[]
}

export type Reading = {
  readonly messages: readonly Message[]
  /** What comes after the last complete message, when it holds no whole head. */
  readonly rest: string
}

/** Everything a client, or an upstream, may be told about the other side's end. */
export type ReadOptions = {
  readonly kind: 'request' | 'reply'
  /** Of replies: methods of the requests they answer, in order. */
  readonly methods?: readonly string[]
  /** No byte will follow. */
  readonly ended: boolean
}

const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the bytes that must not be there
const control = /[\x00-\x08\x0a-\x1f\x7f]/

/** Reads as many messages as there are. */
export function readMessages(text: string, options: ReadOptions): Reading {
  const messages: Message[] = []
  let at = 0
  let answered = 0
  while (at < text.length) {
    const headEnd = text.indexOf('\r\n\r\n', at)
    if (headEnd < 0) break
    const method = options.methods?.[answered] ?? 'GET'
    const { message, end } = readMessage(text, at, headEnd, method, options)
    messages.push(message)
    if (!isInterim(message)) answered++
    if (!message.complete) return { messages, rest: '' }
    at = end
    // What follows a switch of protocols is no HTTP.
    if (statusOf(message) === 101) break
  }
  return { messages, rest: text.slice(at) }
}

/** Status of a reply; 0 for what is none. */
export function statusOf(message: Message): number {
  return Number(/^HTTP\/1\.[01] (\d{3}) /.exec(message.start)?.[1] ?? 0)
}

export function isInterim(message: Message): boolean {
  const status = statusOf(message)
  return status >= 100 && status < 200 && status !== 101
}

/** Values of the header, name in lower case. */
export function valuesOf(message: Message, name: string): readonly string[] {
  return message.headers.filter(([given]) => given.toLowerCase() === name).map(([, value]) => value)
}

function readMessage(
  text: string,
  from: number,
  headEnd: number,
  method: string,
  options: ReadOptions,
): { message: Message; end: number } {
  const problems: string[] = []
  const [start = '', ...lines] = text.slice(from, headEnd).split('\r\n')
  const headers = readFields(lines, problems)
  checkStart(start, options.kind, problems)
  const bare = { start, headers, body: '', trailers: [], complete: true, problems }
  const bodyStart = headEnd + 4
  const framing = framingOf(bare, method, options.kind, problems)
  if (framing === 'none') return { message: bare, end: bodyStart }
  if (framing === 'close') {
    return { message: { ...bare, body: text.slice(bodyStart), complete: options.ended }, end: text.length }
  }
  if (framing === 'chunked') {
    const chunked = readChunked(text, bodyStart, problems)
    const { body, trailers, complete } = chunked
    return { message: { ...bare, body, trailers, complete }, end: chunked.end }
  }
  const end = bodyStart + framing
  return {
    message: { ...bare, body: text.slice(bodyStart, end), complete: end <= text.length },
    end,
  }
}

function readFields(lines: readonly string[], problems: string[]): [string, string][] {
  return lines.map((line) => {
    const colon = line.indexOf(':')
    const name = line.slice(0, Math.max(colon, 0))
    if (!token.test(name)) problems.push(`header name in ${JSON.stringify(line)}`)
    if (control.test(line)) problems.push(`control in ${JSON.stringify(line)}`)
    return [name, line.slice(colon + 1).replace(/^[ \t]+|[ \t]+$/g, '')]
  })
}

function checkStart(start: string, kind: 'request' | 'reply', problems: string[]): void {
  const isRight =
    kind === 'request'
      ? /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+ [!-~]+ HTTP\/1\.[01]$/.test(start)
      : /^HTTP\/1\.[01] [1-9]\d\d [\t -~\x80-\xff]*$/.test(start)
  if (!isRight) problems.push(`start line ${JSON.stringify(start)}`)
}

/** How the body is delimited: by a length, or one of the other ways. */
function framingOf(
  message: Message,
  method: string,
  kind: 'request' | 'reply',
  problems: string[],
): number | 'none' | 'chunked' | 'close' {
  const lengths = valuesOf(message, 'content-length')
  const codings = valuesOf(message, 'transfer-encoding')
  const hosts = valuesOf(message, 'host')
  if (kind === 'request' && hosts.length !== 1 && !message.start.endsWith('/1.0'))
    problems.push(`${hosts.length} Host headers`)
  if (lengths.length + codings.length > 1) problems.push('more than one framing header')
  if (lengths.some((value) => !/^(?:0|[1-9]\d*)$/.test(value))) problems.push(`length ${lengths.join()}`)
  if (codings.some((value) => value.toLowerCase() !== 'chunked')) problems.push(`coding ${codings.join()}`)
  const status = statusOf(message)
  if (kind === 'reply' && (method === 'HEAD' || status === 204 || status === 304 || status < 200)) {
    if (status < 205 && status !== 200 && lengths.length + codings.length > 0)
      problems.push(`framing in a ${status}`)
    return 'none'
  }
  if (codings.length > 0) return 'chunked'
  if (lengths.length > 0) return Number(lengths[0])
  return kind === 'request' ? 'none' : 'close'
}

function readChunked(
  text: string,
  from: number,
  problems: string[],
): { body: string; trailers: [string, string][]; complete: boolean; end: number } {
  let at = from
  let body = ''
  const missing = () => ({ body, trailers: [], complete: false, end: text.length })
  for (;;) {
    const lineEnd = text.indexOf('\r\n', at)
    if (lineEnd < 0) return missing()
    const line = text.slice(at, lineEnd)
    if (!/^[0-9a-fA-F]+$/.test(line)) {
      problems.push(`chunk line ${JSON.stringify(line)}`)
      return missing()
    }
    const size = Number.parseInt(line, 16)
    at = lineEnd + 2
    if (size === 0) break
    body += text.slice(at, at + size)
    if (text.length < at + size + 2) return missing()
    if (text.slice(at + size, at + size + 2) !== '\r\n') problems.push('no CRLF after a chunk')
    at += size + 2
  }
  if (text.startsWith('\r\n', at)) return { body, trailers: [], complete: true, end: at + 2 }
  const end = text.indexOf('\r\n\r\n', at)
  if (end < 0) return missing()
  return {
    body,
    trailers: readFields(text.slice(at, end).split('\r\n'), problems),
    complete: true,
    end: end + 4,
  }
}
