import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { answering } from '../testing/raw-peer.ts'
import { rig } from '../testing/relay.ts'

const GET = 'GET /a HTTP/1.1\r\nHost: h\r\n\r\n'
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'

test('a request is written anew, and its reply relayed', async (t) => {
  const { upstream, client, handler } = await rig(
    t,
    answering('HTTP/1.1 404 Nope\r\nX-A:1\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\nno'),
  )
  const peer = client()
  peer.send('GET /a?b HTTP/1.1\r\nHost:h\r\nConnection: keep-alive\r\nAccept: x\r\n\r\n')
  await peer.until('no')

  assert.equal(upstream.text, 'GET /a?b HTTP/1.1\r\nHost: h\r\nAccept: x\r\n\r\n')
  assert.equal(peer.text, 'HTTP/1.1 404 Not Found\r\nX-A: 1\r\nContent-Length: 2\r\n\r\nno')
  const [result] = handler.results
  assert.deepEqual([result?.status, result?.bytesIn, result?.bytesOut, result?.complete], [404, 0, 2, true])
})

test('pipelined requests are answered in order, one upstream request at a time', async (t) => {
  const { upstream, client } = await rig(t, (peer) => {
    let answered = 0
    peer.socket.on('data', () => {
      const heads = peer.text.split('\r\n\r\n').length - 1
      assert.ok(heads <= answered + 1)
      for (; answered < heads; answered++)
        peer.send(`HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n${answered}`)
    })
  })
  const peer = client()
  peer.send([0, 1, 2, 3, 4].map((n) => `GET /${n} HTTP/1.1\r\nHost: h\r\n\r\n`).join(''))
  await peer.until(/\r\n4$/)

  assert.equal(
    peer.text,
    [0, 1, 2, 3, 4].map((n) => `HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n${n}`).join(''),
  )
  assert.equal(upstream.peers.length, 1)
  assert.deepEqual(upstream.text.match(/GET \/\d/g), ['GET /0', 'GET /1', 'GET /2', 'GET /3', 'GET /4'])
})

test('a request that comes byte by byte is the same request', async (t) => {
  const { upstream, client } = await rig(t, (peer) => void peer.until('hello').then(() => peer.send(OK)))
  const peer = client()
  peer.socket.setNoDelay(true)
  for (const byte of 'POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello') {
    peer.send(byte)
    await new Promise((resolve) => setImmediate(resolve))
  }
  await peer.until('ok')

  assert.equal(upstream.text, 'POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello')
})

test('a reply that comes byte by byte is the same reply', async (t) => {
  const { client } = await rig(t, (peer) => {
    peer.socket.setNoDelay(true)
    void peer.until('\r\n\r\n').then(async () => {
      for (const byte of 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nT: 1\r\n\r\n') {
        peer.send(byte)
        await new Promise((resolve) => setImmediate(resolve))
      }
    })
  })
  const peer = client()
  peer.send(GET)
  await peer.until('\r\n0\r\n\r\n')
  const [head = '', ...body] = peer.text.split('\r\n\r\n')

  assert.equal(head, 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked')
  assert.equal(body.join('\r\n\r\n').replace(/[0-9a-f]+\r\n(.*)\r\n/g, '$1'), 'abcde')
})

test('a chunked request that is whole goes on with its length, one that is not goes on chunked', async (t) => {
  const { upstream, client } = await rig(
    t,
    (peer) => void peer.until(/abcd|\r\n0\r\n\r\n/).then(() => peer.send(OK)),
  )
  const first = client()
  first.send(
    'POST /1 HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2;x\r\nab\r\n2\r\ncd\r\n0\r\n\r\n',
  )
  await first.until('ok')
  first.send('POST /2 HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n')
  const peer = await upstream.peer(0)
  await peer.until('2\r\nab\r\n')
  first.send('3\r\ncde\r\n0\r\n\r\n')
  await peer.until('\r\n0\r\n\r\n')

  assert.equal(
    upstream.text,
    'POST /1 HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nabcd' +
      'POST /2 HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n3\r\ncde\r\n0\r\n\r\n',
  )
})

test('bodies of GET and of POST with length 0 are framed exactly', async (t) => {
  const { upstream, client } = await rig(t, answering(OK))
  const peer = client()
  peer.send('POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n')
  await peer.until('ok')
  peer.send('GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi')
  await peer.until(/ok[\s\S]*ok/)

  assert.equal(
    upstream.text,
    'POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi',
  )
})

test('an early reply is relayed while the body is still coming, and the connection then closed', async (t) => {
  const { upstream, client, handler } = await rig(
    t,
    (peer) =>
      void peer.until('\r\n\r\n').then(() => peer.send('HTTP/1.1 413 Big\r\nContent-Length: 3\r\n\r\nbig')),
  )
  const peer = client()
  peer.send('POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\nsome')
  await peer.closed()
  await (await upstream.peer(0)).closed()

  assert.equal(
    peer.text,
    'HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\nConnection: close\r\n\r\nbig',
  )
  assert.equal(handler.results[0]?.status, 413)
})

test('request and reply bodies may stream at the same time', async (t) => {
  const { upstream, client } = await rig(
    t,
    (peer) =>
      void peer
        .until('one')
        .then(() => peer.send('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nuno\r\n')),
  )
  const peer = client()
  peer.send('POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n')
  await peer.until('uno')
  peer.send('3\r\ntwo\r\n0\r\n\r\n')
  const back = await upstream.peer(0)
  await back.until('two')
  back.send('3\r\ndue\r\n0\r\n\r\n')
  await peer.until('due\r\n0\r\n\r\n')
})

test('Expect: 100-continue is answered by the engine, and not sent on', async (t) => {
  const { upstream, client } = await rig(t, (peer) => void peer.until('hello').then(() => peer.send(OK)))
  const peer = client()
  peer.send('POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n')
  await peer.until('HTTP/1.1 100 Continue\r\n\r\n')
  peer.send('hello')
  await peer.until('ok')

  assert.equal(upstream.text, 'POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello')
})

test('interim replies are skipped, up to a bound', async (t) => {
  const interim = 'HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n'
  const { client, handler } = await rig(t, answering(`HTTP/1.1 100 Continue\r\n\r\n${interim}${OK}`))
  const peer = client()
  peer.send(GET)
  await peer.until('ok')
  assert.equal(peer.text, OK)

  const flooded = await rig(t, answering(interim.repeat(9) + OK))
  const other = flooded.client()
  other.send(GET)
  await other.until('bad-reply')
  assert.deepEqual([handler.failures, flooded.handler.failures], [[], ['bad-reply']])
})

test('replies to HEAD, 204 and 304 have no body, whatever their headers say', async (t) => {
  const replies = [
    'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n',
    'HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n',
    'HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n',
    OK,
  ]
  const { upstream, client } = await rig(t, (peer) => {
    peer.socket.on('data', () => peer.send(replies[peer.text.split('\r\n\r\n').length - 2] ?? ''))
  })
  const peer = client()
  for (const method of ['HEAD', 'GET', 'GET', 'GET']) peer.send(`${method} / HTTP/1.1\r\nHost: h\r\n\r\n`)
  await peer.until('\r\n\r\nok')

  assert.equal(
    peer.text,
    `HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nHTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n${OK}`,
  )
  assert.equal(upstream.peers.length, 1)
})

test('a reply until close is chunked for HTTP/1.1, and until close for HTTP/1.0', async (t) => {
  const { client } = await rig(t, (peer) => {
    void peer.until('\r\n\r\n').then(async () => {
      peer.send('HTTP/1.1 200 OK\r\n\r\nab')
      await new Promise((resolve) => setTimeout(resolve, 20))
      peer.socket.end('cd')
    })
  })
  const modern = client()
  modern.send(GET)
  await modern.until('0\r\n\r\n')
  assert.equal(
    modern.text,
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n2\r\ncd\r\n0\r\n\r\n',
  )

  const old = client()
  old.send('GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n')
  assert.equal(await old.closed(), 'HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nabcd')
})

test('an HTTP/1.0 client gets no chunks, and is kept when it asks and the length is known', async (t) => {
  const { client } = await rig(
    t,
    answering('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n'),
  )
  const peer = client()
  peer.send('GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n')
  await peer.until('ab')
  assert.equal(peer.text, 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\nab')
  peer.send('GET / HTTP/1.0\r\n\r\n')
  assert.match(await peer.closed(), /Connection: close\r\n\r\nab$/)
})

test('20 MB pass through a slow reader intact, and the upstream is held back meanwhile', async (t) => {
  const size = 20_000_000
  const data = Buffer.alloc(size, 'a1b2c3d4e5f')
  const { client, upstream } = await rig(t, (peer) => {
    void peer.until('\r\n\r\n').then(() => {
      peer.send(`HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\n\r\n`)
      peer.socket.write(data)
    })
  })
  const peer = client()
  peer.socket.removeAllListeners('data')
  peer.socket.pause()
  peer.send(GET)
  const back = await upstream.peer(0)
  await back.until('\r\n\r\n')
  // The kernel's buffers take some megabytes; then nothing may move until the client reads.
  await new Promise((resolve) => setTimeout(resolve, 300))
  assert.ok(back.socket.writableLength > 0, 'the upstream could send everything at once')
  assert.ok(process.memoryUsage().arrayBuffers < 3 * size)

  const hash = createHash('sha1')
  let received = 0
  peer.socket.on('data', (bytes) => {
    const skip = received === 0 ? bytes.indexOf('\r\n\r\n') + 4 : 0
    hash.update(bytes.subarray(skip))
    received += bytes.length - skip
  })
  peer.socket.resume()
  while (received < size) await new Promise((resolve) => peer.socket.once('data', resolve))
  assert.equal(hash.digest('hex'), createHash('sha1').update(data).digest('hex'))
})

test('20 MB go up to a slow upstream intact, and the client is held back meanwhile', async (t) => {
  const size = 20_000_000
  const data = Buffer.alloc(size, 'z9y8x7w6v5u')
  const hash = createHash('sha1')
  let received = -1
  const { client, upstream, handler } = await rig(t, (peer) => {
    peer.socket.removeAllListeners('data')
    peer.socket.pause()
    peer.socket.on('data', (bytes) => {
      const skip = received < 0 ? bytes.indexOf('\r\n\r\n') + 4 : 0
      received = Math.max(received, 0) + bytes.length - skip
      hash.update(bytes.subarray(skip))
      if (received === size) peer.send(OK)
    })
    peer.socket.pause()
  })
  const peer = client()
  peer.send(`PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: ${size}\r\n\r\n`)
  peer.socket.write(data)
  const back = await upstream.peer(0)
  await new Promise((resolve) => setTimeout(resolve, 300))
  assert.ok(peer.socket.writableLength > 0, 'the client could send everything at once')
  back.socket.resume()
  await peer.until('ok')

  assert.equal(hash.digest('hex'), createHash('sha1').update(data).digest('hex'))
  assert.equal(handler.results[0]?.bytesIn, size)
})
