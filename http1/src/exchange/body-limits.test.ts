import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type ClientHttp2Stream, connect } from 'node:http2'
import { type TestContext, test } from 'node:test'
import type { Exchange, MessageBody } from '../exchange.ts'
import { type BodyRigOptions, bodyRig } from '../testing/body-rig.ts'
import { DATA, END_HEADERS, frame, frameClient, HEADERS, POST, RST_STREAM } from '../testing/http2-frames.ts'
import { type RawPeer, RawUpstream, rawClient } from '../testing/raw-peer.ts'

/** What clients and upstreams may do to the memory and the connections of a gate that reads bodies. */

const LIMIT = 1_000_000
const GIGABYTE = 1_000_000_000
const MEGABYTE = 1_048_576
const turn = () => new Promise((resolve) => setTimeout(resolve, 5))

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await turn()
}

/** A rig with raw clients of HTTP/1.1, and what became of the reads of their bodies. */
async function raw(t: TestContext, options: Partial<BodyRigOptions> = {}, limit = LIMIT) {
  const outcomes: string[] = []
  const rig = await bodyRig(t, {
    client: 'http/1.1',
    upstream: 'http/1.1',
    async onRequest(exchange) {
      const outcome = await exchange.body.read(limit)
      outcomes.push(typeof outcome === 'string' ? outcome : 'read')
      if (outcome !== 'too-large' && outcome !== 'no-room') return true
      exchange.respond(outcome === 'too-large' ? 413 : 503, '', `${outcome}\n`)
      return false
    },
    ...options,
  })
  const clients: RawPeer[] = []
  t.after(() => {
    for (const client of clients) client.socket.destroy()
  })
  const client = () => {
    const peer = rawClient(rig.port)
    clients.push(peer)
    return peer
  }
  return { ...rig, outcomes, client }
}

/** Writes zeros until it has written them all or is cut off; returns how many there were. */
async function flood(peer: RawPeer, bytes: number, chunked: boolean): Promise<number> {
  const block = Buffer.alloc(1_000_000)
  let sent = 0
  while (sent < bytes && peer.closedBy === '' && !peer.text.includes('\r\n\r\n')) {
    if (chunked) peer.send(`${block.length.toString(16)}\r\n`)
    const room = peer.socket.write(block)
    if (chunked) peer.send('\r\n')
    sent += block.length
    if (!room) await Promise.race([once(peer.socket, 'drain'), peer.closed(), peer.until('\r\n\r\n')])
  }
  return sent
}

for (const chunked of [false, true]) {
  const how = chunked ? 'in chunks' : 'by length'
  test(`a gigabyte ${how} is refused without being held, and the connection ends behind the answer`, async (t) => {
    const { client, outcomes, budget, handler } = await raw(t)
    const peer = client()
    const before = process.memoryUsage().rss
    const framing = chunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${GIGABYTE}`
    peer.send(`POST / HTTP/1.1\r\nHost: h\r\n${framing}\r\n\r\n`)
    const sent = await flood(peer, GIGABYTE, chunked)
    await peer.closed()
    assert.match(peer.text, /^HTTP\/1\.1 413 [\s\S]*Connection: close\r\n\r\ntoo-large\n$/)
    assert.deepEqual(outcomes, ['too-large'])
    assert.ok(sent < 50 * MEGABYTE, `${sent} bytes were taken`)
    assert.ok(process.memoryUsage().rss - before < 100 * MEGABYTE)
    await handler.finished(1)
    assert.equal(budget.used, 0)
  })
}

test('a body that is too large but short is drained, and the connection goes on', async (t) => {
  const { client, outcomes } = await raw(t, {}, 10)
  const peer = client()
  peer.send(
    `POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 30\r\n\r\n${'x'.repeat(30)}GET / HTTP/1.1\r\nHost: h\r\n\r\n`,
  )
  await peer.until(/HTTP\/1\.1 413[\s\S]*too-large\nHTTP\/1\.1 200/)
  assert.deepEqual(outcomes, ['too-large', 'read'])
})

test('a client that waits for it is told to continue when the reading begins, and not when it is refused', async (t) => {
  const { client } = await raw(t, {}, 100)
  const peer = client()
  peer.send('POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n')
  await peer.until('HTTP/1.1 100 Continue\r\n\r\n')
  peer.send('hello')
  await peer.until(/HTTP\/1\.1 200[\s\S]*hello/)
  assert.equal(peer.text.split('100 Continue').length, 2)

  const large = client()
  large.send('POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 500\r\nExpect: 100-continue\r\n\r\n')
  assert.match(await large.closed(), /^HTTP\/1\.1 413 /)
})

test('a client that leaves while its body is read takes what was held with it', async (t) => {
  const { client, outcomes, budget, handler, received } = await raw(t)
  const peer = client()
  peer.send(`POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 900000\r\n\r\n${'x'.repeat(300_000)}`)
  await until(() => budget.used >= 300_000)
  peer.socket.destroy()
  await handler.finished(1)
  await until(() => outcomes.length === 1)
  assert.deepEqual(outcomes, ['gone'])
  assert.equal(budget.used, 0)
  assert.deepEqual([handler.results[0]?.status, handler.results[0]?.complete], [0, false])
  assert.deepEqual(received, [])
})

test('a client that is silent while its body is read gets 408', async (t) => {
  const { client, outcomes, budget } = await raw(t, { limits: { bodyProgressMs: 250 } })
  const peer = client()
  peer.send('POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nhalf')
  assert.match(await peer.closed(), /^HTTP\/1\.1 408 /)
  assert.deepEqual(outcomes, ['gone'])
  assert.equal(budget.used, 0)
})

test('a client that drips while its body is read gets 408', async (t) => {
  const { client, outcomes } = await raw(t, {
    limits: { minBodyBytesPerSecond: 10_000, bodyRateGraceMs: 100 },
  })
  const peer = client()
  peer.send('POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n')
  while (peer.closedBy === '') {
    peer.send('x')
    await turn()
  }
  assert.match(peer.text, /^HTTP\/1\.1 408 [\s\S]*too slow/)
  assert.deepEqual(outcomes, ['gone'])
})

test('a stream that drips while its body is read gets 408, one that drips through does not', async (t) => {
  for (const reads of [true, false]) {
    const { port, handler } = await bodyRig(t, {
      client: 'h2',
      upstream: 'http/1.1',
      limits: { minBodyBytesPerSecond: 10_000, bodyRateGraceMs: 100 },
      async onRequest({ body }) {
        if (reads) await body.read(LIMIT)
        return true
      },
    })
    const session = connect(`http://127.0.0.1:${port}`)
    t.after(() => session.destroy())
    const stream = session.request({ ':path': '/', ':method': 'POST' })
    stream.on('error', () => {})
    const head = once(stream, 'response')
    const until = performance.now() + 400
    for (let _sent = 0; performance.now() < until && !stream.closed; _sent++) {
      stream.write('x')
      await turn()
    }
    stream.end()
    assert.equal((await head)[0][':status'], reads ? 408 : 200)
    stream.resume()
    await handler.finished(1)
  }
})

test('a malformed chunk while the body is read gets 400', async (t) => {
  const { client, outcomes, budget } = await raw(t)
  const peer = client()
  peer.send('POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n')
  await until(() => budget.used > 0)
  peer.send('nonsense\r\n')
  assert.match(await peer.closed(), /^HTTP\/1\.1 400 [\s\S]*malformed chunked body/)
  await until(() => outcomes.length === 1)
  assert.deepEqual(outcomes, ['gone'])
  assert.equal(budget.used, 0)
})

test('a body in chunks of one byte takes no more memory than is counted', async (t) => {
  const { client, budget, outcomes } = await raw(t)
  const peer = client()
  peer.send('POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n')
  peer.send('1\r\nx\r\n'.repeat(200_000))
  await until(() => budget.used >= 200_000)
  assert.ok(budget.used < 600_000, `${budget.used} for 200,000`)
  peer.send('0\r\n\r\n')
  await peer.until(/HTTP\/1\.1 200/)
  assert.deepEqual(outcomes, ['read'])
})

test('a length that is only announced takes no room from others', async (t) => {
  const { client, outcomes, budget } = await raw(t, { limits: { maxBufferedBodyBytes: LIMIT } })
  const idle = Array.from({ length: 20 }, () => client())
  for (const peer of idle) peer.send(`POST / HTTP/1.1\r\nHost: h\r\nContent-Length: ${LIMIT}\r\n\r\n`)
  await turn()
  assert.equal(budget.used, 0)
  const peer = client()
  peer.send(`POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 500000\r\n\r\n${'x'.repeat(500_000)}`)
  await peer.until(/HTTP\/1\.1 200/)
  assert.deepEqual(outcomes, ['read'])
})

test('many bodies at once that are more than the budget are refused, and the next is read when they are gone', async (t) => {
  const { client, outcomes, budget, handler } = await raw(t, { limits: { maxBufferedBodyBytes: 2_000_000 } })
  const peers = Array.from({ length: 12 }, () => client())
  const half = 'x'.repeat(400_000)
  for (const peer of peers) peer.send(`POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 800000\r\n\r\n${half}`)
  // Those that have found no room are answered; the others hold what there is of theirs.
  await until(() => outcomes.length > 0 && budget.used <= 2_000_000)
  for (const peer of peers) if (peer.closedBy === '') peer.send(half)
  for (const peer of peers) await peer.until(/HTTP\/1\.1 (?:200|503)/)
  await handler.finished(peers.length)
  assert.ok(outcomes.includes('no-room') && outcomes.includes('read'), outcomes.join())
  assert.equal(budget.used, 0)
  const last = client()
  last.send(`POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 800000\r\n\r\n${half}${half}`)
  await last.until(/HTTP\/1\.1 200/)
})

test('requests behind one whose body was read, replaced or rewritten are answered in their turn', async (t) => {
  const { client, received } = await raw(t, {
    async onRequest({ head, body }) {
      if (head.path === '/read') await body.read(LIMIT)
      if (head.path === '/replace') body.replace(Buffer.from('new'))
      if (head.path === '/pipe') body.pipe((chunk, last) => Buffer.from(last ? `${chunk}!` : chunk))
      return true
    },
  })
  const peer = client()
  const post = (path: string) => `POST ${path} HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nold`
  const chunks = (path: string) =>
    `POST ${path} HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nold\r\n0\r\n\r\n`
  const paths = ['/read', '/replace', '/pipe', '/none']
  peer.send([...paths.map(post), ...paths.map(chunks)].join(''))
  await until(() => received.length === 8)
  assert.deepEqual(
    received.map(({ body }) => body.toString()),
    ['old', 'new', 'old!', 'old', 'old', 'new', 'old!', 'old'],
  )
})

test('a request whose body is in memory is sent again like one without a body: idempotent, on a connection that died untouched', async (t) => {
  const seen: string[] = []
  const upstream = await new RawUpstream((peer) => {
    let requests = 0
    peer.socket.on('data', () => {
      if (!peer.text.endsWith('body')) return
      seen.push(peer.text.slice(0, 4))
      peer.text = ''
      // The second request of a connection finds it dead.
      if (++requests === 2) peer.socket.destroy()
      else peer.send('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
    })
  }).start()
  t.after(() => upstream.stop())
  for (const client of ['http/1.1', 'h2'] as const) {
    seen.length = 0
    const { call, handler } = await bodyRig(t, {
      client,
      upstream: 'http/1.1',
      upstreamPort: upstream.port,
      async onRequest({ head, body }) {
        if (head.path === '/read') await body.read(LIMIT)
        return true
      },
    })
    const status = async (method: string, path: string) => (await call({ method, path, body: 'body' })).status
    assert.equal(await status('PUT', '/read'), 200)
    assert.equal(await status('PUT', '/read'), 200, 'sent again')
    assert.deepEqual(seen, ['PUT ', 'PUT ', 'PUT '])
    assert.equal(await status('POST', '/read'), 502, 'not idempotent')
    assert.equal(await status('PUT', '/read'), 200)
    assert.equal(await status('PUT', '/streamed'), 502, 'not in memory')
    assert.deepEqual(handler.failures, ['reset', 'reset'])
  }
})

test('an upstream that dies while its reply is read is told as gone, and relayed as 502', async (t) => {
  const upstream = await new RawUpstream((peer) => {
    void peer.until('\r\n\r\n').then(() => {
      peer.send('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf')
      setTimeout(() => peer.socket.destroy(), 20)
    })
  }).start()
  t.after(() => upstream.stop())
  for (const client of ['http/1.1', 'h2'] as const) {
    const outcomes: unknown[] = []
    const { call, budget } = await bodyRig(t, {
      client,
      upstream: 'http/1.1',
      upstreamPort: upstream.port,
      async onReply({ replyBody }) {
        outcomes.push(await replyBody.read(LIMIT), await replyBody.read(LIMIT))
        return true
      },
    })
    assert.equal((await call({ method: 'GET' })).status, 502)
    assert.deepEqual(outcomes, ['gone', 'gone'])
    assert.equal(budget.used, 0)
  }
})

test('a reply that ends with its connection may be read, replaced and rewritten, also for a client of HTTP/1.0', async (t) => {
  const upstream = await new RawUpstream((peer) => {
    void peer.until('\r\n\r\n').then(() => {
      peer.send('HTTP/1.1 200 OK\r\n\r\nsome ')
      setTimeout(() => peer.socket.end('more'), 20)
    })
  }).start()
  t.after(() => upstream.stop())
  const { client } = await raw(t, {
    upstreamPort: upstream.port,
    onRequest: () => true,
    async onReply({ head, replyBody }) {
      if (head.path === '/read') assert.equal(String(await replyBody.read(LIMIT)), 'some more')
      if (head.path === '/replace') replyBody.replace(Buffer.from('new'))
      if (head.path === '/pipe') replyBody.pipe((chunk, last) => Buffer.from(last ? `${chunk}!` : chunk))
      return true
    },
  })
  const ask = async (path: string, version: string, end: RegExp) => {
    const peer = client()
    peer.send(`GET ${path} HTTP/1.${version}\r\nHost: h\r\n\r\n`)
    return peer.until(end)
  }
  await ask('/read', '1', /\r\nContent-Length: 9\r\n\r\nsome more$/)
  await ask('/replace', '1', /\r\nContent-Length: 3\r\n\r\nnew$/)
  await ask(
    '/pipe',
    '1',
    /\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nsome \r\n4\r\nmore\r\n1\r\n!\r\n0\r\n\r\n$/,
  )
  assert.doesNotMatch(
    await ask('/pipe', '0', /\r\nConnection: close\r\n\r\nsome more!$/),
    /chunked|Content-Length/,
  )
})

test('a reply in memory that its client never reads counts until the client is cut off', async (t) => {
  for (const client of ['http/1.1', 'h2'] as const) {
    const whole = Buffer.alloc(8_000_000)
    const { port, budget, handler } = await bodyRig(t, {
      client,
      upstream: 'http/1.1',
      limits: { bodyProgressMs: 500 },
      answer: ({ answer }) => void answer.end(whole),
      async onReply({ replyBody }) {
        assert.equal((await replyBody.read(whole.length)).length, whole.length)
        return true
      },
    })
    const leave = client === 'h2' ? silentHttp2(port) : silentHttp1(port)
    await until(() => budget.used >= whole.length)
    assert.equal(handler.results.length, 0)
    await handler.finished(1)
    assert.equal(handler.results[0]?.complete, false)
    assert.equal(budget.used, 0)
    leave()
  }
})

function silentHttp1(port: number): () => void {
  const peer = rawClient(port)
  peer.socket.pause()
  peer.send('GET / HTTP/1.1\r\nHost: h\r\n\r\n')
  return () => peer.socket.destroy()
}

function silentHttp2(port: number): () => void {
  const session = connect(`http://127.0.0.1:${port}`)
  session.on('error', () => {})
  const stream = session.request({ ':path': '/' })
  stream.on('error', () => {})
  stream.pause()
  return () => session.destroy()
}

test('a stream of HTTP/2 that sends a gigabyte is refused, one that is reset is gone, and nothing is held', async (t) => {
  const { port, outcomes, budget, handler } = await raw(t, { client: 'h2' })
  const session = connect(`http://127.0.0.1:${port}`)
  t.after(() => session.destroy())
  const before = process.memoryUsage().rss
  const post = (): ClientHttp2Stream => {
    const stream = session.request({ ':path': '/', ':method': 'POST' })
    stream.on('error', () => {})
    return stream
  }
  const stream = post()
  const [head] = await Promise.all([once(stream, 'response'), floodStream(stream)])
  assert.equal(head[0][':status'], 413)
  assert.ok(process.memoryUsage().rss - before < 100 * MEGABYTE)

  const socket = frameClient(port)
  t.after(() => socket.destroy())
  socket.write(frame(HEADERS, END_HEADERS, 1, POST))
  for (let sent = 0; sent < 4; sent++) socket.write(frame(DATA, 0, 1, Buffer.alloc(15_000)))
  await until(() => budget.used >= 60_000)
  socket.write(frame(RST_STREAM, 0, 1, Buffer.alloc(4)))
  await handler.finished(2)
  await until(() => outcomes.length === 2)
  assert.deepEqual(outcomes, ['too-large', 'gone'])
  assert.equal(budget.used, 0)
})

async function floodStream(stream: ClientHttp2Stream): Promise<void> {
  const block = Buffer.alloc(100_000)
  let open = true
  stream.on('response', () => {
    open = false
  })
  for (let sent = 0; sent < GIGABYTE && open && !stream.destroyed; sent += block.length) {
    stream.write(block)
    while (stream.writableLength > 0 && open && !stream.destroyed) await turn()
  }
}

test('a body that is on its way can be neither read nor changed, and one of an exchange that is over is gone', async (t) => {
  for (const client of ['http/1.1', 'h2'] as const) {
    const bodies: MessageBody[] = []
    const exchanges: Exchange[] = []
    const { call, handler } = await bodyRig(t, {
      client,
      upstream: 'http/1.1',
      answer: (request) => {
        request.answer.write('head')
        request.pipe(request.answer)
      },
      onRequest(exchange) {
        assert.throws(() => exchange.replyBody, /there is no reply/)
        exchanges.push(exchange)
        return true
      },
      async onReply(exchange) {
        bodies.push(exchange.replyBody)
        await assert.rejects(exchange.body.read(1), /already on its way/)
        assert.throws(() => exchange.body.replace(Buffer.from('x')), /already on its way/)
        assert.throws(() => exchange.body.pipe((chunk) => chunk), /already on its way/)
        return true
      },
    })
    assert.equal((await call({ body: 'hello' })).body.toString(), 'headhello')
    await handler.finished(1)
    assert.equal(await bodies[0]?.read(1), 'gone')
    assert.equal(await exchanges[0]?.body.read(1), 'gone')
    assert.equal(await exchanges[0]?.replyBody.read(1), 'gone')
    exchanges[0]?.body.replace(Buffer.from('x'))
    exchanges[0]?.replyBody.pipe((chunk) => chunk)
  }
})

test('several lines of one name stay several, in answers of the gate and of the upstream', async (t) => {
  const lines = 'Set-Cookie: a=1\r\nSet-Cookie: b=2\r\nVary: Origin\r\nVary: Accept\r\n'
  for (const client of ['http/1.1', 'h2'] as const) {
    const { call } = await bodyRig(t, {
      client,
      upstream: 'http/1.1',
      onRequest(exchange) {
        if (exchange.head.path !== '/own') return true
        exchange.respond(200, lines, 'own')
        return false
      },
      onReply(exchange) {
        exchange.relay(200, lines)
        return false
      },
    })
    for (const path of ['/own', '/relayed']) {
      const { headers } = await call({ path, body: 'x' })
      assert.deepEqual(headers['set-cookie'], ['a=1', 'b=2'], path)
      assert.equal(headers.vary, 'Origin, Accept')
    }
  }
})
