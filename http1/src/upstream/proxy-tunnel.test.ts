import assert from 'node:assert/strict'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { createServer as createTlsServer } from 'node:tls'
import { defaultPoolLimits } from '../limits.ts'
import { certificate, privateKey } from '../testing/certificate.ts'
import { answering, RawPeer } from '../testing/raw-peer.ts'
import { rig } from '../testing/relay.ts'
import { throughProxy } from './proxy-tunnel.ts'

const GET = 'GET / HTTP/1.1\r\nHost: h\r\n\r\n'
const BODY = `${'0123456789'.repeat(50_000)}END`
const BIG = `HTTP/1.1 200 OK\r\nContent-Length: ${BODY.length}\r\n\r\n${BODY}`

async function listening(t: TestContext, server: Server): Promise<number> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => sockets.add(socket))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

/** A client of an engine whose upstream is behind a proxy; `speak` is told the proxy's connections. */
async function behind(t: TestContext, speak: (proxy: RawPeer) => void, connectMs = 2_000) {
  const proxyPort = await listening(
    t,
    createServer((socket) => speak(new RawPeer(socket))),
  )
  const tls = { ca: certificate, servername: 'localhost' }
  const place = { host: 'inner.test', port: 443 }
  const proxy = { host: '127.0.0.1', port: proxyPort, authorization: 'Basic eDp5' }
  const origin = { ...place, tls, open: throughProxy(place, tls, proxy) }
  const { client, handler } = await rig(t, () => {}, { origin, pool: { ...defaultPoolLimits, connectMs } })
  return { client: client(), handler }
}

test('a tunnel carries requests and big replies, and is used again', async (t) => {
  const upstream = createTlsServer({ cert: certificate, key: privateKey }, (socket) =>
    answering(BIG)(new RawPeer(socket)),
  )
  const port = await listening(t, upstream)
  const asked: string[] = []
  const { client } = await behind(t, (proxy) => {
    void proxy.until('\r\n\r\n').then((text) => {
      asked.push(text)
      proxy.socket.removeAllListeners('data')
      const onward = connect(port, '127.0.0.1', () => {
        proxy.send('HTTP/1.1 200 Connection established\r\nVia: x\r\n\r\n')
        proxy.socket.pipe(onward).pipe(proxy.socket)
      })
      onward.on('error', () => proxy.socket.destroy())
    })
  })
  client.send(GET)
  await client.until('END')
  client.send(GET)
  await client.until(/END[\s\S]*END/)
  assert.equal(client.text, BIG + BIG)
  assert.deepEqual(asked, [
    'CONNECT inner.test:443 HTTP/1.1\r\nHost: inner.test:443\r\nProxy-Authorization: Basic eDp5\r\n\r\n',
  ])
})

test('a proxy that refuses, talks nonsense, talks on or falls silent is a failed connection', async (t) => {
  const answers: (string | undefined)[] = [
    'HTTP/1.1 407 Proxy Authentication Required\r\n\r\n',
    'HTTP/1.1 302 Found\r\nLocation: http://elsewhere/\r\n\r\n',
    'SSH-2.0-OpenSSH_9.9\r\n\r\n',
    'HTTP/1.1 200 OK\nVia: x\n\n',
    'HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n',
    `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(20_000)}`,
    'HTTP/1.1 200 OK\r\n',
    undefined,
  ]
  for (const answer of answers) {
    const { client, handler } = await behind(
      t,
      (proxy) => {
        void proxy.until('\r\n\r\n').then(() => {
          if (answer !== undefined) proxy.send(answer)
        })
      },
      300,
    )
    client.send(GET)
    await client.until('\r\n\r\n')
    const [failure] = handler.failures
    assert.ok(
      failure === 'connect-failed' || failure === 'timeout',
      `${String(failure)} of ${String(answer).slice(0, 40)}`,
    )
  }
})
