import assert from 'node:assert/strict'
import { once } from 'node:events'
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  type OutgoingHttpHeaders,
} from 'node:http2'
import { after, before, test } from 'node:test'
import { authority, local } from '../testing/certificates.ts'
import { startGate, type TestGate } from '../testing/gate.ts'
import { startUpstream, type TestUpstream } from '../testing/upstream.ts'
import { DEFAULT_CIPHERS } from './tls-certificates.ts'

let upstream: TestUpstream
let gate: TestGate
let secure: TestGate

before(async () => {
  upstream = await startUpstream()
  gate = await startGate()
  secure = await startGate({
    settings: {
      tls: {
        certificates: [local],
        minVersion: 'TLSv1.2',
        ciphers: DEFAULT_CIPHERS,
        clientCertificates: 'none',
        clientAuthorities: [],
        revocationLists: [],
      },
    },
  })
  for (const each of [gate, secure]) {
    const proxy = { listen_path: '/two/', target_url: upstream.url, strip_listen_path: true }
    await each.addApi({ name: 'two', use_keyless: true, proxy })
  }
})
after(async () => {
  await gate.close()
  await secure.close()
  await upstream.close()
})

function session(t: { after(teardown: () => void): void }, at = gate): ClientHttp2Session {
  const made = connect(`http://127.0.0.1:${at.gateway.port}`)
  made.on('error', () => {})
  t.after(() => made.destroy())
  return made
}

/** Resolves when the session is closed, in whatever way. */
const ended = (on: ClientHttp2Session) => new Promise<void>((resolve) => on.once('close', () => resolve()))

type Answer = { status: number; headers: Record<string, unknown>; body: string }

async function read(stream: ClientHttp2Stream): Promise<Answer> {
  let head: Record<string, unknown> = {}
  stream.on('response', (headers) => {
    head = headers
  })
  let body = ''
  stream.setEncoding('utf8')
  for await (const chunk of stream) body += chunk
  return { status: Number(head[':status']), headers: head, body }
}

function call(on: ClientHttp2Session, headers: OutgoingHttpHeaders, body?: string): Promise<Answer> {
  const stream = on.request(headers)
  stream.end(body)
  return read(stream)
}

test('requests of HTTP/2 take the same chain to an upstream of HTTP/1.1, many at a time', async (t) => {
  const on = session(t)
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, i) =>
      call(on, { ':path': `/two/${i}?q=${i}`, cookie: ['a=1', 'b=2'], 'x-n': i }),
    ),
  )
  answers.forEach((answer, i) => {
    assert.equal(answer.status, 200)
    const seen = JSON.parse(answer.body)
    assert.deepEqual(
      [seen.method, seen.url, seen.headers['x-n'], seen.headers.cookie],
      ['GET', `/${i}?q=${i}`, String(i), 'a=1; b=2'],
    )
    assert.equal(seen.headers['transfer-encoding'], undefined)
    assert.ok(answer.headers['x-request-id'])
  })
})

test('over TLS the protocol is agreed on by ALPN', async (t) => {
  const on = connect(`https://localhost:${secure.gateway.port}`, { ca: authority })
  t.after(() => on.destroy())
  const answer = await call(on, { ':path': '/two/x', ':method': 'POST' }, 'hello')
  assert.equal(on.alpnProtocol, 'h2')
  assert.equal(JSON.parse(answer.body).body, 'hello')
})

test('HTTP/1.1 goes on beside it on the same port', async () => {
  assert.equal((await gate.call('/two/')).status, 200)
  const reply = await gate.call('/two/', { method: 'PUT', body: 'x' })
  assert.equal(JSON.parse(reply.body).body, 'x')
})

test('bodies stream both ways, with and without a length', async (t) => {
  const on = session(t)
  const big = 'x'.repeat(3_000_000)
  const chunked = await call(on, { ':path': '/two/', ':method': 'POST' }, big)
  assert.equal(JSON.parse(chunked.body).body.length, big.length)
  const sized = await call(on, { ':path': '/two/', ':method': 'PUT', 'content-length': big.length }, big)
  assert.equal(JSON.parse(sized.body).headers['content-length'], String(big.length))
  assert.equal(JSON.parse(sized.body).body.length, big.length)
})

test('HEAD and 204 have no body, 404 is the gate’s own', async (t) => {
  const on = session(t)
  const head = await call(on, { ':path': '/two/', ':method': 'HEAD' })
  assert.deepEqual([head.status, head.body], [200, ''])
  const normal = upstream.answer
  upstream.answer = (_received, response) => {
    response.statusCode = 204
    response.end()
  }
  const empty = await call(on, { ':path': '/two/' })
  upstream.answer = normal
  assert.deepEqual([empty.status, empty.body], [204, ''])
  const unknown = await call(on, { ':path': '/nowhere' })
  assert.deepEqual([unknown.status, unknown.body], [404, 'Not Found'])
})

test('what is ambiguous is refused on its stream, and the upstream sees nothing', async (t) => {
  const on = session(t)
  const before = upstream.received.length
  const bad: OutgoingHttpHeaders[] = [
    { ':path': '/two/', ':authority': 'a.test', host: 'b.test' },
    { ':path': '/two/', ':authority': 'user@a.test' },
    { ':path': 'http://a.test/two/' },
    { ':path': '/two/#fragment' },
    { ':path': '/two/a b' },
    { ':path': '*' },
    { ':path': '/two/', ':scheme': 'ftp' },
    { ':path': '/two/', expect: 'miracles' },
    { ':path': '/two/..%2fx' },
  ]
  for (const headers of bad) {
    // Some are malformed already by the rules of HTTP/2: these break the stream.
    const status = await call(on, headers).then(
      (answer) => answer.status,
      () => 400,
    )
    assert.ok(status >= 400 && status < 500, `${JSON.stringify(headers)}: ${status}`)
  }
  assert.equal(upstream.received.length, before)
  assert.equal((await call(on, { ':path': '/two/' })).status, 200, 'the connection goes on')
})

test('a client that resets its requests over and over is cut off', async (t) => {
  const on = session(t)
  await call(on, { ':path': '/two/' })
  const closed = ended(on)
  for (let i = 0; i < 5_000 && !on.closed && !on.destroyed; i++) {
    const stream = on.request({ ':path': '/two/' })
    stream.on('error', () => {})
    stream.close(constants.NGHTTP2_CANCEL)
    if (i % 50 === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  await closed
  assert.equal((await gate.call('/two/')).status, 200, 'others are served')
})

test('a client that leaves takes its upstream request with it', { timeout: 10_000 }, async (t) => {
  const on = session(t)
  const normal = upstream.answer
  const left = Promise.withResolvers<void>()
  const arrived = Promise.withResolvers<void>()
  upstream.answer = (_received, response) => {
    response.on('close', () => left.resolve())
    arrived.resolve()
  }
  const stream = on.request({ ':path': '/two/' })
  stream.on('error', () => {})
  await arrived.promise
  stream.close(constants.NGHTTP2_CANCEL)
  await left.promise
  upstream.answer = normal
})

test('an answer that breaks off upstream is broken off, not ended', async (t) => {
  const on = session(t)
  const normal = upstream.answer
  upstream.answer = (_received, response) => {
    response.write('half')
    setTimeout(() => response.destroy(), 20)
  }
  await assert.rejects(call(on, { ':path': '/two/' }))
  upstream.answer = normal
})

test('requests under way are finished when the gateway closes, and the client is told to go', async (t) => {
  const closing = await startGate()
  const proxy = { listen_path: '/slow/', target_url: upstream.url }
  await closing.addApi({ name: 'slow', use_keyless: true, proxy })
  const normal = upstream.answer
  const arrived = Promise.withResolvers<() => void>()
  upstream.answer = (_received, response) => arrived.resolve(() => response.end('done'))
  const on = session(t, closing)
  const told = once(on, 'goaway')
  const answer = call(on, { ':path': '/slow/' })
  const finish = await arrived.promise
  const closed = closing.gateway.close(5_000)
  await told
  finish()
  assert.equal((await answer).body, 'done')
  await closed
  upstream.answer = normal
  await closing.close()
})
