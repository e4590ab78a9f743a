import type { Basis, ReplyCase } from './case.ts'

/** The reply side of the suite: what an upstream may send, and what the client may then get. */

const ok = 'HTTP/1.1 200 OK\r\n'
/** A second reply that nobody asked for: no client may ever see it. */
const second = 'HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nSMUGGLED'

type Given = Omit<ReplyCase, 'name' | 'group' | 'basis' | 'reply' | 'after' | 'expect'>
type Row = readonly [
  name: string,
  reply: string | readonly string[],
  after: ReplyCase['after'],
  expect: ReplyCase['expect'],
  more?: Given & { readonly basis?: Basis },
]

const group = (name: string, rows: readonly Row[]): ReplyCase[] =>
  rows.map(([title, reply, after, expect, more]) => ({
    basis: 'rfc',
    ...more,
    name: title,
    group: `reply: ${name}`,
    reply: typeof reply === 'string' ? [reply] : reply,
    after,
    expect,
  }))

const bad = { verdict: 'bad-gateway' } as const
const cut = { verdict: 'cut' } as const
const relay = (status: number, body?: string, more: object = {}) =>
  ({ verdict: 'relay', status, ...(body === undefined ? {} : { body }), ...more }) as const
const taints = { taints: true }
const choice = { basis: 'choice', taints: true } as const

const head = group('head', [
  [
    'a plain reply',
    `${ok}Content-Length: 2\r\nX-A: b\r\n\r\nhi`,
    'keep',
    relay(200, 'hi', { has: { 'x-a': 'b' } }),
  ],
  ['an unknown status', 'HTTP/1.1 299 Odd\r\nContent-Length: 2\r\n\r\nhi', 'keep', relay(299, 'hi')],
  ['no reason phrase', 'HTTP/1.1 200 \r\nContent-Length: 2\r\n\r\nhi', 'keep', relay(200, 'hi')],
  ['in three writes', [`${ok}Conte`, 'nt-Length: 2\r\n\r', '\nhi'], 'keep', relay(200, 'hi')],
  ['not HTTP', 'hello there\r\n\r\n', 'end', bad, taints],
  ['HTTP/0.9', '<html>hello</html>', 'end', bad, taints],
  ['version 2.0', 'HTTP/2.0 200 OK\r\nContent-Length: 2\r\n\r\nhi', 'keep', bad, taints],
  ['version 1.2', 'HTTP/1.2 200 OK\r\nContent-Length: 2\r\n\r\nhi', 'keep', bad, choice],
  ['version in lower case', 'http/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi', 'keep', bad, taints],
  ['a status of two digits', 'HTTP/1.1 20 OK\r\nContent-Length: 2\r\n\r\nhi', 'keep', bad, taints],
  ['a status of four digits', 'HTTP/1.1 2000 OK\r\nContent-Length: 2\r\n\r\nhi', 'keep', bad, taints],
  ['status 000', 'HTTP/1.1 000 OK\r\nContent-Length: 2\r\n\r\nhi', 'keep', bad, taints],
  ['two spaces before the status', 'HTTP/1.1  200 OK\r\nContent-Length: 2\r\n\r\nhi', 'keep', bad, choice],
  ['LF alone ends the lines', 'HTTP/1.1 200 OK\nContent-Length: 2\n\nhi', 'keep', bad, choice],
  ['NUL in the reason', 'HTTP/1.1 200 O\0K\r\nContent-Length: 2\r\n\r\nhi', 'keep', bad, taints],
  ['bare CR in a value', `${ok}X-A: b\rSet-Cookie: c\r\nContent-Length: 2\r\n\r\nhi`, 'keep', bad, taints],
  ['NUL in a value', `${ok}X-A: b\0\r\nContent-Length: 2\r\n\r\nhi`, 'keep', bad, taints],
  ['space before the colon', `${ok}Content-Length : 2\r\n\r\nhi`, 'keep', bad, choice],
  ['a continued line', `${ok}X-A: b\r\n c\r\nContent-Length: 2\r\n\r\nhi`, 'keep', bad, choice],
  ['no colon', `${ok}X-A\r\nContent-Length: 2\r\n\r\nhi`, 'keep', bad, taints],
  [
    'a head of 1 MB',
    `${ok}X-A: ${'a'.repeat(1_000_000)}\r\nContent-Length: 2\r\n\r\nhi`,
    'keep',
    bad,
    taints,
  ],
  ['10,000 headers', `${ok}${'X: y\r\n'.repeat(10_000)}Content-Length: 2\r\n\r\nhi`, 'keep', bad, choice],
  ['ends before the head', `${ok}X-A: b\r\n`, 'end', bad, taints],
  ['ends before anything', '', 'end', bad, taints],
  ['is reset before anything', '', 'reset', bad, taints],
  [
    'hop-by-hop headers stay behind',
    `${ok}Connection: x-a\r\nX-A: b\r\nKeep-Alive: timeout=1\r\nProxy-Authenticate: Basic\r\nContent-Length: 2\r\n\r\nhi`,
    'keep',
    relay(200, 'hi', { lacks: ['x-a', 'keep-alive'] }),
    { basis: 'choice' },
  ],
  [
    'Connection cannot take away Set-Cookie',
    `${ok}Connection: set-cookie\r\nSet-Cookie: a=b\r\nContent-Length: 2\r\n\r\nhi`,
    'keep',
    relay(200, 'hi', { has: { 'set-cookie': 'a=b' } }),
    { basis: 'choice' },
  ],
])

const framing = group('framing', [
  [
    'Content-Length twice, differing',
    `${ok}Content-Length: 2\r\nContent-Length: 20\r\n\r\nhi`,
    'keep',
    bad,
    taints,
  ],
  [
    'Content-Length twice the same',
    `${ok}Content-Length: 2\r\nContent-Length: 2\r\n\r\nhi`,
    'keep',
    bad,
    choice,
  ],
  ['Content-Length as a list', `${ok}Content-Length: 2, 2\r\n\r\nhi`, 'keep', bad, choice],
  ['Content-Length with a sign', `${ok}Content-Length: +2\r\n\r\nhi`, 'keep', bad, taints],
  ['Content-Length below nought', `${ok}Content-Length: -2\r\n\r\nhi`, 'keep', bad, taints],
  ['Content-Length with a leading nought', `${ok}Content-Length: 02\r\n\r\nhi`, 'keep', bad, choice],
  ['Content-Length in hexadecimal', `${ok}Content-Length: 0x2\r\n\r\nhi`, 'keep', bad, taints],
  ['Content-Length of 2^64 + 2', `${ok}Content-Length: 18446744073709551618\r\n\r\nhi`, 'keep', bad, taints],
  ['Content-Length empty', `${ok}Content-Length:\r\n\r\nhi`, 'end', bad, taints],
  [
    'Content-Length and Transfer-Encoding',
    `${ok}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n`,
    'keep',
    bad,
    choice,
  ],
  [
    'chunked with a TAB behind it',
    `${ok}Transfer-Encoding: chunked\t\r\n\r\n2\r\nhi\r\n0\r\n\r\n`,
    'keep',
    bad,
    choice,
  ],
  [
    'chunked twice',
    `${ok}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n`,
    'keep',
    bad,
    taints,
  ],
  [
    'chunked, identity',
    `${ok}Transfer-Encoding: chunked, identity\r\n\r\n2\r\nhi\r\n0\r\n\r\n`,
    'keep',
    bad,
    taints,
  ],
  [
    'gzip below chunked',
    `${ok}Transfer-Encoding: gzip, chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n`,
    'keep',
    bad,
    choice,
  ],
  ['an unknown coding', `${ok}Transfer-Encoding: xchunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n`, 'end', bad, taints],
  ['an empty Transfer-Encoding', `${ok}Transfer-Encoding:\r\n\r\nhi`, 'end', bad, taints],
  [
    'chunked in HTTP/1.0',
    'HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n',
    'end',
    bad,
    choice,
  ],
  ['neither: until the end', `${ok}\r\nhello`, 'end', relay(200, 'hello'), taints],
  ['neither, in HTTP/1.0', 'HTTP/1.0 200 OK\r\n\r\nhello', 'end', relay(200, 'hello'), taints],
  [
    'Content-Length in HTTP/1.0',
    'HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello',
    'end',
    relay(200, 'hello'),
    taints,
  ],
  [
    'Connection: close with a length',
    `${ok}Connection: close\r\nContent-Length: 2\r\n\r\nhi`,
    'end',
    relay(200, 'hi'),
    taints,
  ],
  [
    'until the end, to a client of 1.0',
    `${ok}\r\nhello`,
    'end',
    relay(200, 'hello'),
    { request: { version: '1.0' } },
  ],
  [
    'chunked, to a client of 1.0',
    `${ok}Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n`,
    'keep',
    relay(200, 'hi', { lacks: ['transfer-encoding'] }),
    { request: { version: '1.0' } },
  ],
  [
    'chunked in many writes, to a client of 1.0',
    [`${ok}Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n`, '2\r\nho\r\n', '0\r\n\r\n'],
    'keep',
    relay(200, 'hiho', { lacks: ['transfer-encoding'] }),
    { request: { version: '1.0' } },
  ],
])

const bodies = group('body', [
  [
    'chunked',
    `${ok}Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n3\r\n, a\r\n0\r\n\r\n`,
    'keep',
    relay(200, 'hi, a'),
  ],
  [
    'chunk extensions are dropped',
    `${ok}Transfer-Encoding: chunked\r\n\r\n2;a="b"\r\nhi\r\n0\r\n\r\n`,
    'keep',
    relay(200, 'hi'),
  ],
  ['shorter than its length', `${ok}Content-Length: 5\r\n\r\nhi`, 'end', cut, taints],
  ['shorter than its length, reset', `${ok}Content-Length: 5\r\n\r\nhi`, 'reset', cut, taints],
  ['longer than its length', `${ok}Content-Length: 2\r\n\r\nhi${second}`, 'keep', relay(200, 'hi'), taints],
  ['longer than its length, later', [`${ok}Content-Length: 2\r\n\r\nhi`, second], 'keep', relay(200, 'hi')],
  ['ends within a chunk', `${ok}Transfer-Encoding: chunked\r\n\r\n5\r\nhi`, 'end', cut, taints],
  ['ends between chunks', [`${ok}Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n`, ''], 'end', cut, taints],
  [
    'ends before the last CR LF',
    `${ok}Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n`,
    'end',
    cut,
    taints,
  ],
  [
    'ends within a chunk, to a client of 1.0',
    [`${ok}Transfer-Encoding: chunked\r\n\r\n5\r\nhi`, ''],
    'end',
    cut,
    { request: { version: '1.0' }, ...taints },
  ],
  ['a bad chunk size', `${ok}Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\nx\r\n\r\n`, 'keep', cut, taints],
  [
    'a chunk size with a sign',
    `${ok}Transfer-Encoding: chunked\r\n\r\n+2\r\nhi\r\n0\r\n\r\n`,
    'keep',
    cut,
    taints,
  ],
  [
    'a chunk size of 2^64 + 2',
    `${ok}Transfer-Encoding: chunked\r\n\r\n10000000000000002\r\nhi\r\n0\r\n\r\n`,
    'keep',
    cut,
    taints,
  ],
  [
    'LF alone behind the size',
    `${ok}Transfer-Encoding: chunked\r\n\r\n2\nhi\r\n0\r\n\r\n`,
    'keep',
    cut,
    choice,
  ],
  [
    'data longer than the chunk',
    `${ok}Transfer-Encoding: chunked\r\n\r\n2\r\nhiho\r\n0\r\n\r\n`,
    'keep',
    cut,
    taints,
  ],
  [
    'Content-Length in the trailers',
    `${ok}Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nContent-Length: 9\r\n\r\n`,
    'keep',
    cut,
    choice,
  ],
  [
    'a reply behind the last chunk',
    `${ok}Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n${second}`,
    'keep',
    relay(200, 'hi'),
    taints,
  ],
  [
    'to HEAD, with a length',
    `${ok}Content-Length: 5\r\n\r\n`,
    'keep',
    relay(200, '', { has: { 'content-length': '5' } }),
    { request: { method: 'HEAD' } },
  ],
  [
    'to HEAD, with a body nevertheless',
    `${ok}Content-Length: 8\r\n\r\n${second}`,
    'keep',
    relay(200, ''),
    { request: { method: 'HEAD' }, ...taints },
  ],
  [
    'to HEAD, chunked',
    `${ok}Transfer-Encoding: chunked\r\n\r\n`,
    'keep',
    relay(200, ''),
    { request: { method: 'HEAD' } },
  ],
  [
    '204',
    'HTTP/1.1 204 No Content\r\n\r\n',
    'keep',
    relay(204, '', { lacks: ['content-length', 'transfer-encoding'] }),
  ],
  [
    '204 with a length',
    'HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n',
    'keep',
    relay(204, '', { lacks: ['content-length'] }),
    { basis: 'choice' },
  ],
  ['204 with a body', `HTTP/1.1 204 No Content\r\n\r\n${second}`, 'keep', relay(204, ''), taints],
  [
    '304 with a length',
    'HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\nETag: "a"\r\n\r\n',
    'keep',
    relay(304, '', { has: { etag: '"a"' } }),
  ],
  ['304 with a body', `HTTP/1.1 304 Not Modified\r\n\r\n${second}`, 'keep', relay(304, ''), taints],
])

const interim = group('interim', [
  [
    '103, then the reply',
    `HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${ok}Content-Length: 2\r\n\r\nhi`,
    'keep',
    relay(200, 'hi'),
  ],
  [
    '102 three times, then the reply',
    `${'HTTP/1.1 102 Processing\r\n\r\n'.repeat(3)}${ok}Content-Length: 2\r\n\r\nhi`,
    'keep',
    relay(200, 'hi'),
  ],
  [
    '100 unasked, then the reply',
    `HTTP/1.1 100 Continue\r\n\r\n${ok}Content-Length: 2\r\n\r\nhi`,
    'keep',
    relay(200, 'hi'),
  ],
  [
    '1,000 times 103',
    `${'HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(1_000)}${ok}Content-Length: 2\r\n\r\nhi`,
    'keep',
    bad,
    choice,
  ],
  [
    'interim replies for ever',
    Array.from({ length: 40 }, () => 'HTTP/1.1 102 Processing\r\n\r\n'),
    'keep',
    bad,
    choice,
  ],
  [
    '101 unasked',
    'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nSMUGGLED',
    'keep',
    bad,
    taints,
  ],
  ['101 unasked, without Upgrade', 'HTTP/1.1 101 Switching Protocols\r\n\r\n', 'keep', bad, taints],
])

const strangeInterim = group('interim', [
  [
    '103 that closes',
    `HTTP/1.1 103 Early Hints\r\nConnection: close\r\n\r\n${ok}Content-Length: 2\r\n\r\nhi`,
    'keep',
    bad,
    choice,
  ],
  [
    '103 with a length',
    `HTTP/1.1 103 Early Hints\r\nContent-Length: 5\r\n\r\n${ok}Content-Length: 2\r\n\r\nhi`,
    'keep',
    bad,
    choice,
  ],
  [
    '102 with chunks',
    `HTTP/1.1 102 Processing\r\nTransfer-Encoding: chunked\r\n\r\n${ok}Content-Length: 2\r\n\r\nhi`,
    'keep',
    bad,
    choice,
  ],
  [
    '103 of HTTP/1.0',
    `HTTP/1.0 103 Early Hints\r\n\r\n${ok}Content-Length: 2\r\n\r\nhi`,
    'keep',
    bad,
    choice,
  ],
  [
    '101 to another protocol than was asked for',
    'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: other\r\n\r\nSMUGGLED',
    'keep',
    bad,
    { request: { headers: 'Connection: Upgrade\r\nUpgrade: websocket\r\n' }, ...taints },
  ],
  [
    '101 after an upgrade to h2c',
    'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\nSMUGGLED',
    'keep',
    bad,
    {
      request: { headers: 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AA\r\n' },
      ...choice,
    },
  ],
])

const early = group('early', [
  [
    'a reply before the end of the request’s body',
    'HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nbig',
    'keep',
    relay(413, 'big'),
    { request: { method: 'POST', headers: 'Content-Length: 100000\r\n', body: 'a' }, ...taints },
  ],
  [
    'the same, closing',
    'HTTP/1.1 413 Content Too Large\r\nConnection: close\r\nContent-Length: 3\r\n\r\nbig',
    'end',
    relay(413, 'big'),
    { request: { method: 'POST', headers: 'Content-Length: 100000\r\n', body: 'a' }, ...taints },
  ],
])

export const replyCases: readonly ReplyCase[] = [
  ...head,
  ...framing,
  ...bodies,
  ...interim,
  ...strangeInterim,
  ...early,
]
