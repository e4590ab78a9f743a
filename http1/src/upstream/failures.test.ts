import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answering, RawUpstream } from '../testing/raw-peer.ts'
import { rig } from '../testing/relay.ts'

const GET = 'GET / HTTP/1.1\r\nHost: h\r\n\r\n'
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'

test('connections to the upstream are used again, the last one first', async (t) => {
  const { upstream, client } = await rig(t, answering(OK))
  const [first, second] = [client(), client()]
  first.send(GET)
  second.send(GET)
  await Promise.all([first.until('ok'), second.until('ok')])
  const used = upstream.peers.length
  for (let round = 2; round <= 4; round++) {
    first.send(GET)
    await first.until(new RegExp(`(ok[\\s\\S]*){${round}}`))
  }

  assert.equal(upstream.peers.length, used)
  assert.deepEqual(
    upstream.peers.map((peer) => peer.text.split('GET').length - 1).sort(),
    used === 1 ? [5] : [1, 4],
  )
})

test('a bodiless idempotent request is sent again when its reused connection dies unanswered, once', async (t) => {
  const { upstream, client, handler } = await rig(t, (peer, index) => {
    if (index > 0) return answering(OK)(peer)
    void peer.until('\r\n\r\n').then(() => peer.send(OK))
    void peer.until(/\r\n\r\n[\s\S]*\r\n\r\n/).then(() => peer.socket.destroy())
  })
  const peer = client()
  peer.send(GET)
  await peer.until('ok')
  peer.send('DELETE /x HTTP/1.1\r\nHost: h\r\n\r\n')
  await peer.until(/ok[\s\S]*ok/)

  assert.equal(upstream.peers.length, 2)
  assert.equal(upstream.peers[1]?.text, 'DELETE /x HTTP/1.1\r\nHost: h\r\n\r\n')
  assert.deepEqual(handler.failures, [])
})

test('a POST, a request with a body, and a first request are never sent again', async (t) => {
  const second = [
    'POST / HTTP/1.1\r\nHost: h\r\n\r\n',
    'PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\nx',
  ]
  for (const request of second) {
    const { upstream, client, handler } = await rig(t, (peer) => {
      void peer.until('\r\n\r\n').then(() => peer.send(OK))
      void peer.until(/\r\n\r\n[\s\S]*\r\n\r\n/).then(() => peer.socket.destroy())
    })
    const peer = client()
    peer.send(GET)
    await peer.until('ok')
    peer.send(request)
    await peer.until('reset\n')
    assert.deepEqual([upstream.peers.length, handler.failures], [1, ['reset']])
  }
  const fresh = await rig(t, (peer) => void peer.until('\r\n\r\n').then(() => peer.socket.destroy()))
  const peer = fresh.client()
  peer.send(GET)
  await peer.until('reset\n')
  assert.equal(fresh.upstream.peers.length, 1)
})

test('a client that leaves takes its upstream request with it', async (t) => {
  const { upstream, client, handler } = await rig(t, () => {})
  for (const leave of ['destroy', 'end'] as const) {
    const index = upstream.peers.length
    const peer = client()
    peer.send(GET)
    const back = await upstream.peer(index)
    await back.until('\r\n\r\n')
    peer.socket[leave]()
    await back.closed()
  }
  await handler.finished(2)
  assert.deepEqual(handler.failures, ['client-gone', 'client-gone'])
  assert.deepEqual(
    handler.results.map((result) => [result.status, result.complete]),
    [
      [0, false],
      [0, false],
    ],
  )
})

test('a client that leaves in mid-reply or mid-body closes the upstream connection', async (t) => {
  const { upstream, client, handler } = await rig(
    t,
    (peer) =>
      void peer
        .until('\r\n\r\n')
        .then(
          (text) => text.startsWith('GET') && peer.send('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc'),
        ),
  )
  const reading = client()
  reading.send(GET)
  await reading.until('abc')
  reading.socket.destroy()
  await (await upstream.peer(0)).closed()
  const writing = client()
  writing.send('POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc')
  await (await upstream.peer(1)).until('abc')
  writing.socket.destroy()
  await (await upstream.peer(1)).closed()
  await handler.finished(2)
  assert.deepEqual(
    handler.results.map((result) => [result.status, result.complete]),
    [
      [200, false],
      [0, false],
    ],
  )
})

test('an upstream that dies in mid-body is noticed by the client, whatever the framing', async (t) => {
  const replies = [
    'Content-Length: 10\r\n\r\nabc',
    'Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n',
    '\r\nabc',
  ]
  for (const version of ['1.1', '1.0']) {
    for (const reply of replies) {
      const { upstream, client, handler } = await rig(
        t,
        (peer) => void peer.until('\r\n\r\n').then(() => peer.send(`HTTP/1.1 200 OK\r\n${reply}`)),
      )
      const peer = client()
      peer.send(`GET / HTTP/${version}\r\nHost: h\r\n\r\n`)
      await peer.until('abc')
      ;(await upstream.peer(0)).socket.resetAndDestroy()
      await peer.closed()
      await handler.finished(1)
      assert.equal(peer.closedBy, 'reset')
      assert.equal(handler.results[0]?.complete, false)
    }
  }
})

test('a reply shorter than announced, and a broken chunk, break the connection to the client', async (t) => {
  for (const rest of [
    'Content-Length: 10\r\n\r\nabc',
    'Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nx\r\n',
  ]) {
    const { client, handler } = await rig(
      t,
      (peer) => void peer.until('\r\n\r\n').then(() => peer.socket.end(`HTTP/1.1 200 OK\r\n${rest}`)),
    )
    const peer = client()
    peer.send(GET)
    await peer.closed()
    await handler.finished(1)
    assert.equal(handler.results[0]?.complete, false)
  }
})

const badReplies = [
  'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  'HTTP/1.1 200 OK\nContent-Length: 2\n\nok',
  'hello\r\n\r\n',
  'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n',
  'HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n',
  `HTTP/1.1 200 OK\r\nA: ${'b'.repeat(70_000)}\r\n\r\n`,
  `HTTP/1.1 200 OK\r\n${'A: b\r\n'.repeat(300)}\r\n`,
  '\r\nHTTP/1.1 200 OK\r\n\r\n',
]

test('a reply that is not valid HTTP is never relayed', async (t) => {
  for (const reply of badReplies) {
    const { client, handler } = await rig(t, answering(reply))
    const peer = client()
    peer.send(GET)
    await peer.until('\r\n\r\nbad-reply\n')
    assert.match(peer.text, /^HTTP\/1\.1 502 Bad Gateway\r\n/)
    assert.deepEqual(handler.failures, ['bad-reply'])
  }
})

test('bytes after a reply make its connection unfit for another request', async (t) => {
  const extra = [
    'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\n',
    'HTTP/1.1 204 No Content\r\n\r\nevil',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\nX',
  ]
  for (const reply of extra) {
    const { upstream, client, handler } = await rig(t, answering(reply))
    const peer = client()
    peer.send(GET)
    await handler.finished(1)
    peer.send(GET)
    await handler.finished(2)
    assert.equal(upstream.peers.length, 2)
    assert.ok(
      !peer.text.includes('evil') &&
        !/ok./.test(peer.text.replaceAll('okHTTP/1.1 200 OK\r\nContent-Length', '')),
    )
  }
})

test('an upstream that cannot be reached is told apart by why', async (t) => {
  const gone = await new RawUpstream(() => {}).start()
  await gone.stop()
  const cases = [
    [{ port: gone.port }, 'connect-failed'],
    [{ host: 'no-such-host.invalid' }, 'lookup-failed'],
    [{ socketPath: '/nonexistent/socket' }, 'connect-failed'],
  ] as const
  for (const [origin, failure] of cases) {
    const { client, handler } = await rig(t, () => {}, { origin })
    const peer = client()
    peer.send(GET)
    await peer.until(`${failure}\n`)
    assert.deepEqual(handler.failures, [failure])
  }
})

test('more requests than connections wait their turn, and too many or too long are refused', async (t) => {
  const { upstream, client, handler } = await rig(t, () => {}, {
    pool: { maxConnections: 1, maxWaiting: 1, waitMs: 250 },
  })
  const [first, second, third] = [client(), client(), client()]
  first.send(GET)
  const back = await upstream.peer(0)
  await back.until('\r\n\r\n')
  second.send(GET)
  third.send(GET)
  await Promise.race([second.until('pool-exhausted'), third.until('pool-exhausted')])
  await Promise.all([second.until('pool-exhausted'), third.until('pool-exhausted')])
  assert.deepEqual(handler.failures, ['pool-exhausted', 'pool-exhausted'])

  const fourth = client()
  fourth.send(GET)
  while (handler.requests < 4) await new Promise((resolve) => setImmediate(resolve))
  back.send(OK)
  await first.until('ok')
  await back.until(/\r\n\r\n[\s\S]*\r\n\r\n/)
  back.send(OK)
  await fourth.until('ok')
  assert.equal(upstream.peers.length, 1)
})
