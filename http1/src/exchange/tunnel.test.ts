import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { answering, type RawPeer } from '../testing/raw-peer.ts'
import { type RigOptions, rig } from '../testing/relay.ts'

const upgrade = (protocol = 'websocket', more = '') =>
  `GET /ws HTTP/1.1\r\nHost: h\r\nConnection: keep-alive, Upgrade\r\nUpgrade: ${protocol}\r\nSec-WebSocket-Key: k\r\n${more}\r\n`
const switching = (protocol = 'websocket') =>
  `HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: ${protocol}\r\nSec-WebSocket-Accept: a\r\n\r\n`
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'

/** A client and an upstream with a tunnel between them. */
async function tunnel(
  t: { after(teardown: () => Promise<void>): void },
  options: RigOptions = {},
  early = { client: '', upstream: '' },
) {
  const gate = await rig(
    t,
    (peer) => void peer.until('\r\n\r\n').then(() => peer.send(switching() + early.upstream)),
    options,
  )
  const client = gate.client()
  client.send(upgrade() + early.client)
  await client.until('\r\n\r\n')
  return { ...gate, client, upstreamPeer: await gate.upstream.peer(0) }
}

const nextTurn = () => new Promise((resolve) => setImmediate(resolve))

test('a request to upgrade reaches the upstream as one, and its 101 makes a tunnel', async (t) => {
  const { client, upstreamPeer, handler } = await tunnel(t)

  assert.equal(
    upstreamPeer.text,
    'GET /ws HTTP/1.1\r\nHost: h\r\nSec-WebSocket-Key: k\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
  )
  assert.equal(
    client.text,
    'HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
  )
  client.send('\x81\x02hi')
  await upstreamPeer.until('\x81\x02hi')
  upstreamPeer.send('\x81\x05hello')
  await client.until('\x81\x05hello')
  client.socket.end()
  await upstreamPeer.closed()
  upstreamPeer.send('last words')
  upstreamPeer.socket.end()
  assert.ok((await client.closed()).endsWith('last words'))
  await handler.finished(1)
  const [result] = handler.results
  assert.deepEqual(
    [result?.status, result?.bytesIn, result?.bytesOut, result?.complete],
    [101, 4, 7 + 'last words'.length, true],
  )
})

test('what either side sent ahead of the tunnel comes first in it', async (t) => {
  const { client, upstreamPeer } = await tunnel(t, {}, { client: 'early client', upstream: 'early upstream' })

  await client.until('early upstream')
  await upstreamPeer.until('early client')
  client.send(', more')
  await upstreamPeer.until('early client, more')
})

test('a tunnel carries much in both directions without holding it, and whole', async (t) => {
  const { client, upstreamPeer } = await tunnel(t)
  const block = Buffer.alloc(65_536, 'abcdefghijklmnop')
  const blocks = 160
  const hash = (text: string) => createHash('sha256').update(text, 'latin1').digest('hex')
  const wanted = hash(block.toString('latin1').repeat(blocks))
  const heads = [client.text.length, upstreamPeer.text.length]
  for (const peer of [client, upstreamPeer]) {
    for (let count = 0; count < blocks; count++) peer.socket.write(block)
    peer.socket.end()
  }
  await Promise.all([client.closed(), upstreamPeer.closed()])

  assert.equal(hash(client.text.slice(heads[0])), wanted)
  assert.equal(hash(upstreamPeer.text.slice(heads[1])), wanted)
})

test('a side that does not read stops the other, and goes on when it reads again', async (t) => {
  const { client, upstreamPeer } = await tunnel(t)
  client.socket.pause()
  const block = Buffer.alloc(1_048_576, 'x')
  for (let count = 0; count < 64; count++) upstreamPeer.socket.write(block)
  for (let turn = 0; turn < 200; turn++) await nextTurn()
  await new Promise((resolve) => setTimeout(resolve, 200))

  assert.ok(upstreamPeer.socket.writableLength > 32 * block.length, 'the upstream is held back')
  client.socket.resume()
  upstreamPeer.socket.end()
  const text = await client.closed()
  assert.equal(text.length - text.indexOf('\r\n\r\n') - 4, 64 * block.length)
})

test('an abort of either side aborts the other', async (t) => {
  const first = await tunnel(t)
  first.client.socket.resetAndDestroy()
  await first.upstreamPeer.closed()
  assert.equal(first.upstreamPeer.closedBy, 'reset')
  await first.handler.finished(1)
  assert.equal(first.handler.results[0]?.complete, false)

  const second = await tunnel(t)
  second.upstreamPeer.socket.resetAndDestroy()
  await second.client.closed()
  assert.equal(second.client.closedBy, 'reset')
})

test('a tunnel without a byte for the idle limit is cut on both sides', async (t) => {
  const { client, upstreamPeer, handler } = await tunnel(t, { server: { tunnelIdleMs: 250 } })

  await Promise.all([client.closed(), upstreamPeer.closed()])
  await handler.finished(1)
  assert.deepEqual([handler.results[0]?.status, handler.results[0]?.complete], [101, false])
})

test('an upstream that declines answers like any other, and the connection goes on', async (t) => {
  const { client, upstream } = await rig(t, answering(OK))
  const peer = client()
  peer.send(upgrade())
  await peer.until('ok')
  peer.send('GET /next HTTP/1.1\r\nHost: h\r\n\r\n')
  await peer.until(/ok[\s\S]*ok/)

  assert.equal(upstream.peers.length, 1)
  assert.match(upstream.text, /GET \/next HTTP\/1\.1\r\nHost: h\r\n\r\n$/)
})

const declined: readonly (readonly [string, string, string])[] = [
  ['a 101 that nobody asked for', 'GET / HTTP/1.1\r\nHost: h\r\n\r\n', switching()],
  ['a 101 of another protocol', upgrade(), switching('other')],
  ['a 101 of two protocols', upgrade(), switching('websocket, other')],
  ['a 101 without Upgrade', upgrade(), 'HTTP/1.1 101 Switching\r\nConnection: upgrade\r\n\r\n'],
  ['a 101 without Connection', upgrade(), 'HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\n\r\n'],
  ['a 101 to a client of HTTP/1.0', upgrade().replace('/1.1', '/1.0'), switching()],
  ['a 101 after h2c', upgrade('h2c'), switching('h2c')],
  ['a 101 after TLS', upgrade('TLS/1.2'), switching('TLS/1.2')],
  ['a 101 to a request with a body', upgrade('websocket', 'Content-Length: 1\r\n').concat('x'), switching()],
]

for (const [what, request, reply] of declined) {
  test(`${what} is a bad reply`, async (t) => {
    const { client, handler } = await rig(
      t,
      (peer) => void peer.until('\r\n\r\n').then(() => peer.send(reply)),
    )
    const peer = client()
    peer.send(request)

    assert.match(await peer.until('bad-reply'), /^HTTP\/1\.1 502 /)
    assert.deepEqual(handler.failures, ['bad-reply'])
  })
}

test('the protocols that would pass the gate unread are not offered to the upstream', async (t) => {
  const { client, upstream } = await rig(t, answering(OK))
  const peer = client()
  peer.send(upgrade('h2c, WebSocket, TLS/1.3, foo/2'))
  await peer.until('ok')

  assert.match(upstream.text, /\r\nUpgrade: websocket, foo\/2\r\n/)
})

test('the connection of a tunnel never serves another request', async (t) => {
  const replies = (peer: RawPeer, index: number) =>
    void peer.until('\r\n\r\n').then(() => peer.send(index === 0 ? switching() : OK))
  const { client, upstream } = await rig(t, replies)
  const first = client()
  first.send(upgrade())
  await first.until('\r\n\r\n')
  first.socket.end()
  ;(await upstream.peer(0)).socket.end()
  await first.closed()
  const second = client()
  second.send('GET / HTTP/1.1\r\nHost: h\r\n\r\n')
  await second.until('ok')

  assert.equal(upstream.peers.length, 2)
})

test('a 101 that the user relays as something else, or something else as 101, is answered with 502', async (t) => {
  for (const [reply, status] of [
    [switching(), 200],
    [OK, 101],
  ] as const) {
    const { client, upstream } = await rig(t, answering(reply), { relayAs: status })
    const peer = client()
    peer.send(upgrade())
    assert.match(await peer.until('\r\n\r\n'), /^HTTP\/1\.1 502 /)
    assert.equal(upstream.peers.length, 1)
  }
})
