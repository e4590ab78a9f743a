import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CHUNKED, UNTIL_CLOSE } from './message-head.ts'
import { parseReplyHead } from './reply-head.ts'

const parse = (text: string, toHead = false) => parseReplyHead(text, 10, toHead)

const refused = [
  'HTTP/1.1 20 OK\r\n\r\n',
  'HTTP/1.1 2000 OK\r\n\r\n',
  'HTTP/1.1 099 x\r\n\r\n',
  'HTTP/1.1  200 OK\r\n\r\n',
  'HTTP/2.0 200 OK\r\n\r\n',
  'HTTP/1.2 200 OK\r\n\r\n',
  'http/1.1 200 OK\r\n\r\n',
  'ICY 200 OK\r\n\r\n',
  'HTTP/1.1 200 O\x00K\r\n\r\n',
  'HTTP/1.1 200 O\rK\r\n\r\n',
  '200 OK\r\n\r\n',
  'HTTP/1.1 200 OK\r\nA : b\r\n\r\n',
  'HTTP/1.1 200 OK\r\n A: b\r\n\r\n',
  'HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n',
  'HTTP/1.1 200 OK\r\nA\r\n\r\n',
  'HTTP/1.1 200 OK\r\nA: \x00\r\n\r\n',
  'HTTP/1.1 200 OK\r\nA: b\nB: c\r\n\r\n',
  'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n',
  'HTTP/1.1 200 OK\r\nContent-Length: 1, 1\r\n\r\n',
  'HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n',
  'HTTP/1.1 200 OK\r\nContent-Length: 01\r\n\r\n',
  'HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n',
  'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n',
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\n\r\n',
  'HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n',
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n',
  `HTTP/1.1 200 OK\r\n${'A: b\r\n'.repeat(11)}\r\n`,
]

test('a reply head that is malformed or ambiguous is refused', () => {
  for (const text of refused) assert.equal(parse(text), undefined, JSON.stringify(text))
})

test('the length of a body is told by status, method and headers', () => {
  const length = (headers: string, status = 200, toHead = false) =>
    parse(`HTTP/1.1 ${status} X\r\n${headers}\r\n`, toHead)?.bodyLength

  assert.equal(length('Content-Length: 12\r\n'), 12)
  assert.equal(length('Transfer-Encoding: Chunked\r\n'), CHUNKED)
  assert.equal(length(''), UNTIL_CLOSE)
  assert.equal(length('Content-Length: 12\r\n', 200, true), 0)
  assert.equal(length('Content-Length: 12\r\n', 304), 0)
  assert.equal(length('Transfer-Encoding: chunked\r\n', 204), 0)
})

test('a reply without a reason phrase is accepted', () => {
  assert.equal(parse('HTTP/1.1 200\r\n\r\n')?.status, 200)
  assert.equal(parse('HTTP/1.1 200 \r\n\r\n')?.status, 200)
  assert.equal(parse('HTTP/1.1 404 Nicht da, é\r\n\r\n')?.status, 404)
})

test('a connection may be used again unless version, Connection or framing speak against it', () => {
  const keepAlive = (text: string) => parse(text)?.keepAlive

  assert.equal(keepAlive('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'), true)
  assert.equal(keepAlive('HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n'), false)
  assert.equal(keepAlive('HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n'), false)
  assert.equal(keepAlive('HTTP/1.0 200 OK\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n'), true)
  assert.equal(keepAlive('HTTP/1.1 200 OK\r\n\r\n'), false)
})
