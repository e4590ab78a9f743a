import type { RequestCase } from './case.ts'
import { accept, group, hidden, host, long, refuse } from './request-rows.ts'

/** Bodies, what is behind them, and clients that leave: what may be sent, and what an upstream may then see. */

const withLength = (value: string, body = 'hello') =>
  `POST / HTTP/1.1\r\n${host}Content-Length: ${value}\r\n\r\n${body}`

const lengths = group('Content-Length', 'rfc', [
  ['a body of five', withLength('5'), accept({ body: 'hello', has: { 'content-length': '5' } })],
  ['a body of none', withLength('0', ''), accept({ body: '' })],
  [
    'a POST without either header has no body',
    `POST / HTTP/1.1\r\n${host}\r\n`,
    accept({ method: 'POST', body: '' }),
  ],
  [
    'a GET may have one',
    `GET / HTTP/1.1\r\n${host}Content-Length: 2\r\n\r\nhi`,
    accept({ method: 'GET', body: 'hi' }),
    'choice',
  ],
  [
    'a DELETE may have one',
    `DELETE / HTTP/1.1\r\n${host}Content-Length: 2\r\n\r\nhi`,
    accept({ body: 'hi' }),
    'choice',
  ],
  ['body in a later write', [withLength('5', ''), 'hel', 'lo'], accept({ body: 'hello' })],
  [
    'blanks around it',
    `POST / HTTP/1.1\r\n${host}Content-Length: \t5 \r\n\r\nhello`,
    accept({ body: 'hello' }),
  ],
  [
    'twice, differing',
    `POST / HTTP/1.1\r\n${host}Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello${hidden}`,
    refuse(400),
  ],
  [
    'twice the same',
    `POST / HTTP/1.1\r\n${host}Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello`,
    refuse(400),
    'choice',
  ],
  ['a list of the same', withLength('5, 5'), refuse(400), 'choice'],
  ['a list', withLength('5,6'), refuse(400)],
  ['a list with nothing', withLength('5,'), refuse(400)],
  ['plus sign', withLength('+5'), refuse(400)],
  ['minus sign', withLength('-5'), refuse(400)],
  ['minus nought', withLength('-0', hidden), refuse(400)],
  ['empty', withLength('', hidden), refuse(400)],
  ['leading nought', withLength('05'), refuse(400), 'choice'],
  ['octal to some', withLength('010', 'hello, you'), refuse(400), 'choice'],
  ['hexadecimal', withLength('0x5'), refuse(400)],
  ['letters behind', withLength('5a'), refuse(400)],
  ['two numbers', withLength('5 6'), refuse(400)],
  ['a fraction', withLength('5.0'), refuse(400)],
  ['an exponent', withLength('5e0'), refuse(400)],
  ['in quotes', withLength('"5"'), refuse(400)],
  ['underscore', withLength('1_0'), refuse(400)],
  ['other digits', withLength('\xd9\xa5'), refuse(400)],
  ['NUL behind', withLength('5\0'), refuse(400)],
  ['vertical tab before', withLength('\x0b5'), refuse(400)],
  ['2^64 + 5', withLength('18446744073709551621'), refuse([400, 413])],
  ['2^63', withLength('9223372036854775808'), refuse([400, 413])],
  ['a hundred digits', withLength('9'.repeat(100)), refuse([400, 413])],
  [
    'an underscore in the name is another header',
    `POST / HTTP/1.1\r\n${host}Content_Length: 5\r\n\r\n`,
    accept({ body: '' }),
  ],
])

const withCoding = (lines: string, body = '3\r\nabc\r\n0\r\n\r\n') =>
  `POST / HTTP/1.1\r\n${host}${lines}\r\n\r\n${body}`

const codings = group('Transfer-Encoding', 'rfc', [
  ['chunked', withCoding('Transfer-Encoding: chunked'), accept({ body: 'abc' })],
  ['in capitals', withCoding('TRANSFER-ENCODING: CHUNKED'), accept({ body: 'abc' })],
  ['with a TAB behind it', withCoding('Transfer-Encoding: chunked \t'), refuse(400), 'choice'],
  [
    'with Content-Length',
    withCoding('Content-Length: 3\r\nTransfer-Encoding: chunked'),
    refuse(400),
    'choice',
  ],
  [
    'before Content-Length',
    withCoding('Transfer-Encoding: chunked\r\nContent-Length: 3'),
    refuse(400),
    'choice',
  ],
  [
    'with Content-Length 0 (CL.TE)',
    withCoding('Content-Length: 0\r\nTransfer-Encoding: chunked', `0\r\n\r\n${hidden}`),
    refuse(400),
    'choice',
  ],
  [
    'unknown, with Content-Length',
    withCoding('Content-Length: 3\r\nTransfer-Encoding: x', 'abc'),
    refuse([400, 501]),
  ],
  ['twice', withCoding('Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked'), refuse(400)],
  ['chunked twice in one', withCoding('Transfer-Encoding: chunked, chunked'), refuse(400)],
  ['identity', withCoding('Transfer-Encoding: identity', ''), refuse([400, 501])],
  ['chunked, then identity', withCoding('Transfer-Encoding: chunked, identity'), refuse([400, 501])],
  [
    'chunked and identity in two lines',
    withCoding('Transfer-Encoding: chunked\r\nTransfer-Encoding: identity'),
    refuse([400, 501]),
  ],
  ['gzip below chunked', withCoding('Transfer-Encoding: gzip, chunked'), refuse([501, 400]), 'choice'],
  ['gzip alone', withCoding('Transfer-Encoding: gzip', ''), refuse([501, 400])],
  ['chunked below gzip', withCoding('Transfer-Encoding: chunked, gzip'), refuse([400, 501])],
  ['empty', withCoding('Transfer-Encoding:', hidden), refuse(400)],
  ['a comma alone', withCoding('Transfer-Encoding: ,', hidden), refuse(400)],
  ['a comma before', withCoding('Transfer-Encoding: ,chunked'), refuse(400), 'choice'],
  ['a comma behind', withCoding('Transfer-Encoding: chunked,'), refuse(400), 'choice'],
  ['a letter before', withCoding('Transfer-Encoding: xchunked'), refuse([400, 501])],
  ['a letter behind', withCoding('Transfer-Encoding: chunkedx'), refuse([400, 501])],
  ['in quotes', withCoding('Transfer-Encoding: "chunked"'), refuse([400, 501])],
  ['with a parameter', withCoding('Transfer-Encoding: chunked;q=1'), refuse([400, 501])],
  ['vertical tab before', withCoding('Transfer-Encoding:\x0bchunked'), refuse(400)],
  ['NUL behind', withCoding('Transfer-Encoding: chunked\0'), refuse(400)],
  ['no-break space before', withCoding('Transfer-Encoding: \xa0chunked'), refuse([400, 501])],
  ['space before the colon', withCoding('Transfer-Encoding : chunked'), refuse(400)],
  ['on a continued line', withCoding('Transfer-Encoding:\r\n chunked'), refuse(400), 'choice'],
  ['behind a continued line', withCoding('X: y\r\n Transfer-Encoding: chunked'), refuse(400), 'choice'],
  ['behind a bare CR', withCoding('X: y\rTransfer-Encoding: chunked'), refuse(400)],
  [
    'in HTTP/1.0',
    `POST / HTTP/1.0\r\n${host}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n`,
    refuse(400),
    'choice',
  ],
  [
    'in HTTP/1.0, going on',
    `POST / HTTP/1.0\r\n${host}Connection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${hidden}`,
    refuse(400),
    'choice',
  ],
  [
    'an underscore in the name is another header',
    `POST / HTTP/1.1\r\n${host}Transfer_Encoding: chunked\r\n\r\n`,
    accept({ body: '' }),
  ],
])

const chunked = (body: string | readonly string[]): readonly string[] => {
  const [first = '', ...rest] = typeof body === 'string' ? [body] : body
  return [`POST / HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n${first}`, ...rest]
}
const badChunk = refuse(400, { mayBegin: true })

const chunks = group('chunks', 'rfc', [
  ['several', chunked('3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n'), accept({ body: 'abcde' })],
  ['in several writes', chunked(['3\r', '\na', 'bc\r', '\n0\r\n', '\r\n']), accept({ body: 'abc' })],
  ['none', chunked('0\r\n\r\n'), accept({ body: '' })],
  [
    'size in capitals and with leading noughts',
    chunked('00A\r\n0123456789\r\n000\r\n\r\n'),
    accept({ body: '0123456789' }),
  ],
  [
    'extensions are dropped',
    chunked('3;a\r\nabc\r\n2;b=c;d="e\\"f"\r\nde\r\n0;g\r\n\r\n'),
    accept({ body: 'abcde' }),
  ],
  ['size with a plus', chunked('+3\r\nabc\r\n0\r\n\r\n'), badChunk],
  ['size with a minus', chunked('-3\r\nabc\r\n0\r\n\r\n'), badChunk],
  ['size with 0x', chunked('0x3\r\nabc\r\n0\r\n\r\n'), badChunk],
  ['size with an underscore', chunked('1_0\r\n0123456789abcdef\r\n0\r\n\r\n'), badChunk],
  ['size that is no number', chunked('g\r\nabc\r\n0\r\n\r\n'), badChunk],
  ['no size', chunked('\r\nabc\r\n0\r\n\r\n'), badChunk],
  ['only an extension', chunked(';a\r\nabc\r\n0\r\n\r\n'), badChunk],
  ['space before the size', chunked(' 3\r\nabc\r\n0\r\n\r\n'), badChunk],
  ['space behind the size', chunked('3 \r\nabc\r\n0\r\n\r\n'), badChunk, 'choice'],
  ['TAB behind the size', chunked('3\t\r\nabc\r\n0\r\n\r\n'), badChunk, 'choice'],
  ['NUL behind the size', chunked('3\0\r\nabc\r\n0\r\n\r\n'), badChunk],
  ['size of 2^64 + 3', chunked('10000000000000003\r\nabc\r\n0\r\n\r\n'), badChunk],
  ['size of twenty f', chunked(`${'f'.repeat(20)}\r\nabc`), badChunk],
  ['LF alone behind the size', chunked('3\nabc\r\n0\r\n\r\n'), badChunk, 'choice'],
  ['CR alone behind the size', chunked('3\rabc\r\n0\r\n\r\n'), badChunk],
  ['CR X behind the size', chunked('3\rXabc\r\n0\r\n\r\n'), badChunk],
  ['LF alone behind the data', chunked('3\r\nabc\n0\r\n\r\n'), badChunk, 'choice'],
  ['CR alone behind the data', chunked('3\r\nabc\r0\r\n\r\n'), badChunk],
  ['nothing behind the data', chunked('3\r\nabc0\r\n\r\n'), badChunk],
  ['data longer than the size', chunked('3\r\nabcd\r\n0\r\n\r\n'), badChunk],
  ['data shorter than the size', chunked('5\r\nabc\r\n0\r\n\r\n'), badChunk],
  ['an extension without a name', chunked('3;\r\nabc\r\n0\r\n\r\n'), badChunk],
  ['an extension without a value', chunked('3;a=\r\nabc\r\n0\r\n\r\n'), badChunk],
  ['an open quote in an extension', chunked('3;a="b\r\nabc\r\n0\r\n\r\n'), badChunk],
  ['LF in an extension', chunked('3;a\nb\r\nabc\r\n0\r\n\r\n'), badChunk, 'choice'],
  ['CR in an extension', chunked('3;a\rb\r\nabc\r\n0\r\n\r\n'), badChunk],
  ['NUL in an extension', chunked('3;a\0\r\nabc\r\n0\r\n\r\n'), badChunk],
  [
    'an extension of 70 KB',
    chunked(`3;${long(70_000)}\r\nabc\r\n0\r\n\r\n`),
    refuse([413, 400], { mayBegin: true }),
    'choice',
  ],
  [
    'extensions of 70 KB in many chunks',
    chunked(`${`1;${long(100)}\r\na\r\n`.repeat(700)}0\r\n\r\n`),
    refuse([413, 400], { mayBegin: true }),
    'choice',
  ],
  ['LF alone behind the last chunk', chunked('3\r\nabc\r\n0\n\r\n'), badChunk, 'choice'],
  ['LF alone ends the body', chunked('3\r\nabc\r\n0\r\n\n'), badChunk, 'choice'],
  ['something else ends the body', chunked('3\r\nabc\r\n0\r\n\rX'), badChunk],
])

const trailers = group('trailers', 'rfc', [
  [
    'a trailer, announced or not, is no header',
    chunked('3\r\nabc\r\n0\r\nX-T: 1\r\n\r\n'),
    accept({ body: 'abc', lacks: ['x-t'] }),
  ],
  [
    'trailers go on behind the body',
    chunked('3\r\nabc\r\n0\r\nX-T: 1\r\nX-U:\t2 \r\n\r\n'),
    accept({ body: 'abc', trailers: ['X-T: 1', 'X-U: 2'] }),
    'choice',
  ],
  [
    'X-Forwarded-For in the trailers',
    chunked('3\r\nabc\r\n0\r\nX-Forwarded-For: 1.2.3.4\r\n\r\n'),
    accept({ body: 'abc', trailers: [] }),
    'choice',
  ],
  [
    'Content-Length in the trailers',
    chunked('3\r\nabc\r\n0\r\nContent-Length: 5\r\n\r\n'),
    badChunk,
    'choice',
  ],
  [
    'Transfer-Encoding in the trailers',
    chunked('3\r\nabc\r\n0\r\nTransfer-Encoding: chunked\r\n\r\n'),
    badChunk,
    'choice',
  ],
  ['Host in the trailers', chunked('3\r\nabc\r\n0\r\nHost: i\r\n\r\n'), badChunk, 'choice'],
  ['Authorization in the trailers', chunked('3\r\nabc\r\n0\r\nAuthorization: a\r\n\r\n'), badChunk, 'choice'],
  ['a trailer without a colon', chunked('3\r\nabc\r\n0\r\nX-T\r\n\r\n'), badChunk],
  ['a trailer without a name', chunked('3\r\nabc\r\n0\r\n: 1\r\n\r\n'), badChunk],
  ['space before the colon', chunked('3\r\nabc\r\n0\r\nX-T : 1\r\n\r\n'), badChunk],
  ['a continued trailer', chunked('3\r\nabc\r\n0\r\nX-T: 1\r\n 2\r\n\r\n'), badChunk],
  ['NUL in a trailer', chunked('3\r\nabc\r\n0\r\nX-T: \0\r\n\r\n'), badChunk],
  ['bare CR in a trailer', chunked('3\r\nabc\r\n0\r\nX-T: a\rb\r\n\r\n'), badChunk],
  ['LF alone behind a trailer', chunked('3\r\nabc\r\n0\r\nX-T: 1\n\r\n'), badChunk, 'choice'],
  ['a request in place of trailers', chunked(`0\r\n${hidden}`), badChunk],
  [
    'trailers of 100 KB',
    chunked(`3\r\nabc\r\n0\r\nX-T: ${long(100_000)}\r\n\r\n`),
    refuse([431, 413, 400], { mayBegin: true }),
  ],
])

const pipelining = group('pipelining', 'rfc', [
  [
    'two in one write',
    `GET /1 HTTP/1.1\r\n${host}\r\nGET /2 HTTP/1.1\r\n${host}\r\n`,
    { verdict: 'accept', requests: [{ target: '/1' }, { target: '/2' }] },
  ],
  [
    'a body, then a request',
    `POST /1 HTTP/1.1\r\n${host}Content-Length: 3\r\n\r\nabcGET /2 HTTP/1.1\r\n${host}\r\n`,
    { verdict: 'accept', requests: [{ target: '/1', body: 'abc' }, { target: '/2' }] },
  ],
  [
    'chunks, then a request',
    `POST /1 HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\nGET /2 HTTP/1.1\r\n${host}\r\n`,
    { verdict: 'accept', requests: [{ target: '/1', body: 'a' }, { target: '/2' }] },
  ],
  ['HEAD, then GET', `HEAD /1 HTTP/1.1\r\n${host}\r\n`, accept({ method: 'HEAD' })],
  [
    'five, cut at odd places',
    [
      `GET /1 HTTP/1.1\r\n${host}\r`,
      `\nGET /2 HTTP/1.1\r\n${host}\r\nPOST /3 HTTP/1.1\r\nHost: h\r\nContent-Le`,
      `ngth: 2\r\n\r\na`,
      `bGET /4 HTTP/1.1\r\n${host}\r\n`,
      `GET /5 HTTP/1.1\r\n${host}\r\n`,
    ],
    {
      verdict: 'accept',
      requests: [
        { target: '/1' },
        { target: '/2' },
        { target: '/3', body: 'ab' },
        { target: '/4' },
        { target: '/5' },
      ],
    },
  ],
  [
    'a good one, then a bad one',
    `GET /1 HTTP/1.1\r\n${host}\r\nGET /2 HTTP/1.1\r\n\r\n${hidden}`,
    refuse(400, { before: [{ target: '/1' }] }),
  ],
  [
    'a body that is longer than said',
    `POST /1 HTTP/1.1\r\n${host}Content-Length: 3\r\n\r\nabcdefgh\r\n\r\n`,
    refuse(400, { before: [{ body: 'abc' }] }),
  ],
  [
    'CR LF behind a body',
    `POST /1 HTTP/1.1\r\n${host}Content-Length: 3\r\n\r\nabc\r\nGET /2 HTTP/1.1\r\n${host}\r\n`,
    refuse(400, { before: [{ body: 'abc' }] }),
    'choice',
  ],
  [
    'a request behind one that closes',
    `GET /1 HTTP/1.1\r\n${host}Connection: close\r\n\r\n${hidden}`,
    accept({ target: '/1' }, { closes: true }),
  ],
  [
    'a request behind one of 1.0',
    `GET /1 HTTP/1.0\r\n${host}\r\n${hidden}`,
    accept({ target: '/1' }, { closes: true }),
  ],
  ['a request behind a refused one', `GET /1 HTTP/1.1\r\n\r\n${hidden}`, refuse(400)],
  [
    'a request as body of a GET',
    `GET /1 HTTP/1.1\r\n${host}Content-Length: ${hidden.length}\r\n\r\n${hidden}`,
    accept({ target: '/1', body: hidden }),
    'choice',
  ],
  [
    'nonsense behind a request',
    `GET /1 HTTP/1.1\r\n${host}\r\n\0\0\0\0\r\n\r\n`,
    refuse(400, { before: [{ target: '/1' }] }),
  ],
])

const expectations = group('Expect', 'rfc', [
  [
    '100-continue is answered, then the body read',
    [`POST / HTTP/1.1\r\n${host}Content-Length: 3\r\nExpect: 100-continue\r\n\r\n`, 'abc'],
    accept({ body: 'abc' }, { interim: [100] }),
  ],
  [
    'in capitals',
    [`POST / HTTP/1.1\r\n${host}Content-Length: 3\r\nExpect: 100-Continue\r\n\r\n`, 'abc'],
    accept({ body: 'abc' }, { interim: [100] }),
  ],
  [
    'no 100 for 1.0',
    `POST / HTTP/1.0\r\n${host}Content-Length: 3\r\nExpect: 100-continue\r\n\r\nabc`,
    accept({ body: 'abc' }, { closes: true }),
  ],
  ['without a body', `GET / HTTP/1.1\r\n${host}Expect: 100-continue\r\n\r\n`, accept({})],
  [
    'another expectation',
    `POST / HTTP/1.1\r\n${host}Content-Length: 3\r\nExpect: magic\r\n\r\nabc`,
    refuse(417),
    'choice',
  ],
])

const leaving = group('ends', 'rfc', [
  ['in the middle of the request line', 'GET / HT', refuse([])],
  ['in the middle of the headers', 'GET / HTTP/1.1\r\nHost: h\r\nX-', refuse([])],
  ['in the middle of a body', withLength('5', 'hel'), refuse([], { mayBegin: true })],
  ['in the middle of a chunk', chunked('5\r\nhel'), refuse([], { mayBegin: true })],
  [
    'in the middle of a chunk of 2^32 + 3',
    chunked('100000003\r\nabc\r\n0\r\n\r\n'),
    refuse([], { mayBegin: true }),
  ],
  ['between chunks', chunked('3\r\nhel\r\n'), refuse([], { mayBegin: true })],
  ['before the end of the trailers', chunked('3\r\nhel\r\n0\r\n'), refuse([], { mayBegin: true })],
]).map((each): RequestCase => ({ ...each, ends: true }))

export const bodyCases: readonly RequestCase[] = [
  ...lengths,
  ...codings,
  ...chunks,
  ...trailers,
  ...pipelining,
  ...expectations,
  ...leaving,
]
