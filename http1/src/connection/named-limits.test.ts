import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Exchange, ForwardListener, Handler } from '../exchange.ts'
import { defaultPoolLimits, defaultServerLimits } from '../limits.ts'
import { endToEndLines } from '../syntax/headers.ts'
import { answering, RawUpstream, rawClient } from '../testing/raw-peer.ts'
import { rig } from '../testing/relay.ts'
import { upstreamPool } from '../upstream/upstream-pool.ts'
import { AddressCount, networkOf, plainAddress } from './address-count.ts'
import { createHttpServer } from './server.ts'

const GET = 'GET / HTTP/1.1\r\nHost: h\r\n\r\n'
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

test('a body that drips below the least rate is refused when its grace is over', async (t) => {
  const { client } = await rig(t, () => {}, {
    server: { minBodyBytesPerSecond: 1_000, bodyRateGraceMs: 100 },
  })
  const peer = client()
  peer.send('POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n')
  for (let sent = 0; sent < 100_000 && peer.closedBy === ''; sent++) {
    peer.send('x')
    await pause(10)
  }

  assert.match(peer.text, /^HTTP\/1\.1 408 [\s\S]*request body too slow/)
})

test('a body at a good rate may take longer than the grace', async (t) => {
  const { client } = await rig(t, answering(OK), {
    server: { minBodyBytesPerSecond: 100, bodyRateGraceMs: 50 },
  })
  const peer = client()
  peer.send('POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 20000\r\n\r\n')
  for (let sent = 0; sent < 20; sent++) {
    await pause(10)
    peer.send('x'.repeat(1_000))
  }

  assert.ok((await peer.until('ok')).startsWith('HTTP/1.1 200 '))
})

test('a client address has no more connections than it may, and gets a place back when one closes', async (t) => {
  const { client, handler } = await rig(t, answering(OK), { server: { maxConnectionsPerAddress: 2 } })
  const [first, second] = [client(), client()]
  for (const peer of [first, second]) {
    peer.send(GET)
    await peer.until('ok')
  }
  const third = client()
  assert.equal(await third.closed(), '')
  assert.deepEqual(handler.protocolErrors, ['too many connections of one client'])

  first.socket.end()
  await first.closed()
  const fourth = client()
  fourth.send(GET)
  await fourth.until('ok')
})

test('a server has no more connections than it may', async (t) => {
  const { client, handler } = await rig(t, answering(OK), { server: { maxConnections: 1 } })
  const first = client()
  first.send(GET)
  await first.until('ok')
  assert.equal(await client().closed(), '')
  assert.deepEqual(handler.protocolErrors, ['too many connections'])
})

test('connections are counted by IPv4 address and by IPv6 network of 64 bits', () => {
  assert.equal(plainAddress('::ffff:10.0.0.1'), '10.0.0.1')
  assert.equal(networkOf('10.0.0.1'), '10.0.0.1')
  assert.equal(networkOf('2001:db8:1:2:3:4:5:6'), '2001:db8:1:2')
  assert.equal(networkOf('2001:db8:1:2::1'), '2001:db8:1:2')
  assert.equal(networkOf('2001:db8::1'), '2001:db8:0:0')
  assert.equal(networkOf('::1'), '0:0:0:0')
  assert.equal(networkOf('::'), '0:0:0:0')
  const count = new AddressCount(1)
  assert.ok(count.enter('2001:db8::1'))
  assert.ok(!count.enter('2001:db8::2'))
  assert.ok(count.enter('2001:db8:1::2'))
  count.leave('2001:db8::1')
  assert.ok(count.enter('2001:db8::2'))
})

test('a connection serves no more requests than it may', async (t) => {
  const { client } = await rig(t, answering(OK), { server: { maxRequestsPerConnection: 2 } })
  const peer = client()
  peer.send(GET + GET + GET)

  assert.equal((await peer.closed()).split('HTTP/1.1 200').length - 1, 2)
  assert.match(peer.text, /Connection: close\r\n\r\nok$/)
})

test('an exchange that takes longer than all of its time is answered, or broken off where the answer has begun', async (t) => {
  const { client, upstream, handler } = await rig(t, () => {}, { server: { exchangeMs: 250 } })
  const silent = client()
  silent.send(GET)
  assert.match(await silent.until('timeout'), /^HTTP\/1\.1 502 /)
  assert.deepEqual(handler.failures, ['timeout'])

  const begun = client()
  begun.send(GET)
  const back = await upstream.peer(1)
  await back.until('\r\n\r\n')
  back.send('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhi')
  await begun.closed()
  assert.equal(begun.closedBy, 'reset')
  await back.closed()
})

test('times of a single request are those that it was forwarded with', async (t) => {
  const upstream = await new RawUpstream((peer) => {
    void peer.until('\r\n\r\n').then(() => {
      if (peer.text.includes('/idle')) peer.send('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhi')
    })
  }).start()
  const pool = upstreamPool({ host: '127.0.0.1', port: upstream.port }, defaultPoolLimits)
  const failures: string[] = []
  const handler: Handler = {
    onRequest(exchange: Exchange) {
      const listener: ForwardListener = {
        onReply: (reply) => exchange.relay(reply.status, ''),
        onFailure(failure) {
          failures.push(failure)
          if (failure !== 'client-gone') exchange.respond(504, '', failure)
        },
      }
      const { head } = exchange
      const times = head.path === '/idle' ? { headMs: 0, idleMs: 250 } : { headMs: 0, totalMs: 250 }
      exchange.forward(pool, 'GET', head.target, endToEndLines(head, new Set()), listener, times)
    },
    onFinish() {},
  }
  const server = createHttpServer(handler, defaultServerLimits)
  const port = await server.listen({ host: '127.0.0.1', port: 0, reusePort: false })
  const clients = [rawClient(port), rawClient(port)] as const
  t.after(async () => {
    for (const client of clients) client.socket.destroy()
    await server.close(0)
    pool.close()
    await upstream.stop()
  })
  clients[0].send('GET /idle HTTP/1.1\r\nHost: h\r\n\r\n')
  clients[1].send('GET /total HTTP/1.1\r\nHost: h\r\n\r\n')
  await clients[0].closed()
  await clients[1].until('timeout')

  assert.equal(clients[0].closedBy, 'reset')
  assert.deepEqual(failures, ['timeout'])
})

test('an exchange that its user never answers is answered by the engine when its time is over', async (t) => {
  const statuses: number[] = []
  const late: Exchange[] = []
  const server = createHttpServer(
    {
      onRequest: (exchange) => late.push(exchange),
      onFinish: (_exchange, result) => statuses.push(result.status),
    },
    { ...defaultServerLimits, exchangeMs: 250 },
  )
  const port = await server.listen({ host: '127.0.0.1', port: 0, reusePort: false })
  const client = rawClient(port)
  t.after(async () => {
    client.socket.destroy()
    await server.close(0)
  })
  client.send(GET)

  assert.match(await client.closed(), /^HTTP\/1\.1 504 [\s\S]*no answer in time/)
  late[0]?.respond(200, '', 'too late')
  assert.deepEqual(statuses, [504])
})
