import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Exchange, ForwardListener, Handler } from '../exchange.ts'
import { defaultPoolLimits, defaultServerLimits } from '../limits.ts'
import type { ReplyHead } from '../syntax/message-head.ts'
import { answering, RawUpstream, rawClient } from '../testing/raw-peer.ts'
import { rig } from '../testing/relay.ts'
import type { UpstreamFailure } from '../upstream/upstream-failure.ts'
import { upstreamPool } from '../upstream/upstream-pool.ts'
import { createHttpServer } from './server.ts'

const GET = 'GET / HTTP/1.1\r\nHost: h\r\n\r\n'
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'

/** A server around a handler's `onRequest`, and a client of it. */
async function serve(t: { after(teardown: () => Promise<void>): void }, onRequest: Handler['onRequest']) {
  const finished: Exchange[] = []
  const server = createHttpServer(
    { onRequest, onFinish: (exchange) => finished.push(exchange) },
    defaultServerLimits,
  )
  const port = await server.listen({ host: '127.0.0.1', port: 0, reusePort: false })
  const client = rawClient(port)
  t.after(async () => {
    client.socket.destroy()
    await server.close(0)
  })
  return { client, finished }
}

/** The answer without its Date. */
const undated = (text: string) => text.replaceAll(/Date: [^\r]+ GMT\r\n/g, '')

test('close lets a running exchange finish, closes idle connections, and accepts nothing more', async (t) => {
  const { upstream, client, server, port } = await rig(t, () => {})
  const [running, idle] = [client(), client()]
  running.send(GET)
  const back = await upstream.peer(0)
  await back.until('\r\n\r\n')
  idle.send('')
  await new Promise((resolve) => idle.socket.once('connect', resolve).connecting || resolve(undefined))
  const closed = server.close(10_000)
  await idle.closed()
  back.send(OK)
  assert.match(
    await running.closed(),
    /^HTTP\/1\.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok$/,
  )
  running.socket.end()
  await closed
  const late = rawClient(port)
  await late.closed()
  assert.equal(late.text, '')
})

test('close cuts off what has not finished in the time of grace', async (t) => {
  const { upstream, client, server, handler } = await rig(t, () => {})
  const running = client()
  running.send(GET)
  await (await upstream.peer(0)).until('\r\n\r\n')
  await server.close(50)
  await running.closed()
  await (await upstream.peer(0)).closed()
  assert.deepEqual(handler.failures, ['client-gone'])
})

test('respond writes status, headers, length, date and body, in bytes of UTF-8 or as given', async (t) => {
  const bodies = ['plain', 'höflich €', new Uint8Array([0, 255, 128]), '']
  const { client, finished } = await serve(t, (exchange) => {
    exchange.respond(401, 'X-A: b\r\n', bodies[Number(exchange.head.path.slice(1))] ?? '')
  })
  for (const index of bodies.keys()) client.send(`GET /${index} HTTP/1.1\r\nHost: h\r\n\r\n`)
  client.send('HEAD /0 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n')
  await client.closed()
  const head = (length: number) => `HTTP/1.1 401 Unauthorized\r\nX-A: b\r\nContent-Length: ${length}\r\n`
  assert.equal(
    undated(client.text),
    `${head(5)}\r\nplain${head(12)}\r\n${Buffer.from('höflich €').toString('latin1')}${head(3)}\r\n\x00\xff\x80${head(0)}\r\n${head(5)}Connection: close\r\n\r\n`,
  )
  assert.match(client.text, /\r\nDate: \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT\r\n/)
  assert.equal(finished.length, 5)
})

test('an answer before the body keeps the connection when the rest is short, and closes it when it is long or unasked', async (t) => {
  const onRequest = (exchange: Exchange) => exchange.respond(403, '', 'no')
  const short = (await serve(t, onRequest)).client
  short.send('POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\n')
  await short.until('no')
  short.send(`helloPOST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi${GET}`)
  await short.until(/(no[\s\S]*){3}/)
  assert.ok(!short.text.includes('close'))

  for (const headers of [
    'Content-Length: 100000\r\n',
    'Content-Length: 5\r\nExpect: 100-continue\r\n',
    'Transfer-Encoding: chunked\r\n',
  ]) {
    const long = (await serve(t, onRequest)).client
    long.send(`POST / HTTP/1.1\r\nHost: h\r\n${headers}\r\n`)
    assert.match(await long.closed(), /\r\nConnection: close\r\n\r\nno$/)
  }
})

test('a thousand pipelined requests that are answered at once are answered in order', async (t) => {
  const { client } = await serve(t, (exchange) => exchange.respond(200, '', `[${exchange.head.path}]`))
  client.send(
    Array.from({ length: 1000 }, (_, index) => `GET /${index} HTTP/1.1\r\nHost: h\r\n\r\n`).join(''),
  )
  await client.until('[/999]')
  assert.deepEqual(
    client.text.match(/\[\/\d+\]/g),
    Array.from({ length: 1000 }, (_, index) => `[/${index}]`),
  )
})

/** Decides later about everything, as a gateway that looks something up. */
class Late implements ForwardListener {
  readonly exchange: Exchange
  readonly calls: string[]

  constructor(exchange: Exchange, calls: string[]) {
    this.exchange = exchange
    this.calls = calls
  }

  onReply(reply: ReplyHead): void {
    this.calls.push(`reply ${reply.status}`)
    setTimeout(() => this.exchange.relay(reply.status, 'X-Late: 1\r\n'), 20)
  }

  onFailure(failure: UpstreamFailure): void {
    this.calls.push(failure)
    setTimeout(() => this.exchange.respond(502, '', failure), 5)
  }
}

test('forward and relay may come later: bodies wait, nothing is lost', async (t) => {
  const body = `${'x'.repeat(299_997)}END`
  const upstream = await new RawUpstream((peer) => {
    void peer
      .until('END')
      .then(() => peer.send(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`))
  }).start()
  const pool = upstreamPool({ host: '127.0.0.1', port: upstream.port }, defaultPoolLimits)
  t.after(() => upstream.stop())
  const calls: string[] = []
  const { client } = await serve(t, (exchange) => {
    setTimeout(
      () => exchange.forward(pool, 'PUT', '/new', 'Host: x\r\n', new Late(exchange, calls), { headMs: 0 }),
      20,
    )
  })
  client.send(`PUT /old HTTP/1.1\r\nHost: h\r\nContent-Length: ${body.length}\r\n\r\n${body}`)
  await client.until('END')

  assert.ok(upstream.text.startsWith('PUT /new HTTP/1.1\r\nHost: x\r\nContent-Length: 300000\r\n\r\nxxx'))
  assert.ok(client.text.startsWith('HTTP/1.1 200 OK\r\nX-Late: 1\r\nContent-Length: 300000\r\n\r\nxxx'))
  assert.deepEqual(calls, ['reply 200'])
  pool.close()
})

test('a reply that waits to be relayed survives the end of its connection', async (t) => {
  const replies = [
    ['HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok', 'Content-Length: 2\r\n\r\nok'],
    [
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n',
      'Content-Length: 2\r\n\r\nok',
    ],
    ['HTTP/1.1 200 OK\r\n\r\nok', 'Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n'],
    ['HTTP/1.1 200 OK\r\n\r\n', 'Content-Length: 0\r\n\r\n'],
    ['HTTP/1.1 204 No Content\r\n\r\n', 'X-Late: 1\r\n\r\n'],
  ] as const
  for (const [reply, relayed] of replies) {
    const upstream = await new RawUpstream(
      (peer) => void peer.until('\r\n\r\n').then(() => peer.socket.end(reply)),
    ).start()
    const pool = upstreamPool({ host: '127.0.0.1', port: upstream.port }, defaultPoolLimits)
    t.after(() => upstream.stop())
    const { client, finished } = await serve(t, (exchange) => {
      exchange.forward(pool, 'GET', '/', 'Host: x\r\n', new Late(exchange, []), { headMs: 0 })
    })
    client.send(GET)
    await client.until(relayed)
    assert.equal(finished.length, 1)
    pool.close()
  }
})

test('calls on an exchange whose client has left do nothing', async (t) => {
  let kept: Exchange | undefined
  const { client, finished } = await serve(t, (exchange) => {
    kept = exchange
  })
  client.send(GET)
  while (kept === undefined) await new Promise((resolve) => setImmediate(resolve))
  client.socket.destroy()
  while (finished.length === 0) await new Promise((resolve) => setImmediate(resolve))
  kept.respond(200, '', 'late')
  kept.relay(200, '')
  kept.forward(
    upstreamPool({ host: '127.0.0.1', port: 1 }, defaultPoolLimits),
    'GET',
    '/',
    '',
    new Late(kept, []),
    { headMs: 0 },
  )
  assert.equal(finished.length, 1)
})

test('after a failure the request may be forwarded elsewhere', async (t) => {
  const upstream = await new RawUpstream(answering(OK)).start()
  t.after(() => upstream.stop())
  const dead = upstreamPool({ host: '127.0.0.1', port: 1 }, defaultPoolLimits)
  const alive = upstreamPool({ host: '127.0.0.1', port: upstream.port }, defaultPoolLimits)
  t.after(async () => alive.close())
  const { client } = await serve(t, (exchange) => {
    const late = new Late(exchange, [])
    const onFailure = () => exchange.forward(alive, 'POST', '/', 'Host: x\r\n', late, { headMs: 0 })
    exchange.forward(dead, 'POST', '/', 'Host: x\r\n', { onFailure, onReply: () => {} }, { headMs: 0 })
  })
  client.send('POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi')
  await client.until('ok')
  assert.equal(upstream.text, 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi')
})

test('an upstream body that is not relayed costs its connection, and never reaches the next client', async (t) => {
  const upstream = await new RawUpstream(answering('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n')).start()
  const pool = upstreamPool({ host: '127.0.0.1', port: upstream.port }, defaultPoolLimits)
  t.after(() => upstream.stop())
  const { client } = await serve(t, (exchange) => {
    const onReply = () => exchange.relay(204, '')
    exchange.forward(pool, 'GET', '/', 'Host: x\r\n', { onReply, onFailure: () => {} }, { headMs: 0 })
  })
  client.send(GET)
  await client.until('204 No Content\r\n\r\n')
  client.send(GET)
  await client.until(/(204[\s\S]*){2}/)
  await (await upstream.peer(0)).closed()
  assert.equal(upstream.peers.length, 2)
  pool.close()
})

test('a client that reads slowly gets its last answer whole, although the connection is to be closed', async (t) => {
  const body = Buffer.alloc(20_000_000, 'abc')
  const { client } = await serve(t, (exchange) => exchange.respond(200, '', body))
  client.socket.removeAllListeners('data')
  client.socket.pause()
  client.send('GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n')
  await new Promise((resolve) => setTimeout(resolve, 2_800))
  let received = 0
  client.socket.on('data', (bytes) => {
    received += bytes.length
  })
  client.socket.resume()
  await client.closed()
  assert.ok(received > body.length, String(received))
})

test('a server that closes in mid-reply does not wait for another request on that connection', async (t) => {
  const { upstream, client, server } = await rig(t, () => {})
  const running = client()
  running.send(GET)
  const back = await upstream.peer(0)
  await back.until('\r\n\r\n')
  back.send('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nab')
  await running.until('ab')
  const closed = server.close(10_000)
  back.send('cd')
  await running.closed()
  running.socket.end()
  await closed
  assert.match(running.text, /abcd$/)
})
