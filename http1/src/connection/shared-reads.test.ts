import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import type { RawPeer } from '../testing/raw-peer.ts'
import { rig } from '../testing/relay.ts'
import { sharesReads } from './shared-reads.ts'

const KIB = 1_024
const clients = 8

const digest = (text: string) => createHash('sha1').update(text, 'latin1').digest('hex')
/** Bytes that tell whose they are, and where. */
const dataOf = (name: string, length: number) =>
  Array.from({ length: Math.ceil(length / 16) }, (_, at) => `${name}${at}`.padEnd(16, '.'))
    .join('')
    .slice(0, length)

/** Answers each request by its target and the digest of its body. */
function upstream(peer: RawPeer): void {
  let seen = 0
  peer.socket.on('error', () => peer.socket.destroy())
  peer.socket.on('data', () => {
    for (;;) {
      const head = peer.text.indexOf('\r\n\r\n', seen)
      if (head < 0) return
      const text = peer.text.slice(seen, head)
      const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0)
      if (peer.text.length < head + 4 + length) return
      seen = head + 4 + length
      const reply = `${text.split(' ')[1]} ${digest(peer.text.slice(head + 4, seen))};`
      peer.send(`HTTP/1.1 200 OK\r\nContent-Length: ${reply.length}\r\n\r\n${reply}`)
    }
  })
}

const post = (target: string, body: string) =>
  `POST ${target} HTTP/1.1\r\nHost: h\r\nContent-Length: ${body.length}\r\n\r\n${body}`
const turn = () => new Promise((resolve) => setTimeout(resolve, 2))

test('the Node that is used lets accepted sockets share the bytes they read into', () => {
  assert.equal(sharesReads, process.platform !== 'win32')
})

test('heads that come in parts are not mixed up with what others send meanwhile', async (t) => {
  const { client } = await rig(t, upstream)
  const peers = Array.from({ length: clients }, client)
  const heads = peers.map(
    (_, number) => `GET /part${number} HTTP/1.1\r\nHost: h\r\nX-A: ${dataOf(`h${number}x`, 700)}\r\n\r\n`,
  )
  for (let part = 0; part < 8; part++) {
    peers.forEach((peer, number) => {
      const head = heads[number] ?? ''
      peer.send(head.slice((part * head.length) / 8, ((part + 1) * head.length) / 8))
    })
    await turn()
  }
  for (const [number, peer] of peers.entries()) await peer.until(`/part${number} ${digest('')};`)
})

test('requests that wait behind others, and bodies that wait for an upstream, stay what they were', async (t) => {
  // One connection for all: bodies are held until it is theirs.
  const { client } = await rig(t, upstream, { pool: { maxConnections: 1, maxIdleConnections: 1 } })
  const peers = Array.from({ length: clients }, client)
  const bodies = peers.map((_, number) => dataOf(`b${number}x`, (3 + number) * KIB))
  peers.forEach((peer, number) => {
    const body = bodies[number] ?? ''
    peer.send(
      `${post(`/first${number}`, body)}${post(`/second${number}`, body)}GET /third${number} HTTP/1.1\r\n`,
    )
  })
  await turn()
  for (const peer of peers) peer.send('Host: h\r\n\r\n')
  for (const [number, peer] of peers.entries()) {
    const expected = digest(bodies[number] ?? '')
    await peer.until(`/first${number} ${expected};`)
    await peer.until(`/second${number} ${expected};`)
    await peer.until(`/third${number} ${digest('')};`)
  }
})

test('bodies on their way to slow upstreams stay what they were', async (t) => {
  const slowBytes = 10_000 * KIB
  const { client, upstream: raw } = await rig(t, (peer, index) => {
    if (index < 2) peer.socket.pause()
    else upstream(peer)
  })
  const slow = [0, 1].map((number) => {
    const body = dataOf(`slow${number}x`, slowBytes)
    const peer = client()
    peer.send(post(`/slow${number}`, body))
    return { peer, body, number }
  })
  await raw.peer(1)
  await Promise.all(
    Array.from({ length: clients }, async (_, number) => {
      const peer = client()
      for (let round = 0; round < 6; round++) {
        const body = dataOf(`quick${number}r${round}x`, (50 + 23 * number) * KIB + round)
        peer.send(post(`/quick${number}r${round}`, body))
        await peer.until(`/quick${number}r${round} ${digest(body)};`)
      }
    }),
  )
  for (const back of raw.peers.slice(0, 2)) {
    upstream(back)
    back.socket.resume()
  }
  for (const { peer, body, number } of slow) await peer.until(`/slow${number} ${digest(body)};`)
})

test('a tunnel to a slow upstream carries every byte', async (t) => {
  const bytes = 6_000 * KIB
  const { client, upstream: raw } = await rig(t, (peer) => {
    if (raw.peers.length > 2) {
      upstream(peer)
      return
    }
    void peer.until('\r\n\r\n').then(() => {
      peer.send('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n')
      peer.socket.pause()
    })
  })
  const tunnels: { peer: RawPeer; data: string }[] = []
  for (const number of [0, 1]) {
    const peer = client()
    peer.send('GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n')
    await peer.until('101 Switching Protocols')
    const data = dataOf(`tunnel${number}x`, bytes)
    peer.send(data)
    tunnels.push({ peer, data })
  }
  const other = client()
  for (let round = 0; round < 20; round++) {
    other.send(`GET /other${round} HTTP/1.1\r\nHost: h\r\nX-A: ${dataOf('o', 20 * KIB)}\r\n\r\n`)
    await other.until(`/other${round} `)
  }
  for (const [number, { data }] of tunnels.entries()) {
    const back = await raw.peer(number)
    back.socket.resume()
    await back.until(data.slice(-64))
    assert.ok(back.text.endsWith(data), `tunnel ${number}`)
  }
})
