import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connect, createServer } from 'node:tls'
import { certificate, privateKey } from '../testing/certificate.ts'
import { RawPeer } from '../testing/raw-peer.ts'
import { rig } from '../testing/relay.ts'

const GET = 'GET / HTTP/1.1\r\nHost: h\r\n\r\n'

test('a reply that is cut short ends a TLS connection without the sign of an orderly end', async (t) => {
  const { server, upstream } = await rig(t, () => {})
  const secure = createServer({ cert: certificate, key: privateKey, allowHalfOpen: true }, (socket) =>
    server.handleSocket(socket),
  )
  await new Promise<void>((resolve) => secure.listen(0, '127.0.0.1', resolve))
  const address = secure.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const socket = connect({ port, host: '127.0.0.1', ca: certificate, servername: 'localhost' })
  const client = new RawPeer(socket)
  t.after(async () => {
    socket.destroy()
    await new Promise((resolve) => secure.close(resolve))
  })
  client.send(GET)
  const back = await upstream.peer(0)
  await back.until('\r\n\r\n')
  back.send('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhi')
  await client.until('hi')
  back.socket.destroy()

  await client.closed()
  assert.ok(client.text.endsWith('\r\n\r\nhi'))
})
