import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ParsedRequest, parseRequestHead } from './request-head.ts'

const limits = { maxTargetBytes: 200, maxHeaders: 20 }
const HOST = 'Host: a.example\r\n'

function parse(text: string): ParsedRequest {
  const head = parseRequestHead(text, limits)
  assert.ok(head instanceof ParsedRequest, `${JSON.stringify(text)} was refused: ${JSON.stringify(head)}`)
  return head
}

/** The status of the refusal; 0 when the head is accepted. */
function verdict(text: string): number {
  const head = parseRequestHead(text, limits)
  return head instanceof ParsedRequest ? 0 : head.status
}

const lines = (...headers: string[]) =>
  `POST /x HTTP/1.1\r\n${HOST}${headers.map((line) => `${line}\r\n`).join('')}\r\n`
const line = (requestLine: string) => `${requestLine}\r\n${HOST}\r\n`
const hosted = (...hosts: string[]) =>
  `GET / HTTP/1.1\r\n${hosts.map((host) => `Host: ${host}\r\n`).join('')}\r\n`

/** Each raw head with the status of its refusal, 0 for accepted. */
const cases: readonly (readonly [string, number])[] = [
  // Request line
  [line('GET / HTTP/1.1'), 0],
  [line('GET /a/b?c=d&e HTTP/1.1'), 0],
  [line('OPTIONS * HTTP/1.1'), 0],
  [line('get / HTTP/1.1'), 0],
  [line('M-SEARCH / HTTP/1.1'), 0],
  [line('PURGE /x HTTP/1.1'), 0],
  [line('GET /a|b{c}"d HTTP/1.1'), 0],
  [line('GET /?? HTTP/1.1'), 0],
  [line('GET / HTTP/1.0'), 0],
  [line('GET  / HTTP/1.1'), 400],
  [line('GET /  HTTP/1.1'), 400],
  [line(' GET / HTTP/1.1'), 400],
  [line('GET / HTTP/1.1 '), 400],
  [line('GET\t/ HTTP/1.1'), 400],
  [line('GET /\tHTTP/1.1'), 400],
  [line('GET /'), 400],
  [line('GET'), 400],
  [line(''), 400],
  [line('GET / HTTP'), 400],
  [line('GET / HTTP/1'), 400],
  [line('GET / http/1.1'), 400],
  [line('GET / HTTP/1.10'), 400],
  [line('GET / HTTP/01.1'), 400],
  [line('GET / HTTP/1,1'), 400],
  [line('GET / HTTP/1.2'), 505],
  [line('GET / HTTP/2.0'), 505],
  [line('GET / HTTP/0.9'), 505],
  [line('GET / HTTP/3.0'), 505],
  [line('GET / ICY/1.1'), 400],
  [line('GET / HTTP/1.1x'), 400],
  [line('GET / x HTTP/1.1'), 400],
  [line('G(T / HTTP/1.1'), 400],
  [line('G:T / HTTP/1.1'), 400],
  [line('G\x00T / HTTP/1.1'), 400],
  [line('GÉT / HTTP/1.1'), 400],
  [line(`${'A'.repeat(33)} / HTTP/1.1`), 501],
  [line(`${'A'.repeat(32)} / HTTP/1.1`), 0],
  [`\r\n${line('GET / HTTP/1.1')}`, 400],
  [`\r\n\r\n`, 400],
  ['GET / HTTP/1.1\r\r\nHost: a\r\n\r\n', 400],
  // Target
  [line('GET /#a HTTP/1.1'), 400],
  [line('GET /a#b HTTP/1.1'), 400],
  [line('GET /?a#b HTTP/1.1'), 400],
  [line('GET a HTTP/1.1'), 400],
  [line('GET ?a HTTP/1.1'), 400],
  [line('GET * HTTP/1.1'), 400],
  [line('OPTIONS ** HTTP/1.1'), 400],
  [line('GET /é HTTP/1.1'), 400],
  [line('GET /\x00 HTTP/1.1'), 400],
  [line('GET /\x7f HTTP/1.1'), 400],
  [line('GET /\x0b HTTP/1.1'), 400],
  [line('CONNECT a.example:80 HTTP/1.1'), 501],
  [line('GET a.example:80 HTTP/1.1'), 400],
  [line('CONNECT / HTTP/1.1'), 501],
  [line(`GET /${'a'.repeat(199)} HTTP/1.1`), 0],
  [line(`GET /${'a'.repeat(200)} HTTP/1.1`), 414],
  [line('GET http://a.example/x?y HTTP/1.1'), 0],
  [line('GET HTTP://A.Example/x HTTP/1.1'), 0],
  [line('GET https://a.example HTTP/1.1'), 0],
  [line('GET http://b.example/ HTTP/1.1'), 400],
  [line('GET http://a.example:81/ HTTP/1.1'), 400],
  [line('GET ftp://a.example/ HTTP/1.1'), 400],
  [line('GET http:///x HTTP/1.1'), 400],
  [line('GET http://u@a.example/ HTTP/1.1'), 400],
  [line('GET http:/a.example/ HTTP/1.1'), 400],
  [line('GET //a.example/ HTTP/1.1'), 0],
  [line('OPTIONS http://a.example HTTP/1.1'), 0],
  ['GET http://a.example/ HTTP/1.1\r\n\r\n', 400],
  ['GET http://a.example/ HTTP/1.0\r\n\r\n', 0],
  // Host
  [hosted(), 400],
  [hosted('a', 'a'), 400],
  [hosted('a', 'b'), 400],
  [hosted(''), 400],
  [hosted('a b'), 400],
  [hosted('a,b'), 400],
  [hosted('a/b'), 400],
  [hosted('u@a'), 400],
  [hosted('a:'), 400],
  [hosted('a:x'), 400],
  [hosted('a:65536'), 400],
  [hosted('a:123456'), 400],
  [hosted(':80'), 400],
  [hosted('a:80:80'), 400],
  [hosted('[::1'), 400],
  [hosted('[::1]x'), 400],
  [hosted('[]'), 400],
  [hosted('[g::1]'), 400],
  [hosted('a%00'), 400],
  [hosted('http://a'), 400],
  [hosted('a?b'), 400],
  [hosted('a#b'), 400],
  [hosted('é'), 400],
  [hosted('a'), 0],
  [hosted('A.Example:80'), 0],
  [hosted('127.0.0.1:8080'), 0],
  [hosted('[::1]:8080'), 0],
  [hosted('[::ffff:1.2.3.4]'), 0],
  [hosted('my_host'), 0],
  ['GET / HTTP/1.0\r\n\r\n', 0],
  ['GET / HTTP/1.0\r\nHost: \r\n\r\n', 400],
  // Header grammar
  [lines('A: b'), 0],
  [lines('A:b'), 0],
  [lines('A:'), 0],
  [lines('A: '), 0],
  [lines('A:\t b \t'), 0],
  [lines('A: b\tc'), 0],
  [lines('A: é'), 0],
  [lines("!#$%&'*+-.^_`|~: x"), 0],
  [lines('A : b'), 400],
  [lines('A\t: b'), 400],
  [lines(': b'), 400],
  [lines('A b: c'), 400],
  [lines('A'), 400],
  [lines(' A: b'), 400],
  [lines('A: b', ' c'), 400],
  [lines('A: b', '\tc'), 400],
  [lines('A: b\nB: c'), 400],
  [lines('A: b\rB: c'), 400],
  [lines('A: \x00'), 400],
  [lines('A: \x01'), 400],
  [lines('A: \x7f'), 400],
  [lines('A: \x1b[0m'), 400],
  [lines('A\x00: b'), 400],
  [lines('Ä: b'), 400],
  [lines('(A): b'), 400],
  [lines('A;: b'), 400],
  [lines('A=: b'), 400],
  [lines('"A": b'), 400],
  [lines('A: b\r'), 400],
  [lines(...Array.from({ length: 19 }, (_, index) => `A${index}: b`)), 0],
  [lines(...Array.from({ length: 20 }, (_, index) => `A${index}: b`)), 431],
  // Content-Length
  [lines('Content-Length: 0'), 0],
  [lines('Content-Length: 5'), 0],
  [lines('content-length:5'), 0],
  [lines('Content-Length: 999999999999999'), 0],
  [lines('Content-Length: 5', 'Content-Length: 5'), 400],
  [lines('Content-Length: 5', 'Content-Length: 6'), 400],
  [lines('Content-Length: 5, 5'), 400],
  [lines('Content-Length: +5'), 400],
  [lines('Content-Length: -5'), 400],
  [lines('Content-Length: 05'), 400],
  [lines('Content-Length: 00'), 400],
  [lines('Content-Length: 5 5'), 400],
  [lines('Content-Length: 0x5'), 400],
  [lines('Content-Length: 5.0'), 400],
  [lines('Content-Length: 1e3'), 400],
  [lines('Content-Length:'), 400],
  [lines('Content-Length: five'), 400],
  [lines('Content-Length: 9999999999999999'), 400],
  [lines('Content-Length: 99999999999999999999999999'), 400],
  [lines('Content-Length: ٥'), 400],
  [lines('Content-Length: 5;'), 400],
  // Transfer-Encoding
  [lines('Transfer-Encoding: chunked'), 0],
  [lines('transfer-encoding: CHUNKED'), 0],
  [lines('Transfer-Encoding: chunked', 'Content-Length: 5'), 400],
  [lines('Content-Length: 5', 'Transfer-Encoding: chunked'), 400],
  [lines('Transfer-Encoding: chunked', 'Transfer-Encoding: chunked'), 400],
  [lines('Transfer-Encoding: chunked, chunked'), 400],
  [lines('Transfer-Encoding:'), 400],
  [lines('Transfer-Encoding: identity'), 400],
  [lines('Transfer-Encoding: xchunked'), 400],
  [lines('Transfer-Encoding: chunked, identity'), 400],
  [lines('Transfer-Encoding: chunked, gzip'), 400],
  [lines('Transfer-Encoding: ,chunked'), 400],
  [lines('Transfer-Encoding: "chunked"'), 400],
  [lines('Transfer-Encoding: chunked;a=b'), 400],
  [lines('Transfer-Encoding: chunked\x0b'), 400],
  [lines('Transfer-Encoding: gzip, chunked'), 501],
  [lines('Transfer-Encoding: gzip'), 501],
  [lines('Transfer_Encoding: chunked'), 0],
  ['POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n', 400],
  // Expect and Connection
  [lines('Expect: 100-continue'), 0],
  [lines('Expect: 100-Continue'), 0],
  [lines('Expect: 200-ok'), 417],
  [lines('Expect:'), 417],
  [lines('Connection: close'), 0],
  [lines('Connection: a, b,,c'), 0],
  [lines('Connection: a b'), 400],
  [lines('Connection: ('), 400],
]

test('every raw request head is accepted, or refused with its status', () => {
  assert.ok(cases.length >= 120, `${cases.length} cases`)
  for (const [text, status] of cases) assert.equal(verdict(text), status, JSON.stringify(text))
})

test('the parts of the target are told apart', () => {
  const head = parse(line('GET /a/b?c=d?e HTTP/1.1'))

  assert.deepEqual([head.target, head.path, head.query], ['/a/b?c=d?e', '/a/b', 'c=d?e'])
  assert.deepEqual([head.method, head.minorVersion, head.host], ['GET', 1, 'a.example'])
})

test('an absolute target is reduced to origin form, and its authority is the host', () => {
  const forms = [
    ['GET http://A.example/x?y HTTP/1.1', '/x?y'],
    ['GET http://a.example HTTP/1.1', '/'],
    ['GET http://a.example?x HTTP/1.1', '/?x'],
    ['OPTIONS http://a.example HTTP/1.1', '*'],
  ] as const
  for (const [requestLine, target] of forms) {
    const head = parse(line(requestLine))
    assert.deepEqual([head.target, head.host], [target, 'a.example'])
  }
})

test('names are lower-case, raw names and values as received, without outer white space', () => {
  const head = parse(lines('X-New-Thing:\t a \t', 'ACCEPT: */*'))

  assert.deepEqual(head.names, ['host', 'x-new-thing', 'accept'])
  assert.deepEqual(head.rawNames, ['Host', 'X-New-Thing', 'ACCEPT'])
  assert.deepEqual(head.values, ['a.example', 'a', '*/*'])
})

test('persistence follows version and Connection, and close outdoes keep-alive', () => {
  const keepAlive = (version: string, ...options: string[]) =>
    parse(`GET / HTTP/${version}\r\n${HOST}${options.map((o) => `Connection: ${o}\r\n`).join('')}\r\n`)
      .keepAlive

  assert.equal(keepAlive('1.1'), true)
  assert.equal(keepAlive('1.1', 'close'), false)
  assert.equal(keepAlive('1.1', 'x, Close'), false)
  assert.equal(keepAlive('1.1', 'close', 'keep-alive'), false)
  assert.equal(keepAlive('1.0'), false)
  assert.equal(keepAlive('1.0', 'Keep-Alive'), true)
  assert.equal(keepAlive('1.0', 'keep-alive', 'close'), false)
})

test('an upgrade counts only when Connection nominates it, on HTTP/1.1', () => {
  assert.equal(parse(lines('Connection: Upgrade', 'Upgrade: WebSocket')).upgrade, 'websocket')
  assert.equal(parse(lines('Upgrade: websocket')).upgrade, '')
  assert.equal(parse('GET / HTTP/1.0\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n').upgrade, '')
})

test('only a request with a body expects 100-continue', () => {
  assert.equal(parse(lines('Expect: 100-continue', 'Content-Length: 3')).expectsContinue, true)
  assert.equal(parse(lines('Expect: 100-continue')).expectsContinue, false)
})
