import assert from 'node:assert/strict'
import { connect as connectHttp2, constants } from 'node:http2'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { test } from 'node:test'
import { startGate } from '../testing/gate.ts'
import { startUpstream } from '../testing/upstream.ts'

/** mulberry32: the same numbers for the same seed. */
function numbers(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')
/** Indexed GET, http, `/odd/`, and `:authority: h`, as HPACK without Huffman codes. */
const HEAD = Buffer.from([0x82, 0x86, 0x04, 0x05, ...Buffer.from('/odd/'), 0x41, 0x01, 0x68])
/** Indexed `:status: 200`. */
const REPLY = Buffer.from([0x88])

function frame(type: number, flags: number, stream: number, payload: Uint8Array): Buffer {
  const head = Buffer.alloc(9)
  head.writeUIntBE(payload.length, 0, 3)
  head[3] = type
  head[4] = flags
  head.writeUInt32BE(stream >>> 0, 5)
  return Buffer.concat([head, payload])
}

/** Frames that are nearly right: known types with random flags, streams and sizes, heads among them. */
function nonsense(below: (bound: number) => number, head: Buffer): Buffer {
  const frames = [frame(4, 0, 0, Buffer.alloc(0))]
  const count = 1 + below(20)
  for (let i = 0; i < count; i++) {
    const stream = below(4) === 0 ? 0 : 1 + 2 * below(6)
    const random = Buffer.from(Array.from({ length: below(40) }, () => below(256)))
    const kind = below(5)
    if (kind === 0) frames.push(frame(1, 4 | below(2), stream, head))
    else if (kind === 1) frames.push(frame(1, below(256), stream, Buffer.concat([head, random])))
    else if (kind === 2) frames.push(frame(0, below(2), stream, random))
    else frames.push(frame(below(11), below(256), stream, random))
  }
  const bytes = Buffer.concat(frames)
  if (below(3) === 0) bytes[below(bytes.length)] = below(256)
  return bytes
}

/** Something right first, then the bytes, some milliseconds apart so that these meet a request under way. */
function exchange(port: number, bytes: Buffer, pauseMs: number): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => {})
    socket.on('close', () => resolve())
    socket.resume()
    socket.write(
      Buffer.concat([PREFACE, frame(4, 0, 0, Buffer.alloc(0)), frame(1, 4 | (pauseMs % 2), 1, HEAD)]),
    )
    setTimeout(() => socket.write(bytes), pauseMs)
    setTimeout(() => socket.destroy(), 25)
  })
}

test('no frames of a client or of an upstream end a worker', async (t) => {
  const below = numbers(20_261_123)
  const plain = await startUpstream()
  const sockets = new Set<Socket>()
  const odd = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('data', () => socket.write(nonsense(below, REPLY)))
  })
  await new Promise<void>((resolve) => odd.listen(0, '127.0.0.1', resolve))
  // A TCP server's address is an object.
  const { port } = odd.address() as AddressInfo
  const gate = await startGate()
  t.after(async () => {
    await gate.close()
    await plain.close()
    for (const socket of sockets) socket.destroy()
    odd.close()
  })
  await gate.addApi({ name: 'a', use_keyless: true, proxy: { listen_path: '/odd/', target_url: plain.url } })
  const target = `h2c://127.0.0.1:${port}`
  await gate.addApi({
    name: 'b',
    use_keyless: true,
    proxy: { listen_path: '/upstream/', target_url: target },
  })

  for (let round = 0; round < 30; round++) {
    const clients = Array.from({ length: 10 }, () =>
      exchange(gate.gateway.port, nonsense(below, HEAD), below(10)),
    )
    const session = connectHttp2(`http://127.0.0.1:${gate.gateway.port}`)
    session.on('error', () => {})
    const stream = session.request({ ':path': '/upstream/', ':method': 'POST' })
    stream.on('error', () => {})
    stream.resume()
    stream.end('body')
    const status = gate.call('/upstream/').then(
      (reply) => reply.status,
      () => 0,
    )
    await Promise.all(clients)
    await Promise.race([status, new Promise((resolve) => setTimeout(resolve, 50))])
    if (!stream.destroyed) stream.close(constants.NGHTTP2_CANCEL)
    session.destroy()
  }
  assert.ok(plain.received.length > 0, 'some of it was right')
  assert.equal((await gate.call('/odd/')).status, 200)
  assert.deepEqual(
    gate.log.filter(({ msg }) => String(msg).includes('worker died')),
    [],
  )
})

test('a client that floods with settings or pings is cut off', { timeout: 10_000 }, async (t) => {
  const gate = await startGate()
  t.after(() => gate.close())
  for (const flood of [frame(4, 0, 0, Buffer.alloc(0)), frame(6, 0, 0, Buffer.alloc(8))]) {
    const socket = connect(gate.gateway.port, '127.0.0.1')
    socket.on('error', () => {})
    socket.resume()
    const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()))
    let open = true
    void closed.then(() => {
      open = false
    })
    socket.write(Buffer.concat([PREFACE, frame(4, 0, 0, Buffer.alloc(0))]))
    for (let i = 0; i < 500 && open; i++) {
      socket.write(Buffer.concat(Array(20).fill(flood)))
      await new Promise((resolve) => setImmediate(resolve))
    }
    await closed
  }
  await gate.logged(({ reason }) => String(reason).includes('HTTP/2'))
})
