import assert from 'node:assert/strict'
import { request } from 'node:http'
import { connect } from 'node:http2'
import type { Writable } from 'node:stream'
import { after, before, test } from 'node:test'
import { AddressCount } from '@tollgate/http1/connection/address-count'
import { createHttpServer } from '@tollgate/http1/connection/server'
import { BodyBudget } from '@tollgate/http1/exchange/body-budget'
import { createHttp2Server, defaultHttp2Limits } from '@tollgate/http1/h2/server'
import { defaultServerLimits } from '@tollgate/http1/limits'
import { createCounterTable, openCounters } from '@tollgate/limits/counter-table'
import { withApiDefaults } from '@tollgate/model/definition/api-definition'
import { createListener, type GatewayListener } from '../edge/listener.ts'
import { GONE, refusal } from '../pipeline/answer.ts'
import type { StepFactory } from '../pipeline/step.ts'
import { noLeases, type Reply, testSettings } from '../testing/gate.ts'
import { startUpstream, type TestUpstream } from '../testing/upstream.ts'
import { createDataPlane, type DataPlane } from './data-plane.ts'

/** What a step may do with bodies, heads and the end, in both protocols; and that its memory has a bound. */

const MIB = 1_048_576
const MAX_BYTES = 2 * MIB
const LARGE = { bytes: 'more', max: MAX_BYTES }
const ended: string[] = []

/** A throw-away step: it shouts both bodies, adds a line to the answer, and notes how the request ended. */
const shout: StepFactory<unknown> = {
  name: 'shout',
  create: () => ({
    name: 'shout',
    async onRequest({ body }) {
      const read = await body.read(MAX_BYTES)
      if (read === 'gone') return GONE
      if (typeof read === 'string')
        return refusal('request_too_large', { step: 'path', code: 'too_large', args: LARGE })
      body.replace(Buffer.from(read.toString().toUpperCase()))
      return undefined
    },
    async onReplyHead(_context, { body, edits }) {
      const read = await body.read(MAX_BYTES)
      if (typeof read !== 'string') body.replace(Buffer.from(`${read.toString().toUpperCase()}!`))
      edits.append('vary', 'Vary: Origin\r\n')
      return undefined
    },
    onEnd: ({ method }, { status }) => ended.push(`${method} ${status}`),
  }),
}

const bodies = new BodyBudget(8 * MIB)
let upstream: TestUpstream
let plane: DataPlane
let listener: GatewayListener
let port = 0

before(async () => {
  upstream = await startUpstream()
  upstream.answer = ({ body }, response) => {
    response.setHeader('Vary', 'Accept')
    response.end(`heard ${body}`)
  }
  const ids = { apiId: 'a', id: 'a', orgId: 'o' }
  const proxy = { listen_path: '/a/', target_url: upstream.url }
  const definition = withApiDefaults({ name: 'a', use_keyless: true, proxy }, ids)
  plane = createDataPlane({
    worker: 1,
    pepper: '00'.repeat(32),
    controlSocket: '/nowhere',
    apis: [{ ...ids, definition, wrapper: {}, createdAt: '', updatedAt: '' }],
    policies: [],
    settings: testSettings,
    counters: openCounters(createCounterTable({ cells: 1_024 }), 1),
    leases: noLeases,
    reader: { bySecretHash: () => undefined, close: async () => undefined },
    log: () => undefined,
    steps: [shout],
    now: Date.now,
  })
  const addresses = new AddressCount(0)
  listener = createListener({
    http1: createHttpServer(plane, defaultServerLimits, addresses, bodies),
    http2: createHttp2Server(plane, defaultServerLimits, defaultHttp2Limits, addresses, bodies),
    tls: undefined,
    ticketKeys: new Uint8Array(48),
    maxConnections: 100,
    handshakeMs: 5_000,
    proxyProtocolFrom: undefined,
    drainMs: 0,
    onProtocolError: () => undefined,
    onUnusableCertificate: () => undefined,
  })
  port = await listener.listen({ host: '127.0.0.1', port: 0, reusePort: false })
})
after(async () => {
  await listener.close(0)
  plane.close()
  await upstream.close()
})

type Send = (outgoing: Writable) => void

function overHttp1(send: Send): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ host: '127.0.0.1', port, path: '/a/x', method: 'POST' })
    outgoing.on('error', reject)
    outgoing.on('response', async (response) => {
      const headers: Record<string, string> = {}
      for (const [name, value] of Object.entries(response.headers)) headers[name] = String(value)
      let body = ''
      for await (const chunk of response) body += chunk
      outgoing.destroy()
      resolve({ status: response.statusCode ?? 0, headers, body })
    })
    send(outgoing)
  })
}

function overHttp2(send: Send): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const session = connect(`http://127.0.0.1:${port}`)
    session.on('error', reject)
    const stream = session.request({ ':path': '/a/x', ':method': 'POST' }, { endStream: false })
    stream.on('error', () => undefined)
    stream.on('response', async (received) => {
      const headers: Record<string, string> = {}
      for (const [name, value] of Object.entries(received)) headers[name] = String(value)
      let body = ''
      for await (const chunk of stream) body += chunk
      session.destroy()
      resolve({ status: Number(received[':status']), headers, body })
    })
    send(stream)
  })
}

/** Sends so many bytes from one chunk, no faster than they are taken. */
function flood(total: number): Send {
  const chunk = Buffer.alloc(65_536, 0x61)
  return (outgoing) => {
    let left = total
    const more = () => {
      while (left > 0 && !outgoing.destroyed) {
        left -= chunk.length
        if (!outgoing.write(chunk)) return
      }
      if (left <= 0) outgoing.end()
    }
    outgoing.on('drain', more)
    more()
  }
}

for (const [name, over] of Object.entries({ 'HTTP/1.1': overHttp1, 'HTTP/2': overHttp2 })) {
  test(`a step reads and replaces both bodies, appends a header and sees the end over ${name}`, async () => {
    ended.length = 0
    const { status, headers, body } = await over((outgoing) => outgoing.end('good morning'))
    assert.deepEqual([status, body], [200, 'HEARD GOOD MORNING!'])
    assert.equal(upstream.received.at(-1)?.body, 'GOOD MORNING')
    assert.equal(headers.vary, 'Accept, Origin')
    assert.deepEqual(ended, ['POST 200'])
    assert.equal(bodies.used, 0, 'the memory of both bodies is given back')
  })

  test(`a body of 1 GB is refused over ${name}, and the memory for it stays within its bound`, {
    timeout: 60_000,
  }, async () => {
    ended.length = 0
    const seen = upstream.received.length
    const before = process.memoryUsage()
    let most = 0
    const watching = setInterval(() => {
      const { external, heapUsed } = process.memoryUsage()
      most = Math.max(most, external + heapUsed - before.external - before.heapUsed)
    }, 1)
    const { status } = await over(flood(1_024 * MIB))
    clearInterval(watching)
    assert.equal(status, 400)
    assert.equal(upstream.received.length, seen, 'the upstream hears nothing of it')
    assert.ok(most < 64 * MIB, `${most} bytes`)
    while (ended.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    assert.deepEqual(ended, ['POST 400'])
    assert.equal(bodies.used, 0)
  })
}
