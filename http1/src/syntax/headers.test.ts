import assert from 'node:assert/strict'
import { test } from 'node:test'
import { endToEndLines, headerValue, isSafeHeaderValue, isToken } from './headers.ts'
import { knownNames } from './known-names.ts'
import { ParsedRequest, parseRequestHead } from './request-head.ts'

function headOf(...lines: string[]): ParsedRequest {
  const head = parseRequestHead(
    `GET / HTTP/1.1\r\nHost: a\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n`,
    {
      maxTargetBytes: 100,
      maxHeaders: 200,
    },
  )
  assert.ok(head instanceof ParsedRequest)
  return head
}

const none: ReadonlySet<string> = new Set()

test('hop-by-hop headers, framing and Expect do not travel on', () => {
  const head = headOf(
    'Keep-Alive: x',
    'A: 1',
    'Proxy-Connection: x',
    'Proxy-Authorization: x',
    'TE: trailers',
    'Trailer: x',
    'Upgrade: x',
    'Connection: close',
    'HTTP2-Settings: x',
    'Expect: 100-continue',
    'Content-Length: 3',
    'b: 2',
  )

  assert.equal(endToEndLines(head, none), 'Host: a\r\nA: 1\r\nb: 2\r\n')
})

test('headers that Connection nominates are dropped, but never the protected ones', () => {
  const head = headOf(
    'Connection: X-Mine, Host, authorization, cookie, x-forwarded-for, X-Forwarded-Odd, content-type',
    'X-Mine: 1',
    'Authorization: k',
    'Cookie: c',
    'X-Forwarded-For: 1',
    'X-Forwarded-Odd: 2',
    'Content-Type: t',
    'x-other: 3',
  )

  assert.equal(
    endToEndLines(head, none),
    'Host: a\r\nAuthorization: k\r\nCookie: c\r\nX-Forwarded-For: 1\r\nX-Forwarded-Odd: 2\r\nContent-Type: t\r\nx-other: 3\r\n',
  )
})

test('white space is written anew, and names in skip are left out', () => {
  const head = headOf('A:1', 'B:  2', 'C: 3 ', 'D: 4', 'X-Skip: 5', 'E: 6', 'F:', 'G: 7')

  assert.equal(
    endToEndLines(head, new Set(['host', 'x-skip'])),
    'A: 1\r\nB: 2\r\nC: 3\r\nD: 4\r\nE: 6\r\nF: \r\nG: 7\r\n',
  )
})

test('lines are the same for a head that is plain data', () => {
  const head = headOf('Connection: x-mine, host', 'X-Mine: 1', 'A: 2', 'Transfer-Encoding: chunked', 'B: 3')
  const { names, rawNames, values } = head
  const plain = { status: 200, bodyLength: 0, names, rawNames, values }

  assert.equal(endToEndLines(plain, new Set(['b'])), endToEndLines(head, new Set(['b'])))
})

test('the first value of a header is found, known name or not', () => {
  const head = headOf('Accept: a', 'accept: b', 'X-Own: c', 'x-own: d')

  assert.deepEqual(
    [headerValue(head, 'accept'), headerValue(head, 'x-own'), headerValue(head, 'none')],
    ['a', 'c', undefined],
  )
})

test('every known name is recognised in any case, and near misses are not', () => {
  const sendable = knownNames.filter(
    (name) => !['connection', 'transfer-encoding', 'content-length', 'host', 'expect'].includes(name),
  )
  const upper = headOf(...sendable.map((name) => `${name.toUpperCase()}: x`))
  const longer = headOf(...sendable.map((name) => `${name}x: x`))

  assert.deepEqual(upper.names.slice(1), sendable)
  assert.deepEqual(
    longer.names.slice(1),
    sendable.map((name) => `${name}x`),
  )
})

test('tokens and safe values are told from unsafe ones', () => {
  for (const text of ['GET', 'x-a', "!#$%&'*+-.^_`|~9"]) assert.ok(isToken(text), text)
  for (const text of ['', 'a b', 'a:', 'é', 'a\r', '(', 'Ā']) assert.ok(!isToken(text), text)
  for (const text of ['', 'a b\tc', 'é', '"x"']) assert.ok(isSafeHeaderValue(text), text)
  for (const text of ['a\r\nb', 'a\nb', '\0', ' a', 'a ', '\t', 'Ā', '\x7f'])
    assert.ok(!isSafeHeaderValue(text), text)
})
