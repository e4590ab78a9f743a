import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answering } from '../testing/raw-peer.ts'
import { rig } from '../testing/relay.ts'

const chunkedHead = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n'
const get = (more = '', version = '1.1') => `GET / HTTP/${version}\r\nHost: h\r\n${more}\r\n`

test('each event of a stream is sent on at once, the head before the first', async (t) => {
  const { client, upstream } = await rig(t, () => {})
  const peer = client()
  peer.send(get())
  const back = await upstream.peer(0)
  await back.until('\r\n\r\n')
  back.send(`${chunkedHead}\r\n`)
  await peer.until('\r\n\r\n')
  for (const number of [1, 2, 3]) {
    const event = `data: ${number}\n\n`
    back.send(`${event.length.toString(16)}\r\n${event}\r\n`)
    await peer.until(`9\r\n${event}\r\n`)
  }
  back.send('0\r\n\r\n')
  await peer.until('\r\n0\r\n\r\n')
})

test('a stream without length reaches a client of 1.0 as it comes', async (t) => {
  const { client, upstream } = await rig(t, () => {})
  const peer = client()
  peer.send(get('', '1.0'))
  const back = await upstream.peer(0)
  await back.until('\r\n\r\n')
  back.send(`${chunkedHead}\r\n2\r\nab\r\n`)
  await peer.until('\r\n\r\nab')
  back.send('2\r\ncd\r\n0\r\n\r\n')
  assert.match(await peer.closed(), /\r\nConnection: close\r\n\r\nabcd$/)
})

const trailed = `${chunkedHead}Trailer: X-Sum\r\n\r\n2\r\nhi\r\n0\r\nX-Sum:  a  b \r\nKeep-Alive: x\r\nX-Two:\r\n\r\n`

test('trailers travel to a client that asked for them, and the upstream is told that it may send them', async (t) => {
  const { client, upstream } = await rig(
    t,
    (peer) => void peer.until('\r\n\r\n').then(() => peer.send(trailed)),
  )
  const peer = client()
  peer.send(get('Connection: TE\r\nTE: gzip, trailers\r\n'))
  await peer.until('X-Two:\r\n\r\n').catch(() => assert.fail(JSON.stringify(peer.text)))

  assert.match(upstream.text, /\r\nConnection: TE\r\nTE: trailers\r\n\r\n$/)
  assert.match(peer.text, /\r\nTrailer: X-Sum\r\n/)
  assert.ok(peer.text.endsWith('\r\n\r\n2\r\nhi\r\n0\r\nX-Sum: a  b\r\nX-Two:\r\n\r\n'), peer.text)
})

test('trailers are dropped for who has not asked, or cannot take them', async (t) => {
  const { client, upstream } = await rig(t, answering(trailed))
  for (const request of [
    get(),
    get('TE: gzip\r\n'),
    get('Connection: TE, close\r\nTE: trailers\r\n', '1.0'),
  ]) {
    const peer = client()
    peer.send(request)
    await peer.until(/\r\n\r\n(?:2\r\n)?hi/)
    assert.doesNotMatch(peer.text, /X-Sum|Trailer:/)
  }
  assert.doesNotMatch(upstream.text, /TE:/)
})
