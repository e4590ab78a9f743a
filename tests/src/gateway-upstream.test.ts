import assert from 'node:assert/strict'
import { createHash, randomFillSync } from 'node:crypto'
import { once } from 'node:events'
import http from 'node:http'
import net from 'node:net'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { through } from '../support/client.ts'
import { type Api, expectStatus, newApi, newKey } from '../support/fixtures.ts'
import { send, sendRaw } from '../support/http.ts'
import { freePorts } from '../support/ports.ts'
import { startRawUpstream } from '../support/upstream.ts'
import { org, server, upstream, useWorld } from '../support/world.ts'

let open: Api

useWorld(
  async () => {
    open = await newApi(org, upstream.url, { use_keyless: true })
  },
  { TOLLGATE_UPSTREAM_TIMEOUT_MS: '1500' },
)

/** Waits until something that is under way has come about; fails after ten seconds. */
async function until(holds: () => boolean, what: string): Promise<void> {
  for (let tries = 0; tries < 500; tries++) {
    if (holds()) return
    await sleep(20)
  }
  throw new Error(`never came about: ${what}`)
}

test('an upstream that refuses connections is 500 with its text', async () => {
  const [port] = await freePorts(1)
  const api = await newApi(org, `http://127.0.0.1:${port}`, { use_keyless: true })

  const reply = await through(server, api.listenPath)

  assert.equal(reply.status, 500)
  assert.equal(reply.text, '{\n    "error": "There was a problem proxying the request"\n}')
})

test('an upstream whose name does not exist is 500 with its text', async () => {
  const api = await newApi(org, 'http://no-such-host.invalid', { use_keyless: true })

  const reply = await through(server, api.listenPath)

  assert.deepEqual([reply.status, reply.at('error')], [500, 'Upstream host lookup failed'])
})

test('an upstream that does not answer is 504 with its text', async () => {
  const silent = await startRawUpstream(() => undefined)
  const api = await newApi(org, silent.url, { use_keyless: true })

  const reply = await through(server, api.listenPath)

  assert.deepEqual([reply.status, reply.at('error')], [504, 'Upstream service reached hard timeout.'])
  await silent.close()
})

test('an upstream that closes without a reply, or speaks something else, is 500', async () => {
  for (const answer of [
    '',
    'hello?\r\n\r\n',
    'HTTP/1.1 abc\r\n\r\n',
    'HTTP/1.1 200 OK\r\nBad Header: 1\r\n\r\n',
  ]) {
    const raw = await startRawUpstream((socket) => socket.once('data', () => socket.end(answer)))
    const api = await newApi(org, raw.url, { use_keyless: true })
    const reply = await through(server, api.listenPath)
    assert.deepEqual(
      [reply.status, reply.at('error')],
      [500, 'There was a problem proxying the request'],
      answer,
    )
    await raw.close()
  }
})

test('a reply that breaks off is seen to break off by the client', async () => {
  const replies = [
    'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n',
  ]
  for (const answer of replies) {
    const raw = await startRawUpstream((socket) => socket.once('data', () => socket.end(answer)))
    const api = await newApi(org, raw.url, { use_keyless: true })
    const whole = await through(server, api.listenPath).then(
      (reply) => reply.status,
      () => 'broken',
    )
    assert.ok(whole === 'broken' || whole === 500, `${answer}: ${whole}`)
    await raw.close()
  }
})

test('status, headers and body of the upstream come through as they are', async () => {
  upstream.respond((_, response) => {
    response.writeHead(418, 'Short and stout', [
      ['Content-Type', 'text/plain'],
      ['X-Twice', 'one'],
      ['X-Twice', 'two'],
      ['Set-Cookie', 'a=1'],
      ['Set-Cookie', 'b=2'],
      ['Server', 'kettle'],
    ] as unknown as http.OutgoingHttpHeader[])
    response.end('tea')
  })
  const reply = await through(server, open.listenPath)
  upstream.respond()

  assert.equal(reply.status, 418)
  assert.equal(reply.text, 'tea')
  assert.equal(reply.headers['x-twice'], 'one, two')
  assert.deepEqual(reply.headers['set-cookie'], ['a=1', 'b=2'])
  assert.equal(reply.headers.server, 'kettle')
})

test('HEAD, 204 and 304 have no body and keep the connection in step', async () => {
  upstream.respond((request, response) => {
    const status = Number(/\d{3}/.exec(request.url ?? '')?.[0] ?? 200)
    response.writeHead(status, status === 200 ? { 'content-length': 5 } : {})
    response.end(request.method === 'HEAD' || status !== 200 ? undefined : 'hello')
  })
  const request = (method: string, status: number) =>
    `${method} ${open.listenPath}${status} HTTP/1.1\r\nHost: x\r\n\r\n`
  const { text } = await sendRaw(
    server.gateway,
    `${request('HEAD', 200)}${request('GET', 204)}${request('GET', 304)}${request('GET', 200)}`,
    (received) => received.endsWith('hello'),
  )
  upstream.respond()

  assert.deepEqual(
    [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => status),
    ['200', '204', '304', '200'],
  )
  assert.equal(text.split('hello').length, 2)
})

test('large bodies are streamed both ways unchanged, by length and in chunks', async () => {
  const body = Buffer.alloc(24 * 1024 * 1024)
  randomFillSync(body)
  const digest = createHash('sha256').update(body).digest('hex')
  upstream.respond((request, response) => {
    response.writeHead(200, request.url?.includes('length') ? { 'content-length': body.length } : {})
    request.pipe(response)
  })
  for (const framing of ['length', 'chunks']) {
    upstream.forget()
    const reply = await through(server, `${open.listenPath}${framing}`, undefined, {
      method: 'POST',
      body,
      headers: framing === 'chunks' ? { 'transfer-encoding': 'chunked' } : {},
    })
    assert.equal(reply.status, 200)
    assert.equal(createHash('sha256').update(reply.bytes).digest('hex'), digest)
    await until(() => upstream.seen.length === 1, 'the upstream has the whole body')
    assert.equal(upstream.seen[0]?.bodySha256, digest)
  }
  upstream.respond()
})

test('a slow reader of a large reply holds the upstream back instead of filling memory', async () => {
  const block = Buffer.alloc(64 * 1024, 'x')
  let sent = 0
  upstream.respond((_, response) => {
    const push = () => {
      while (sent < 200 * 1024 * 1024 && !response.destroyed) {
        sent += block.length
        if (!response.write(block)) {
          response.once('drain', push)
          return
        }
      }
      response.end()
    }
    push()
  })
  const socket = net.connect(server.gateway.port, '127.0.0.1')
  socket.on('error', () => undefined)
  socket.write(`GET ${open.listenPath} HTTP/1.1\r\nHost: x\r\n\r\n`)
  await once(socket, 'readable')
  await sleep(1500)
  const held = sent
  socket.destroy()
  upstream.respond()

  assert.ok(
    held > 0 && held < 60 * 1024 * 1024,
    `${held} bytes were taken from the upstream for a client that reads nothing`,
  )
})

test('a client that goes away takes its request at the upstream with it', async () => {
  let gone = 0
  upstream.respond((request, response) => {
    response.on('close', () => {
      gone++
    })
    if (request.url?.includes('body')) response.write('the first part')
  })
  for (const path of ['head', 'body']) {
    const before = gone
    const request = http.request({
      host: '127.0.0.1',
      port: server.gateway.port,
      path: `${open.listenPath}${path}`,
      agent: false,
    })
    request.on('error', () => undefined)
    request.end()
    if (path === 'body') await once(request, 'response')
    else await sleep(200)
    request.destroy()
    await until(() => gone > before, `the upstream sees the end of ${path}`)
  }
  upstream.respond()
})

test('an upload whose client goes away never ends as a whole request at the upstream', async () => {
  upstream.forget()
  const socket = net.connect(server.gateway.port, '127.0.0.1')
  socket.on('error', () => undefined)
  socket.write(
    `POST ${open.listenPath} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n`,
  )
  await until(() => upstream.bytes().includes('hello'), 'the first chunk arrives')
  socket.destroy()
  await sleep(300)

  assert.equal(upstream.seen.length, 0)
})

test('a reply given while the body is still being sent reaches the client', async () => {
  upstream.respond((_, response) => {
    response.writeHead(413, { 'content-length': 3, connection: 'close' })
    response.end('big')
  })
  const socket = net.connect(server.gateway.port, '127.0.0.1')
  let text = ''
  socket.on('error', () => undefined)
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1')
  })
  socket.write(`POST ${open.listenPath} HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\nstart`)
  await until(() => text.includes('\r\n\r\nbig'), 'the early reply')
  socket.destroy()
  upstream.respond()

  assert.match(text, /^HTTP\/1\.1 413 /)
})

test('Expect: 100-continue is answered, and the body then goes through', async () => {
  const request = http.request({
    host: '127.0.0.1',
    port: server.gateway.port,
    path: open.listenPath,
    method: 'POST',
    headers: { expect: '100-continue', 'content-length': 5 },
    agent: false,
  })
  request.flushHeaders()
  await once(request, 'continue')
  request.end('hello')
  const [response] = (await once(request, 'response')) as [http.IncomingMessage]
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk as Buffer)

  assert.equal(response.statusCode, 200)
  assert.equal(JSON.parse(Buffer.concat(chunks).toString()).body, 'hello')
})

test('a reply without a length that ends with its connection comes through whole', async () => {
  const raw = await startRawUpstream((socket) =>
    socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nto the end')),
  )
  const api = await newApi(org, raw.url, { use_keyless: true })

  const reply = await through(server, api.listenPath)
  const old = await sendRaw(server.gateway, `GET ${api.listenPath} HTTP/1.0\r\nHost: x\r\n\r\n`)

  assert.equal(reply.text, 'to the end')
  assert.ok(old.closed && old.text.endsWith('\r\n\r\nto the end'), old.text)
  await raw.close()
})

test('connections to the upstream are used again', async () => {
  let connections = 0
  const counting = http.createServer({ keepAliveTimeout: 60_000 }, (_, response) => response.end('x'))
  counting.on('connection', () => {
    connections++
  })
  await new Promise<void>((resolve) => counting.listen(0, '127.0.0.1', resolve))
  const address = counting.address() as net.AddressInfo
  const api = await newApi(org, `http://127.0.0.1:${address.port}`, { use_keyless: true })
  for (let count = 0; count < 60; count++) expectStatus(await through(server, api.listenPath))

  assert.ok(connections <= 4, `${connections} connections for 60 requests one after another, by two workers`)
  counting.closeAllConnections()
  counting.close()
})

test('a connection that the upstream closed between two requests costs the client nothing', async () => {
  const closing = await startRawUpstream((socket) => {
    socket.on('data', () => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
      setTimeout(() => socket.destroy(), 5)
    })
  })
  const api = await newApi(org, closing.url, { use_keyless: true })
  for (let count = 0; count < 30; count++) {
    assert.equal((await through(server, api.listenPath)).text, 'ok')
    await sleep(count % 3 === 0 ? 8 : 4)
  }
  await closing.close()
})

test('size limits of the version refuse bodies that are too large or of no stated length', async () => {
  const limited = await newApi(org, upstream.url, {
    use_keyless: true,
    version_data: {
      not_versioned: true,
      versions: { Default: { name: 'Default', use_extended_paths: true, global_size_limit: 100 } },
    },
  })
  const post = (body: string, headers = {}) =>
    through(server, limited.listenPath, undefined, { method: 'POST', body, headers })

  assert.equal((await post('x'.repeat(100))).status, 200)
  const large = await post('x'.repeat(101))
  assert.deepEqual([large.status, large.at('error')], [400, 'Request is too large'])
  const unknown = await post('x', { 'transfer-encoding': 'chunked' })
  assert.deepEqual(
    [unknown.status, unknown.at('error')],
    [411, 'Content length is required for this request'],
  )
})

test('a hundred requests at once, with keys and bodies, are each answered by their own reply', async () => {
  const api = await newApi(org, upstream.url)
  const { secret } = await newKey(org, api)
  const replies = await Promise.all(
    Array.from({ length: 200 }, (_, index) =>
      send(server.gateway, {
        method: 'POST',
        path: `${api.listenPath}item/${index}`,
        headers: { authorization: secret },
        body: `body ${index}`,
      }),
    ),
  )
  for (const [index, reply] of replies.entries()) {
    assert.deepEqual([reply.at('url'), reply.at('body')], [`/item/${index}`, `body ${index}`])
  }
})

test('interim replies of the upstream are passed over, and the final one is the reply', async () => {
  const raw = await startRawUpstream((socket) =>
    socket.on('data', () =>
      socket.write(
        'HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfinal',
      ),
    ),
  )
  const api = await newApi(org, raw.url, { use_keyless: true })
  for (let count = 0; count < 3; count++) {
    const reply = await through(server, api.listenPath)
    assert.deepEqual([reply.status, reply.text], [200, 'final'])
  }
  await raw.close()
})

test('what an upstream sends beyond its reply is nobody’s reply', async () => {
  let requests = 0
  const raw = await startRawUpstream((socket) =>
    socket.on('data', () => {
      requests++
      socket.write(
        `HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nown${requests % 10}HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison`,
      )
    }),
  )
  const api = await newApi(org, raw.url, { use_keyless: true })
  for (let count = 0; count < 20; count++) {
    const reply = await through(server, api.listenPath)
    assert.ok(!reply.text.includes('poison') && reply.text.startsWith('own'), reply.text)
  }
  await raw.close()
})

test('a reply whose framing can be read in two ways is 500, and none of it reaches the client', async () => {
  const replies = [
    'HTTP/1.1 200 OK\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nsplit!',
    'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 6\r\n\r\nsplit!',
    'HTTP/1.1 200 OK\r\nContent-Length: +6\r\n\r\nsplit!',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: xchunked\r\n\r\nsplit!',
    'HTTP/1.1 200 OK\r\nX-A: b\r\n folded\r\nContent-Length: 6\r\n\r\nsplit!',
  ]
  for (const answer of replies) {
    const raw = await startRawUpstream((socket) => socket.on('data', () => socket.write(answer)))
    const api = await newApi(org, raw.url, { use_keyless: true })
    const reply = await through(server, api.listenPath)
    assert.equal(reply.status, 500, answer)
    assert.ok(!reply.text.includes('split!'), answer)
    await raw.close()
  }
})
