import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import http from 'node:http'
import { after, before, test } from 'node:test'
import { type EchoServer, startEchoServer } from '../support/echo-websocket.ts'
import { type Api, newApi, newKey, newOrganisation, type Organisation } from '../support/fixtures.ts'
import { sendRaw } from '../support/http.ts'
import { type Server, startServer } from '../support/server.ts'
import { startUpstream, type Upstream } from '../support/upstream.ts'

let server: Server
let org: Organisation
let sockets: EchoServer
let upstream: Upstream
let open: Api

before(async () => {
  server = await startServer()
  org = await newOrganisation(server)
  sockets = await startEchoServer()
  upstream = await startUpstream()
  open = await newApi(org, upstream.url, { use_keyless: true })
})
after(async () => {
  await server?.dispose()
  await sockets?.close()
  await upstream?.close()
})

const socketUrl = (api: Api) => `ws://127.0.0.1:${server.gateway.port}${api.listenPath}chat`

/** Resolves with the next event of either name. */
const event = (socket: WebSocket, name: 'open' | 'message' | 'close' | 'error') =>
  new Promise<Event>((resolve) => socket.addEventListener(name, resolve, { once: true }))

const messageOf = (received: Event): unknown => ('data' in received ? received.data : undefined)

test('a WebSocket passes the gate: handshake, messages both ways, and the close of the client', async () => {
  const api = await newApi(org, sockets.url, { use_keyless: true })
  const socket = new WebSocket(socketUrl(api))
  await event(socket, 'open')
  for (const text of ['hello', 'again']) {
    socket.send(text)
    assert.equal(messageOf(await event(socket, 'message')), text)
  }
  const closed = event(socket, 'close')
  socket.close(1000, 'done')
  await closed
})

test('a WebSocket that may not pass is refused before any tunnel, and the upstream hears nothing', async () => {
  const api = await newApi(org, sockets.url)
  const { secret } = await newKey(org, api)
  const handshake = (more: string) =>
    `GET ${api.listenPath}chat HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n${more}\r\n`
  const refused = await sendRaw(server.gateway, handshake(''), (text) => text.includes('\r\n\r\n'))
  assert.match(refused.text, /^HTTP\/1\.1 401 /)
  assert.equal(sockets.sockets.size, 0)

  const passed = await sendRaw(server.gateway, handshake(`authorization: ${secret}\r\n`), (text) =>
    text.includes('\r\n\r\n'),
  )
  assert.match(passed.text, /^HTTP\/1\.1 101 Switching Protocols\r\n/)
  assert.match(passed.text, /\r\nSec-WebSocket-Accept: /i)
})

test('the upstream’s abort of a WebSocket reaches the client', { timeout: 10_000 }, async () => {
  const api = await newApi(org, sockets.url, { use_keyless: true })
  const socket = new WebSocket(socketUrl(api))
  await event(socket, 'open')
  const closed = event(socket, 'close')
  for (const each of sockets.sockets) each.destroy()
  await closed
})

test('events of an SSE stream come one by one, as they are sent', { timeout: 10_000 }, async () => {
  const next: (() => void)[] = []
  upstream.respond((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.flushHeaders()
    let number = 0
    next.push(() => {
      number++
      if (number > 3) response.end()
      else response.write(`data: ${number}\n\n`)
    })
  })
  const request = http.get({ ...server.gateway, path: `${open.listenPath}events`, agent: false })
  const [response]: http.IncomingMessage[] = await once(request, 'response')
  assert.ok(response)
  assert.equal(response.headers['content-type'], 'text/event-stream')
  for (const number of [1, 2, 3]) {
    next[0]?.()
    const [bytes]: Buffer[] = await once(response, 'data')
    assert.equal(String(bytes), `data: ${number}\n\n`)
  }
  next[0]?.()
  response.resume()
  await once(response, 'end')
  upstream.respond()
})

test('trailers of a reply reach the client that asks for them', async () => {
  upstream.respond((_request, response) => {
    response.writeHead(200, { trailer: 'x-sum' })
    response.write('hello')
    response.addTrailers({ 'x-sum': createHash('sha1').update('hello').digest('hex') })
    response.end()
  })
  const get = async (headers: http.OutgoingHttpHeaders) => {
    const request = http.get({ ...server.gateway, path: `${open.listenPath}trailed`, headers, agent: false })
    const [response]: http.IncomingMessage[] = await once(request, 'response')
    response?.resume()
    if (response) await once(response, 'end')
    return response?.trailers
  }
  const asked = await get({ te: 'trailers' })
  const unasked = await get({})
  upstream.respond()

  assert.equal(asked?.['x-sum'], createHash('sha1').update('hello').digest('hex'))
  assert.deepEqual({ ...unasked }, {})
})
