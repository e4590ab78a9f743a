import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answering } from '../testing/raw-peer.ts'
import { rig } from '../testing/relay.ts'

const GET = 'GET / HTTP/1.1\r\nHost: h\r\n\r\n'
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'
const host = 'Host: h\r\n'

/** What the engine itself refuses: the raw bytes, and the status. */
const refused: readonly (readonly [string, number])[] = [
  ['GET / HTTP/1.1\r\n\r\n', 400],
  ['GET / HTTP/1.1\nHost: h\n\n', 400],
  ['GET / HTTP/1.1\r\nHost: h\n\r\n', 400],
  [`\r\n${GET}`, 400],
  ['GET /\r\n\r\n', 400],
  [`GET / HTTP/1.1\r\n${host}${host}\r\n`, 400],
  ['GET / HTTP/1.1\r\nHost: \r\n\r\n', 400],
  [`GET /#x HTTP/1.1\r\n${host}\r\n`, 400],
  [`GET http://other/ HTTP/1.1\r\n${host}\r\n`, 400],
  [`CONNECT h:80 HTTP/1.1\r\n${host}\r\n`, 501],
  [`GET / HTTP/1.2\r\n${host}\r\n`, 505],
  [`POST / HTTP/1.1\r\n${host}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, 400],
  [`POST / HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n`, 400],
  [`POST / HTTP/1.1\r\n${host}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`, 501],
  [`POST / HTTP/1.1\r\n${host}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n`, 400],
  [`POST / HTTP/1.1\r\n${host}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`, 400],
  [`POST / HTTP/1.1\r\n${host}Transfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n`, 400],
  [`POST / HTTP/1.1\r\n${host}X: y\r\n Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, 400],
  [`POST / HTTP/1.1\r\n${host}Content-Length: 5, 5\r\n\r\nhello`, 400],
  [`POST / HTTP/1.1\r\n${host}Content-Length: 05\r\n\r\nhello`, 400],
  [`POST / HTTP/1.1\r\n${host}Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello`, 400],
  [`POST / HTTP/1.0\r\n${host}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, 400],
  [`POST / HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n5\nhello\r\n0\r\n\r\n`, 400],
  [`POST / HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n5 \r\nhello\r\n0\r\n\r\n`, 400],
  [`POST / HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n0\r\nContent-Length: 1\r\n\r\n`, 400],
  [`POST / HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n1;${'a'.repeat(5_000)}\r\n`, 413],
  [`POST / HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n0\r\nA: ${'a'.repeat(9_000)}\r\n`, 431],
  [`POST / HTTP/1.1\r\n${host}Content-Length: 1001\r\n\r\n`, 413],
  [`POST / HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n3e9\r\n${'a'.repeat(1001)}\r\n`, 413],
  [`GET /${'a'.repeat(9_000)} HTTP/1.1\r\n${host}\r\n`, 414],
  [`GET /${'a'.repeat(9_000)}`, 414],
  [`GET / HTTP/1.1\r\n${host}A: ${'a'.repeat(33_000)}\r\n\r\n`, 431],
  [`GET / HTTP/1.1\r\n${host}${'A: b\r\n'.repeat(8_000)}`, 431],
  [`GET / HTTP/1.1\r\n${host}${'A: b\r\n'.repeat(101)}\r\n`, 431],
  [`POST / HTTP/1.1\r\n${host}Content-Length: 1\r\nExpect: magic\r\n\r\nx`, 417],
]

test('what the engine refuses is answered by itself and closed, and the upstream sees nothing', async (t) => {
  const { upstream, client, handler } = await rig(t, answering(OK), { server: { maxBodyBytes: 1_000 } })
  for (const [bytes, status] of refused) {
    const peer = client()
    peer.send(bytes)
    const answer = await peer.closed()
    const place = JSON.stringify(bytes.slice(0, 120))
    assert.ok(answer.startsWith(`HTTP/1.1 ${status} `), `${place}: ${answer}`)
    assert.match(answer, /\r\nConnection: close\r\n/, place)
    assert.equal(answer.split('HTTP/1.1').length, 2, place)
  }
  assert.equal(upstream.text, '')
  assert.equal(handler.protocolErrors.length, refused.length)
  assert.deepEqual([handler.requests, handler.results.length], [0, 0])
})

test('after a valid request on the same connection, the smuggled one is refused', async (t) => {
  const { upstream, client } = await rig(t, answering(OK))
  const peer = client()
  peer.send(`${GET}GET /evil HTTP/1.1\r\nHost: h\r\nHost: i\r\n\r\n${GET}`)
  const answer = await peer.closed()

  assert.match(answer, /^HTTP\/1\.1 200 OK\r\n[\s\S]*okHTTP\/1\.1 400 Bad Request\r\n/)
  assert.equal(upstream.text, GET)
})

test('a body that turns out malformed while it streams breaks off both sides', async (t) => {
  const { upstream, client, handler } = await rig(t, () => {})
  const peer = client()
  peer.send(`POST / HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n`)
  const back = await upstream.peer(0)
  await back.until('abc')
  peer.send('zzz')
  assert.match(await peer.closed(), /^HTTP\/1\.1 400 Bad Request\r\n/)
  await back.closed()
  assert.ok(!back.text.includes('0\r\n\r\n'))
  assert.deepEqual(
    handler.results.map((result) => [result.status, result.complete]),
    [[400, false]],
  )
})

test('a head that does not come in time is answered with 408, an idle connection is closed', async (t) => {
  const { client } = await rig(t, answering(OK), { server: { headerMs: 250, idleMs: 250 } })
  const slow = client()
  slow.send('GET / HTTP/1.1\r\n')
  assert.match(await slow.closed(), /^HTTP\/1\.1 408 Request Timeout\r\n/)
  const idle = client()
  idle.send(GET)
  assert.equal(await idle.closed(), OK)
  const silent = client()
  assert.equal(await silent.closed(), '')
})

test('a body that stops coming is answered with 408', async (t) => {
  const { upstream, client } = await rig(t, () => {}, { server: { bodyProgressMs: 250 } })
  const peer = client()
  peer.send(`POST / HTTP/1.1\r\n${host}Content-Length: 10\r\n\r\nabc`)
  assert.match(await peer.closed(), /^HTTP\/1\.1 408 Request Timeout\r\n/)
  await (await upstream.peer(0)).closed()
})

test('an upstream that does not answer in time is a timeout, one that stops in mid-body breaks off', async (t) => {
  const { upstream, client, handler } = await rig(t, () => {}, { pool: { headMs: 250, bodyIdleMs: 250 } })
  const peer = client()
  peer.send(GET)
  await peer.until('\r\n\r\ntimeout\n')
  await (await upstream.peer(0)).closed()
  peer.send(GET)
  const back = await upstream.peer(1)
  await back.until('\r\n\r\n')
  back.send('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc')
  await peer.closed()
  await back.closed()
  await handler.finished(2)
  assert.equal(handler.results[1]?.complete, false)
})

test('a client that does not read its answer is cut off', async (t) => {
  const { upstream, client, handler } = await rig(
    t,
    (peer) =>
      void peer.until('\r\n\r\n').then(() => {
        peer.send('HTTP/1.1 200 OK\r\nContent-Length: 50000000\r\n\r\n')
        peer.socket.write(Buffer.alloc(50_000_000))
      }),
    { server: { bodyProgressMs: 250 } },
  )
  const peer = client()
  peer.socket.pause()
  peer.send(GET)
  await (await upstream.peer(0)).closed()
  await handler.finished(1)
  assert.equal(handler.results[0]?.complete, false)
})

test('an unused upstream connection is closed after its time', async (t) => {
  const { upstream, client } = await rig(t, answering(OK), { pool: { idleMs: 250 } })
  const peer = client()
  peer.send(GET)
  await peer.until('ok')
  await (await upstream.peer(0)).closed()
  peer.send(GET)
  await peer.until(/ok[\s\S]*ok/)
  assert.equal(upstream.peers.length, 2)
})

test('a pipelining client is not read beyond the bound', async (t) => {
  const { upstream, client } = await rig(t, () => {}, { server: { maxPipelinedBytes: 1_000 } })
  const peer = client()
  peer.send(GET)
  const back = await upstream.peer(0)
  await back.until('\r\n\r\n')
  peer.socket.write(Buffer.alloc(20_000_000, GET))
  await new Promise((resolve) => setTimeout(resolve, 200))
  assert.ok(peer.socket.writableLength > 0)
  back.send(OK)
  await back.until(/GET[\s\S]*GET/)
})

test('a connection ends after its number of requests', async (t) => {
  const { client } = await rig(t, answering(OK), { server: { maxRequestsPerConnection: 2 } })
  const peer = client()
  peer.send(GET + GET + GET)
  const answer = await peer.closed()
  assert.deepEqual(answer.match(/Connection: close|ok/g), ['ok', 'Connection: close', 'ok'])
})
