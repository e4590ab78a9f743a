import assert from 'node:assert/strict'
import { type ClientHttp2Session, connect, constants, type OutgoingHttpHeaders } from 'node:http2'
import { createServer } from 'node:net'
import { type TestContext, test } from 'node:test'
import { defaultPoolLimits, defaultServerLimits, type ServerLimits } from '../limits.ts'
import {
  DATA,
  END_HEADERS,
  END_STREAM,
  frame,
  frameClient,
  HEADERS,
  literal,
  POST,
  RST_STREAM,
} from '../testing/http2-frames.ts'
import { answering, type RawPeer, RawUpstream } from '../testing/raw-peer.ts'
import { RelayHandler } from '../testing/relay.ts'
import { upstreamPool } from '../upstream/upstream-pool.ts'
import { createHttp2Server, defaultHttp2Limits, type Http2Limits } from './server.ts'

type Options = { server?: Partial<ServerLimits>; http2?: Partial<Http2Limits> }

/** A relay that speaks HTTP/2 before a raw upstream of HTTP/1.1. */
async function rig(t: TestContext, onPeer: (peer: RawPeer) => void, options: Options = {}) {
  const upstream = await new RawUpstream(onPeer).start()
  const pool = upstreamPool({ host: '127.0.0.1', port: upstream.port }, defaultPoolLimits)
  const handler = new RelayHandler(pool)
  const limits = { ...defaultServerLimits, ...options.server }
  const http2 = createHttp2Server(handler, limits, { ...defaultHttp2Limits, ...options.http2 })
  const server = createServer({ allowHalfOpen: true }, (socket) => http2.handleSocket(socket))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const sessions: ClientHttp2Session[] = []
  t.after(async () => {
    for (const session of sessions) session.destroy()
    await http2.close(0)
    pool.close()
    await upstream.stop()
    await new Promise((resolve) => server.close(resolve))
  })
  const session = () => {
    const made = connect(`http://127.0.0.1:${port}`)
    made.on('error', () => {})
    sessions.push(made)
    return made
  }
  return { upstream, handler, session, http2, port }
}

/** Status and body; rejects when the stream is broken off. */
async function call(on: ClientHttp2Session, headers: OutgoingHttpHeaders, body?: string) {
  const stream = on.request({ ':authority': 'h', ...headers })
  let status = 0
  stream.on('response', (head) => {
    status = Number(head[':status'])
  })
  stream.setEncoding('latin1')
  stream.end(body)
  let text = ''
  for await (const chunk of stream) text += chunk
  return { status, text }
}

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'

test('a head too large or with too many headers is refused, and the connection goes on', async (t) => {
  const { session, upstream } = await rig(t, answering(OK), {
    server: { maxHeadBytes: 4_000, maxHeaders: 20 },
  })
  const on = session()
  const refused = (headers: OutgoingHttpHeaders) =>
    call(on, headers).then(
      ({ status }) => status,
      () => 431,
    )
  assert.equal(await refused({ ':path': '/', 'x-big': 'x'.repeat(6_000) }), 431)
  assert.equal(await refused({ ':path': '/', 'x-many': Array(40).fill('x') }), 431)
  assert.equal(await refused({ ':path': `/${'x'.repeat(9_000)}` }), 431)
  assert.equal(upstream.text, '')
  assert.deepEqual(await call(on, { ':path': '/' }), { status: 200, text: 'ok' })
})

test('what goes to the upstream is HTTP/1.1 with its framing made anew', async (t) => {
  const { session, upstream } = await rig(t, (peer) => {
    peer.socket.on('data', () => {
      if (/\r\n\r\n(?:abc|3\r\nabc\r\n0\r\n\r\n)$/.test(peer.text)) peer.send(OK)
    })
  })
  const on = session()
  await call(on, { ':path': '/a?b', ':method': 'POST', 'content-length': 3, te: 'trailers' }, 'abc')
  assert.equal(upstream.text, 'POST /a?b HTTP/1.1\r\nhost: h\r\nContent-Length: 3\r\n\r\nabc')
  await call(on, { ':path': '/c', ':method': 'POST' }, 'abc')
  assert.match(
    upstream.text,
    /POST \/c HTTP\/1\.1\r\nhost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n$/,
  )
})

test('trailers of the upstream reach the client behind the body', async (t) => {
  const reply = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-Sum: 2\r\n\r\n'
  const { session } = await rig(t, answering(reply))
  const stream = session().request({ ':path': '/', te: 'trailers' })
  const sum = new Promise((resolve) => stream.on('trailers', (trailers) => resolve(trailers['x-sum'])))
  stream.resume()
  assert.equal(await sum, '2')
})

test('a body beyond the limit is refused with 413', async (t) => {
  const { session } = await rig(t, () => {}, { server: { maxBodyBytes: 10_000 } })
  const on = session()
  const headers = { ':path': '/', ':method': 'POST' }
  assert.equal((await call(on, { ...headers, 'content-length': 20_000 }, 'x'.repeat(20_000))).status, 413)
  assert.equal((await call(on, headers, 'x'.repeat(200_000))).status, 413)
})

test('an upstream is held back while the client does not read', async (t) => {
  const size = 30_000_000
  let written: RawPeer | undefined
  const { session, handler } = await rig(t, (peer) => {
    written = peer
    peer.socket.once('data', () => {
      peer.send(`HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\n\r\n`)
      peer.socket.write(Buffer.alloc(size))
    })
  })
  const stream = session().request({ ':path': '/' })
  await new Promise((resolve) => stream.on('response', resolve))
  let before = -1
  // Until nothing moves any more.
  while (written === undefined || written.socket.writableLength !== before) {
    before = written?.socket.writableLength ?? -1
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  assert.ok(before > size / 2, `${before} bytes wait upstream`)
  let received = 0
  for await (const chunk of stream) received += chunk.length
  assert.equal(received, size)
  await handler.finished(1)
  assert.deepEqual([handler.results[0]?.bytesOut, handler.results[0]?.complete], [size, true])
})

test('a client is held back while the upstream does not read', async (t) => {
  const { session, upstream } = await rig(t, (peer) => peer.socket.pause())
  const stream = session().request({ ':path': '/', ':method': 'POST' })
  stream.on('error', () => {})
  const size = 30_000_000
  stream.write(Buffer.alloc(size))
  const peer = await upstream.peer(0)
  await new Promise((resolve) => setTimeout(resolve, 200))
  const waiting = stream.writableLength
  assert.ok(waiting > 0, 'the client cannot get rid of it')
  let received = 0
  peer.socket.on('data', (bytes) => {
    received += bytes.length
  })
  peer.socket.resume()
  stream.end()
  while (received < size) await new Promise((resolve) => setTimeout(resolve, 10))
  peer.send(OK)
})

test('an exchange that takes longer than it may is 504 before its reply, and broken off within it', async (t) => {
  const { session, handler } = await rig(
    t,
    (peer) => {
      peer.socket.on('data', () => {
        if (peer.text.includes('/begun')) peer.send('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf')
      })
    },
    { server: { exchangeMs: 300 } },
  )
  const on = session()
  assert.deepEqual((await call(on, { ':path': '/never' })).status, 502)
  assert.deepEqual(handler.failures, ['timeout'])
  await assert.rejects(call(on, { ':path': '/begun' }))
})

test('a connection that is not used is closed, one that is used is not', { timeout: 10_000 }, async (t) => {
  const { session } = await rig(t, answering(OK), { server: { idleMs: 300 } })
  const on = session()
  const closed = new Promise<void>((resolve) => on.on('close', resolve))
  await call(on, { ':path': '/' })
  await closed
})

test('each request of a connection is finished once, whatever becomes of it', async (t) => {
  const { session, handler } = await rig(t, (peer) => {
    peer.socket.on('data', () => {
      if (!peer.text.includes('/left')) peer.send(OK)
    })
  })
  const on = session()
  await call(on, { ':path': '/answered' })
  const left = on.request({ ':path': '/left' })
  left.on('error', () => {})
  await new Promise((resolve) => setTimeout(resolve, 50))
  left.close(constants.NGHTTP2_CANCEL)
  await handler.finished(2)
  assert.deepEqual(
    handler.results.map(({ status, complete }) => [status, complete]),
    [
      [200, true],
      [0, false],
    ],
  )
  assert.deepEqual([handler.requests, handler.failures], [2, ['client-gone']])
})

test('whatever final status and headers an upstream sends can be told to the client', async (t) => {
  let reply = ''
  const { session } = await rig(t, (peer) => peer.socket.on('data', () => peer.send(reply)))
  const on = session()
  for (const status of [200, 205, 299, 404, 511, 599, 600, 799, 999]) {
    const odd = [
      'Content-Type: a',
      'Content-Type: b',
      'Proxy-Connection: x',
      'Upgrade: y',
      'TE: z',
      'X-A: \xe4',
    ]
    const lines = [...odd, 'HTTP2-Settings: x', 'Keep-Alive: x', 'X:', 'Content-Length: 0']
    reply = `HTTP/1.1 ${status} X\r\n${lines.join('\r\n')}\r\n\r\n`
    // Above 599 there is none.
    assert.equal((await call(on, { ':path': '/' })).status, status > 599 ? 502 : status)
  }
})

test('a body that is broken off by a reset does not look whole to the upstream', async (t) => {
  const { port, upstream, handler } = await rig(t, () => {})
  const socket = frameClient(port)
  t.after(() => socket.destroy())
  const codes = [constants.NGHTTP2_CANCEL, constants.NGHTTP2_NO_ERROR]
  for (const [index, code] of codes.entries()) {
    const id = index * 2 + 1
    socket.write(frame(HEADERS, END_HEADERS, id, POST))
    socket.write(frame(DATA, 0, id, Buffer.from('half')))
    const peer = await upstream.peer(index)
    await peer.until('half\r\n')
    socket.write(frame(RST_STREAM, 0, id, Buffer.from([0, 0, 0, code])))
    await peer.closed()
    assert.ok(peer.text.endsWith('\r\n4\r\nhalf\r\n'), JSON.stringify(peer.text))
  }
  await handler.finished(2)
  assert.deepEqual(handler.failures, ['client-gone', 'client-gone'])
})

test('heads that are too large end their connection when they do not stop, between good ones or alone', async (t) => {
  const { port, handler, session } = await rig(t, answering(OK), {
    server: { maxHeaders: 20 },
    http2: { maxNuisances: 100, nuisancesPerSecond: 1 },
  })
  const large = Buffer.concat([POST, ...Array.from({ length: 40 }, (_, at) => literal(`x-${at}`, 'y'))])
  for (const alone of [true, false]) {
    const socket = frameClient(port)
    t.after(() => socket.destroy())
    for (let id = 1; !socket.destroyed; id += 2) {
      const good = !alone && id % 20 === 1
      socket.write(frame(HEADERS, END_HEADERS | END_STREAM, id, good ? POST : large))
      // Not more streams at a time than are allowed.
      if (id % 20 === 1) await new Promise((resolve) => setTimeout(resolve, 5))
    }
    const reason = 'HTTP/2: too many resets, refused heads or control frames'
    assert.equal(handler.protocolErrors.filter((told) => told === reason).length, alone ? 1 : 2)
  }
  assert.equal((await call(session(), { ':path': '/' })).status, 200)
})

test('a client that leaves out ids of streams is none that floods', async (t) => {
  const { port, handler } = await rig(t, answering(OK), {
    http2: { maxNuisances: 100, nuisancesPerSecond: 1 },
  })
  const socket = frameClient(port)
  t.after(() => socket.destroy())
  for (let id = 1; id < 10_000; id += 1_000) socket.write(frame(HEADERS, END_HEADERS | END_STREAM, id, POST))
  await handler.finished(10)
  // Longer than between two looks.
  await new Promise((resolve) => setTimeout(resolve, 1_600))
  assert.deepEqual([socket.destroyed, handler.protocolErrors], [false, []])
})

test('trailers of a request reach the upstream behind the body, unless it has a header of that name', async (t) => {
  const { session, upstream } = await rig(t, (peer) => void peer.until(/\r\n0\r\n/).then(() => peer.send(OK)))
  const stream = session().request({ ':path': '/', ':method': 'POST', ':authority': 'h', 'x-user': 'u' }, {
    waitForTrailers: true,
  } as object)
  stream.on('wantTrailers', () =>
    stream.sendTrailers({ 'x-sum': '2', 'x-user': 'forged', 'x-forwarded-for': '1.2.3.4' }),
  )
  stream.end('ab')
  stream.resume()
  await new Promise((resolve) => stream.on('close', resolve))
  assert.ok(upstream.text.endsWith('\r\n\r\n2\r\nab\r\n0\r\nx-sum: 2\r\n\r\n'), upstream.text)
})
