import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { after, before, test } from 'node:test'
import { startGate, type TestGate } from '../testing/gate.ts'
import { startUpstream, type TestUpstream } from '../testing/upstream.ts'

let upstream: TestUpstream
let gate: TestGate

before(async () => {
  upstream = await startUpstream()
  gate = await startGate({ settings: { clientHeaderTimeoutMs: 500 } })
  const proxy = { listen_path: '/port/', target_url: upstream.url }
  await gate.addApi({ name: 'port', use_keyless: true, proxy })
})
after(async () => {
  await gate.close()
  await upstream.close()
})

async function opened(at = gate): Promise<Socket> {
  const socket = connect(at.gateway.port, '127.0.0.1')
  socket.on('error', () => {})
  await once(socket, 'connect')
  return socket
}

/** Resolves when the connection is closed, in whatever way. */
function ended(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.resume().on('close', () => resolve()))
}

/** Sends the bytes one by one, and reads what comes until the marker or the end. */
async function dripped(text: string, marker: RegExp): Promise<string> {
  const socket = await opened()
  let received = ''
  const over = new Promise<void>((resolve) => {
    socket.on('close', () => resolve())
    socket.on('data', (bytes) => {
      received += bytes.toString('latin1')
      if (marker.test(received)) resolve()
    })
  })
  for (const char of text) {
    socket.write(char, 'latin1')
    await new Promise((resolve) => setImmediate(resolve))
  }
  await over
  socket.destroy()
  return received
}

test('a method that begins like the preface of HTTP/2 is still one of HTTP/1.1', async () => {
  for (const method of ['POST', 'PROPFIND', 'PATCH']) {
    const request = `${method} /port/ HTTP/1.1\r\nHost: gate\r\nContent-Length: 0\r\n\r\n`
    assert.match(await dripped(request, /\r\n\r\n/), /^HTTP\/1\.1 200/, method)
  }
})

test('a preface that comes byte by byte is one, and answered by settings', async () => {
  const received = await dripped('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0', /^[\s\S]{9}/)
  assert.equal(received.charCodeAt(3), 4)
})

test('something between the two protocols is answered as HTTP/1.1', async () => {
  assert.match(await dripped('PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n', /\r\n\r\n/), /^HTTP\/1\.1 [45]/)
})

test('who says nothing, or leaves before the first word is out, is closed in time', {
  timeout: 10_000,
}, async () => {
  const silent = await opened()
  const begun = await opened()
  begun.write('PRI * HT')
  const gone = await opened()
  gone.end('PRI')
  await Promise.all([silent, begun, gone].map(ended))
})

test('connections that say nothing do not hold up the close', { timeout: 10_000 }, async () => {
  const closing = await startGate({ settings: { clientHeaderTimeoutMs: 60_000 } })
  const silent = await opened(closing)
  const closed = ended(silent)
  await closing.gateway.close(5_000)
  await closed
  await closing.close()
})
