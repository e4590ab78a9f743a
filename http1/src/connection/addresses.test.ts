import assert from 'node:assert/strict'
import { connect as connectHttp2 } from 'node:http2'
import { createServer, type LookupFunction } from 'node:net'
import { test } from 'node:test'
import { createHttp2Server, defaultHttp2Limits } from '../h2/server.ts'
import { Http2Upstream } from '../h2/upstream.ts'
import { defaultPoolLimits, defaultServerLimits } from '../limits.ts'
import { answering, RawUpstream, rawClient } from '../testing/raw-peer.ts'
import { RelayHandler, rig } from '../testing/relay.ts'
import { upstreamPool } from '../upstream/upstream-pool.ts'
import { AddressCount } from './address-count.ts'
import { createHttpServer } from './server.ts'

const GET = 'GET / HTTP/1.1\r\nHost: h\r\n\r\n'
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** Tells the addresses that are set at the time. */
function resolver(addresses: readonly string[]) {
  const zone = { addresses, asked: 0 }
  const lookup: LookupFunction = (_host, options, done) => {
    zone.asked++
    const found = zone.addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
    const [first] = found
    process.nextTick(() =>
      options.all === true ? done(null, found) : done(null, first?.address ?? '', first?.family),
    )
  }
  return { zone, lookup }
}

test('of several addresses of an upstream one that answers is used', async (t) => {
  const { zone, lookup } = resolver(['::1', '127.0.0.2', '127.0.0.1'])
  const { client } = await rig(t, answering(OK), { origin: { host: 'upstream.test', lookup } })
  const peer = client()
  peer.send(GET)
  await peer.until('ok')
  assert.equal(zone.asked, 1)
})

test('a busy pool follows a changed address when its connections are of age', async (t) => {
  const { zone, lookup } = resolver(['127.0.0.1'])
  const first = await new RawUpstream(answering(OK.replace('ok', 'r1'))).start()
  const elsewhere = await listeningAt('127.0.0.3', first.port, OK.replace('ok', 'r2'))
  t.after(async () => {
    await first.stop()
    await elsewhere.stop()
  })
  const { client } = await rig(t, () => {}, {
    origin: { host: 'upstream.test', port: first.port, lookup },
    pool: { maxAgeMs: 1_000 },
  })
  const peer = client()
  peer.send(GET)
  await peer.until('r1')
  zone.addresses = ['127.0.0.3']
  peer.send(GET)
  await peer.until(/r1[\s\S]*r1/)
  assert.equal(zone.asked, 1)
  // It is never idle for long, and yet comes to its end.
  while (!peer.text.includes('r2')) {
    const had = peer.text.length
    peer.send(GET)
    while (peer.text.length === had) await pause(5)
    await pause(20)
  }
  assert.equal(zone.asked, 2)
  assert.equal(first.peers.length, 1)
})

test('connections to an upstream of HTTP/2 are replaced at their age, too', async (t) => {
  const { zone, lookup } = resolver(['127.0.0.1'])
  const upstream = createServer()
  const http2 = createHttp2Server(
    {
      onRequest: (exchange) => exchange.respond(200, '', 'ok'),
      onFinish() {},
    },
    defaultServerLimits,
    defaultHttp2Limits,
  )
  upstream.on('connection', (socket) => http2.handleSocket(socket))
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve))
  const address = upstream.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const pool = new Http2Upstream(
    { host: 'upstream.test', port, lookup },
    { ...defaultPoolLimits, maxAgeMs: 500 },
  )
  const server = createHttpServer(new RelayHandler(pool), defaultServerLimits)
  const gate = await server.listen({ host: '127.0.0.1', port: 0, reusePort: false })
  const peer = rawClient(gate)
  t.after(async () => {
    peer.socket.destroy()
    await server.close(0)
    pool.close()
    await http2.close(0)
    await new Promise((resolve) => upstream.close(resolve))
  })
  for (let answers = 1; zone.asked < 2; answers++) {
    peer.send(GET)
    while (peer.text.split('\r\n\r\nok').length <= answers) await pause(5)
    await pause(20)
  }
  assert.ok(peer.text.startsWith('HTTP/1.1 200 '))
})

test('the connections of one client are counted over both protocols', async (t) => {
  const upstream = await new RawUpstream(answering(OK)).start()
  const pool = upstreamPool({ host: '127.0.0.1', port: upstream.port }, defaultPoolLimits)
  const handler = new RelayHandler(pool)
  const addresses = new AddressCount(2)
  const http1 = createHttpServer(handler, defaultServerLimits, addresses)
  const http2 = createHttp2Server(handler, defaultServerLimits, defaultHttp2Limits, addresses)
  const second = createServer({ allowHalfOpen: true }, (socket) => http2.handleSocket(socket))
  await new Promise<void>((resolve) => second.listen(0, '127.0.0.1', resolve))
  const address = second.address()
  const http2Port = typeof address === 'object' && address !== null ? address.port : 0
  const port = await http1.listen({ host: '127.0.0.1', port: 0, reusePort: false })
  const session = connectHttp2(`http://127.0.0.1:${http2Port}`)
  session.on('error', () => {})
  const one = rawClient(port)
  t.after(async () => {
    session.destroy()
    one.socket.destroy()
    await http1.close(0)
    await http2.close(0)
    await new Promise((resolve) => second.close(resolve))
    pool.close()
    await upstream.stop()
  })
  await new Promise((resolve) => session.once('remoteSettings', resolve))
  one.send(GET)
  await one.until('ok')

  const third = rawClient(port)
  await third.closed()
  assert.deepEqual(handler.protocolErrors, ['too many connections of one client'])
  session.close()
  await new Promise((resolve) => session.once('close', resolve))
  await pause(20)
  const fourth = rawClient(port)
  fourth.send(GET)
  await fourth.until('ok')
  fourth.socket.destroy()
})

async function listeningAt(host: string, port: number, reply: string) {
  const upstream = new RawUpstream(answering(reply))
  await new Promise<void>((resolve) => upstream.server.listen(port, host, resolve))
  return upstream
}
