import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import http from 'node:http'
import { after, before, test } from 'node:test'
import { type Api, newApi, newOrganisation } from '../support/fixtures.ts'
import { residentMiB } from '../support/memory.ts'
import { type Server, startServer } from '../support/server.ts'

/** A gigabyte, in pieces that do not fit the sizes of buffers. */
const pieceBytes = 1_000_003
const pieces = 1_000
/** Buffers of sockets and a young heap: far below the body. */
const maxGrowthMiB = 192

const piece = Buffer.alloc(pieceBytes)
for (let at = 0; at < pieceBytes; at++) piece[at] = (at * 31 + (at >> 8)) & 0xff
const whole = createHash('sha1')
for (let count = 0; count < pieces; count++) whole.update(piece)
const wanted = whole.digest('hex')

let server: Server
let upstream: http.Server
let api: Api

before(async () => {
  upstream = http.createServer((request, response) => {
    const hash = createHash('sha1')
    request.on('data', (bytes: Buffer) => hash.update(bytes))
    request.on('end', () => {
      response.setHeader('x-hash', hash.digest('hex'))
      if (request.url !== '/down') response.end()
      else void sendAll(response).then(() => response.end())
    })
  })
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve))
  const address = upstream.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  server = await startServer()
  const org = await newOrganisation(server)
  api = await newApi(org, `http://127.0.0.1:${port}`, { use_keyless: true })
})
after(async () => {
  await server?.dispose()
  upstream?.closeAllConnections()
  await new Promise((resolve) => upstream?.close(resolve))
})

/** Writes the gigabyte as fast as it is taken. */
async function sendAll(to: http.OutgoingMessage): Promise<void> {
  for (let count = 0; count < pieces; count++) {
    if (!to.write(piece)) await once(to, 'drain')
  }
}

/** The most that the work made of memory, above what there was before. */
async function growthDuring(work: () => Promise<void>): Promise<number> {
  const before = await residentMiB(server.pid)
  let most = before
  let isOver = false
  const watch = (async () => {
    while (!isOver) {
      most = Math.max(most, await residentMiB(server.pid))
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  })()
  await work()
  isOver = true
  await watch
  return most - before
}

async function responseOf(request: http.ClientRequest): Promise<http.IncomingMessage> {
  const [response]: http.IncomingMessage[] = await once(request, 'response')
  assert.ok(response)
  return response
}

for (const framing of ['chunked', 'content-length'] as const) {
  test(`a gigabyte up, ${framing}, arrives whole and leaves memory alone`, async () => {
    const headers = framing === 'chunked' ? {} : { 'content-length': pieceBytes * pieces }
    const growth = await growthDuring(async () => {
      const path = `${api.listenPath}up`
      const request = http.request({ ...server.gateway, method: 'POST', path, headers, agent: false })
      const response = responseOf(request)
      await sendAll(request)
      request.end()
      const reply = await response
      reply.resume()
      assert.equal(reply.statusCode, 200)
      assert.equal(reply.headers['x-hash'], wanted)
    })
    assert.ok(!(growth > maxGrowthMiB), `memory grew by ${growth} MiB`)
  })
}

test('a gigabyte down arrives whole and leaves memory alone, even for a client that pauses', async () => {
  const growth = await growthDuring(async () => {
    const request = http.get({ ...server.gateway, path: `${api.listenPath}down`, agent: false })
    const response = await responseOf(request)
    const hash = createHash('sha1')
    let bytes = 0
    let hasPaused = false
    for await (const chunk of response) {
      hash.update(chunk)
      bytes += chunk.length
      if (!hasPaused && bytes > 100_000_000) {
        hasPaused = true
        await new Promise((resolve) => setTimeout(resolve, 500))
      }
    }
    assert.equal(bytes, pieceBytes * pieces)
    assert.equal(hash.digest('hex'), wanted)
  })
  assert.ok(!(growth > maxGrowthMiB), `memory grew by ${growth} MiB`)
})
