import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { createServer as createTlsServer } from 'node:tls'
import { certificate, privateKey } from '../testing/certificate.ts'
import { answering, RawPeer } from '../testing/raw-peer.ts'
import { rig } from '../testing/relay.ts'

const GET = 'GET / HTTP/1.1\r\nHost: h\r\n\r\n'
const BODY = `${'0123456789'.repeat(20_000)}END`
const BIG = `HTTP/1.1 200 OK\r\nContent-Length: ${BODY.length}\r\n\r\n${BODY}`

async function listening(
  t: { after(teardown: () => Promise<void>): void },
  server: Server,
  place: number | string,
) {
  await new Promise<void>((resolve) => server.listen(place, resolve))
  t.after(() => new Promise((resolve) => server.close(() => resolve())))
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

test('an upstream behind TLS is verified, reached, and its connection used again', async (t) => {
  let connections = 0
  const tlsServer = createTlsServer({ cert: certificate, key: privateKey }, (socket) => {
    connections++
    answering(BIG)(new RawPeer(socket))
  })
  const port = await listening(t, tlsServer, 0)
  const trusted = await rig(t, () => {}, { origin: { host: 'localhost', port, tls: { ca: certificate } } })
  const peer = trusted.client()
  peer.send(GET)
  await peer.until('END')
  peer.send(GET)
  await peer.until(/END[\s\S]*END/)
  assert.equal(peer.text, BIG + BIG)
  assert.equal(connections, 1)

  const stranger = await rig(t, () => {}, { origin: { host: 'localhost', port, tls: {} } })
  const other = stranger.client()
  other.send(GET)
  await other.until('connect-failed')
  assert.equal(connections, 1)

  const careless = await rig(t, () => {}, { origin: { port, tls: { rejectUnauthorized: false } } })
  const third = careless.client()
  third.send(GET)
  await third.until('END')
})

test('a TLS upstream is held back while the client does not read', async (t) => {
  const data = Buffer.alloc(20_000_000, 'abcdefg')
  let written: RawPeer | undefined
  const tlsServer = createTlsServer({ cert: certificate, key: privateKey }, (socket) => {
    const peer = new RawPeer(socket)
    written = peer
    void peer.until('\r\n\r\n').then(() => {
      peer.send(`HTTP/1.1 200 OK\r\nContent-Length: ${data.length}\r\n\r\n`)
      socket.write(data)
    })
  })
  const port = await listening(t, tlsServer, 0)
  const { client } = await rig(t, () => {}, { origin: { host: 'localhost', port, tls: { ca: certificate } } })
  const peer = client()
  peer.socket.removeAllListeners('data')
  peer.socket.pause()
  peer.send(GET)
  await new Promise((resolve) => setTimeout(resolve, 400))
  assert.ok((written?.socket.writableLength ?? 0) > 0)
  let received = 0
  let sum = 0
  peer.socket.on('data', (bytes) => {
    const skip = received === 0 ? bytes.indexOf('\r\n\r\n') + 4 : 0
    for (let at = skip; at < bytes.length; at++) {
      if (bytes[at] !== data[received++]) sum++
    }
  })
  peer.socket.resume()
  while (received < data.length) await new Promise((resolve) => peer.socket.once('data', resolve))
  assert.equal(sum, 0)
})

test('an upstream may be a unix socket', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'http1-'))
  t.after(async () => rmSync(folder, { recursive: true }))
  const socketPath = join(folder, 'up.sock')
  await listening(
    t,
    createServer((socket) => answering(BIG)(new RawPeer(socket))),
    socketPath,
  )
  const { client, handler } = await rig(t, () => {}, { origin: { socketPath } })
  const peer = client()
  peer.send(GET)
  await peer.until('END')
  assert.equal(peer.text, BIG)
  assert.equal(handler.results[0]?.bytesOut, BODY.length)
})
