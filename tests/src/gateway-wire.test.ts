import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Api, newApi, newKey } from '../support/fixtures.ts'
import { sendRaw } from '../support/http.ts'
import { org, server, upstream, useWorld } from '../support/world.ts'

let open: Api

useWorld(
  async () => {
    open = await newApi(org, upstream.url, { use_keyless: true })
  },
  // The tests' own address plays the proxy in front.
  { TOLLGATE_TRUSTED_PROXIES: '127.0.0.1' },
)

const statusesOf = (text: string) =>
  [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status))

test('pipelined requests are answered in their order, slow ones first if they came first', async () => {
  upstream.respond((request, response) => {
    const [, number = '0', delay = '0'] = /(\d+)-(\d+)/.exec(request.url ?? '') ?? []
    setTimeout(() => response.end(`<reply ${number}>`), Number(delay))
  })
  const wanted = [
    [0, 200],
    [1, 0],
    [2, 50],
    [3, 0],
    [4, 0],
  ]
  const requests = wanted
    .map(([number, delay]) => `GET ${open.listenPath}${number}-${delay} HTTP/1.1\r\nHost: x\r\n\r\n`)
    .join('')
  const { text } = await sendRaw(server.gateway, requests, (received) => received.includes('<reply 4>'))
  upstream.respond()

  assert.deepEqual(
    [...text.matchAll(/<reply (\d)>/g)].map(([, number]) => number),
    ['0', '1', '2', '3', '4'],
  )
})

test('pipelined requests with bodies keep to their bodies, and a refused one keeps its place', async () => {
  const api = await newApi(org, upstream.url)
  const { secret } = await newKey(org, api)
  const requests = [
    `POST ${api.listenPath}a HTTP/1.1\r\nHost: x\r\nauthorization: ${secret}\r\nContent-Length: 3\r\n\r\none`,
    `POST ${api.listenPath}b HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\ntwo`,
    `POST ${api.listenPath}c HTTP/1.1\r\nHost: x\r\nauthorization: ${secret}\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nthree\r\n0\r\n\r\n`,
    `GET ${api.listenPath}d HTTP/1.1\r\nHost: x\r\nauthorization: ${secret}\r\nConnection: close\r\n\r\n`,
  ].join('')
  upstream.forget()
  const { text, closed } = await sendRaw(server.gateway, requests)

  assert.deepEqual(statusesOf(text), [200, 401, 200, 200])
  assert.ok(closed)
  assert.deepEqual(
    upstream.seen.map(({ url, body }) => [url, body]),
    [
      ['/a', 'one'],
      ['/c', 'three'],
      ['/d', ''],
    ],
  )
})

test('a request that trickles in byte by byte is the same request', async () => {
  const request = `POST ${open.listenPath}slow HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n`
  upstream.forget()
  const net = await import('node:net')
  const socket = net.connect(server.gateway.port, '127.0.0.1')
  socket.setNoDelay(true)
  let text = ''
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1')
  })
  for (const byte of request) {
    socket.write(byte)
    await sleep(1)
  }
  await new Promise((resolve) => socket.once('close', resolve))

  assert.deepEqual(statusesOf(text), [200])
  assert.equal(upstream.seen[0]?.body, 'abcde')
})

/** Each of these two readers could take differently; none may reach an upstream. */
const ambiguous: readonly (readonly [string, string])[] = [
  [
    'Content-Length and Transfer-Encoding',
    'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  ],
  ['two lengths', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!'],
  ['a list of lengths', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5, 6\r\n\r\nhello!'],
  ['a signed length', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +5\r\n\r\nhello'],
  ['a negative length', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\nhello'],
  ['a hexadecimal length', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0x5\r\n\r\nhello'],
  ['an overlong length', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\nhello'],
  ['an empty length', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length:\r\n\r\nhello'],
  ['a coding that is not chunked', 'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\nhello'],
  ['chunked not last', 'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n'],
  [
    'chunked twice',
    'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  ],
  ['an odd chunked', 'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n'],
  [
    'chunked with a vertical tab',
    'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n',
  ],
  ['blank before the colon', 'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n'],
  ['a folded line', 'GET / HTTP/1.1\r\nHost: x\r\nX-A: b\r\n c\r\n\r\n'],
  ['bare line feeds', 'GET / HTTP/1.1\nHost: x\n\n'],
  ['a bare carriage return', 'GET / HTTP/1.1\r\nHost: x\r\nX-A: b\rX-B: c\r\n\r\n'],
  ['NUL in a value', 'GET / HTTP/1.1\r\nHost: x\r\nX-A: b\x00c\r\n\r\n'],
  ['a header without a name', 'GET / HTTP/1.1\r\nHost: x\r\n: b\r\n\r\n'],
  ['a header without a colon', 'GET / HTTP/1.1\r\nHost: x\r\nX-A\r\n\r\n'],
  ['no host', 'GET / HTTP/1.1\r\n\r\n'],
  ['two hosts', 'GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n'],
  ['a host with a path', 'GET / HTTP/1.1\r\nHost: x/y\r\n\r\n'],
  ['two blanks in the request line', 'GET  / HTTP/1.1\r\nHost: x\r\n\r\n'],
  ['a tab in the request line', 'GET\t/ HTTP/1.1\r\nHost: x\r\n\r\n'],
  ['an unknown version', 'GET / HTTP/2.0\r\nHost: x\r\n\r\n'],
  ['a version of three digits', 'GET / HTTP/1.11\r\nHost: x\r\n\r\n'],
  ['a fragment', 'GET /#x HTTP/1.1\r\nHost: x\r\n\r\n'],
  ['a raw non-ASCII path', 'GET /\xe4 HTTP/1.1\r\nHost: x\r\n\r\n'],
  ['no path', 'GET HTTP/1.1\r\nHost: x\r\n\r\n'],
  ['a method that is no token', 'GE(T / HTTP/1.1\r\nHost: x\r\n\r\n'],
]

test('whatever two readers could take differently is refused, the connection closed, the upstream untouched', async () => {
  for (const [what, template] of ambiguous) {
    upstream.forget()
    const request = template.replace(' /', ` ${open.listenPath}`)
    const smuggled = `GET ${open.listenPath}smuggled HTTP/1.1\r\nHost: x\r\n\r\n`
    const { text, closed } = await sendRaw(server.gateway, `${request}${smuggled}`, undefined, 3000)
    const [first, ...more] = statusesOf(text)
    assert.ok(
      first !== undefined && (first === 400 || first === 501 || first === 505),
      `${what}: ${text.slice(0, 200)}`,
    )
    assert.deepEqual(more, [], `${what}: ${text.slice(0, 400)}`)
    assert.ok(closed, `${what}: the connection is still open`)
    assert.ok(!upstream.bytes().includes('smuggled'), `${what}: a smuggled request reached the upstream`)
    assert.equal(upstream.seen.length, 0, what)
  }
})

test('broken chunks end the request on both sides', async () => {
  const bodies = [
    'zz\r\nhello\r\n0\r\n\r\n',
    '-1\r\n\r\n',
    '5\r\nhelloXX0\r\n\r\n',
    '5\nhello\n0\n\n',
    'ffffffffffffffffff\r\nx\r\n',
  ]
  for (const body of bodies) {
    upstream.forget()
    const { text, closed } = await sendRaw(
      server.gateway,
      `POST ${open.listenPath} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n${body}`,
      undefined,
      3000,
    )
    assert.ok(closed, `${JSON.stringify(body)}: still open after ${text.slice(0, 200)}`)
    assert.ok(
      statusesOf(text).every((status) => status === 400),
      `${JSON.stringify(body)}: ${text.slice(0, 200)}`,
    )
    assert.equal(upstream.seen.length, 0, `${JSON.stringify(body)} ended as a whole request`)
  }
})

test('trailers and chunk extensions reach no upstream as headers', async () => {
  upstream.forget()
  const { text } = await sendRaw(
    server.gateway,
    `POST ${open.listenPath} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n5;ext="a\tb"\r\nhello\r\n0\r\nAuthorization: forged\r\nContent-Length: 3\r\n\r\n`,
  )

  if (statusesOf(text)[0] !== 200) {
    assert.deepEqual(statusesOf(text), [400])
    return
  }
  assert.equal(upstream.seen[0]?.body, 'hello')
  assert.equal(upstream.seen[0]?.headers.authorization, undefined)
  assert.ok(!upstream.bytes().includes('ext='))
})

test('heads without end and too many headers are refused within their bounds', async () => {
  const many = `GET ${open.listenPath} HTTP/1.1\r\nHost: x\r\n${'x-a: b\r\n'.repeat(2000)}\r\n`
  const long = `GET ${open.listenPath} HTTP/1.1\r\nHost: x\r\nx-long: ${'a'.repeat(300_000)}\r\n\r\n`
  const line = `GET ${open.listenPath}${'a'.repeat(300_000)} HTTP/1.1\r\nHost: x\r\n\r\n`
  for (const [request, expected] of [
    [many, [431]],
    [long, [431]],
    [line, [414, 431]],
  ] as const) {
    upstream.forget()
    const { text } = await sendRaw(server.gateway, request)
    const [first = 0] = statusesOf(text)
    assert.ok((expected as readonly number[]).includes(first), text.slice(0, 200))
    assert.equal(upstream.seen.length, 0)
  }
})

test('an HTTP/1.0 client is answered and its connection closed', async () => {
  const { text, closed } = await sendRaw(server.gateway, `GET ${open.listenPath} HTTP/1.0\r\nHost: x\r\n\r\n`)

  assert.match(text, /^HTTP\/1\.[01] 200 /)
  assert.ok(closed)
  assert.ok(!/transfer-encoding: chunked/i.test(text))
})

test('nothing a client sends can pass for what the gate adds', async () => {
  upstream.forget()
  const { text } = await sendRaw(
    server.gateway,
    `GET ${open.listenPath} HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 198.51.100.1\r\nx-forwarded-for: 198.51.100.2\r\nConnection: close\r\n\r\n`,
  )

  assert.match(text, /^HTTP\/1\.1 200 /)
  const forwarded = upstream.seen[0]?.rawHeaders.filter(
    (_, index, all) => index % 2 === 1 && all[index - 1]?.toLowerCase() === 'x-forwarded-for',
  )
  assert.deepEqual(forwarded?.join(', ').split(', '), ['198.51.100.1', '198.51.100.2', '127.0.0.1'])
})
