import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ParsedRequest, parseRequestHead } from '../syntax/request-head.ts'
import { rig } from '../testing/relay.ts'
import { announcement, forwardedTrailers, NOTHING_STRIPPED } from './request-trailers.ts'

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'
const post = (headers: string, body: string) =>
  `POST / HTTP/1.1\r\nHost: h\r\n${headers}Transfer-Encoding: chunked\r\n\r\n${body}`
const answers = (peer: { until(marker: RegExp): Promise<string>; send(text: string): void }) =>
  void peer.until(/\r\n0\r\n.*\r\n\r\n/s).then(() => peer.send(OK))

test('trailers of a request go on behind its body, whether it was whole or is still coming', async (t) => {
  for (const pause of [false, true]) {
    const { client, upstream } = await rig(t, answers)
    const peer = client()
    peer.send(post('Trailer: X-Sum, Content-Length\r\n', '2\r\nab\r\n'))
    if (pause) await (await upstream.peer(0)).until('2\r\nab\r\n')
    peer.send('0\r\nX-Sum:  a b \r\nKeep-Alive: x\r\n\r\n')
    await peer.until('ok')

    const trailed = '2\r\nab\r\n0\r\nX-Sum: a b\r\n\r\n'
    assert.equal(
      upstream.text,
      `POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n${trailed}`,
    )
  }
})

test('a trailer by the name of a header that the upstream is sent, or relies on, stays behind', () => {
  const head = 'POST / HTTP/1.1\r\nHost: h\r\nX-User: set by the gate\r\n'
  const trailers =
    'x-user: forged\r\nX-Forwarded-For: 1.2.3.4\r\nX-Request-Id: 1\r\nForwarded: for=x\r\nX-User-2: u\r\n'
  assert.equal(forwardedTrailers(trailers, head, NOTHING_STRIPPED), 'X-User-2: u\r\n')
  assert.equal(forwardedTrailers(trailers, head, new Set(['x-user-2'])), '', 'taken out of the head')
  assert.equal(forwardedTrailers('', head, NOTHING_STRIPPED), '')
})

test('what would not go on is not announced', () => {
  const announced = (value: string) => {
    const text = `POST / HTTP/1.1\r\nHost: h\r\n${value}Transfer-Encoding: chunked\r\n\r\n`
    const head = parseRequestHead(text, { maxTargetBytes: 100, maxHeaders: 10 })
    assert.ok(head instanceof ParsedRequest)
    return announcement(head, 'POST / HTTP/1.1\r\nHost: h\r\nX-User: u\r\n', NOTHING_STRIPPED)
  }
  assert.equal(announced(''), '')
  assert.equal(announced('Trailer: X-User, Authorization, x y\r\n'), '')
  assert.equal(announced('Trailer: X-User,Digest , X-B\r\n'), 'Trailer: Digest, X-B\r\n')
})
