import assert from 'node:assert/strict'
import { once } from 'node:events'
import {
  type ClientHttp2Session,
  connect,
  constants,
  createSecureServer,
  createServer,
  type Http2Server,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { authority, local } from '../testing/certificates.ts'
import { startGate, type TestGate } from '../testing/gate.ts'

type Answer = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => void

/** An upstream that speaks nothing but HTTP/2. */
async function startHttp2(server: Http2Server, answer: () => Answer) {
  const sessions = new Set<ServerHttp2Session>()
  server.on('session', (session) => {
    sessions.add(session)
    session.on('close', () => sessions.delete(session))
  })
  server.on('stream', (stream, headers) => {
    stream.on('error', () => {})
    answer()(stream, headers)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  // A TCP server's address is an object.
  const { port } = server.address() as AddressInfo
  return {
    port,
    sessions,
    close() {
      for (const session of sessions) session.destroy()
      server.close()
    },
  }
}

const echo: Answer = (stream, headers) => {
  const chunks: Buffer[] = []
  let trailers: IncomingHttpHeaders = {}
  stream.on('trailers', (received) => {
    trailers = received
  })
  stream.on('data', (chunk: Buffer) => chunks.push(chunk))
  stream.on('end', () =>
    setImmediate(() => {
      const body = Buffer.concat(chunks).toString()
      stream.respond({ ':status': 200, 'x-b': ['1', '2'] }, { waitForTrailers: true })
      stream.on('wantTrailers', () => stream.sendTrailers({ 'x-sum': String(body.length) }))
      stream.end(headers[':method'] === 'HEAD' ? undefined : JSON.stringify({ headers, body, trailers }))
    }),
  )
}

let answer: Answer = echo
let plain: Awaited<ReturnType<typeof startHttp2>>
let secure: Awaited<ReturnType<typeof startHttp2>>
let gate: TestGate

before(async () => {
  plain = await startHttp2(createServer(), () => answer)
  const tls = createSecureServer({ cert: local.certificate, key: local.key })
  secure = await startHttp2(tls, () => answer)
  gate = await startGate({ settings: { upstreamAuthorities: [authority] } })
  const keyless = { use_keyless: true }
  await gate.addApi({
    name: 'h2c',
    ...keyless,
    proxy: {
      listen_path: '/plain/',
      target_url: `h2c://127.0.0.1:${plain.port}/base`,
      strip_listen_path: true,
    },
  })
  await gate.addApi({
    name: 'h2',
    ...keyless,
    protocol: 'h2c',
    proxy: { listen_path: '/safe/', target_url: `https://localhost:${secure.port}`, strip_listen_path: true },
  })
})
after(async () => {
  await gate.close()
  plain.close()
  secure.close()
})

type Received = {
  status: number
  headers: IncomingHttpHeaders
  body: string
  trailers: IncomingHttpHeaders
}

async function call(
  on: ClientHttp2Session,
  headers: OutgoingHttpHeaders,
  body = '',
  trailers?: OutgoingHttpHeaders,
): Promise<Received> {
  const stream = on.request(headers, { waitForTrailers: trailers !== undefined })
  if (trailers !== undefined) stream.on('wantTrailers', () => stream.sendTrailers(trailers))
  const received: Received = { status: 0, headers: {}, body: '', trailers: {} }
  stream.on('response', (head) => {
    received.status = Number(head[':status'])
    received.headers = head
  })
  stream.on('trailers', (fields) => {
    received.trailers = fields
  })
  stream.setEncoding('utf8')
  stream.end(body === '' ? undefined : body)
  for await (const chunk of stream) received.body += chunk
  await new Promise((resolve) => setImmediate(resolve))
  return received
}

function session(t: { after(teardown: () => void): void }): ClientHttp2Session {
  const made = connect(`http://127.0.0.1:${gate.gateway.port}`)
  made.on('error', () => {})
  t.after(() => made.destroy())
  return made
}

test('HTTP/2 goes through from end to end, trailers both ways, over TLS too', async (t) => {
  const on = session(t)
  for (const path of ['/plain/x?y=1', '/safe/x?y=1']) {
    const reply = await call(on, { ':path': path, ':method': 'POST', te: 'trailers' }, 'hello', {
      'x-t': 'u',
    })
    assert.equal(reply.status, 200)
    const seen = JSON.parse(reply.body)
    assert.deepEqual(
      [seen.body, seen.trailers['x-t'], seen.headers.te, seen.headers[':path']],
      ['hello', 'u', 'trailers', path.startsWith('/plain') ? '/base/x?y=1' : '/x?y=1'],
    )
    assert.deepEqual([reply.headers['x-b'], reply.trailers['x-sum']], ['1, 2', '5'])
  }
})

test('many streams share a connection, and big bodies pass', async (t) => {
  const on = session(t)
  const big = 'x'.repeat(1_000_000)
  const replies = await Promise.all(
    Array.from({ length: 30 }, (_, i) =>
      call(on, { ':path': `/plain/${i}`, ':method': 'PUT' }, i === 7 ? big : `b${i}`),
    ),
  )
  replies.forEach((reply, i) => {
    const seen = JSON.parse(reply.body)
    assert.deepEqual(
      [seen.headers[':path'], seen.body.length],
      [`/base/${i}`, i === 7 ? big.length : `b${i}`.length],
    )
  })
  assert.equal(plain.sessions.size, 1)
})

test('a client of HTTP/1.1 reaches an upstream of HTTP/2', async () => {
  for (const path of ['/plain/', '/safe/']) {
    const get = await gate.call(path)
    assert.equal(get.status, 200)
    assert.equal(JSON.parse(get.body).headers[':method'], 'GET')
    const body = 'y'.repeat(300_000)
    const post = await gate.call(path, { method: 'POST', body })
    assert.equal(JSON.parse(post.body).body.length, body.length)
    const chunked = await gate.call(path, {
      method: 'POST',
      body,
      headers: { 'Transfer-Encoding': 'chunked' },
    })
    assert.equal(JSON.parse(chunked.body).body.length, body.length)
    const head = await gate.call(path, { method: 'HEAD' })
    assert.deepEqual([head.status, head.body], [200, ''])
  }
})

test('a stream that the upstream refused is tried once more', async (t) => {
  let refused = 0
  answer = (stream, headers) => {
    if (refused++ === 0) stream.close(constants.NGHTTP2_REFUSED_STREAM)
    else echo(stream, headers)
  }
  assert.equal((await call(session(t), { ':path': '/plain/' })).status, 200)
  answer = echo
  assert.equal(refused, 2)
})

test('an upstream that breaks off, or is down, or unknown, is told as such', async (t) => {
  const on = session(t)
  answer = (stream) => stream.close(constants.NGHTTP2_INTERNAL_ERROR)
  assert.equal((await call(on, { ':path': '/plain/' })).status, 500)
  assert.equal((await gate.call('/plain/')).status, 500)
  answer = (stream) => {
    // Who waits for trailers does not end the stream with its close.
    stream.respond({ ':status': 200 }, { waitForTrailers: true })
    stream.on('wantTrailers', () => {})
    stream.write('half')
    setTimeout(() => stream.close(constants.NGHTTP2_INTERNAL_ERROR), 20)
  }
  await assert.rejects(call(on, { ':path': '/plain/' }))
  await assert.rejects(gate.call('/plain/'))
  answer = echo
  const proxy = { listen_path: '/down/', target_url: 'h2c://127.0.0.1:1' }
  await gate.addApi({ name: 'down', use_keyless: true, proxy })
  assert.equal((await call(on, { ':path': '/down/' })).status, 500)
  assert.equal((await gate.call('/down/')).status, 500)
  const unknown = { listen_path: '/unknown/', target_url: 'h2c://nowhere.invalid' }
  await gate.addApi({ name: 'unknown', use_keyless: true, proxy: unknown })
  assert.match((await call(on, { ':path': '/unknown/' })).body, /lookup failed/)
  assert.match((await gate.call('/unknown/')).body, /lookup failed/)
})

test('an upstream that closes its connections is reached by new ones', async (t) => {
  const on = session(t)
  assert.equal((await call(on, { ':path': '/plain/' })).status, 200)
  for (const each of plain.sessions) each.close()
  for (let i = 0; i < 5; i++) assert.equal((await call(on, { ':path': '/plain/' })).status, 200)
  for (const each of plain.sessions) each.destroy()
  await new Promise((resolve) => setTimeout(resolve, 20))
  for (let i = 0; i < 5; i++) assert.equal((await call(on, { ':path': '/plain/' })).status, 200)
})

test('a request body that breaks off does not look whole to the upstream', async (t) => {
  const seen = Promise.withResolvers<string>()
  answer = (stream) => {
    stream.on('data', () => {})
    stream.on('end', () => seen.resolve('whole'))
    stream.on('aborted', () => seen.resolve('aborted'))
  }
  const stream = session(t).request({ ':path': '/plain/', ':method': 'POST' })
  stream.on('error', () => {})
  stream.write('half')
  await once(stream, 'ready')
  setTimeout(() => stream.session?.destroy(), 30)
  assert.equal(await seen.promise, 'aborted')
  answer = echo
})

test('a reply that does not come in time is 504', async (t) => {
  const slow = await startGate({ settings: { upstreamTimeoutMs: 300 } })
  t.after(() => slow.close())
  const proxy = { listen_path: '/late/', target_url: `h2c://127.0.0.1:${plain.port}` }
  await slow.addApi({ name: 'late', use_keyless: true, proxy })
  answer = () => {}
  assert.equal((await slow.call('/late/')).status, 504)
  const on = connect(`http://127.0.0.1:${slow.gateway.port}`)
  t.after(() => on.destroy())
  assert.equal((await call(on, { ':path': '/late/' })).status, 504)
  answer = echo
})

test('a reply that does not wait for the whole request comes through to both kinds of client', async (t) => {
  answer = (stream) => {
    stream.respond({ ':status': 401, 'content-type': 'text/plain' })
    stream.end('no need to go on')
  }
  const body = 'z'.repeat(2_000_000)
  const on = session(t)
  for (let i = 0; i < 5; i++) {
    const stream = on.request({ ':path': '/plain/', ':method': 'POST' })
    stream.on('error', () => {})
    stream.setEncoding('utf8')
    stream.end(body)
    let text = ''
    for await (const chunk of stream) text += chunk
    assert.equal(text, 'no need to go on')
    // A client of HTTP/1.1 may be cut off while it still sends; the gate goes on.
    await gate.call('/plain/', { method: 'POST', body }).then(
      (reply) => assert.equal(reply.status, 401),
      () => {},
    )
  }
  answer = echo
  assert.equal((await gate.call('/plain/')).status, 200)
  assert.deepEqual(
    gate.log.filter(({ msg }) => String(msg).includes('worker died')),
    [],
  )
})

test('changes of an API under load fail no request to its upstream of HTTP/2', async (t) => {
  const target = `h2c://127.0.0.1:${plain.port}`
  const proxy = { listen_path: '/changing/', target_url: target }
  const record = await gate.addApi({ name: 'changing', use_keyless: true, proxy })
  const on = session(t)
  const statuses: number[] = []
  let over = false
  const callers = Array.from({ length: 12 }, async (_, i) => {
    while (!over) {
      const reply = i % 2 === 0 ? call(on, { ':path': '/changing/' }) : gate.call('/changing/')
      statuses.push((await reply).status)
    }
  })
  for (let round = 0; round < 30; round++)
    await gate.changeApi(record, {
      proxy: { ...proxy, target_url: `${target}${round % 2 === 0 ? '/x' : ''}` },
    })
  // Now without a pool that both have in common.
  for (let round = 0; round < 30; round++) {
    const other = round % 2 === 0 ? `https://localhost:${secure.port}` : target
    await gate.changeApi(record, { protocol: 'h2c', proxy: { ...proxy, target_url: other } })
  }
  over = true
  await Promise.all(callers)
  assert.ok(statuses.length > 50)
  assert.deepEqual([...new Set(statuses)], [200])
})
