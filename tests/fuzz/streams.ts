import fc from 'fast-check'

/** What goes over one connection: bytes in pieces, and how they were spoilt. Text is latin1. */
export type Stream = {
  readonly pieces: readonly string[]
  /** Names of the mutations; empty = valid as it stands. */
  readonly mutations: readonly string[]
  /** Requests (or replies) before any mutation. */
  readonly messages: number
}

type Mutation = { readonly name: string; apply(text: string): string }

/** Not HEAD: the reader of the replies need then not know what they answer. */
const methods = ['GET', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'] as const
/** Bytes on which parsers disagree. */
const oddBytes = [
  '\0',
  '\x01',
  '\t',
  '\n',
  '\x0b',
  '\f',
  '\r',
  ' ',
  '"',
  '#',
  ',',
  ':',
  ';',
  '=',
  '\\',
  '\x7f',
  '\x80',
  '\xff',
  '0',
  '+',
  '-',
  '_',
]
/** Header lines on which parsers disagree. */
const oddLines = [
  'Transfer-Encoding: chunked',
  'Transfer-Encoding: identity',
  'Transfer-Encoding: gzip, chunked',
  'Transfer-Encoding: xchunked',
  'Transfer-Encoding : chunked',
  'Transfer-Encoding:\x0bchunked',
  'Transfer-Encoding: chunked\r\n ',
  'Content-Length: 0',
  'Content-Length: 5',
  'Content-Length: 05',
  'Content-Length: +5',
  'Content-Length: 5, 5',
  'Content-Length: 99999999999999999999',
  'Content-Length : 5',
  'Connection: close',
  'Connection: Transfer-Encoding',
  'Connection: Content-Length, Host',
  'Connection: upgrade',
  'Upgrade: websocket',
  'Upgrade: h2c',
  'Host: other',
  'Host:',
  'Expect: 100-continue',
  'Expect: other',
  'TE: trailers',
  'Trailer: X-T',
  'X-A: b\rTransfer-Encoding: chunked',
  'X-A: b\nTransfer-Encoding: chunked',
  ' folded: yes',
  ': no name',
  'no colon',
  'X\0: y',
  'X-\xe9: y',
]
const oddEnds = ['\n', '\r', '\r\r\n', '\n\r', '', '\r\n\r\n', ' \r\n', '\r\n ']
const oddTargets = [
  '*',
  'a',
  '//',
  '/../',
  '/%00',
  '/%2f',
  '/a b',
  '/a#b',
  '/\\',
  'http://h/',
  'http://other/',
  'h:80',
  '/\xe9',
  '/?',
  '?',
]
const oddVersions = ['HTTP/1.0', 'HTTP/1.2', 'HTTP/2.0', 'HTTP/0.9', 'http/1.1', 'HTTP/1.1 ', 'HTTP/1', '']

/** Pieces of a body; now and then one that does not come in one read, or whose message is not of the usual size. */
const bodyOf = (...pieces: string[]) =>
  fc.array(
    fc.oneof(
      { weight: 60, arbitrary: fc.constantFrom(...pieces) },
      {
        weight: 1,
        arbitrary: fc.constantFrom('0123456789abcdef'.repeat(1_100), 'x\r\n0\r\n\r\n'.repeat(9_000)),
      },
    ),
    { maxLength: 6 },
  )

/** One request that is right, tagged with its number. */
const request = fc
  .record({
    method: fc.constantFrom(...methods),
    headers: fc.array(
      fc.constantFrom(
        'Accept: */*',
        'X-A:b',
        'X-A: b \t',
        'X-Empty:',
        'Cookie: a=b',
        'Connection: keep-alive',
        'TE: trailers',
        'X-\x21: \xe9',
      ),
      { maxLength: 4 },
    ),
    framing: fc.constantFrom('none', 'length', 'chunked'),
    body: bodyOf('a', '\r\n', '0', '\0', 'GET / HTTP/1.1\r\n', 'hello'),
    extension: fc.constantFrom('', '', ';a', ';a=b', ';a="b;\\" c"'),
    trailer: fc.constantFrom('', '', 'X-T: 1\r\n'),
    query: fc.constantFrom('', '?a=b', '?a=/../%2e'),
  })
  .map(({ method, headers, framing, body, extension, trailer, query }) => (tag: string) => {
    const lines = [`${method} /${tag}${query} HTTP/1.1`, 'Host: h', ...headers]
    if (framing === 'none') return `${lines.join('\r\n')}\r\n\r\n`
    if (framing === 'length') {
      const data = body.join('')
      return `${[...lines, `Content-Length: ${data.length}`].join('\r\n')}\r\n\r\n${data}`
    }
    const chunks = body.map((data) => `${data.length.toString(16)}${extension}\r\n${data}\r\n`).join('')
    return `${[...lines, 'Transfer-Encoding: chunked'].join('\r\n')}\r\n\r\n${chunks}0\r\n${trailer}\r\n`
  })

/** One reply that is right. */
const reply = fc
  .record({
    status: fc.constantFrom('200 OK', '204 No Content', '304 Not Modified', '404 Nope', '500 ', '299 x'),
    version: fc.constantFrom('1.1', '1.1', '1.0'),
    headers: fc.array(
      fc.constantFrom(
        'X-A: b',
        'X-A:',
        'Connection: keep-alive',
        'Connection: close',
        'Keep-Alive: timeout=5',
        'Set-Cookie: a=b',
        'X-B: \xe9',
      ),
      { maxLength: 4 },
    ),
    framing: fc.constantFrom('length', 'chunked', 'close'),
    body: bodyOf('a', '\r\n', '0', 'HTTP/1.1 200 OK\r\n', 'hello'),
    interim: fc.constantFrom('', '', '', 'HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n'),
  })
  .map(({ status, version, headers, framing, body, interim }) => () => {
    const data = body.join('')
    const head = `${interim}HTTP/${version} ${status}\r\n${headers.map((line) => `${line}\r\n`).join('')}`
    if (/^(?:204|304)/.test(status)) return `${head}\r\n`
    if (framing === 'length') return `${head}Content-Length: ${data.length}\r\n\r\n${data}`
    if (framing === 'close' || version === '1.0') return `${head}Connection: close\r\n\r\n${data}`
    const chunks = body.map((piece) => `${piece.length.toString(16)}\r\n${piece}\r\n`).join('')
    return `${head}Transfer-Encoding: chunked\r\n\r\n${chunks}0\r\n\r\n`
  })

/** A place as a share of the whole. (Not fc.double, whose values are nearly all next to nought.) */
const at = fc.noBias(fc.nat({ max: 99_999 })).map((number) => number / 100_000)
const place = (text: string, share: number) => Math.floor(text.length * share)

/** The place of the n-th line end, n by share. */
function lineEnd(text: string, share: number): number {
  const ends = [...text.matchAll(/\r\n/g)].map(({ index }) => index)
  return ends[Math.floor(ends.length * share)] ?? 0
}

const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.tuple(at, fc.constantFrom(...oddBytes)).map(([share, byte]) => ({
    name: `byte ${JSON.stringify(byte)} put in`,
    apply: (text: string) => text.slice(0, place(text, share)) + byte + text.slice(place(text, share)),
  })),
  fc.tuple(at, fc.constantFrom(...oddBytes)).map(([share, byte]) => ({
    name: `byte ${JSON.stringify(byte)} in place of another`,
    apply: (text: string) => text.slice(0, place(text, share)) + byte + text.slice(place(text, share) + 1),
  })),
  fc.tuple(at, fc.integer({ min: 1, max: 8 })).map(([share, length]) => ({
    name: 'bytes taken out',
    apply: (text: string) => text.slice(0, place(text, share)) + text.slice(place(text, share) + length),
  })),
  fc.tuple(at, fc.constantFrom(...oddLines)).map(([share, line]) => ({
    name: `line ${JSON.stringify(line)}`,
    apply(text: string) {
      const end = lineEnd(text, share)
      return `${text.slice(0, end)}\r\n${line}${text.slice(end)}`
    },
  })),
  fc.tuple(at, fc.constantFrom(...oddEnds)).map(([share, odd]) => ({
    name: `line end ${JSON.stringify(odd)}`,
    apply(text: string) {
      const end = lineEnd(text, share)
      return text.slice(0, end) + odd + text.slice(end + 2)
    },
  })),
  fc.constantFrom(...oddTargets).map((target) => ({
    name: `target ${JSON.stringify(target)}`,
    apply: (text: string) => text.replace(/ \/[^ ]* /, () => ` ${target} `),
  })),
  fc.constantFrom(...oddVersions).map((version) => ({
    name: `version ${JSON.stringify(version)}`,
    apply: (text: string) => text.replace(/HTTP\/1\.1/, () => version),
  })),
  fc.constantFrom('get', 'G ET', 'GE(T', 'CONNECT', 'PURGE', 'PRI', '').map((method) => ({
    name: `method ${JSON.stringify(method)}`,
    apply: (text: string) => text.replace(/^[A-Z]+/, () => method),
  })),
)

const spoilt = (share: number) =>
  fc.oneof(
    { weight: share, arbitrary: fc.constant<Mutation[]>([]) },
    { weight: 10 - share, arbitrary: fc.array(mutation, { minLength: 1, maxLength: 3 }) },
  )
const cuts = fc.array(at, { maxLength: 4 })

function cut(text: string, shares: readonly number[]): string[] {
  const places = [...shares.map((share) => place(text, share)), text.length].sort((a, b) => a - b)
  return places.map((end, index) => text.slice(places[index - 1] ?? 0, end)).filter((piece) => piece !== '')
}

/** Requests of one connection; `tag` names its requests, so that replies can be told apart. */
export const requestStream: fc.Arbitrary<(tag: string) => Stream> = fc
  .record({ requests: fc.array(request, { minLength: 1, maxLength: 4 }), mutations: spoilt(2), cuts })
  .map(({ requests, mutations, cuts: shares }) => (tag) => {
    const text = requests.map((each, index) => each(`${tag}-${index}`)).join('')
    return {
      pieces: cut(
        mutations.reduce((spoiled, { apply }) => apply(spoiled), text),
        shares,
      ),
      mutations: mutations.map(({ name }) => name),
      messages: requests.length,
    }
  })

/** The reply to one request. */
export const replyStream: fc.Arbitrary<(tag: string) => Stream> = fc
  .record({ reply, mutations: spoilt(2), cuts })
  .map(({ reply: make, mutations, cuts: shares }) => () => ({
    pieces: cut(
      mutations.reduce((spoiled, { apply }) => apply(spoiled), make()),
      shares,
    ),
    mutations: mutations.map(({ name }) => name),
    messages: 1,
  }))
